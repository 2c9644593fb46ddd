"""A network's constants as arrays: what connectome, parameters and perturbations come to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from liquidtime.errors import InputError
from liquidtime.kernels.network.edges import Edges

_SHORT = 5e-3
"""Of a time constant: below, what is lost to rounding is kept for the next step."""
Numbers = NDArray[np.float64]

LONGEST_DELAY = 1_000_000
"""Steps; what all neurons emitted in as many is held in memory."""


@dataclass(frozen=True, eq=False)
class SynapseShares:
    """Constants of each edge, its conductance split between the two outer reversal potentials.

    So the sums of both stay positive, and whatever is done to them leaves v between the two.
    """

    low: Numbers
    """[E], nS."""
    high: Numbers
    """[E], nS."""
    midpoint: Numbers
    steepness: Numbers


@dataclass(frozen=True, eq=False)
class Gates:
    """Perturbations as numbers; None where nothing is perturbed."""

    trials: int
    output: NDArray[np.float64] | None = None
    """[N, B], factor on what a neuron emits."""
    contact: NDArray[np.float64] | None = None
    """[N, B], factor on a neuron's gap junctions."""
    class_scale: NDArray[np.float64] | None = None
    """[K, B], factor on a class of edges."""
    held: NDArray[np.float64] | None = None
    """[N, B], mV; NaN where free."""


@dataclass(frozen=True, eq=False)
class Constants:
    """Of N neurons, K classes of edges and B trials, in mV, ms, nS, pF, pA."""

    form: str
    """Of the neurons; an entry of `liquidtime.kernels.network.forms`."""
    synapses: Edges
    shares: SynapseShares | None
    capacitance: Numbers
    leak_conductance: Numbers
    leak_potential: Numbers
    midpoint: Numbers
    steepness: Numbers
    synaptic_time: Numbers | None
    """[N], ms; None where all synapses follow at once."""
    delay: Numbers
    """[N], ms."""
    unit_conductance: Numbers
    """[K]."""
    reversal_potential: Numbers
    """[K]."""
    gaps: Edges | None
    gap_conductance: float
    gates: Gates
    extra: Mapping[str, Numbers] = field(default_factory=dict)
    """[N] each, by name: constants of the form's own."""

    @property
    def neurons(self) -> int:
        """N."""
        return len(self.capacitance)

    @property
    def class_count(self) -> int:
        """K, 2 where each synapse has constants of its own."""
        return len(self.unit_conductance)

    def stalls(self, dt: float) -> bool:
        """Whether steps of dt (ms) are so short that float32 would lose most of what they change.

        A potential of -60 mV is kept to 4e-6 mV, and a step changes it by dt / τ of its distance.
        """
        slowest = float((self.capacitance / self.leak_conductance).max(initial=0.0))
        if self.synaptic_time is not None:
            slowest = max(slowest, float(self.synaptic_time.max(initial=0.0)))
        return dt < _SHORT * slowest

    def delay_steps(self, dt: float) -> NDArray[np.int32]:
        """[N], delays in steps.

        Raises:
            InputError: If a delay is no multiple of the time step.
        """
        steps = np.rint(self.delay / dt)
        # With a tolerance, since 0.3 / 0.1 is not 3 to the last bit.
        off = np.abs(steps * dt - self.delay) > 1e-6 * max(dt, float(self.delay.max(initial=0.0)))
        if off.any():
            raise InputError(
                f"a delay is {self.delay[off][0]:g} ms, which is no multiple of dt = {dt:g} ms; "
                "expected delays of whole steps. Round them, or take a dt that divides them."
            )
        if (long := steps > LONGEST_DELAY).any():
            raise InputError(
                f"a delay is {self.delay[long][0]:g} ms, {steps[long][0]:,.0f} steps of {dt:g} ms; "
                f"expected at most {LONGEST_DELAY:,} steps, since the activations of as many are "
                "held."
            )
        return steps.astype(np.int32)
