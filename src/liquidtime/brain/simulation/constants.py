"""A network's constants: what connectome, parameters and perturbations come to."""

import numpy as np

from liquidtime.brain.connectome.graph import Connectome
from liquidtime.brain.connectome.parameters import Parameters
from liquidtime.errors import InputError
from liquidtime.kernels.network.constants import Constants, Gates, SynapseShares


def constants_of(connectome: Connectome, parameters: Parameters, gates: Gates) -> Constants:
    """Put the constants of a network together.

    Raises:
        InputError: If parameters do not fit the connectome.
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
            raise InputError(
                "synaptic_time_constant is not 0, but each synapse has constants of its own; "
                "expected one or the other: a synaptic state belongs to the presynaptic neuron."
            )
        potentials = own.reversal_potential
        low, high = (
            # A network without edges has no outer potentials.
            (float(potentials.min()), float(potentials.max())) if len(own.midpoint) else (0, 0)
        )
        # E lies between the two, so shares w (1 − p) and w p give the same w and the same w E.
        part = (potentials - low) / (high - low) if high > low else np.zeros_like(potentials)
        shares = SynapseShares(
            own.conductance * (1 - part), own.conductance * part, own.midpoint, own.steepness
        )
        # Shares are conductances already, so one of them counts for 1 nS.
        unit, reversal = np.ones(2), np.array([low, high], dtype=np.float64)
        if gates.class_scale is not None:
            raise InputError(
                "a transmitter is scaled, but each synapse has constants of its own, which do not "
                "know transmitters. Scale SynapseParameters.conductance instead."
            )
    return Constants(
        form="graded" if own is None else "graded synapses",
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
