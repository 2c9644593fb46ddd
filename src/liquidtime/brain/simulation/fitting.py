"""Fit the constants of a network to measured potentials, by gradients through time."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray
from torch import Tensor

from liquidtime.brain.connectome.graph import Connectome
from liquidtime.brain.experiment.experiment import Experiment, Resolved
from liquidtime.brain.experiment.perturbation import Ablate, Hold
from liquidtime.brain.experiment.state import State
from liquidtime.brain.neurons.graded import Parameters
from liquidtime.brain.simulation.network import Network
from liquidtime.brain.simulation.player import Player
from liquidtime.errors import InputError
from liquidtime.kernels.network.edges import Edges
from liquidtime.kernels.network.learning import Learnable, LearnableNetwork
from liquidtime.kernels.network.membrane import Membrane

Constant = Literal[
    "membrane_capacitance",
    "leak_conductance",
    "leak_potential",
    "midpoint",
    "steepness",
    "synapses",
    "gap_conductance",
]
Shared = Literal["all", "type", "each"]
"""One value for all; one a cell type, or a pair of cell types for synapses; one for each."""

_POSITIVE = ("membrane_capacitance", "leak_conductance", "steepness", "synapses", "gap_conductance")
_NEURON = ("membrane_capacitance", "leak_conductance", "leak_potential", "midpoint", "steepness")


@dataclass(frozen=True, eq=False)
class Fit:
    """What a fit found.

    Attributes:
        connectome: With the fitted weights as counts, where synapses were learnt.
        parameters: With the fitted constants.
        losses: [steps], before each step.
        shared: For each learnt constant its values, one a group: a factor on the counts for
            synapses, else in the constant's unit.
        groups: For each learnt constant the names of the groups.
    """

    connectome: Connectome
    parameters: Parameters
    losses: NDArray[np.float64]
    shared: Mapping[str, NDArray[np.float64]]
    groups: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class Descent:
    """How constants are moved down the gradient.

    Attributes:
        steps: Of Adam.
        learning_rate: Of Adam; relative for positive constants, in mV for potentials times 20.
        checkpoint_steps: Time steps between states that are kept for the backward pass; saves
            memory and costs about one more forward pass. None keeps all.
    """

    steps: int = 200
    learning_rate: float = 0.05
    checkpoint_steps: int | None = None


def fit(
    connectome: Connectome,
    parameters: Parameters,
    experiment: Experiment,
    target: ArrayLike,
    *,
    learn: Mapping[Constant, Shared],
    descent: Descent = Descent(),
    tell: Callable[[int, float], object] | None = None,
) -> Fit:
    """Fit constants so that simulated potentials follow measured ones.

    The loss is the mean squared difference over all samples that are not NaN, in mV². Constants
    that must be positive are learnt as logarithms, so they stay so. Adam walks down the gradient
    through time. Each run begins where `simulate` would begin with its constants: at the learnt
    leak potentials, at the rest of the learnt network, or where the experiment's `initial` says,
    such as at measured potentials.

    Args:
        connectome: Who is connected to whom.
        parameters: Where to start from.
        experiment: What was done while it was measured; its one record, of potentials, says of
            whom and when. rk4 is not stable at long steps.
        target: [T, n] or [T, n, B], mV, what was measured at each sample of the record; NaN where
            nothing was.
        learn: Which constants, and how they are shared: `{"synapses": "type",
            "leak_conductance": "all"}`. With "type" the column `type` of the table counts.
            "synapses" is a factor on the count of each edge.
        descent: How far and how fast.
        tell: Is told the number of the step and its loss.

    Returns:
        The constants with the smallest loss that was seen.

    Raises:
        InputError: If the target does not fit, or there is nothing to learn.
    """
    if isinstance(experiment.initial, State):
        raise InputError(
            "initial is a State, whose activations and signals on their way belong to the "
            "constants that made it; expected potentials, such as its `potentials`, 'rest' or None."
        )
    resolved = experiment.resolved(connectome)
    if len(resolved.records) != 1 or resolved.records[0].variable != "potential":
        raise InputError(
            "an experiment is fitted to what was measured of potentials; expected one record, such "
            "as Record(neurons=…)."
        )
    record = resolved.records[0]
    chosen = resolved.recorded[record.name]
    measured = np.asarray(target, dtype=np.float32)
    measured = measured[..., None] if measured.ndim == 2 else measured
    shape = (experiment.steps // record.every, len(chosen), resolved.trials)
    if measured.shape != shape:
        raise InputError(
            f"the target has shape {list(np.shape(target))}; expected [T, n, B] = {list(shape)}, "
            f"the samples of {experiment.duration:g} ms."
        )
    if not learn:
        raise InputError("learn is empty; expected constants, such as {'synapses': 'type'}.")
    known = torch.from_numpy(np.isfinite(measured))
    if not known.any():
        raise InputError("the target holds no number; expected potentials in mV.")
    wanted = torch.from_numpy(np.nan_to_num(measured))
    network = Network(
        connectome, parameters, trials=resolved.trials, perturbations=resolved.perturbations
    )
    moved = LearnableNetwork(network.constants, network.task(experiment.dt, experiment.scheme))
    drives = Player(resolved).play(0, experiment.steps)
    values = _Values(network, learn)
    start = _Start(network, experiment.initial, _removed(resolved, len(connectome)))
    where = torch.from_numpy(chosen.astype(np.int64))
    optimiser = torch.optim.Adam(
        [
            # 0.05 is then 5 % of a positive constant, and 1 mV of a potential.
            {"params": [raw], "lr": descent.learning_rate * (1 if name in _POSITIVE else 20)}
            for name, raw in values.raw.items()
        ]
    )
    losses, best = [], values.copied()
    # Once more than there are steps: what the last step gives has a loss, too.
    for step in range(descent.steps + 1):
        learnable = values.learnable()
        try:
            potentials, held = start.of(learnable, values.found(parameters))
        except InputError:
            # There is no rest with these constants; the best that was seen is what is given back.
            if not losses:
                raise
            break
        traced = moved.trace(
            learnable,
            experiment.steps,
            drives,
            where,
            start=potentials,
            held=held,
            checkpoint_steps=descent.checkpoint_steps,
        )
        found = traced[record.every - 1 :: record.every]
        loss = torch.where(known, found - wanted, 0.0).square().sum() / known.sum()
        # It ran away; the best that was seen is what is given back.
        if not torch.isfinite(loss):
            break
        if not losses or loss.item() < min(losses):
            best = values.copied()
        losses.append(loss.item())
        if tell is not None:
            tell(step, losses[-1])
        if step < descent.steps:
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
    values.restore(best)
    found, fitted = values.found(parameters)
    return Fit(found, fitted, np.array(losses), values.shared, values.names)


class _Start:
    """Where runs begin: as with the constants of the moment, not with those of the first guess.

    Args:
        network: With the first guess.
        initial: As of an experiment.
        removed: [N, B], who is ablated, and so stays at the leak potential.
    """

    def __init__(
        self,
        network: Network,
        initial: NDArray | float | Literal["rest"] | None,
        removed: NDArray[np.bool_],
    ) -> None:
        self._network = network
        self._initial: NDArray | float | Literal["rest"] | None = initial
        self._rests = isinstance(initial, str)
        self._removed = removed if removed.any() else None

    def of(
        self, learnable: Learnable, found: tuple[Connectome, Parameters]
    ) -> tuple[Tensor, NDArray[np.float64] | None]:
        """Potentials to begin with [N, B], and where neurons are held for good.

        Gradients pass to learnt leak potentials; through a rest, which is sought anew, they do not.
        """
        network = self._network
        held = network.constants.gates.held
        leak = learnable.membrane.leak_potential
        if held is not None and self._removed is not None:
            held = np.where(self._removed, leak.detach().double().numpy(), held)
        if self._initial is None:
            start = leak.expand(-1, network.trials)
        else:
            given = network
            if self._rests:
                given = dataclasses.replace(network, connectome=found[0], parameters=found[1])
            # Copied: `initial` may give a view that is spread out over the trials.
            start = _single(given.initial(self._initial))
        if held is not None:
            fixed = _single(held)
            start = torch.where(fixed.isnan(), start, fixed)
        return start, held


def _removed(resolved: Resolved, neurons: int) -> NDArray[np.bool_]:
    found = np.zeros((neurons, resolved.trials), dtype=bool)
    for trial, entry in enumerate(resolved.perturbations):
        for done in entry:
            # Of several, the last says where a neuron is held.
            if isinstance(done, Ablate | Hold):
                found[np.asarray(done.neurons), trial] = isinstance(done, Ablate)
    return found


class _Values:
    """Learnt constants: raw numbers, one a group, and what they make of the network's constants."""

    def __init__(self, network: Network, learn: Mapping[Constant, Shared]) -> None:
        self._network, self._learn = network, dict(learn)
        self.raw: dict[str, Tensor] = {}
        self._group: dict[str, Tensor] = {}
        self._names: dict[str, tuple[str, ...]] = {}
        constants, connectome = network.constants, network.connectome
        for name, shared in self._learn.items():
            if name not in (*_NEURON, "synapses", "gap_conductance"):
                raise InputError(
                    f"{name!r} cannot be learnt; expected some of {', '.join(_NEURON)}, synapses, "
                    "gap_conductance."
                )
            if name == "gap_conductance":
                group, names, first = np.zeros(1, np.int64), ("all",), [constants.gap_conductance]
            elif name == "synapses":
                group, names = _edge_groups(connectome, shared)
                first = np.ones(len(names))
            else:
                group, names = _neuron_groups(connectome, shared)
                first = _means(getattr(constants, _FIELD.get(name, name)), group, len(names))
            start = torch.as_tensor(np.asarray(first, dtype=np.float32))
            # What starts at 0 has no logarithm, so it starts next to it.
            raw = start.clamp(min=1e-12).log() if name in _POSITIVE else start.clone()
            self.raw[name] = raw.requires_grad_()
            self._group[name], self._names[name] = torch.from_numpy(group), names

    def value(self, name: str) -> Tensor:
        """Of a learnt constant, one a group."""
        return self.raw[name].exp() if name in _POSITIVE else self.raw[name]

    def learnable(self) -> Learnable:
        """All constants, the learnt ones with gradients."""
        constants = self._network.constants
        column = {
            name: (
                self.value(name)[self._group[name]]
                if name in self.raw
                else _single(getattr(constants, _FIELD.get(name, name)))
            )[:, None]
            for name in _NEURON
        }
        weights = _single(constants.synapses.counts)
        if "synapses" in self.raw:
            weights = weights * self.value("synapses")[self._group["synapses"]]
        gaps = _single(np.zeros(0) if constants.gaps is None else constants.gaps.counts)
        unit = (
            self.value("gap_conductance")
            if "gap_conductance" in self.raw
            else constants.gap_conductance
        )
        membrane = Membrane(
            column["membrane_capacitance"],
            column["leak_conductance"],
            column["leak_potential"],
            _single(constants.unit_conductance)[:, None, None],
            _single(constants.reversal_potential)[:, None, None],
        )
        return Learnable(membrane, column["midpoint"], column["steepness"], weights, gaps * unit)

    def copied(self) -> dict[str, Tensor]:
        """The raw numbers as they are now."""
        return {name: raw.detach().clone() for name, raw in self.raw.items()}

    def restore(self, kept: Mapping[str, Tensor]) -> None:
        """Take raw numbers back."""
        with torch.no_grad():
            for name, raw in self.raw.items():
                raw.copy_(kept[name])

    @property
    def shared(self) -> dict[str, NDArray[np.float64]]:
        """Of each learnt constant its values, one a group."""
        return {name: self.value(name).detach().double().numpy() for name in self.raw}

    @property
    def names(self) -> dict[str, tuple[str, ...]]:
        """Of each learnt constant the names of its groups."""
        return dict(self._names)

    def found(self, start: Parameters) -> tuple[Connectome, Parameters]:
        """The network with the learnt constants."""
        changes: dict[str, object] = {}
        connectome = self._network.connectome
        for name, found in self.shared.items():
            group = self._group[name].numpy()
            if name == "gap_conductance":
                changes[name] = float(found[0])
            elif name == "synapses":
                edges = connectome.synapses
                counts = (edges.counts * found[group]).astype(np.float32)
                fitted = Edges(edges.offsets, edges.sources, counts, edges.classes)
                connectome = dataclasses.replace(connectome, synapses=fitted)
            else:
                changes[name] = found[group]
        return connectome, start.replace(**changes)


