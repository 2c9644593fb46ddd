"""The folder of a simulation: where it goes, what it holds besides samples, how it is read."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from liquidtime.brain.connectome.graph import Connectome
from liquidtime.brain.connectome.parameters import Parameters
from liquidtime.brain.experiment.recording import Record, Recording, Series
from liquidtime.brain.simulation.store import CONNECTOME, EXPERIMENT, RUN, SAMPLES, SIMULATION
from liquidtime.errors import InputError
from liquidtime.kernels.network.edges import Edges
from liquidtime.optional import require
from liquidtime.runs.claim import check_free
from liquidtime.runs.digests import read_json
from liquidtime.runs.folder import Folder
from liquidtime.runs.names import dated, latest_stopped
from liquidtime.runs.write import write_json

MOST_EDGES = 2_000_000
"""A larger connectome is kept without its edges."""


@dataclass(frozen=True)
class Experiment:
    """What the samples do not say.

    Attributes:
        command: As it was typed.
        labels: Of each trial.
        stimuli: Of each the neurons, the whole text, begin and end (ms; None for that of the
            recording).
        stimulated: Indices of the stimulated neurons.
        removed: Label of a condition to the indices of the neurons that it ablates.
        screen: What is screened.
        edges: Of the connectome.
        synapses: The same.
        gap_junctions: The same, each once.
        created: When.
    """

    command: str
    labels: list[str]
    stimuli: list[tuple[str, str, float, float | None]]
    stimulated: list[int]
    removed: dict[str, list[int]]
    screen: str | None
    edges: int
    synapses: float
    gap_junctions: int
    created: str

    @property
    def since(self) -> float:
        """ms, when the first stimulus begins that is not on from the start; 0 if there is none."""
        return min((start for _, _, start, _ in self.stimuli if start > 0), default=0.0)

    @property
    def shown(self) -> str:
        """The condition to draw where only one can be: the control, or the first stimulated one."""
        first = dict.fromkeys(self.labels)
        return list(first)[1] if self.screen == "stimulate" and len(first) > 1 else self.labels[0]


def is_simulation(folder: Path) -> bool:
    """Whether a simulation has been begun there."""
    found = Folder(folder, SIMULATION)
    return found.begun and read_json(folder / RUN).get("kind") == "simulation"


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
    if out is not None:
        Folder(out, SIMULATION).check_vacant(resume=resume)
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


def write_connectome(folder: Path, connectome: Connectome, parameters: Parameters) -> None:
    """Keep the connectome in SONATA, without its edges where there are very many."""
    from liquidtime.brain.formats.sonata import write_sonata

    if len(connectome.synapses) > MOST_EDGES:
        none = Edges(
            np.zeros(len(connectome) + 1, np.int64),
            np.zeros(0, np.int32),
            np.zeros(0, np.int8),
            np.zeros(0, np.uint8),
        )
        connectome = dataclasses.replace(connectome, synapses=none, gap_junctions=None)
        parameters = parameters.replace(synapses=None)
    write_sonata(folder / CONNECTOME, connectome, parameters)


def write_experiment(folder: Path, experiment: Experiment) -> None:
    """Keep what the samples do not say."""
    write_json(folder / EXPERIMENT, vars(experiment))


def load(folder: Path) -> tuple[Recording, Experiment]:
    """Read a finished simulation back; its samples stay on disk.

    Raises:
        InputError: If it is not finished, or something of it is missing.
    """
    zarr = require("zarr", extra="brain")
    result = Folder(folder, SIMULATION)
    about = result.read(RUN)
    if not result.finished:
        goes_on = "Repeat its command with --resume to go on."
        if (folder / EXPERIMENT).is_file():
            goes_on = f"To go on: {_experiment(result).command}"
        raise InputError(f"{folder} holds a simulation that was stopped before its end. {goes_on}")
    experiment = _experiment(result)
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


def _experiment(result: Folder) -> Experiment:
    if not (result.path / EXPERIMENT).is_file():
        raise InputError(
            f"{result.path} holds a simulation made in Python, without {EXPERIMENT}; draw it there "
            "with liquidtime.brain.figures.draw.draw."
        )
    found = result.read(EXPERIMENT)
    found["stimuli"] = [tuple(entry) for entry in found["stimuli"]]
    return Experiment(**found)
