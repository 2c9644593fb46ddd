"""What the samples of a simulation do not say, beside them on disk: the experiment, the network."""

from __future__ import annotations

import dataclasses
import datetime
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from liquidtime.brain.connectome.graph import Connectome
from liquidtime.brain.experiment.experiment import Resolved
from liquidtime.brain.experiment.perturbation import Ablate
from liquidtime.brain.experiment.placing import Placed
from liquidtime.brain.neurons.contract import Neurons
from liquidtime.brain.neurons.graded import Parameters
from liquidtime.brain.simulation.network import Network
from liquidtime.brain.simulation.store import CONNECTOME, EXPERIMENT, Store
from liquidtime.errors import InputError
from liquidtime.kernels.network.edges import none
from liquidtime.runs.folder import Folder
from liquidtime.runs.stored import NUMBER, check_like, understood
from liquidtime.runs.write import write_json

MOST_EDGES = 2_000_000
"""A larger connectome is kept without its edges."""
_MOST_STIMULATED, _MOST_NAMES = 1000, 3
_LIKE = {
    "command": str,
    "labels": [str],
    "stimuli": [[(str, *NUMBER, None)]],
    "stimulated": [int],
    "removed": {str: [int]},
    "screen": (str, None),
    "edges": int,
    "synapses": NUMBER,
    "gap_junctions": int,
    "created": str,
}
"""What `experiment.json` holds."""


@dataclass(frozen=True)
class Description:
    """What the samples do not say.

    Attributes:
        command: What to type to go on with it; "" if it was made in Python.
        labels: Of each trial.
        stimuli: Of each the neurons, the whole text, begin and end (ms; None for that of the
            recording).
        stimulated: Indices of the stimulated neurons, the first 1,000.
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

    @classmethod
    def of(cls, resolved: Resolved, connectome: Connectome, command: str) -> Description:
        """Of an experiment that is about to be made."""
        labels = resolved.labels or tuple(f"trial {trial}" for trial in range(resolved.trials))
        removed = {
            # The trials of a condition follow each other and bear one label.
            labels[number * resolved.repeats]: [
                index
                for done in condition.perturbations
                if isinstance(done, Ablate)
                for index in np.asarray(done.neurons).tolist()
            ]
            for number, condition in enumerate(resolved.conditions)
        }
        reached = [placed.neurons for placed in resolved.stimuli]
        stimulated = np.unique(np.concatenate([np.zeros(0, np.int64), *reached]))
        gaps = connectome.gap_junctions
        return cls(
            command,
            list(labels),
            list(dict.fromkeys(_told(placed, connectome) for placed in resolved.stimuli)),
            stimulated[:_MOST_STIMULATED].tolist(),
            {label: gone for label, gone in removed.items() if gone},
            next((entry.what for entry in resolved.experiment.screens), None),
            len(connectome.synapses),
            float(connectome.synapses.total),
            # Gap junctions are kept in both directions.
            0 if gaps is None else len(gaps) // 2,
            datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        )

    @classmethod
    def read(cls, folder: Folder) -> Description:
        """From the folder of a simulation.

        Raises:
            InputError: If there is none, or it is damaged.
        """
        if not (folder.path / EXPERIMENT).is_file():
            raise InputError(
                f"{folder.path} holds a simulation without {EXPERIMENT}, made in Python by version "
                "0.1; call simulate with the same store once more to have it written."
            )
        path = folder.path / EXPERIMENT
        found = folder.read(EXPERIMENT)
        check_like(found, _LIKE, path)
        with understood(path):
            if not found["labels"]:
                raise InputError("there is no label of a trial; expected one at least.")
            found["synapses"] = float(found["synapses"])
            found["stimuli"] = [_stimulus(*entry) for entry in found["stimuli"]]
            return cls(**{field.name: found[field.name] for field in dataclasses.fields(cls)})

    @property
    def since(self) -> float:
        """ms, when the first stimulus begins that is not on from the start; 0 if there is none."""
        return min((start for _, _, start, _ in self.stimuli if start > 0), default=0.0)

    @property
    def shown(self) -> str:
        """The condition to draw where only one can be: the control, or the first stimulated one."""
        first = dict.fromkeys(self.labels)
        return list(first)[1] if self.screen == "stimulate" and len(first) > 1 else self.labels[0]


def _stimulus(
    who: str, text: str, start: float, stop: float | None
) -> tuple[str, str, float, float | None]:
    """One of `Description.stimuli`, as JSON gives it."""
    return str(who), str(text), float(start), None if stop is None else float(stop)


def write(store: Store, network: Network, resolved: Resolved) -> None:
    """Keep experiment and network in the folder of a simulation, unless they are there."""
    if not (store.folder / EXPERIMENT).exists():
        told = Description.of(resolved, network.connectome, store.command)
        write_json(store.folder / EXPERIMENT, vars(told))
    if not (store.folder / CONNECTOME).exists():
        write_connectome(store.folder, network.connectome, network.parameters)


def write_connectome(folder: Path, connectome: Connectome, parameters: Neurons) -> None:
    """Keep the connectome in SONATA, without its edges where there are very many."""
    from liquidtime.brain.formats.sonata import write_sonata

    # Our SONATA has words for the constants of graded neurons alone.
    graded = parameters if isinstance(parameters, Parameters) else None
    if len(connectome.synapses) > MOST_EDGES:
        connectome = dataclasses.replace(
            connectome, synapses=none(len(connectome)), gap_junctions=None
        )
        graded = graded and graded.replace(synapses=None)
    write_sonata(folder / CONNECTOME, connectome, graded)


def _told(placed: Placed, connectome: Connectome) -> tuple[str, str, float, float | None]:
    stimulus = placed.stimulus
    start, stop = stimulus.span
    end = stop if np.isfinite(stop) else None
    who, written, _ = stimulus.text.rpartition("=")
    if written:
        return who.strip(), stimulus.text, start, end
    names = connectome.neurons.index[np.asarray(placed.neurons[:_MOST_NAMES])].astype(str).tolist()
    more = ",…" if len(placed.neurons) > _MOST_NAMES else ""
    who = ",".join(names) + more
    return who, f"{who}={stimulus.kind} {type(stimulus.waveform).__name__}", start, end