_FIELD = {"membrane_capacitance": "capacitance"}


def _neuron_groups(
    connectome: Connectome, shared: Shared
) -> tuple[NDArray[np.int64], tuple[str, ...]]:
    size = len(connectome)
    if shared == "all":
        return np.zeros(size, dtype=np.int64), ("all",)
    if shared == "each":
        return np.arange(size), tuple(map(str, connectome.neurons.index))
    names, group = np.unique(_types(connectome), return_inverse=True)
    return group.astype(np.int64), tuple(names.tolist())


def _edge_groups(
    connectome: Connectome, shared: Shared
) -> tuple[NDArray[np.int64], tuple[str, ...]]:
    edges = connectome.synapses
    if shared == "all":
        return np.zeros(len(edges), dtype=np.int64), ("all",)
    labels = np.asarray(connectome.neurons.index).astype(str)
    if shared == "each":
        ends = zip(labels[edges.sources], labels[edges.targets()], strict=True)
        return np.arange(len(edges)), tuple(f"{pre} → {post}" for pre, post in ends)
    types, kind = np.unique(_types(connectome), return_inverse=True)
    pairs = kind[edges.sources].astype(np.int64) * len(types) + kind[edges.targets()]
    found, group = np.unique(pairs, return_inverse=True)
    names = tuple(f"{types[pair // len(types)]} → {types[pair % len(types)]}" for pair in found)
    return group.astype(np.int64), names


def _types(connectome: Connectome) -> NDArray[np.str_]:
    if "type" not in connectome.neurons:
        raise InputError(
            "constants are to be shared by cell type, but the table of neurons has no column "
            "'type'; expected one. Share by 'all' or 'each', or add the column."
        )
    return connectome.neurons["type"].astype(str).to_numpy(dtype=str)


def _means(values: NDArray, group: NDArray[np.int64], groups: int) -> NDArray[np.float64]:
    return np.bincount(group, values, groups) / np.bincount(group, minlength=groups)


def _single(values: ArrayLike) -> Tensor:
    return torch.as_tensor(np.array(values, dtype=np.float32))
