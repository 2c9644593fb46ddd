"""The folder of a simulation: where it goes, what it holds besides samples, how it is read."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from liquidtime.brain.experiment.recording import Record, Recording, Series
from liquidtime.brain.experiment.state import State, read_arrays
from liquidtime.brain.simulation.description import Description
from liquidtime.brain.simulation.samples import SAMPLES, Samples
from liquidtime.brain.simulation.store import CHECKPOINT, CONNECTOME, EXPERIMENT, RUN, SIMULATION
from liquidtime.errors import InputError
from liquidtime.optional import require
from liquidtime.runs.claim import check_free
from liquidtime.runs.folder import Folder
from liquidtime.runs.names import dated, latest_stopped
from liquidtime.runs.stored import read_json


def is_simulation(folder: Path) -> bool:
    """Whether a simulation has been begun there."""
    found = Folder(folder, SIMULATION)
    return found.begun and read_json(folder / RUN).get("kind") == "simulation"


def folder_for(
    out: Path | None, runs: Path, name: str, resume: bool, duration: float | None = None
) -> Path:
    """Where a simulation goes.

    Args:
        out: What the user asked for; by default `<runs>/<name>-<date>`, with a number where that
            is taken.
        runs: Where simulations lie by default.
        name: Of the network.
        resume: Go on with a stopped one: by default the latest of that name.
        duration: ms; with `resume`, a finished one that is shorter is made longer.

    Raises:
        InputError: If the folder is taken, or there is nothing to go on with.
    """
    if out is not None:
        folder = Folder(out, SIMULATION)
        if resume and duration and folder.finished and folder.read(RUN)["duration"] < duration:
            check_free(out)
        else:
            folder.check_vacant(resume=resume)
        return out
    if not resume:
        return dated(runs / name)
    stopped = latest_stopped(runs / name, SIMULATION)
    if stopped is None:
        raise InputError(
            f"no stopped simulation of {name} lies in {runs}; leave --resume out, or name its "
            "folder with --out."
        )
    check_free(stopped)
    return stopped


def load(folder: Path) -> tuple[Recording, Description]:
    """Read a finished simulation back; its samples stay on disk.

    Raises:
        InputError: If it is not finished, or something of it is missing.
    """
    zarr = require("zarr", extra="brain")
    result = Folder(folder, SIMULATION)
    about = result.read(RUN)
    if not result.finished:
        goes_on = "Repeat its command with --resume, or its call of simulate, to go on."
        if (folder / EXPERIMENT).is_file() and (command := Description.read(result).command):
            goes_on = f"To go on: {command}"
        raise InputError(f"{folder} holds a simulation that was stopped before its end. {goes_on}")
    experiment = Description.read(result)
    result.check(SAMPLES, CONNECTOME)
    from liquidtime.brain.formats.sonata import read_sonata

    root: Any = zarr.open_group(folder / SAMPLES, mode="r")
    connectome = read_sonata(folder / CONNECTOME)
    series = {}
    for name, (variable, count, every) in about["records"].items():
        labels = [str(label) for label in root[f"neuron_{name}"][:].tolist()]
        found = np.asarray(connectome.neurons.index.astype(str).get_indexer(labels))
        if count != len(found) or (found < 0).any():
            raise InputError(f"{folder}: the neurons of {name!r} are not those of the connectome.")
        record = Record(variable, None, every, name=name)
        series[name] = Series(record, found.astype(np.int32), Samples(folder, name))
    recording = Recording(
        connectome,
        about["dt"],
        about["duration"],
        series,
        root["events"][:],
        _final(result, about, len(connectome)),
        {**about["statistics"], "scheme": about["scheme"]},
        folder,
        experiment.labels,
        about.get("first_step", 0),
    )
    return recording, experiment


def _final(folder: Folder, about: Mapping[str, Any], neurons: int) -> State:
    """Where a finished simulation stood at its end."""
    folder.check(CHECKPOINT)
    parts, told = read_arrays(folder.path / CHECKPOINT)
    # Version 0.1.0 kept less, and did not say of which network.
    said = {
        "kind": "state",
        "step": int(parts["step"][0]),
        "shape": [neurons, about["batch"]],
        "dt": about["dt"],
        "backend": about["backend"],
        "dtype": about["dtype"],
        "on delta": about["delta"] > 0,
        "wiring": None,
        "constants": None,
        "calcium": {},
        "noises": {},
    }
    return State(parts, {**said, **told})
