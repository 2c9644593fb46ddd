"""Simulations on disk: read by xarray, gone on with to the bit, whatever stopped them."""

import json
import os
import signal
import subprocess
import sys
import time
import warnings

import numpy as np
import pytest
import xarray

from liquidtime.brain import (
    Ablate,
    Connectome,
    Events,
    Experiment,
    Machine,
    OrnsteinUhlenbeck,
    Parameters,
    Poisson,
    Record,
    Sine,
    Step,
    Store,
    conductance,
    current,
    simulate,
)
from liquidtime.brain.simulation import store
from liquidtime.errors import InputError
from liquidtime.native import native
from liquidtime.runs.claim import LOCK, claimed

SIZE = 40
NAMES = [f"n{i:02d}" for i in range(SIZE)]
kernels = pytest.mark.skipif(native() is None, reason="the compiled kernels are not installed")
MACHINES = {
    "kernels": pytest.param(Machine(backend="cpu"), marks=kernels),
    "reference": Machine(backend="reference"),
}


def brain():
    random = np.random.default_rng(0)
    names = np.array(NAMES)
    return Connectome.from_edges(
        random.choice(names, 400),
        random.choice(names, 400),
        random.integers(1, 9, 400),
        neurons=NAMES,
        transmitter=random.choice(["ach", "gaba"], 400),
        gap_junctions=(names[:20:2], names[1:20:2], np.ones(10)),
    )


BRAIN = brain()
STIMULI = (
    current(NAMES[:6], OrnsteinUhlenbeck(30.0, 20.0, 5.0, seed=7)),
    conductance(NAMES[6:9], Poisson(200.0, 1.0, 4.0), -10.0),
    current(NAMES[9], Sine(40.0, 9.0)),
)
RECORDS = (
    Record(every=3),
    Record("calcium", NAMES[::5], 2, 20.0),
    Record("current", NAMES[7]),
    Events(-50.0),
)
EVERYTHING = {
    "parameters": Parameters(
        unit_conductance=0.03,
        delay=np.resize([0.0, 0.5, 1.5], SIZE),
        synaptic_time_constant=np.resize([0.0, 3.0], SIZE),
    ),
    "stimuli": STIMULI,
    "duration": 30.0,
    "dt": 0.5,
    "record": RECORDS,
    "trials": [None, Ablate("n03"), None],
}
PLAIN = {
    "stimuli": current(NAMES[:6], Step(60.0)),
    "duration": 20.0,
    "dt": 0.5,
    "record": Record(),
}


class StopError(Exception):
    """What stops a run."""


def stopped_at(moment):
    def tell(now):
        if now >= moment:
            raise StopError

    return tell


def interrupted(folder, moment, every=5.0, **options):
    with pytest.raises(StopError):
        run(store=Store(folder, every), progress=stopped_at(moment), **options)


def samples(recording, name):
    return np.asarray(recording.series[name].samples[:])


def run(connectome=BRAIN, parameters=None, where=None, store=None, progress=False, **asked):
    experiment = Experiment(**asked)
    return simulate(connectome, parameters, experiment, where=where, store=store, progress=progress)


def same(one, other):
    assert one.series.keys() == other.series.keys()
    for name in one.series:
        np.testing.assert_array_equal(samples(one, name), samples(other, name), err_msg=name)
    np.testing.assert_array_equal(one.event_table, other.event_table)
    np.testing.assert_array_equal(one.final, other.final)


@pytest.mark.parametrize("machine", MACHINES.values(), ids=MACHINES)
@pytest.mark.parametrize("scheme", ["ab2", "midpoint"])
def test_a_run_that_was_stopped_goes_on_to_the_bit(scheme, machine, tmp_path):
    given = {**EVERYTHING, "scheme": scheme, "where": machine}
    wanted = run(**given)
    assert len(wanted.event_table)
    unbroken = run(store=Store(tmp_path / "unbroken", 7.0), **given)
    same(unbroken, wanted)
    folder = tmp_path / "broken"
    for moment in (3.0, 12.0, 12.5, 29.5):  # before the first checkpoint; in between; at the end
        interrupted(folder, moment, **given)
    found = run(store=Store(folder, 5.0), **given)
    same(found, wanted)
    assert found.statistics["steps"] <= 10  # of the 60, the rest was there


@kernels
def test_a_run_with_delta_goes_on_to_the_bit(tmp_path):
    given = {**EVERYTHING, "delta": 1e-3}
    wanted = run(**given)
    interrupted(tmp_path / "run", 12.0, **given)
    same(run(store=Store(tmp_path / "run", 5.0), **given), wanted)


@kernels
def test_the_share_of_work_counts_all_steps(tmp_path):
    wanted = run(delta=1e-3, **PLAIN).statistics["work_share"]
    interrupted(tmp_path / "run", 12.0, delta=1e-3, **PLAIN)
    found = run(store=Store(tmp_path / "run", 5.0), delta=1e-3, **PLAIN)
    assert found.statistics["work_share"] == wanted


