"""What an experimenter does to a brain: ablate, silence, hold or scale, trial by trial."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from liquidtime.brain.connectome.graph import Connectome
from liquidtime.brain.connectome.transmitters import canonical
from liquidtime.brain.experiment.neurons import Chosen, indices_of
from liquidtime.errors import InputError
from liquidtime.kernels.network.constants import Gates


@dataclass(frozen=True, eq=False)
class Ablate:
    """Remove neurons: they emit nothing, have no gap junctions and stay at their leak potential."""

    neurons: Chosen


@dataclass(frozen=True, eq=False)
class Silence:
    """Keep neurons from emitting anything; they still hear, and keep their gap junctions."""

    neurons: Chosen


@dataclass(frozen=True, eq=False)
class Hold:
    """Hold neurons at a potential (mV) throughout. A `clamp` stimulus does so for a while."""

    neurons: Chosen
    potential: float


@dataclass(frozen=True)
class ScaleTransmitter:
    """Multiply the conductance of all synapses of one transmitter, as a drug would.

    0 blocks it, 0.5 halves it.
    """

    transmitter: str
    factor: float


Perturbation = Ablate | Silence | Hold | ScaleTransmitter
Trial = Perturbation | Sequence[Perturbation] | None
"""What is done in one trial: one thing, several, or nothing (a control)."""


def gates_of(
    connectome: Connectome,
    perturbations: Sequence[Trial] | None,
    trials: int,
    leak_potential: NDArray[np.float64],
) -> Gates:
    """Perturbations, one entry a trial, as factors.

    Raises:
        InputError: If there are not as many as trials, a neuron or a transmitter does not exist, or
            a factor is negative.
    """
    if perturbations is None:
        return Gates(trials)
    if len(perturbations) != trials:
        raise InputError(
            f"there are perturbations for {len(perturbations)} trials, but the batch has {trials}; "
            "expected one entry a trial, None for a control."
        )
    shape = (len(connectome), trials)
    output, contact = np.ones(shape), np.ones(shape)
    scale = np.ones((len(connectome.classes), trials))
    held = np.full(shape, np.nan)
    for trial, entry in enumerate(perturbations):
        for perturbation in listed(entry):
            if isinstance(perturbation, ScaleTransmitter):
                scale[_class(connectome, perturbation), trial] *= perturbation.factor
                continue
            found = indices_of(perturbation.neurons, connectome)
            if isinstance(perturbation, Hold):
                if not np.isfinite(perturbation.potential):
                    raise InputError(
                        f"neurons are held at {perturbation.potential}; expected a potential in mV."
                    )
                held[found, trial] = float(perturbation.potential)
                continue
            output[found, trial] = 0.0
            if isinstance(perturbation, Ablate):
                contact[found, trial] = 0.0
                held[found, trial] = leak_potential[found]
    return Gates(
        trials,
        output if (output != 1).any() else None,
        contact if (contact != 1).any() else None,
        scale if (scale != 1).any() else None,
        held if not np.isnan(held).all() else None,
    )


def listed(trial: Trial) -> tuple[Perturbation, ...]:
    """What is done in a trial, one by one."""
    if trial is None:
        return ()
    return (trial,) if isinstance(trial, Perturbation) else tuple(trial)


def _class(connectome: Connectome, perturbation: ScaleTransmitter) -> int:
    if not (perturbation.factor >= 0 and np.isfinite(perturbation.factor)):
        raise InputError(f"the factor is {perturbation.factor}; expected a number ≥ 0.")
    name = canonical(perturbation.transmitter)
    if name not in connectome.classes:
        raise InputError(
            f"no edge has the transmitter {name!r}; expected one of "
            f"{', '.join(connectome.classes)}."
        )
    return connectome.classes.index(name)
