"""A store: held by one process, whole after Ctrl-C, and known again whatever stopped it."""

import os
import shutil
import signal

import numpy as np
import pytest

from liquidtime.brain import Connectome, Events, Experiment, Record, Step, Store, current, simulate
from liquidtime.brain.simulation.samples import SAMPLES
from liquidtime.brain.simulation.store import RUN
from liquidtime.errors import InputError
from liquidtime.optional import require
from liquidtime.runs.folder import MARK
from liquidtime.runs.interrupts import uninterrupted

PAIR = Connectome.from_edges(["a"], ["b"], [20])
EXPERIMENT = Experiment(
    current("a", Step(50.0)), 20.0, 0.5, record=[Record(), Record("calcium"), Events(-50.0)]
)


def simulated(folder, tell=False):
    return simulate(PAIR, None, EXPERIMENT, store=Store(folder, 5.0), progress=tell)


def pressing(at):
    """Presses Ctrl-C at a simulated time."""
    return lambda now: os.kill(os.getpid(), signal.SIGINT) if now >= at else None


def test_every_array_of_a_recording_carries_checksums(tmp_path):
    simulated(tmp_path / "run")
    root = require("zarr", extra="brain").open_group(tmp_path / "run" / SAMPLES, mode="r")
    arrays = dict(root.arrays())
    assert {"potential", "calcium", "events", "time_potential", "neuron_calcium"} <= arrays.keys()
    for name, array in arrays.items():
        codecs = [type(codec).__name__ for codec in array.compressors]
        assert codecs[-1] == "Crc32cCodec", name


def test_ctrl_c_waits_until_a_write_is_done():
    done = []
    with pytest.raises(KeyboardInterrupt), uninterrupted():
        os.kill(os.getpid(), signal.SIGINT)
        done.append(True)
    assert done
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    with pytest.raises(KeyboardInterrupt), uninterrupted():
        os.kill(os.getpid(), signal.SIGINT)
        os.kill(os.getpid(), signal.SIGINT)
        done.append(True)
    assert done == [True]


def test_a_simulation_stopped_by_ctrl_c_goes_on_to_the_same(tmp_path):
    whole = simulated(tmp_path / "whole")["potential"].values
    with pytest.raises(KeyboardInterrupt):
        simulated(tmp_path / "run", pressing(10.0))
    assert (tmp_path / "run" / RUN).exists()
    np.testing.assert_array_equal(simulated(tmp_path / "run")["potential"].values, whole)


def test_a_folder_that_is_removed_meanwhile_is_told(tmp_path):
    folder = tmp_path / "run"

    def removing(now):
        if now >= 5.0:
            shutil.rmtree(folder)

    with pytest.raises((InputError, OSError), match=r"was removed while|folder is gone"):
        simulated(folder, removing)
    assert not folder.exists()


def test_whoever_comes_second_is_refused_by_number(tmp_path):
    folder, refused = tmp_path / "run", []

    def again(now):
        if not refused:
            with pytest.raises(InputError, match=f"in use by process {os.getpid()} on") as found:
                simulated(folder)
            refused.append(found)

    expected = simulated(tmp_path / "whole")["potential"].values
    np.testing.assert_array_equal(simulated(folder, again)["potential"].values, expected)
    assert refused


def test_what_was_stopped_before_its_record_does_not_bar_the_way(tmp_path):
    """As a kill in the first moments leaves it: a mark, and a piece of a store."""
    folder = tmp_path / "run"
    (folder / SAMPLES / "events").mkdir(parents=True)
    (folder / SAMPLES / "events" / "zarr.json").write_text("{}")
    with pytest.raises(InputError, match="holds files, but no simulation"):
        simulated(folder)
    (folder / MARK).write_text("simulation")
    expected = simulated(tmp_path / "whole")["potential"].values
    np.testing.assert_array_equal(simulated(folder)["potential"].values, expected)
    assert not (folder / MARK).exists()


def test_what_zarr_left_half_written_is_swept(tmp_path):
    folder = tmp_path / "run"
    with pytest.raises(KeyboardInterrupt):
        simulated(folder, pressing(10.0))
    half = folder / SAMPLES / "potential" / "zarr.0c7fd1.partial"
    half.write_text("{")
    simulated(folder)
    assert not half.exists()