def test_what_was_recorded_is_read_as_from_memory(tmp_path):
    wanted = run(**EVERYTHING)
    found = run(store=tmp_path / "run", **EVERYTHING)
    assert found.store == tmp_path / "run"
    for name in wanted.series:
        xarray.testing.assert_identical(found[name], wanted[name])
    xarray.testing.assert_identical(found.to_dataset(), wanted.to_dataset())
    assert found.events.equals(wanted.events)


def test_samples_open_in_xarray(tmp_path):
    wanted = run(store=tmp_path / "run", **EVERYTHING)
    dataset = xarray.open_zarr(tmp_path / "run" / store.SAMPLES, consolidated=False)
    for name, unit in (("potential", "mV"), ("calcium", "1"), ("current", "pA")):
        array = dataset[name]
        assert array.dims == (f"time_{name}", f"neuron_{name}", "trial")
        assert array.attrs["units"] == unit
        np.testing.assert_array_equal(array.values, samples(wanted, name))
        np.testing.assert_allclose(array[f"time_{name}"], wanted.times(name), rtol=1e-15)
    assert list(dataset["neuron_calcium"].values) == NAMES[::5]
    np.testing.assert_array_equal(dataset["events"].values, wanted.event_table)


def test_nothing_is_written_that_other_readers_may_not_know(tmp_path):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        run(store=tmp_path / "run", **PLAIN)


def test_neurons_without_names_are_numbers_on_disk(tmp_path):
    numbered = Connectome.from_edges([0, 1], [1, 2], neurons=3)
    run(numbered, duration=1.0, dt=0.5, store=tmp_path / "run")
    import zarr

    root = zarr.open_group(tmp_path / "run" / store.SAMPLES, mode="r")
    assert root["neuron_potential"][:].tolist() == [0, 1, 2]


def test_double_precision_is_kept_on_disk(tmp_path):
    machine = Machine(dtype="float64")
    wanted = run(where=machine, **PLAIN)
    found = run(where=machine, store=tmp_path / "run", **PLAIN)
    np.testing.assert_array_equal(samples(found, "potential"), samples(wanted, "potential"))


def test_a_finished_run_is_loaded_again_without_running(tmp_path):
    first = run(store=tmp_path / "run", **EVERYTHING)
    told = []
    again = run(store=tmp_path / "run", progress=told.append, **EVERYTHING)
    assert told == []
    same(again, first)
    assert json.loads((tmp_path / "run" / store.RUN).read_text())["finished"] is True


def test_a_finished_run_keeps_its_statistics(tmp_path):
    first = run(store=tmp_path / "run", **PLAIN)
    again = run(store=tmp_path / "run", **PLAIN)
    assert again.statistics == first.statistics
    found = json.loads((tmp_path / "run" / store.RUN).read_text())
    assert found["statistics"]["steps"] == 40


DIFFERENT = {
    "duration": {"duration": 19.0},
    "dt": {"dt": 0.25},
    "scheme": {"scheme": "frozen"},
    "batch": {"trials": 2},
    "records": {"record": [Record(), Record("calcium")]},
    "threshold": {"record": [Record(), Events(0.0)]},
    "stimuli": {"parameters": Parameters(steepness=0.3)},
}


@pytest.mark.parametrize("name", DIFFERENT)
def test_a_folder_with_another_simulation_is_refused(name, tmp_path):
    run(store=tmp_path, **PLAIN)
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(InputError, match=f"holds another simulation: .*{name}"):
        run(store=tmp_path, **PLAIN | DIFFERENT[name])
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.parametrize(
    "change",
    [
        {"stimuli": current(NAMES[:6], Step(61.0))},
        {"stimuli": current(NAMES[1:7], Step(60.0))},
        {"stimuli": (*[PLAIN["stimuli"]] * 2,)},
        {"initial": -50.0},
        {"trials": [Ablate("n03")]},
        pytest.param(
            {"record": Record(neurons=NAMES[::-1])},
        ),
    ],
)
def test_a_folder_knows_what_was_simulated(change, tmp_path):
    run(store=tmp_path, **PLAIN)
    with pytest.raises(InputError, match="holds another simulation"):
        run(store=tmp_path, **PLAIN | change)


def test_a_folder_knows_the_time_constant_of_calcium(tmp_path):
    calcium = [Record("calcium", time_constant=constant) for constant in (20.0, 30.0)]
    run(store=tmp_path, **PLAIN | {"record": calcium[0]})
    with pytest.raises(InputError, match="holds another simulation"):
        run(store=tmp_path, **PLAIN | {"record": calcium[1]})


def test_to_look_at_a_connectome_does_not_change_it(tmp_path):
    fresh = brain()
    run(fresh, store=tmp_path, **PLAIN)
    assert "400" not in repr(fresh)
    assert fresh.synapses.total > 0
    run(fresh, store=tmp_path, **PLAIN)


