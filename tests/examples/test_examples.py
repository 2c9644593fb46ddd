"""Every example runs, and shows what its docstring says it shows."""

import runpy
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from liquidtime.brain import Connectome

EXAMPLES = Path(__file__).parents[2] / "examples"


@pytest.fixture
def example(monkeypatch, tmp_path):
    """Load an example by the start of its name; what it writes by default goes to a new folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))

    def load(start):
        (path,) = EXAMPLES.glob(f"{start}_*.py")
        return runpy.run_path(str(path))["main"]

    return load


def test_cfc_in_the_place_of_an_lstm(example, capsys):
    errors = example("01")(steps=80)
    assert errors["LSTM"] < 0.5 * errors["it stays"]
    assert errors["CfC"] < 0.5 * errors["it stays"]
    assert "CfC       mean squared error" in capsys.readouterr().out


def test_three_ways_to_say_when(example, capsys):
    differences = example("02")()
    assert len(differences) == 4
    assert max(differences.values()) < 1e-6
    assert "outputs behind the end             0\n" in capsys.readouterr().out


def test_a_stream_equals_the_sequence(example):
    differences = example("03")()
    assert len(differences) == 3
    assert max(differences.values()) < 1e-6


def test_a_wired_circuit_learns_and_is_drawn(example, tmp_path, capsys):
    figures = example("04")(tmp_path / "circuit.png")
    assert figures["error"] < 0.5 * figures["error of the mean"]
    assert (tmp_path / "circuit.png").read_bytes().startswith(b"\x89PNG")
    said = capsys.readouterr().out
    assert "19 neurons (12 inter, 6 command, 1 motor)" in said


def test_own_table_from_fit_to_show(example, tmp_path, capsys):
    figures = example("05")(tmp_path / "kept", epochs=6)
    assert figures["auroc"] > 0.7
    assert figures["predicted"] == 120
    assert (tmp_path / "kept/run/report.html").stat().st_size > 10_000
    assert "95 % intervals" in capsys.readouterr().out


def test_a_grid_search_needs_the_clock(example):
    scores = example("06")(epochs=12)
    assert scores["with the clock"] > 0.75
    assert scores["with the clock"] > scores["without"]


def test_physionet(example, tmp_path, capsys):
    scores = example("07")(tmp_path / "stays")
    assert scores["auroc"] > 0.6
    assert "test AUROC" in capsys.readouterr().out
    assert (tmp_path / "stays/model.safetensors").exists()


def stand_in(types, seed=0):
    """A connectome with the columns of a published one, and edges by chance."""
    random = np.random.default_rng(seed)
    neurons = pd.DataFrame(types, columns=["name", "type", "group", "class2"]).set_index("name")
    neurons["transmitter"] = "acetylcholine"
    pre, post = np.nonzero(random.random((len(neurons), len(neurons))) < 0.3)
    names = neurons.index.to_numpy()
    counts = random.integers(1, 20, len(pre))
    return Connectome.from_edges(names[pre], names[post], counts, neurons=neurons)


def test_a_worm_is_touched(example, tmp_path, capsys):
    kinds = ("ALM", "PLM", "AVA", "AVB", "AVD", "PVC")
    cells = [(f"{kind}{side}", kind, "", "") for kind in kinds for side in "LR"]
    change = example("09")(stand_in(cells), tmp_path / "worm.png")
    assert change["back, no AVD"]["AVDL"] == 0
    assert change["back"]["AVDL"] > 0
    assert (tmp_path / "worm.png").read_bytes().startswith(b"\x89PNG")
    assert "front, no AVD" in capsys.readouterr().out


@pytest.mark.data
def test_the_worm_is_touched(example, tmp_path):
    change = example("09")(out=tmp_path / "worm.png")
    assert change["back"]["PVCL"] > 0.3
    assert 0 < change["back, no AVD"]["AVAL"] < 0.9 * change["back"]["AVAL"]


def test_a_sweep_from_senses_to_outputs(example, tmp_path, capsys):
    inputs = [(n, "sensories", "input", f"sense {n % 3}") for n in range(12)]
    inner = [(n, "LNs", "inter", "") for n in range(12, 24)]
    outputs = [(n, ("dSEZs", "dVNCs", "RGNs")[n % 3], "output", "") for n in range(24, 36)]
    table = example("10")(stand_in([*inputs, *inner, *outputs]), tmp_path / "larva.png")
    assert list(table.index) == ["sense 0", "sense 1", "sense 2"]
    assert list(table.columns) == ["RGNs", "dSEZs", "dVNCs"]
    assert (table.to_numpy() > 0).all()
    assert (tmp_path / "larva.png").exists()
    assert "mean answer (mV)" in capsys.readouterr().out


@pytest.mark.data
def test_the_larva_is_swept(example, tmp_path):
    table = example("10")(out=tmp_path / "larva.png")
    assert table.shape == (7, 3)
    assert table.loc["AN", "RGNs"] > 3 * table.loc["vtd", "RGNs"]


def test_many_neurons(example, capsys):
    assert 0 < example("11")(neurons=20_000, in_degree=10, steps=5, threads=1) < 1e4
    assert "ns a synapse and step" in capsys.readouterr().out


def test_each_is_short_and_tells_its_story():
    paths = sorted(EXAMPLES.glob("*.py"))
    assert len(paths) >= 7
    for path in paths:
        lines = path.read_text(encoding="utf-8").splitlines()
        assert len(lines) <= 70, f"{path.name} has {len(lines)} lines"
        assert lines[0].startswith('"""'), f"{path.name} begins without a docstring"


def test_without_pytorch(example, capsys):
    assert example("08")() < 1e-6
    assert "µs a step" in capsys.readouterr().out


def test_a_circuit_is_fitted(example, capsys):
    found = example("12")(steps=30)
    assert found.losses.min() < 0.1 * found.losses[0]
    assert "in truth 1.6" in capsys.readouterr().out


def test_a_pilot_learns_to_hold_against_the_wind(example, capsys):
    off = example("13")()
    assert off["CfC"] < 0.4 * off["position alone"]
    assert off["CfC as a stream"] == pytest.approx(off["CfC"], rel=1e-3)
    assert "teacher" in capsys.readouterr().out


def test_a_network_trains_under_a_trainer_of_ones_own(example, capsys):
    assert example("14")() > 0.85
    assert "CfC: " in capsys.readouterr().out


def test_early_beats_of_a_recording_are_found(example, tmp_path, capsys):
    found = example("15")(tmp_path / "kept", beats=100)
    assert found["auroc"] > 0.9
    assert "Measured on the validation part" in capsys.readouterr().out
    assert (tmp_path / "kept/run/report.html").exists()


def test_a_forecast_beats_as_it_is_now(example, tmp_path):
    found = example("16")(tmp_path / "kept", epochs=2)
    assert found["rmse"] < 0.6 * found["as it is now"]
    assert found["rows"] == 6


def test_the_late_pressure_is_what_made_them_ill(example, capsys):
    found = example("17")()
    assert found["pressure"] > found["HR"]
    assert found["late"] > 0.3
    assert "Raised the log-odds most: pressure" in capsys.readouterr().out
