"""One step of graded neurons in PyTorch, by each scheme: the definition of what the kernels do."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor

from liquidtime.errors import InputError
from liquidtime.kernels.graph.reference import GraphTensors, class_sums
from liquidtime.kernels.network import membrane as equations
from liquidtime.kernels.network.constants import Constants
from liquidtime.kernels.network.membrane import External, Inflow, Kept, Membrane
from liquidtime.kernels.network.past import Past
from liquidtime.kernels.network.stepper import Scheme
from liquidtime.kernels.network.tensors import Tensors
from liquidtime.kernels.network.variable import POTENTIAL, Variable

MEMBRANE_VARIABLES = {
    "potential": POTENTIAL,
    "conductance": Variable("nS", "synaptic conductance"),
    "drive": Variable("pA", "synaptic drive"),
}
"""What every graded neuron has: of its synapses and junctions G and J, where they carry J - G v."""


class GradedMoment(NamedTuple):
    """Neurons at one moment."""

    potential: Tensor
    """[N, B], mV."""
    activation: Tensor
    """[N, B]."""
    sums_before: Tensor | None = None
    """[K, N, B], one step before, where the scheme extrapolates and there was one."""
    neighbours_before: Tensor | None = None
    """[N, B], of gap junctions, likewise."""
    potential_lost: Tensor | None = None
    """[N, B], what rounding has taken, where steps are short; see `membrane.Kept`."""
    activation_lost: Tensor | None = None
    """The same."""


class Opening(NamedTuple):
    """How synapses open with the potential of their source."""

    midpoint: Tensor
    """[N, 1], mV."""
    steepness: Tensor
    """[N, 1], 1/mV."""
    time: Tensor | None
    """[N, 1], ms, 0 at once; None where all follow at once."""

    def opened(self, v: Tensor) -> Tensor:
        """s∞."""
        return torch.sigmoid(self.steepness * (v - self.midpoint))

    def followed(self, s: Kept, source: Tensor, v_next: Tensor, dt: float) -> Kept:
        """The activation after a step over which `source` is what it follows."""
        if self.time is None:
            return Kept(self.opened(v_next), s.lost)
        return equations.activation_after(
            s, self.opened(source), dt, self.time, self.opened(v_next)
        )

    def at_once(self, s: Tensor, v: Tensor) -> Tensor:
        """s, where it has a time constant, else what the sigmoid says."""
        if self.time is None:
            return self.opened(v)
        return torch.where(self.time == 0, self.opened(v), s)

    def rise(self, s: Tensor, v: Tensor) -> Tensor:
        """ds/dt; 0 where it follows at once."""
        if self.time is None:
            return torch.zeros_like(s)
        at_once = self.time == 0
        # Not used where the time is 0, but finite there: else its gradient would be 0 · ∞, which is
        # NaN.
        time = torch.where(at_once, torch.ones_like(self.time), self.time)
        return torch.where(at_once, 0.0, (self.opened(v) - s) / time)


class Junctions(NamedTuple):
    """Gap junctions."""

    graph: GraphTensors
    weights: Tensor
    """[J], nS."""
    gate: Tensor | None
    """[N, B], factor on a neuron's; None for 1."""

    def near(self, v: Tensor) -> tuple[Tensor, Tensor]:
        """Conductance (nS), and that times the neighbours' potentials (pA), [N, B]."""
        gate = torch.ones_like(v) if self.gate is None else self.gate
        # A contact can be closed by the gate of either neuron, so both are on it.
        contact = class_sums(self.graph, self.weights, gate)[0] * gate
        return contact, class_sums(self.graph, self.weights, gate * v)[0] * gate


