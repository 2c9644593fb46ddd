"""Every example runs, and shows what its docstring says it shows."""

import runpy
from pathlib import Path

import pytest

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