def test_a_folder_with_other_files_is_refused(tmp_path):
    (tmp_path / "thesis.txt").write_text("do not lose")
    with pytest.raises(InputError, match="holds files, but no simulation"):
        run(store=tmp_path, **PLAIN)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


def test_a_folder_that_another_writes_is_refused(tmp_path):
    with claimed(tmp_path), pytest.raises(InputError, match=f"in use by process {os.getpid()}"):
        run(store=tmp_path, **PLAIN)
    run(store=tmp_path, **PLAIN)
    assert not (tmp_path / LOCK).exists()


def test_a_run_that_is_killed_at_its_very_beginning_can_be_begun_again(tmp_path, monkeypatch):
    def killed(*_):
        raise StopError

    with monkeypatch.context() as patch:
        patch.setattr(store, "write_json", killed)
        with pytest.raises(StopError):
            run(store=tmp_path / "run", **PLAIN)
    run(store=tmp_path / "run", **PLAIN)


@pytest.mark.parametrize("name", ["events", "neuron_v"])
def test_names_of_the_store_are_refused(name):
    with pytest.raises(ValueError, match=f"a record is named '{name}'"):
        Record(name=name)


def test_a_checkpoint_needs_time():
    with pytest.raises(ValueError, match=r"checkpoint_every is 0.0 ms"):
        Store("anywhere", 0.0)


SCRIPT = """
import sys
from pathlib import Path

import numpy as np
import torch

from liquidtime.brain import Connectome, Events, Experiment, OrnsteinUhlenbeck, Parameters, Record
from liquidtime.brain import Store, current, simulate

torch.set_num_threads(1)
random = np.random.default_rng(0)
connectome = Connectome.from_edges(*random.integers(0, 60, (2, 900)), neurons=60)
folder, steps = Path(sys.argv[1]), Path(sys.argv[1] + ".steps")


def tell(now):
    with steps.open("a") as file:
        file.write(f"{now}\\n")


found = simulate(
    connectome,
    Parameters(delay=np.resize([0.0, 0.4], 60), synaptic_time_constant=2.0),
    Experiment(
        current(np.arange(10), OrnsteinUhlenbeck(20.0, 20.0, 5.0)),
        6000.0,
        0.1,
        record=[Record(every=10), Record("calcium", [3, 5]), Events(-50.0)],
    ),
    store=Store(folder, 300.0) if len(sys.argv) < 3 else None,
    progress=tell,
)
parts = {name: series.samples[:] for name, series in found.series.items()}
np.savez(sys.argv[1] + ".npz", events=found.event_table, final=found.final, **parts)
"""


def told(folder):
    """The moments that a run has told of."""
    steps = folder.with_name(folder.name + ".steps")
    return [float(line) for line in steps.read_text().split()] if steps.exists() else []


def start(script, folder, *options):
    command = [sys.executable, str(script), str(folder), *options]
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "PYTHONWARNINGS": "ignore"}
    return subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True)


def stop(script, folder, number, moment):
    """Begin, or go on, and send a signal once `moment` (ms) is reached; what had been told."""
    folder.with_name(folder.name + ".steps").unlink(missing_ok=True)
    with start(script, folder) as process:
        end = time.monotonic() + 60
        while not told(folder) or told(folder)[-1] < moment:
            assert process.poll() is None, process.stderr.read()
            assert time.monotonic() < end
            time.sleep(0.002)
        process.send_signal(number)
        process.wait(60)
        assert process.returncode != 0
    return told(folder)


def finish(script, folder, *options):
    folder.with_name(folder.name + ".steps").unlink(missing_ok=True)
    with start(script, folder, *options) as process:
        _, errors = process.communicate(timeout=120)
        assert process.returncode == 0, errors
    with np.load(f"{folder}.npz") as file:
        return {name: file[name] for name in file.files}


@kernels
@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="this system does not kill")
def test_killed_and_interrupted_runs_lose_at_most_one_interval_and_no_bit(tmp_path):
    script = tmp_path / "run.py"
    script.write_text(SCRIPT)
    wanted = finish(script, tmp_path / "memory", "memory")
    assert len(wanted["events"])
    folder = tmp_path / "run"
    reached = 0.0
    for number, moment in (
        (signal.SIGKILL, 400.0),
        (signal.SIGKILL, 1200.0),
        (signal.SIGINT, 2000.0),
    ):
        moments = stop(script, folder, number, moment)
        assert moments[-1] < 6000.0
        # The first that is told of is one run after the checkpoint that it went on from.
        assert moments[0] >= reached - 300.0 - 1e-6
        reached = moments[-1]
    found = finish(script, folder)
    assert told(folder)[0] >= reached - 300.0 - 1e-6
    assert found.keys() == wanted.keys()
    for name, part in wanted.items():
        np.testing.assert_array_equal(found[name], part, err_msg=name)
