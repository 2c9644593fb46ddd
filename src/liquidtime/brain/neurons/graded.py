"""The constants of graded neurons and their synapses."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from liquidtime.brain.connectome.graph import Connectome
from liquidtime.brain.connectome.transmitters import (
    canonical,
    check_names,
    reversal_potentials,
)
from liquidtime.errors import InputError
from liquidtime.kernels.network.constants import Constants, Gates, SynapseShares


@dataclass(frozen=True, eq=False)
class SynapseParameters:
    """Constants of every single edge: the full LTC, in which the synapse, not the neuron, decides.

    In the order of the connectome's edges, [E] each.

    Attributes:
        conductance: nS, of the whole edge; the connectome's counts are not multiplied in.
        midpoint: mV, presynaptic potential at which the synapse is half open.
        steepness: 1/mV.
        reversal_potential: mV.
    """

    conductance: NDArray[np.float64]
    midpoint: NDArray[np.float64]
    steepness: NDArray[np.float64]
    reversal_potential: NDArray[np.float64]

    def __post_init__(self) -> None:
        lengths = {name: np.shape(value) for name, value in vars(self).items()}
        if len(set(lengths.values())) != 1 or len(np.shape(self.conductance)) != 1:
            raise InputError(f"the constants of the synapses have shapes {lengths}; expected [E].")
        for name, value in vars(self).items():
            object.__setattr__(self, name, _numbers(name, value, None))
        if (self.conductance < 0).any():
            raise InputError("a conductance is negative; expected nS ≥ 0.")

    @property
    def outer(self) -> NDArray[np.float64]:
        """[2], mV: the lowest and the highest reversal potential; 0 without edges."""
        found = self.reversal_potential
        return np.array([found.min(), found.max()] if len(found) else [0.0, 0.0])

    @property
    def shares(self) -> SynapseShares:
        """The same with each conductance split between the two outer reversal potentials."""
        low, high = self.outer
        potentials = self.reversal_potential
        # E lies between the two, so shares w (1 − p) and w p give the same w and the same w E.
        part = (potentials - low) / (high - low) if high > low else np.zeros_like(potentials)
        return SynapseShares(
            self.conductance * (1 - part), self.conductance * part, self.midpoint, self.steepness
        )


@dataclass(frozen=True, eq=False, kw_only=True)
class Parameters:
    """Constants of the graded, conductance-based neuron; one number for all or one a neuron [N].

    C dv/dt = −g (v − v_leak) + Σ_j w_ij s_j (E_ij − v) + Σ_j g_ij (v_j − v) + I(t), with
    s_j = 1 / (1 + exp(−k_j (v_j − μ_j))) and w_ij = count_ij · unit_conductance. The defaults
    suit the worm, in that they do not saturate it; they are guesses, as in all such models.

    Attributes:
        membrane_capacitance: C, pF.
        leak_conductance: g, nS.
        leak_potential: v_leak, mV; where a neuron stands without input.
        midpoint: μ, mV; presynaptic potential at which its synapses are half open.
        steepness: k, 1/mV.
        unit_conductance: nS of one synapse (of one count), for all classes of edges or by
            transmitter, such as `{"gaba": 0.2}`; what a mapping leaves out has the default.
        reversal_potential: mV, by transmitter; what is left out comes from
            `transmitters.REVERSAL_POTENTIALS`. A number holds for all.
        gap_conductance: nS of one gap junction of count 1.
        synaptic_time_constant: ms; with it s follows the sigmoid with this delay of first order,
            ds_j/dt = (s∞(v_j) − s_j) / τ_j. 0: at once.
        delay: ms from the presynaptic neuron to its synapses; a multiple of the time step.
        synapses: Constants of every edge, which replace counts, unit conductance, reversal
            potential, midpoint and steepness.
    """

    membrane_capacitance: float | NDArray = 10.0
    leak_conductance: float | NDArray = 1.0
    leak_potential: float | NDArray = -60.0
    midpoint: float | NDArray = -45.0
    steepness: float | NDArray = 0.2
    unit_conductance: float | Mapping[str, float] = 0.01
    reversal_potential: float | Mapping[str, float] | None = None
    gap_conductance: float = 0.01
    synaptic_time_constant: float | NDArray = 0.0
    delay: float | NDArray = 0.0
    synapses: SynapseParameters | None = None

    def __post_init__(self) -> None:
        for name in ("membrane_capacitance", "leak_conductance"):
            if not (_numbers(name, getattr(self, name), None) > 0).all():
                raise InputError(f"{name} must be positive everywhere.")
        for name in ("synaptic_time_constant", "delay", "gap_conductance"):
            if not (_numbers(name, getattr(self, name), None) >= 0).all():
                raise InputError(f"{name} must not be negative.")

    def replace(self, **changes: Any) -> Parameters:
        """The same with some constants changed."""
        return dataclasses.replace(self, **changes)

    def of_neurons(self, name: str, neurons: int) -> NDArray[np.float64]:
        """One constant as an array [N].

        Raises:
            InputError: If it is neither one number nor one a neuron, or not finite.
        """
        return np.array(_numbers(name, getattr(self, name), neurons))

    def unit_conductances(self, classes: tuple[str, ...]) -> NDArray[np.float64]:
        """[K], nS of one synapse of each class.

        Raises:
            InputError: If one is negative or not finite, or a name is no transmitter.
        """
        given = self.unit_conductance
        if isinstance(given, Mapping):
            check_names("unit_conductance", given, [canonical(name) for name in classes])
            by_name = {canonical(name): float(value) for name, value in given.items()}
            default = Parameters.unit_conductance
            assert isinstance(default, float)
            given = [by_name.get(canonical(name), default) for name in classes]
        found = _numbers("unit_conductance", given, len(classes), "one a class of edges")
        if (found < 0).any():
            raise InputError("a unit_conductance is negative; expected nS ≥ 0.")
        return np.array(found)

    def reversal_potentials(self, classes: tuple[str, ...]) -> NDArray[np.float64]:
        """[K], mV, of each class."""
        given = self.reversal_potential
        if given is None or isinstance(given, Mapping):
            return reversal_potentials(classes, given)
        return np.array(_numbers("reversal_potential", given, len(classes), "one a class of edges"))

    @property
    def edgewise(self) -> bool:
        """Whether there are constants of each edge; see `Neurons.edgewise`."""
        return self.synapses is not None

    def resting(self, neurons: int) -> NDArray[np.float64]:
        """[N], mV, the leak potentials; see `Neurons.resting`."""
        return self.of_neurons("leak_potential", neurons)

    def constants(self, connectome: Connectome, gates: Gates) -> Constants:
        """What they come to in a connectome; see `Neurons.constants`."""
        self.check(connectome)
        size, own = len(connectome), self.synapses
        synaptic_time = self.of_neurons("synaptic_time_constant", size)
        if own is not None:
            _check_edgewise(synaptic_time, gates)
        return Constants(
            form="graded" if own is None else "graded synapses",
            synapses=connectome.synapses,
            shares=None if own is None else own.shares,
            capacitance=self.of_neurons("membrane_capacitance", size),
            leak_conductance=self.of_neurons("leak_conductance", size),
            leak_potential=self.of_neurons("leak_potential", size),
            midpoint=self.of_neurons("midpoint", size),
            steepness=self.of_neurons("steepness", size),
            synaptic_time=synaptic_time if synaptic_time.any() else None,
            delay=self.of_neurons("delay", size),
            # Shares are conductances already, so one of them counts for 1 nS.
            unit_conductance=(
                self.unit_conductances(connectome.classes) if own is None else np.ones(2)
            ),
            reversal_potential=(
                self.reversal_potentials(connectome.classes) if own is None else own.outer
            ),
            gaps=connectome.gap_junctions,
            gap_conductance=float(self.gap_conductance),
            gates=gates,
        )

    def check(self, connectome: Connectome) -> None:
        """Raise InputError if the constants do not fit a connectome."""
        for name in (
            "membrane_capacitance",
            "leak_conductance",
            "leak_potential",
            "midpoint",
            "steepness",
            "synaptic_time_constant",
            "delay",
        ):
            self.of_neurons(name, len(connectome))
        if self.synapses is None:
            self.unit_conductances(connectome.classes)
            self.reversal_potentials(connectome.classes)
        elif len(self.synapses.conductance) != len(connectome.synapses):
            raise InputError(
                f"there are constants for {len(self.synapses.conductance)} synapses; expected one "
                f"for each of the connectome's {len(connectome.synapses)} edges."
            )


def _check_edgewise(synaptic_time: NDArray, gates: Gates) -> None:
    """Raise InputError where something speaks of what synapses of their own do not have."""
    if synaptic_time.any():
        raise InputError(
            "synaptic_time_constant is not 0, but each synapse has constants of its own; "
            "expected one or the other: a synaptic state belongs to the presynaptic neuron."
        )
    if gates.class_scale is not None:
        raise InputError(
            "a transmitter is scaled, but each synapse has constants of its own, which do not "
            "know transmitters. Scale SynapseParameters.conductance instead."
        )


def _numbers(
    name: str, value: ArrayLike, length: int | None, whose: str = "one a neuron"
) -> NDArray[np.float64]:
    if isinstance(value, Mapping):
        raise InputError(
            f"{name} is given by name, {dict(value)!r}; expected one number or {whose}, in the "
            "order of the table. Only unit_conductance and reversal_potential go by transmitter."
        )
    try:
        found = np.asarray(value, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise InputError(f"{name} is {value!r}; expected one number or {whose}.") from error
    if not np.isfinite(found).all():
        raise InputError(f"{name} holds numbers that are not finite.")
    if length is None:
        return found
    if found.shape not in ((), (length,)):
        raise InputError(
            f"{name} has shape {list(found.shape)}; expected one number or {whose}, [{length}]."
        )
    return np.broadcast_to(found, (length,))
