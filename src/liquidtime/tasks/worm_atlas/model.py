"""The worm's steady answer to a small current, by one linear solve.

Where every synapse is half open at its neuron's own rest, as Wicks et al. 1996 and Kunert et al.
2014 put it, the resting potentials are the solution of linear equations, and so is the answer of
all neurons to a small current into each one: the inverse of the conductance matrix (Jacobian) at
rest.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from liquidtime.brain.connectome.graph import Connectome
from liquidtime.brain.neurons.graded import Parameters
from liquidtime.kernels.network.edges import Edges

KINDS = ("acetylcholine", "glutamate", "gaba", "other")
"""Transmitters with a unit conductance of their own; "other" is all the rest."""
LEAK_CONDUCTANCE = 1.0
"""nS. Only ratios to it can be known from responses, so it is the unit."""
LEAK_POTENTIAL = -60.0
GABA_REVERSAL = -70.0
_PERRON_STEPS = 40


@dataclass(frozen=True, eq=False)
class Wiring:
    """A connectome as dense matrices of counts, [postsynaptic, presynaptic].

    Attributes:
        chemical: By kind of transmitter, see `KINDS`.
        gap: Gap junctions, symmetric.
    """

    chemical: Mapping[str, NDArray[np.float64]]
    gap: NDArray[np.float64]

    @classmethod
    def of(cls, connectome: Connectome) -> "Wiring":
        """Of a connectome; no gap junctions are as none of any size."""
        kind_of = [name if name in KINDS else "other" for name in connectome.classes]
        size = len(connectome)
        chemical = {
            kind: _dense(connectome.synapses, np.array([kind == of for of in kind_of]))
            for kind in KINDS
        }
        gaps = connectome.gap_junctions
        gap = np.zeros((size, size)) if gaps is None else _dense(gaps, np.ones(1, dtype=bool))
        return cls(chemical, gap)

    def synapses(self) -> NDArray[np.float64]:
        """[N, N], all chemical counts."""
        return sum(self.chemical.values(), np.zeros_like(self.gap))

    def relabelled(self, order: NDArray[np.int64]) -> "Wiring":
        """Neuron i gets all the partners of neuron `order[i]`."""
        at = np.ix_(order, order)
        return Wiring({kind: counts[at] for kind, counts in self.chemical.items()}, self.gap[at])

    def only_gaps(self) -> "Wiring":
        """The same without chemical synapses."""
        return Wiring({kind: np.zeros_like(self.gap) for kind in KINDS}, self.gap)


class WormConstants(NamedTuple):
    """What all neurons and synapses share. Where a fit starts, unless told otherwise.

    The stimulus's strength is none of them: the answer to a small current is proportional to it.
    """

    acetylcholine: float = 0.03
    """nS of one count."""
    glutamate: float = 0.03
    gaba: float = 0.03
    other: float = 0.01
    gap: float = 0.03
    """nS of one count."""
    steepness: float = 0.1
    """1/mV."""
    glutamate_reversal: float = -30.0
    """mV; below the resting potential glutamate inhibits."""

    def parameters(self, midpoint: NDArray[np.float64]) -> Parameters:
        """As `simulate` takes them.

        Args:
            midpoint: [N], mV, the resting potentials.
        """
        return Parameters(
            leak_conductance=LEAK_CONDUCTANCE,
            leak_potential=LEAK_POTENTIAL,
            midpoint=midpoint,
            steepness=self.steepness,
            unit_conductance={
                "acetylcholine": self.acetylcholine,
                "glutamate": self.glutamate,
                "gaba": self.gaba,
                **dict.fromkeys(_OTHERS, self.other),
            },
            reversal_potential={
                "acetylcholine": 0.0,
                "glutamate": self.glutamate_reversal,
                "gaba": GABA_REVERSAL,
                **dict.fromkeys(_OTHERS, 0.0),
            },
            gap_conductance=self.gap,
        )


_OTHERS = ("unknown", "dopamine", "serotonin", "octopamine", "tyramine", "histamine")
BOUNDS = WormConstants(
    *[(1e-4, 7.0)] * 5,  # pyright: ignore[reportArgumentType]
    steepness=(0.01, 1.0),  # pyright: ignore[reportArgumentType]
    glutamate_reversal=(-80.0, 0.0),  # pyright: ignore[reportArgumentType]
)
"""Least and largest value of each constant in a fit."""


def steady_response(
    wiring: Wiring, constants: WormConstants
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The answer of all neurons to a small lasting current into each, and the rest.

    Returns:
        [N, N], mV a pA, [responding, stimulated]; [N], resting potentials, mV.
    """
    values = {name: torch.tensor(value).double() for name, value in constants._asdict().items()}
    with torch.no_grad():
        response, rest, _ = solved(tensors(wiring), values)
    return response.numpy(), rest.numpy()


def _dense(edges: Edges, wanted: NDArray[np.bool_]) -> NDArray[np.float64]:
    counts = np.zeros((edges.neurons, edges.neurons))
    kept = wanted[edges.classes]
    counts[edges.targets()[kept], edges.sources[kept]] = edges.counts[kept]
    return counts


def tensors(wiring: Wiring) -> tuple[Tensor, Tensor]:
    """[K, N, N] chemical counts in the order of `KINDS`, and [N, N] gap junctions, float64."""
    return torch.from_numpy(np.stack([wiring.chemical[kind] for kind in KINDS])), torch.from_numpy(
        wiring.gap
    )


def solved(
    matrices: tuple[Tensor, Tensor], values: Mapping[str, Tensor]
) -> tuple[Tensor, Tensor, Tensor]:
    """The equations of `steady_response`, differentiable.

    Args:
        matrices: As `tensors` gives them.
        values: Each of `WormConstants`, by name.

    Returns:
        Answers [N, N] in mV a pA, rest [N] in mV, and the loop gain, see `FittedWorm`.
    """
    counts, gaps = matrices
    unit = torch.stack([values[kind] for kind in KINDS])
    conductance, gap = unit[:, None, None] * counts, values["gap"] * gaps
    zero = torch.zeros((), dtype=torch.float64)
    reversal = torch.stack([zero, values["glutamate_reversal"], zero + GABA_REVERSAL, zero])
    # All synapses are half open at rest.
    diagonal = LEAK_CONDUCTANCE + conductance.sum((0, 2)) / 2 + gap.sum(1)
    drive = LEAK_CONDUCTANCE * LEAK_POTENTIAL + (conductance.sum(2) * reversal[:, None]).sum(0) / 2
    rest = torch.linalg.solve(torch.diag(diagonal) - gap, drive)
    # A sigmoid's slope at its midpoint is steepness / 4.
    pull = (conductance * (reversal[:, None] - rest)[:, :, None]).sum(0)
    onward = gap + values["steepness"] / 4 * pull
    response = torch.linalg.inv(torch.diag(diagonal) - onward)
    return response, rest, _gain(onward.abs() / diagonal[:, None])


def _gain(loops: Tensor) -> Tensor:
    """Largest eigenvalue of a matrix without negative entries; the sizes bound those with signs."""
    vector = torch.ones(len(loops), dtype=loops.dtype)
    with torch.no_grad():
        for _ in range(_PERRON_STEPS):
            vector = loops @ vector + 1e-12
            vector = vector / vector.norm()
    return vector @ (loops @ vector)
