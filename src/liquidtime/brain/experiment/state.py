"""Where a simulation stands: all that it, or another, goes on from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from liquidtime.brain.experiment.archive import read_arrays, write_arrays
from liquidtime.brain.experiment.clock import at
from liquidtime.errors import InputError
from liquidtime.runs.stored import understood

_CALCIUM, _OF = "calcium:", "calcium of:"


@dataclass(frozen=True, eq=False, repr=False)
class State:
    """Where a simulation stands; `Recording.final` is one, and so is a checkpoint.

    `Experiment(initial=state)` goes on from it, to the same bits as a simulation that was never
    interrupted: potentials, activations, what is on its way, calcium, noise and the clock. Stimuli
    are on the same clock, so a step from 150 ms begins there also in a part that goes on at 100 ms.
    Stimuli, perturbations, constants of neurons, counts of synapses and the scheme may be others
    than before; neurons, who is connected to whom, delays, trials, dt and what computes may not.

    As an array it is its potentials.

    Attributes:
        parts: What the backend goes on from, and calcium.
        about: What tells whether something can go on from it, and noise; as JSON can hold it.
    """

    parts: Mapping[str, NDArray]
    about: Mapping[str, Any]

    @property
    def potentials(self) -> NDArray[np.floating]:
        """[N, B], mV."""
        return self.parts["potential"].reshape(self.about["shape"])

    @property
    def step(self) -> int:
        """Steps made since time 0."""
        return int(self.about["step"])

    @property
    def time(self) -> float:
        """ms, since time 0."""
        return at(self.step, self.about["dt"])

    @property
    def shape(self) -> tuple[int, ...]:
        """(N, B)."""
        return tuple(self.about["shape"])

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> NDArray:
        del copy
        return np.array(self.potentials, dtype=dtype)

    def __getitem__(self, key: Any) -> NDArray:
        return self.potentials[key]

    def __repr__(self) -> str:
        neurons, trials = self.shape
        return f"State(at {self.time:g} ms, {neurons:,} neurons, trials: {trials})"

    def save(self, path: str | Path) -> None:
        """Keep it in a file (NumPy's .npz), whole or not at all."""
        write_arrays(Path(path), self.parts, self.about)

    @classmethod
    def load(cls, path: str | Path) -> State:
        """The way back.

        Raises:
            InputError: If the file is not there, is damaged or holds none.
        """
        path = Path(path)
        if not path.is_file():
            raise InputError(f"{path} is not there; expected the state of a simulation.")
        with understood(path):
            parts, about = read_arrays(path)
        if about.get("kind") != "state" or "potential" not in parts:
            raise InputError(f"{path} holds no state of a simulation; expected one of State.save.")
        return cls(parts, about)

    @property
    def of_stepper(self) -> dict[str, NDArray]:
        """What the backend goes on from."""
        return {
            name: part for name, part in self.parts.items() if not name.startswith((_CALCIUM, _OF))
        }

    def calcium(self, neurons: NDArray[np.int32], time_constant: float) -> NDArray | None:
        """[n, B], of these neurons smoothed so; None if it was not recorded of all of them."""
        for name, constant in self.about["calcium"].items():
            # Version 0.1.0 did not say of whom.
            known = self.parts.get(_OF + name, np.zeros(0, np.int32))
            order = np.argsort(known, kind="stable")
            place = np.searchsorted(known, neurons, sorter=order).clip(max=len(known) - 1)
            if constant == time_constant and len(known) and (known[order[place]] == neurons).all():
                return self.parts[_CALCIUM + name][order[place]]
        return None


def calcium_parts(
    kept: Mapping[str, NDArray], neurons: Mapping[str, NDArray[np.int32]]
) -> dict[str, NDArray]:
    """Calcium of records, as parts of a state."""
    found = {_CALCIUM + name: values for name, values in kept.items()}
    return found | {_OF + name: neurons[name] for name in kept}
