"""`liquidtime simulate` on small networks, and `liquidtime show` of what it leaves."""

import contextlib
import json
import shutil
from pathlib import Path
from typing import get_args, get_type_hints

import numpy as np
import pandas as pd
import pytest

from liquidtime.cli.__main__ import main
from liquidtime.cli.brain import simulating
from liquidtime.cli.brain.options import RunOptions
from liquidtime.kernels.network.stepper import SCHEMES

EDGES = "pre,post,count,transmitter\na,b,20,ach\nb,c,20,ach\nc,a,10,gaba\nd,c,5,ach\n"
NEURONS = "name,group,type\na,sensory,A\nb,inter,B\nc,motor,C\nd,inter,D\n"
SHORT = ("--duration", "60", "--dt", "0.5")
POKE = ("--stimulate", "a=step 30 from 20 to 40")


def test_every_scheme_can_be_chosen():
    assert set(get_args(get_type_hints(RunOptions)["scheme"])) == set(SCHEMES)


@pytest.fixture(scope="session")
def edges(tmp_path_factory):
    folder = tmp_path_factory.mktemp("network")
    (folder / "tiny.csv").write_text(EDGES)
    (folder / "neurons.csv").write_text(NEURONS)
    return folder / "tiny.csv"


def command(edges, *options):
    neurons = edges.with_name("neurons.csv")
    return ["simulate", str(edges), "--neurons", str(neurons), *SHORT, *options]


@pytest.fixture(scope="session")
def finished(edges, tmp_path_factory):
    """A control, two perturbations, and crossings of a threshold."""
    out = tmp_path_factory.mktemp("runs") / "tiny"
    options = ("--ablate", "b", "--scale", "gaba=0", "--threshold", "-50", "--out", str(out))
    assert main(command(edges, *POKE, *options)) == 0
    return out


def samples(folder, name="potential"):
    zarr = pytest.importorskip("zarr")
    return zarr.open_group(folder / "recording.zarr", mode="r")[name][:]


def said(capsys):
    shown = capsys.readouterr()
    return " ".join(shown.out.split()), " ".join(shown.err.split())


def test_a_folder_with_samples_tables_figures_and_a_page(finished):
    values = samples(finished)
    assert values.shape == (120, 4, 3)
    assert np.allclose(values[:, 1, 1], -60), "b is ablated in the second trial"
    for name in ("traces", "conditions", "heatmap", "raster", "responses", "spectrum", "circuit"):
        assert (finished / f"{name}.png").read_bytes().startswith(b"\x89PNG"), name
    assert (finished / "player.html").read_text(encoding="utf-8").startswith("<!")
    record = json.loads((finished / "run.json").read_text())
    assert record["finished"] and record["kind"] == "simulation" and record["batch"] == 3
    table = pd.read_csv(finished / "comparison.csv")
    assert list(table["condition"].unique()) == ["control", "ablate b", "gaba × 0"]
    ablated = table[table["condition"] == "ablate b"].set_index("neuron")
    assert ablated.loc["c", "mean_difference"] < 0
    sizes = ablated["evoked_difference"].abs().dropna()
    assert sizes.is_monotonic_decreasing, "the answer that differs most comes first"
    assert np.isnan(ablated.loc["b", "rms_difference"]), "no effect on itself"
    beside = values[39:, 2, 1] - values[39:, 2, 0]
    assert ablated.loc["c", "mean_difference"] == pytest.approx(beside.mean(), rel=1e-4)
    assert ablated.loc["c", "rms_difference"] == pytest.approx(
        np.sqrt(np.square(beside).mean()), rel=1e-4
    )
    assert not list(finished.glob(".*"))


def test_what_is_printed(edges, tmp_path, capsys):
    assert main(command(edges, *POKE, "--silence", "b", "--out", str(tmp_path / "r"))) == 0
    out, err = said(capsys)
    told = "neurons 4", "edges 4 with 55 synapses", "60 ms in steps of 0.5 ms", "real time"
    for words in (*told, "mV since 20 ms", "silence b", "a=step 30 from 20", "player.html"):
        assert words in out, words
    assert "60 / 60 ms" in err
    assert "Warning" not in err


