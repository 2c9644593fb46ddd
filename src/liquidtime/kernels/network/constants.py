"""A network's constants as arrays: what connectome, parameters and perturbations come to."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from liquidtime.brain.connectome import Connectome
from liquidtime.brain.edges import Edges
from liquidtime.brain.parameters import Parameters
from liquidtime.brain.perturbation import Gates

Numbers = NDArray[np.float64]


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
class Constants:
    """Of N neurons, K classes of edges and B trials, in mV, ms, nS, pF, pA."""

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

    @property
    def neurons(self) -> int:
        """N."""
        return len(self.capacitance)

    @property
    def class_count(self) -> int:
        """K, 2 where each synapse has constants of its own."""
        return len(self.unit_conductance)

    def delay_steps(self, dt: float) -> NDArray[np.int32]:
        """[N], delays in steps.

        Raises:
            ValueError: If a delay is no multiple of the time step.
        """
        steps = np.rint(self.delay / dt)
        off = np.abs(steps * dt - self.delay) > 1e-6 * max(dt, float(self.delay.max(initial=0.0)))
        if off.any():
            raise ValueError(
                f"a delay is {self.delay[off][0]:g} ms, which is no multiple of dt = {dt:g} ms; "
                "expected delays of whole steps. Round them, or take a dt that divides them."
            )
        return steps.astype(np.int32)


def constants_of(connectome: Connectome, parameters: Parameters, gates: Gates) -> Constants:
    """Put the constants of a network together.

    Raises:
        ValueError: If parameters do not fit the connectome.
    """
    parameters.check(connectome)
    size = len(connectome)
    synaptic_time = parameters.of_neurons("synaptic_time_constant", size)
    own = parameters.synapses
    if own is None:
        shares = None
        unit = parameters.unit_conductances(connectome.classes)
        reversal = parameters.reversal_potentials(connectome.classes)
    else:
        if synaptic_time.any():
            raise ValueError(
                "synaptic_time_constant is not 0, but each synapse has constants of its own; "
                "expected one or the other: a synaptic state belongs to the presynaptic neuron."
            )
        potentials = own.reversal_potential
        low, high = (
            (float(potentials.min()), float(potentials.max())) if len(own.midpoint) else (0, 0)
        )
        part = (potentials - low) / (high - low) if high > low else np.zeros_like(potentials)
        shares = SynapseShares(
            own.conductance * (1 - part), own.conductance * part, own.midpoint, own.steepness
        )
        unit, reversal = np.ones(2), np.array([low, high], dtype=np.float64)
        if gates.class_scale is not None:
            raise ValueError(
                "a transmitter is scaled, but each synapse has constants of its own, which do not "
                "know transmitters. Scale SynapseParameters.conductance instead."
            )
    return Constants(
        synapses=connectome.synapses,
        shares=shares,
        capacitance=parameters.of_neurons("membrane_capacitance", size),
        leak_conductance=parameters.of_neurons("leak_conductance", size),
        leak_potential=parameters.of_neurons("leak_potential", size),
        midpoint=parameters.of_neurons("midpoint", size),
        steepness=parameters.of_neurons("steepness", size),
        synaptic_time=synaptic_time if synaptic_time.any() else None,
        delay=parameters.of_neurons("delay", size),
        unit_conductance=unit,
        reversal_potential=reversal,
        gaps=connectome.gap_junctions,
        gap_conductance=float(parameters.gap_conductance),
        gates=gates,
    )