@dataclass(frozen=True, eq=False)
class GradedRule:
    """How graded neurons move; a `Rule`."""

    membrane: Membrane
    opening: Opening
    junctions: Junctions | None
    emit: Callable[[Tensor, Tensor], Tensor]
    """Potentials and activations to what is sent along synapses, [N, B] each."""
    sums: Callable[[Tensor], Tensor]
    """What arrives [N, B] to the sums over synapses [K, N, B]."""
    scheme: Scheme
    compensated: bool = False
    """Whether what rounding takes from a change is kept for the next step."""

    def begin(self, potentials: Tensor, activations: Tensor | None) -> GradedMoment:
        """See `Rule.begin`."""
        s = self.opening.opened(potentials) if activations is None else activations
        lost = torch.zeros_like(potentials) if self.compensated else None
        return GradedMoment(potentials, s, potential_lost=lost, activation_lost=lost)

    def emitted(self, moment: GradedMoment) -> Tensor:
        """See `Rule.emitted`."""
        return self.emit(moment.potential, moment.activation)

    def forgetting(self, moment: GradedMoment) -> GradedMoment:
        """See `Rule.forgetting`."""
        return moment._replace(sums_before=None, neighbours_before=None)

    def advance(
        self, moment: GradedMoment, past: Past, external: list[External], dt: float
    ) -> tuple[GradedMoment, Mapping[str, Tensor]]:
        """See `Rule.advance`."""
        if self.scheme == "rk4":
            if past.any_delay:
                raise InputError("rk4 knows no delays; expected another scheme, such as midpoint.")
            return self._runge_kutta(moment, external, dt)
        v, s, sums_before, near_before, v_lost, s_lost = moment
        membrane = Kept(v, v_lost)
        now, first = self._inflow(past.arriving(), v), external[0]
        if self.scheme == "frozen":
            v_next, used = equations.plain(membrane, dt, self.membrane, now, first)
            source = v
        elif self.scheme == "ab2" and sums_before is not None:
            before = Inflow(sums_before, None, near_before)
            v_next, used = equations.extrapolated(membrane, dt, self.membrane, now, before, first)
            # The mean potential of the step keeps the activation of second order without another
            # sweep over the synapses.
            source = 0.5 * (v + v_next.value)
        else:
            source, middle = self._middle(moment, past, now, external, dt)
            v_next, used = equations.plain(membrane, dt, self.membrane, middle, first)
        kept = (now.sums, now.neighbours) if self.scheme == "ab2" else (None, None)
        s_next = self.opening.followed(Kept(s, s_lost), source, v_next.value, dt)
        found = GradedMoment(v_next.value, s_next.value, *kept, v_next.lost, s_next.lost)
        return found, _traced(used)

    def _middle(
        self, moment: GradedMoment, past: Past, now: Inflow, external: list[External], dt: float
    ) -> tuple[Tensor, Inflow]:
        """Potentials and inflow in the middle of a step, by half a step with sources held."""
        v = Kept(moment.potential, moment.potential_lost)
        s = Kept(moment.activation, moment.activation_lost)
        half, _ = equations.plain(v, dt / 2, self.membrane, now, external[0])
        v_half = half.held(external[-1]).value
        s_half = self.opening.followed(s, v.value, v_half, dt / 2).value
        return v_half, self._inflow(past.arriving_in_middle(self.emit(v_half, s_half)), v_half)

    def _runge_kutta(
        self, moment: GradedMoment, external: list[External], dt: float
    ) -> tuple[GradedMoment, Mapping[str, Tensor]]:
        begin, middle, end = external
        opening, slopes = self.opening, []
        for at, share in ((begin, 0.0), (middle, 0.5), (middle, 0.5), (end, 1.0)):
            v, s = equations.held(moment.potential, at), moment.activation
            if slopes:
                v = equations.held(v + share * dt * slopes[-1][0], at)
                s = s + share * dt * slopes[-1][1]
            # What follows at once is no state: each stage has it where its potential puts it.
            s = opening.at_once(s, v)
            inflow = self._inflow(self.emit(v, s), v)
            slopes.append((equations.slope(v, self.membrane, inflow, at), opening.rise(s, v)))
        weights = (1 / 6, 1 / 3, 1 / 3, 1 / 6)
        # What is traced are the synapses as the step found them; the stages have four.
        v, s = moment.potential, moment.activation
        inflow = self._inflow(self.emit(v, s), v)
        rise, change = (
            dt
            * torch.stack([w * pair[which] for w, pair in zip(weights, slopes, strict=True)]).sum(0)
            for which in (0, 1)
        )
        v_next = Kept(v, moment.potential_lost).plus(rise).held(end)
        s_next = Kept(s, moment.activation_lost).plus(change)
        used = equations.synaptic(self.membrane, inflow)
        s = opening.at_once(s_next.value, v_next.value)
        found = GradedMoment(v_next.value, s, None, None, v_next.lost, s_next.lost)
        return found, _traced(used)

    def _inflow(self, arriving: Tensor, v: Tensor) -> Inflow:
        near = (None, None) if self.junctions is None else self.junctions.near(v)
        return Inflow(self.sums(arriving), *near)


def membrane_of(constants: Constants, tensors: Tensors) -> Membrane:
    """Constants of membranes and of classes of synapses."""
    gates = constants.gates
    scale = 1.0 if gates.class_scale is None else tensors.of(gates.class_scale)[:, None, :]
    return Membrane(
        tensors.column(constants.capacitance),
        tensors.column(constants.leak_conductance),
        tensors.column(constants.leak_potential),
        tensors.of(constants.unit_conductance)[:, None, None] * scale,
        tensors.of(constants.reversal_potential)[:, None, None],
    )


def opening_of(constants: Constants, tensors: Tensors) -> Opening:
    """Constants of the neurons' synapses."""
    time = constants.synaptic_time
    return Opening(
        tensors.column(constants.midpoint),
        tensors.column(constants.steepness),
        None if time is None else tensors.column(time),
    )


def junctions_of(constants: Constants, tensors: Tensors) -> Junctions | None:
    """Gap junctions, if any."""
    gaps = constants.gaps
    if gaps is None or not len(gaps):
        return None
    one_class = tensors.graph(gaps, 1)
    one_class = one_class._replace(classes=torch.zeros_like(one_class.targets))
    weights = tensors.of(gaps.counts.astype(float) * constants.gap_conductance)
    return Junctions(one_class, weights, tensors.maybe(constants.gates.contact))


def _traced(used: tuple[Tensor, Tensor]) -> Mapping[str, Tensor]:
    return {"conductance": used[0], "drive": used[1]}