def test_show_prints_and_draws_again(finished, tmp_path, capsys):
    copy = tmp_path / "copy"
    shutil.copytree(finished, copy)
    for file in (*copy.glob("*.png"), *copy.glob("*.csv"), copy / "player.html"):
        file.unlink()
    assert main(["show", str(copy)]) == 0
    out, _ = said(capsys)
    assert "3 of 3 conditions" in out and "ablate b" in out and "crossings" in out
    assert (copy / "traces.png").exists() and (copy / "player.html").exists()
    assert (copy / "comparison.csv").read_text() == (finished / "comparison.csv").read_text()


def test_show_does_not_mix_kinds(finished, tmp_path, capsys):
    assert main(["show", str(finished), str(tmp_path)]) == 2
    assert "one kind at a time" in capsys.readouterr().err


def test_a_screen_ablates_each_neuron_beside_a_control(edges, tmp_path, capsys):
    out = tmp_path / "screen"
    options = ("--screen", "ablate", "--of", "group:inter,c,a", "--out", str(out))
    assert main(command(edges, *POKE, *options)) == 0
    assert samples(out).shape[2] == 5
    table = pd.read_csv(out / "conditions.csv")
    assert set(table["condition"]) == {"ablate a", "ablate b", "ablate c", "ablate d"}
    assert table["rms"].is_monotonic_decreasing
    printed, _ = said(capsys)
    assert "answers changed" in " ".join(printed.split()) and "ablate b" in printed
    assert (out / "responses.png").exists()


def test_a_screen_stimulates_each_neuron_in_a_trial_of_its_own(edges, tmp_path):
    out = tmp_path / "sweep"
    text = "a,d=step 30 from 20 to 40"
    assert (
        main(command(edges, "--stimulate", text, "--screen", "stimulate", "--out", str(out))) == 0
    )
    values = samples(out)
    assert values.shape[2] == 3
    assert np.abs(values[60, 0] - values[60, 0, 0]).tolist()[1] > 5, "a is stimulated in trial 1"
    assert values[41, 3, 1] == values[41, 3, 0] and values[60, 3, 2] > values[60, 3, 0] + 5
    table = pd.read_csv(out / "comparison.csv")
    assert set(table["condition"]) == {"control", "stimulate a", "stimulate d"}


def test_conditions_get_the_same_noise_and_repeats_another(edges, tmp_path):
    out = tmp_path / "noise"
    options = ("--stimulate", "d=noise 5 sd 5 tau 10", "--silence", "b", "--trials", "2")
    assert main(command(edges, *options, "--out", str(out))) == 0
    values = samples(out)
    assert values.shape[2] == 4, "control, control, silenced, silenced"
    assert np.array_equal(values[:, 3, 0], values[:, 3, 2])
    assert np.array_equal(values[:, 3, 1], values[:, 3, 3])
    assert not np.allclose(values[:, 3, 0], values[:, 3, 1])


def test_clamps_hold_until_their_end_and_no_longer(edges, tmp_path):
    out = tmp_path / "clamps"
    texts = ("a=clamp -20 from 10 to 20", "b=clamp ramp -60 -40 from 10 to 20",
             "d=clamp sine 10 period 10 mean -40 from 10 to 20")  # fmt: skip
    options = [word for text in texts for word in ("--stimulate", text)]
    assert main(command(edges, *options, "--out", str(out))) == 0
    values = samples(out)[:, :, 0]
    held = slice(20, 40)  # the steps from 10 to 20 ms
    assert np.allclose(values[held, 0], -20)
    assert np.allclose(values[held, 1], np.linspace(-59, -40, 20), atol=1.01)
    assert np.allclose(values[held, 3].mean(), -40, atol=0.5)
    assert values[held, 3].max() > -31
    assert values[60, 0] < -40, "free again"


def test_records_settings_and_schemes(edges, tmp_path):
    out = tmp_path / "kept"
    options = (
        "--record", "calcium of group:motor", "--record", "potential of a,b", "--every", "2",
        "--set", "leak_potential=-55", "--set", "unit_conductance.gaba=0.2", "--scheme", "midpoint",
        "--start", "rest", "--out", str(out),
    )  # fmt: skip
    assert main(command(edges, *options)) == 0
    assert samples(out, "calcium").shape == (30, 1, 1)
    assert samples(out).shape == (30, 2, 1)
    graded = json.loads((out / "connectome" / "graded.json").read_text())
    assert graded["leak_potential"] == -55
    assert main(["show", str(out)]) == 0


