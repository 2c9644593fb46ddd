"""The folder of a simulation: where it goes, what it holds besides samples, how it is read."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any

import numpy as np

from liquidtime.brain.experiment.recording import Record, Recording, Series
from liquidtime.brain.simulation.description import CONNECTOME, EXPERIMENT, Description
from liquidtime.brain.simulation.store import RUN, SAMPLES
from liquidtime.errors import InputError
from liquidtime.optional import require
from liquidtime.runs.folder import read_json


def is_simulation(folder: Path) -> bool:
    """Whether a simulation has been begun there."""
    path = folder / RUN
    return path.is_file() and read_json(path).get("kind") == "simulation"


def is_finished(folder: Path) -> bool:
    """Whether the simulation there came to its end."""
    return is_simulation(folder) and bool(read_json(folder / RUN).get("finished"))


def folder_for(out: Path | None, runs: Path, name: str, resume: bool) -> Path:
    """Where a simulation goes.

    Args:
        out: What the user asked for; by default `<runs>/<name>-<date>`, with a number where that
            is taken.
        runs: Where simulations lie by default.
        name: Of the network.
        resume: Go on with a stopped one: by default the latest of that name.

    Raises:
        InputError: If the folder is taken, or there is nothing to go on with.
    """
    if out is None and resume:
        stopped = [
            path for path in runs.glob(f"{name}-*") if is_simulation(path) and not is_finished(path)
        ]
        if not stopped:
            raise InputError(
                f"no stopped simulation of {name} lies in {runs}; leave --resume out, or name its "
                "folder with --out."
            )
        return max(stopped, key=lambda path: (path / RUN).stat().st_mtime)
    if out is None:
        stem = runs / f"{name}-{datetime.datetime.now(datetime.UTC).date().isoformat()}"
        found, number = stem, 2
        while found.exists():
            found, number = stem.with_name(f"{stem.name}-{number}"), number + 1
        return found
    if out.exists() and not out.is_dir():
        raise InputError(f"{out} is a file; expected a folder. Choose another --out.")
    if is_finished(out):
        raise InputError(
            f"{out} holds a finished simulation, which is not overwritten; `liquidtime show {out}` "
            "shows it. Choose another --out, or delete the folder first."
        )
    if is_simulation(out) and not resume:
        raise InputError(
            f"{out} holds a simulation that was stopped before its end. Add --resume to go on, or "
            "choose another --out."
        )
    if not is_simulation(out) and out.exists() and any(out.iterdir()):
        raise InputError(f"{out} holds files, but no simulation; expected a new or empty folder.")
    return out


def load(folder: Path) -> tuple[Recording, Description]:
    """Read a finished simulation back; its samples stay on disk.

    Raises:
        InputError: If it is not finished, or something of it is missing.
    """
    zarr = require("zarr", extra="brain")
    about = read_json(folder / RUN)
    if not about.get("finished"):
        goes_on = "Repeat its command with --resume, or its call of simulate, to go on."
        if (folder / EXPERIMENT).is_file() and (command := Description.read(folder).command):
            goes_on = f"To go on: {command}"
        raise InputError(f"{folder} holds a simulation that was stopped before its end. {goes_on}")
    experiment = Description.read(folder)
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
        series[name] = Series(record, found.astype(np.int32), root[name])
    recording = Recording(
        connectome,
        about["dt"],
        about["duration"],
        series,
        root["events"][:],
        np.zeros((len(connectome), 0)),
        {**about["statistics"], "scheme": about["scheme"]},
        folder,
        experiment.labels,
    )
    return recording, experiment
