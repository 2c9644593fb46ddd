"""What can be explained: a network, what it reads, and what its outputs mean."""

from dataclasses import dataclass
from typing import Any, ClassVar, Protocol

import numpy as np

from liquidtime.data.encoded import EncodedSeries
from liquidtime.data.preprocess import Preprocessor
from liquidtime.data.series import IrregularSeries
from liquidtime.errors import InputError
from liquidtime.models.contract import Model


class Meaning(Protocol):
    """What the outputs of a network mean; an objective of `liquidtime.train` is one.

    Attributes:
        bounded: Whether what is predicted lies between 0 and 1: probabilities.
        exclusive: Whether these are of classes, of which one is true.
    """

    bounded: ClassVar[bool]
    exclusive: ClassVar[bool]

    @property
    def labels(self) -> tuple[str, ...]:
        """Names of the classes or values."""
        ...

    def predictions(self, logits: np.ndarray) -> np.ndarray:
        """Probabilities, or values in the target's own unit, of logits [R, K]."""
        ...


@dataclass(frozen=True, eq=False)
class Explainable:
    """A network with what is before it and behind it.

    Attributes:
        model: The network, on the CPU.
        preprocessor: Makes its inputs.
        meaning: Says what its outputs mean.
        name: What to call it.
        wiring: The circuit over its units, or the spec of one; None without.
        time_unit: Of the series' times, for labels; None for a unit of the data's own.
        sees_future: Whether its outputs at a step depend on later steps.
        spoken: What to call its outputs in sentences; their labels if empty.
    """

    model: Model
    preprocessor: Preprocessor
    meaning: Meaning
    name: str = "network"
    wiring: Any = None
    time_unit: str | None = None
    sees_future: bool = False
    spoken: tuple[str, ...] = ()

    def encode(self, series: IrregularSeries) -> EncodedSeries:
        """The inputs of the network."""
        return self.preprocessor.encode(series, reads=self.model.reads)


def explainable_of(given: Any) -> Explainable:
    """What a run, a fitted estimator or an `Explainable` has to be explained.

    Raises:
        InputError: If it is none of these.
    """
    found = given if isinstance(given, Explainable) else getattr(given, "explainable", None)
    if not isinstance(found, Explainable):
        raise InputError(
            f"got a {type(given).__name__} to explain; expected a run of liquidtime.train, a "
            "fitted estimator that predicts, such as LiquidClassifier or LiquidRidgeClassifier, "
            "or an Explainable."
        )
    return found
