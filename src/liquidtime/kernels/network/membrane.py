"""Equations of the graded neuron's membrane, in PyTorch; the definition of the kernels.

Legend: g conductance, h conductance times the potential it pulls to, δ time step, z = δ g / C.
All tensors are [R, B], the sums over synapses A [K, R, B].

  C dv/dt = h − g v,  g = g_leak + Σ_c u_c A_c + Σ_j g_ij,  h = g_leak v_leak + Σ_c u_c E_c A_c
                                                             + Σ_j g_ij v_j + I
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor


class Inflow(NamedTuple):
    """What the equation's right side is made of, at one moment."""

    sums: Tensor
    """[K, R, B], over the chemical synapses."""
    contact: Tensor | None
    """[R, B], conductance of the gap junctions, nS."""
    neighbours: Tensor | None
    """[R, B], Σ_j g_ij v_j, pA."""


class Membrane(NamedTuple):
    """Constants of the neurons' membranes and of the classes of synapses."""

    capacitance: Tensor
    """[R, 1], pF."""
    leak_conductance: Tensor
    """[R, 1], nS."""
    leak_potential: Tensor
    """[R, 1], mV."""
    unit_conductance: Tensor
    """[K, 1, 1 or B], nS a count."""
    reversal_potential: Tensor
    """[K, 1, 1], mV."""


class External(NamedTuple):
    """What comes from outside at one point of a step; None where nothing does."""

    current: Tensor | None = None
    """[R, B], pA."""
    conductance: Tensor | None = None
    """[R, B], nS."""
    drive: Tensor | None = None
    """[R, B], conductance times its reversal potential, pA."""
    clamp: Tensor | None = None
    """[R, B], mV, NaN where free."""


def synaptic(membrane: Membrane, inflow: Inflow) -> tuple[Tensor, Tensor]:
    """Conductance (nS) and drive (pA) of chemical and electrical synapses."""
    weighted = membrane.unit_conductance * inflow.sums
    g, h = weighted.sum(0), (weighted * membrane.reversal_potential).sum(0)
    if inflow.contact is None or inflow.neighbours is None:
        return g, h
    return g + inflow.contact, h + inflow.neighbours


def total(
    membrane: Membrane, synapses: tuple[Tensor, Tensor], external: External
) -> tuple[Tensor, Tensor]:
    """G and h of the whole neuron."""
    g = membrane.leak_conductance + synapses[0]
    h = membrane.leak_conductance * membrane.leak_potential + synapses[1]
    if external.current is not None:
        h = h + external.current
    if external.conductance is not None and external.drive is not None:
        g, h = g + external.conductance, h + external.drive
    return g, h


class Kept(NamedTuple):
    """A number and what rounding has taken from it, so that short steps are not lost on it."""

    value: Tensor
    lost: Tensor | None = None
    """What `value` lacks to the sum of all its changes; None where nobody keeps it."""

    def plus(self, change: Tensor) -> Kept:
        """The sum (Kahan 1965)."""
        if self.lost is None:
            return Kept(self.value + change)
        change = change + self.lost
        found = self.value + change
        return Kept(found, change - (found - self.value))

    def below(self, goal: Tensor) -> Tensor:
        """How far it is below a goal."""
        found = goal - self.value
        return found if self.lost is None else found - self.lost

    def held(self, external: External) -> Kept:
        """It, where it is not clamped."""
        clamp = external.clamp
        return self if clamp is None else self.where(clamp.isnan(), clamp)

    def where(self, free: Tensor, others: Tensor) -> Kept:
        """It where it is free, and others elsewhere."""
        lost = None if self.lost is None else torch.where(free, self.lost, 0.0)
        return Kept(torch.where(free, self.value, others), lost)


def relaxed(v: Kept, g: Tensor, h: Tensor, rate: Tensor) -> Kept:
    """Potentials after a step with g and h held: h/g + (v − h/g) exp(−z), z = rate · g, rate = δ/C.

    There is always a leak, so g is never 0.
    """
    # By expm1, since exp(−z) − 1 loses its digits where z is small.
    return v.plus(-v.below(h / g) * torch.expm1(-rate * g))


def held(v: Tensor, external: External) -> Tensor:
    """v, where it is not clamped."""
    return Kept(v).held(external).value


def ahead(now: Inflow, before: Inflow) -> Inflow:
    """The inflow in the middle of the step, from the last two: 3/2 now − 1/2 before.

    Sums are not let below 0: a conductance is positive, and with all of them positive h / g stays
    between the reversal potentials.
    """
    neighbours = None
    if now.neighbours is not None and before.neighbours is not None:
        neighbours = 1.5 * now.neighbours - 0.5 * before.neighbours
    sums = (1.5 * now.sums - 0.5 * before.sums).clamp(min=0)
    return Inflow(sums, now.contact, neighbours)


def extrapolated(
    v: Kept, dt: float, membrane: Membrane, now: Inflow, before: Inflow, external: External
) -> tuple[Kept, tuple[Tensor, Tensor]]:
    """The step of second order with one sweep over the synapses, and the synapses it used.

    Where z > 1 the neuron follows its inputs faster than they are sampled: there is nothing to
    extrapolate, and the last inflow is used.
    """
    rate = dt / membrane.capacitance
    frozen, guessed = synaptic(membrane, now), synaptic(membrane, ahead(now, before))
    slow = rate * total(membrane, frozen, external)[0] < 1
    used = (torch.where(slow, guessed[0], frozen[0]), torch.where(slow, guessed[1], frozen[1]))
    return relaxed(v, *total(membrane, used, external), rate).held(external), used


def plain(
    v: Kept, dt: float, membrane: Membrane, inflow: Inflow, external: External
) -> tuple[Kept, tuple[Tensor, Tensor]]:
    """The step with one inflow held over it, and the synapses it used."""
    used = synaptic(membrane, inflow)
    rate = dt / membrane.capacitance
    return relaxed(v, *total(membrane, used, external), rate).held(external), used


def slope(v: Tensor, membrane: Membrane, inflow: Inflow, external: External) -> Tensor:
    """dv/dt, mV/ms."""
    g, h = total(membrane, synaptic(membrane, inflow), external)
    rise = (h - g * v) / membrane.capacitance
    return rise if external.clamp is None else torch.where(external.clamp.isnan(), rise, 0.0)


def activation_after(
    s: Kept, opened: Tensor, dt: float, time_constant: Tensor, opened_at_end: Tensor
) -> Kept:
    """The synaptic state after a step: s∞ + (s − s∞) exp(−δ/τ), and s∞ itself where τ = 0."""
    at_once = time_constant == 0
    # A time of 0 is divided by nowhere: the branch that is not taken would make gradients NaN.
    share = -dt / torch.where(at_once, torch.ones_like(time_constant), time_constant)
    if s.lost is None:
        moved = Kept(opened + (s.value - opened) * torch.exp(share))
    else:
        moved = s.plus(-s.below(opened) * torch.expm1(share))
    return moved.where(~at_once, opened_at_end)
