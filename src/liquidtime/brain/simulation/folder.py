"""The folder of a simulation: where it goes, what it holds besides samples, how it is read."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from liquidtime.brain.connectome.graph import Connectome
from liquidtime.brain.experiment.archive import read_arrays
from liquidtime.brain.experiment.recording import Record, Recording, Series
from liquidtime.brain.experiment.state import State
from liquidtime.brain.simulation.description import Description
from liquidtime.brain.simulation.samples import SAMPLES, Samples, read_samples
from liquidtime.brain.simulation.store import CHECKPOINT, CONNECTOME, EXPERIMENT, RUN, SIMULATION
from liquidtime.errors import InputError
from liquidtime.optional import require
from liquidtime.runs.claim import check_free
from liquidtime.runs.folder import Folder
from liquidtime.runs.names import dated, latest_stopped
from liquidtime.runs.stored import NUMBER, check_like, read_json, understood


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


_LIKE = {
    "records": {str: [(str, int)]},
    "dt": NUMBER,
    "duration": NUMBER,
    "batch": int,
    "scheme": str,
    "statistics": {"backend": str, "wall_seconds": NUMBER, "simulated_per_wall": NUMBER},
}
"""What `run.json` of a finished simulation holds."""


def _recorded(
    folder: Path,
    about: Mapping[str, Any],
    records: Mapping[str, tuple[Record, int]],
    connectome: Connectome,
) -> tuple[dict[str, Series], NDArray[np.int64]]:
    """The records and the crossings, whose shapes must be those that run.json tells."""
    root: Any = require("zarr", extra="brain").open_group(folder / SAMPLES, mode="r")
    known = connectome.neurons.index.astype(str)
    steps, series = round(about["duration"] / about["dt"]), {}
    for name, (record, count) in records.items():
        names, samples = root[f"neuron_{name}"], Samples(folder, name)
        expected = (steps // record.every, count, about["batch"])
        if names.shape != (count,) or samples.shape != expected or samples.dtype.kind != "f":
            raise InputError(
                f"{name!r} has the shape {list(samples.shape)}, of {names.shape} neurons; expected "
                f"{list(expected)}, as {RUN} tells."
            )
        labels = [str(label) for label in read_samples(folder, names).tolist()]
        found = np.asarray(known.get_indexer(labels))
        if (found < 0).any():
            raise InputError(f"the neurons of {name!r} are not those of the connectome.")
        series[name] = Series(record, found.astype(np.int32), samples)
    events = root["events"]
    most = steps * len(connectome) * about["batch"]
    if len(events.shape) != 2 or events.shape[1] != 3 or events.shape[0] > most:
        raise InputError(f"the crossings have the shape {list(events.shape)}; expected [n, 3].")
    crossings = read_samples(folder, events)
    limits = (steps, len(connectome) - 1, about["batch"] - 1)
    if crossings.dtype.kind != "i" or (crossings < 0).any() or (crossings > limits).any():
        raise InputError("a crossing is of a step, neuron or trial that is not there.")
    return series, crossings


def load(folder: Path) -> tuple[Recording, Description]:
    """Read a finished simulation back; its samples stay on disk.

    Raises:
        InputError: If it is not finished, or something of it is missing.
    """
    result = Folder(folder, SIMULATION)
    about = result.read(RUN)
    if not result.finished:
        goes_on = "Repeat its command with --resume, or its call of simulate, to go on."
        if (folder / EXPERIMENT).is_file() and (command := Description.read(result).command):
            goes_on = f"To go on: {command}"
        raise InputError(f"{folder} holds a simulation that was stopped before its end. {goes_on}")
    check_like(about, _LIKE, folder / RUN)
    experiment = Description.read(result)
    result.check(SAMPLES, CONNECTOME)
    from liquidtime.brain.formats.sonata import read_sonata

    with understood(folder / CONNECTOME), warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        connectome = read_sonata(folder / CONNECTOME)
    if not about["records"] or not (about["dt"] > 0 and about["duration"] > 0):
        raise InputError(f"{folder / RUN} is damaged: it tells of no record, or of no time.")
    with understood(folder / RUN):
        records = {
            name: (Record(variable, None, every, name=name), count)
            for name, (variable, count, every) in about["records"].items()
        }
    with understood(folder / SAMPLES):
        series, events = _recorded(folder, about, records, connectome)
    stimulated = np.array(experiment.stimulated, dtype=np.int64)
    if len(experiment.labels) != about["batch"] or (
        stimulated.size and not 0 <= stimulated.min() <= stimulated.max() < len(connectome)
    ):
        raise InputError(
            f"{folder / EXPERIMENT} is damaged: its trials or neurons are not those of {RUN}."
        )
    recording = Recording(
        connectome,
        about["dt"],
        about["duration"],
        series,
        events,
        _final(result, about, len(connectome)),
        {**about["statistics"], "scheme": about["scheme"]},
        folder,
        experiment.labels,
        about.get("first_step", 0),
    )
    return recording, experiment


def _final(folder: Folder, about: Mapping[str, Any], neurons: int) -> State:
    """Where a finished simulation stood at its end."""
    if not (folder.path / CHECKPOINT).is_file():
        raise InputError(
            f"{folder.path / CHECKPOINT} is missing, where the simulation stood at its end. Copy "
            "the folder again, or simulate anew."
        )
    folder.check(CHECKPOINT)
    with understood(folder.path / CHECKPOINT):
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