def test_a_random_network_by_numbers(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    options = ("--neurons", "500", "--in-degree", "10", "--stimulate", "0-9,17=pulses 50 width 5 "
               "period 20", *SHORT)  # fmt: skip
    for _ in range(2):
        assert main(["simulate", "random", *options]) == 0
    one, two = sorted((tmp_path / "runs" / "brain").iterdir(), key=lambda path: len(path.name))
    assert one.name.startswith("random-2") and two.name == f"{one.name}-2"
    assert np.array_equal(samples(one), samples(two))
    assert "5,000 with 5,000 synapses" in said(capsys)[0]


@pytest.mark.parametrize("network", ["fly-like", "microcircuit"])
def test_other_made_networks(network, tmp_path):
    out = tmp_path / "made"
    options = ("--neurons", "300", "--stimulate", "0=step 5", "--out", str(out))
    assert main(["simulate", network, *options, "--duration", "5", "--dt", "0.5"]) == 0
    assert 290 <= samples(out).shape[1] <= 310


@pytest.mark.parametrize("kind", ["sonata", "neuroml"])
def test_other_formats(kind, edges, tmp_path):
    from liquidtime.brain import Parameters
    from liquidtime.brain.formats.neuroml import write_neuroml
    from liquidtime.brain.formats.sonata import write_sonata
    from liquidtime.brain.read import read_edges

    connectome = read_edges(edges, transmitter="transmitter")
    path = tmp_path / ("net" if kind == "sonata" else "net.nml")
    (write_sonata if kind == "sonata" else write_neuroml)(path, connectome, Parameters())
    out = tmp_path / "run"
    assert main(["simulate", str(path), *SHORT, *POKE, "--out", str(out)]) == 0
    assert samples(out).shape == (120, 4, 1)


def test_ctrl_c_says_how_to_go_on_and_resume_ends_at_the_same_bits(
    edges, tmp_path, monkeypatch, capsys
):
    options = (*POKE, "--stimulate", "d=noise 5 sd 5 tau 10", "--duration", "30")
    assert main(command(edges, *options, "--out", str(tmp_path / "whole"))) == 0
    shown = simulating.shown

    @contextlib.contextmanager
    def stop_at_half(wanted, duration):
        with shown(False, duration):

            def tell(now):
                if now >= duration / 2:
                    raise KeyboardInterrupt

            yield tell

    cut = command(edges, *options, "--out", str(tmp_path / "cut"))
    monkeypatch.setattr(simulating, "SECONDS_A_CHECKPOINT", 1e-9)
    monkeypatch.setattr(simulating, "shown", stop_at_half)
    capsys.readouterr()
    assert main(cut) == 130
    error = said(capsys)[1]
    assert "Stopped at 15 of 30 ms" in error and "--resume" in error and "checkpoint" in error
    assert main(["show", str(tmp_path / "cut")]) == 2
    assert "stopped before its end" in said(capsys)[1]
    assert main(cut) == 2
    assert "Add --resume" in said(capsys)[1]
    monkeypatch.setattr(simulating, "shown", shown)
    assert main([*cut, "--resume", "--dt", "1"]) == 2
    assert "another simulation" in said(capsys)[1]
    assert main([*cut, "--resume"]) == 0
    assert np.array_equal(samples(tmp_path / "cut"), samples(tmp_path / "whole"))
    capsys.readouterr()
    assert main([*cut, "--resume"]) == 2
    assert "finished simulation" in said(capsys)[1]


WRONG = {
    "a": "expected NEURONS=WAVEFORM",
    "a=stpe 20": "Did you mean step?",
    "a=step": "step needs a number (pA), but nothing came",
    "a=step 20 nA": "expected pA",
    "a=step 20 from 0.1 s": "expected ms",
    "a=step 20 from 50 to 10": "not after its beginning",
    "a=step 20 until 50": "step knows no 'until'; it takes from, to",
    "a=step 20 from 1 from 2": "stands there twice",
    "a=ramp 3": "ramp needs 2 numbers",
    "a=noise 10 sd 5": "noise needs 'tau', such as 'noise 10 sd 5 tau 20'",
    "a=noise 10 sd 5 tau 0": "time constant above 0",
    "a=pulses 3 width 10 period 5": "width above 0 and not above the period",
    "a=pulses 3 width 1 period 5 count 1.5": "whole number",
    "a=conductance -2": "a conductance is negative",
    "e=step 20": "there is no neuron 'e'; expected names such as a,b",
    "B=step 20": "there is no neuron 'B', but a type. Did you mean type:B?",
    "groop:inter=step 20": "has no column 'groop'; it has group, type",
    "group:intr=step 20": "Did you mean group:inter?",
    ",=step 20": "names no neuron",
}


@pytest.mark.parametrize("text", WRONG)
def test_a_stimulus_that_cannot_be_understood(text, edges, tmp_path, capsys):
    out = tmp_path / "none"
    assert main(command(edges, "--stimulate", text, "--out", str(out))) == 2
    error = said(capsys)[1]
    assert WRONG[text] in error
    assert not out.exists()


@pytest.mark.parametrize(
    "options, words",
    [
        (["--scale", "0.1"], "expected TRANSMITTER=FACTOR"),
        (["--scale", "dopamine=0"], "expected one of acetylcholine, gaba"),
        (["--set", "leak_potental=3"], "Did you mean leak_potential?"),
        (["--set", "leak_potential"], "expected CONSTANT=NUMBER"),
        (["--set", "midpoint.gaba=3"], "has no values by transmitter"),
        (["--set", "membrane_capacitance=-3"], "must be positive"),
        (["--record", "volt"], "expected one of potential"),
        (["--every", "0.3"], "a multiple of dt, 0.5 ms"),
        (["--every", "100"], "nothing would be kept"),
        (["--screen", "stimulate"], "expected a stimulus"),
        (["--of", "a"], "--of names the neurons of --screen"),
        (["--ablate", "a", "--ablate", "a"], "is asked for twice"),
        (["--trials", "0"], "--trials is 0; expected 1 or more"),
        (["--dt", "0"], "dt is 0.0 ms"),
        (["--duration", "0.1"], "at least one step"),
        (["--delta", "0.1", "--scheme", "rk4"], "it has no rk4"),
        (["--threads", "0"], "threads is 0"),
        (["--device", "nonsense"], "the device nonsense cannot be used here"),
        (["--pre", "from"], "no column 'from'"),
        (["--in-degree", "3"], "--in-degree means nothing for"),
        (["--resume"], "no stopped simulation"),
    ],
)
def test_options_that_do_not_fit(options, words, edges, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(command(edges, *options)) == 2
    assert words in said(capsys)[1]
    assert not (tmp_path / "runs").exists() or not list((tmp_path / "runs").rglob("*.json"))


@pytest.mark.parametrize(
    "arguments, words",
    [
        (["wrm"], "Did you mean worm?"),
        (["flywire"], "--files Completeness_783.csv Connectivity_783.parquet"),
        (["worm", "--neurons", "3"], "--neurons means nothing for worm"),
        (["random", "--neurons", "many"], "expected how many neurons"),
        (["random", "--neurons", "10", "--in-degree", "10"], "in_degree is 10"),
    ],
)
def test_networks_that_are_not_there(arguments, words, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(["simulate", *arguments]) == 2
    assert words in said(capsys)[1]


def test_a_folder_of_something_else_is_left_alone(edges, tmp_path, capsys):
    (tmp_path / "thesis.tex").write_text("…")
    assert main(command(edges, "--out", str(tmp_path))) == 2
    assert "no simulation" in said(capsys)[1]
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.tex"]


def test_a_simulation_made_in_python_is_shown_as_well(edges, tmp_path, capsys):
    from liquidtime.brain import Ablate, Experiment, Step, current, read, simulate

    connectome = read.read_edges(edges, transmitter="transmitter")
    touch = current("a", Step(30.0, 20.0, 40.0))
    experiment = Experiment(touch, 60.0, 0.5, trials={"control": None, "no b": Ablate("b")})
    simulate(connectome, None, experiment, store=tmp_path / "python")
    assert main(["show", str(tmp_path / "python")]) == 0
    out, _ = said(capsys)
    for words in ("2 of 2 conditions", "a=current Step", "mV since 20 ms", "no b"):
        assert words in out, words
    table = pd.read_csv(tmp_path / "python" / "comparison.csv").set_index(["condition", "neuron"])
    assert np.isnan(table.loc[("no b", "b"), "rms_difference"]), "no effect on itself"


def test_a_fault_of_the_engine_is_not_told_as_the_users(edges, tmp_path, monkeypatch):
    from liquidtime.brain.simulation.player import Player

    def play(self, first, steps):
        return np.ones(3) + np.ones(4)

    monkeypatch.setattr(Player, "play", play)
    with pytest.raises(ValueError, match="broadcast"):
        main(command(edges, *POKE, "--out", str(tmp_path / "r")))


STORED = Path(__file__).parents[1] / "stored" / "v0.1.0"


def test_what_version_0_1_0_left_is_shown(tmp_path, capsys):
    copy = shutil.copytree(STORED / "simulate-cli", tmp_path / "old")
    before = pd.read_csv(copy / "comparison.csv")
    assert main(["show", str(copy)]) == 0
    assert "ablate 7" in said(capsys)[0]
    after = pd.read_csv(copy / "comparison.csv")
    assert set(after["condition"]) == {"control", *before["condition"]}
    key = ["condition", "neuron"]
    same = after.set_index(key).loc[pd.MultiIndex.from_frame(before[key]), before.columns[2:]]
    pd.testing.assert_frame_equal(same, before.set_index(key))


def test_what_version_0_1_0_left_of_python_says_how_to_have_it_shown(capsys):
    assert main(["show", str(STORED / "simulation-finished")]) == 2
    assert "call simulate with the same store once more" in said(capsys)[1]


@pytest.mark.data
def test_the_worm(tmp_path, capsys):
    out = tmp_path / "worm"
    options = ("--set", "unit_conductance=0.01", "--stimulate", "PLML=step 20 from 50")
    assert main(["simulate", "worm", *options, "--duration", "80", "--out", str(out)]) == 0
    assert "302" in said(capsys)[0]


def test_a_stimulus_after_the_end_is_refused_before_anything_is_made(edges, tmp_path, capsys):
    for late, more in (("500", ()), ("60", ()), ("0.95", ("--dt", "0.3", "--duration", "1"))):
        out = tmp_path / "o"
        poke = ("--stimulate", f"a=step 20 from {late}", "--duration", "50", *more)
        assert main(command(edges, *poke, "--out", str(out))) == 2
        assert "but the simulation ends at" in said(capsys)[1]
        assert not out.exists()


def test_a_stimulus_behind_the_last_sample_is_shown(edges, tmp_path, capsys):
    poke = ("--stimulate", "a=step 20 from 45", "--duration", "50", "--every", "40")
    assert main(command(edges, *poke, "--out", str(tmp_path / "o"))) == 0
    assert main(["show", str(tmp_path / "o")]) == 0


def test_what_no_membrane_bears_is_said(edges, tmp_path, capsys):
    poke = ("--stimulate", "a=step 1e38", "--duration", "20")
    assert main(command(edges, *poke, "--out", str(tmp_path / "o"))) == 0
    out = " ".join(said(capsys)[0].split())
    assert "impossible" in out and "the potential of a is" in out
    assert "beyond ±1000 mV" in out


def test_a_neuron_that_is_named_twice_is_refused_as_in_python(edges, tmp_path, capsys):
    poke = ("--stimulate", "a,a=step 20", "--duration", "20", "--out", str(tmp_path / "o"))
    assert main(command(edges, *poke)) == 2
    assert "'a' stands there twice" in said(capsys)[1]


def test_the_answer_to_a_stimulus_is_told_apart_from_what_was_there_before(tmp_path, capsys):
    """b lifts c before the touch; without b, c rests lower, but answers a as much or less."""
    table = tmp_path / "e.csv"
    table.write_text("pre,post,count\nb,c,200\na,c,50\n")
    touch = ("--stimulate", "a=step 30 from 50", "--stimulate", "b=step 20 from 0", "--dt", "0.5")
    options = (*touch, "--ablate", "b", "--duration", "100", "--out", str(tmp_path / "o"))
    assert main(["simulate", str(table), *options]) == 0
    assert "The answer to the stimulus beside the control's, from 50 ms on" in said(capsys)[0]
    rows = pd.read_csv(tmp_path / "o" / "comparison.csv").set_index(["condition", "neuron"])
    control, ablated = rows.loc[("control", "c")], rows.loc[("ablate b", "c")]
    assert control["evoked_difference"] == 0 and control["before_difference"] == 0
    assert ablated["before_difference"] < -5
    assert ablated["evoked_difference"] == pytest.approx(
        ablated["response"] - control["response"], rel=1e-3
    )
    assert 0 < ablated["latency"] <= 50
