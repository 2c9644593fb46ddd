"""How far another runtime's steps are from those of the reference."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from liquidtime.deploy.network import Array
from liquidtime.errors import InputError
from liquidtime.export.trained import Trained

Step = Callable[[Array, Array, list[Array]], tuple[Array, list[Array]]]
"""From x [B, D], elapsed [B] and the parts of the state [B, …] to outputs [B, K] and the next."""

BATCHES = (1, 5)
STEPS = 24
LONG_GAP = 10.0
TOLERANCE = 1e-5


class Difference(NamedTuple):
    """The largest over all numbers compared.

    Attributes:
        absolute: Largest |got − expected|.
        relative: Largest |got − expected| / max(1, |expected|): numbers below 1 count as 1, since
            rounding in what they are made of does not shrink with them.
    """

    absolute: float
    relative: float

    @classmethod
    def of(cls, pairs: list[tuple[Array, Array]]) -> "Difference":
        """Of what was got and what was expected, array by array; NaN where either is."""
        got, expected = (
            np.concatenate([np.ravel(array).astype(np.float64) for array in side])
            for side in zip(*pairs, strict=True)
        )
        apart = np.abs(got - expected)
        return cls(float(apart.max()), float((apart / np.maximum(1, np.abs(expected))).max()))


@dataclass(frozen=True)
class Parity:
    """The report of a check.

    Attributes:
        outputs: Difference of what is put out.
        state: Difference of what is remembered after a step.
        tolerance: Largest relative difference that passes.
        steps: Steps run, of one or several streams each.
        ran: What ran the file, with its version.
    """

    outputs: Difference
    state: Difference
    tolerance: float
    steps: int
    ran: str

    @property
    def passed(self) -> bool:
        """Whether outputs and state are within the tolerance; NaN is not."""
        return self.outputs.relative <= self.tolerance and self.state.relative <= self.tolerance

    def __str__(self) -> str:
        verdict = "equals the reference" if self.passed else "differs from the reference"
        return (
            f"{self.ran} {verdict}: over {self.steps} random steps with irregular gaps, outputs "
            f"differ by at most {self.outputs.absolute:.1e} (relative {self.outputs.relative:.1e})"
            f", states by {self.state.absolute:.1e} (relative {self.state.relative:.1e}); "
            f"tolerance {self.tolerance:.0e}, relative."
        )


def measure(
    network: Trained, start: Callable[[int], Step], ran: str, *, tolerance: float = TOLERANCE
) -> Parity:
    """Run steps of another runtime beside those of the reference.

    Every step begins in the reference's state, so that what a network makes of a rounding later on
    counts for nothing. Inputs are standard normal, as encoded ones are about; gaps are none, around
    1, and long.

    Args:
        network: The network.
        start: From a number of streams B to the other runtime's step.
        ran: What that is, for the report.
        tolerance: Largest relative difference that passes.

    Raises:
        InputError: If the other runtime's numbers come in another shape.
    """
    # PyTorch takes a second to import, and only a check needs it.
    from liquidtime.export.reference import ReferenceStep

    reference = ReferenceStep(network.network)
    rng = np.random.default_rng(0)
    outputs, states = [], []
    for batch in BATCHES:
        step = start(batch)
        state = reference.zeros(batch)
        for _ in range(STEPS):
            x = rng.standard_normal((batch, network.architecture.input_size)).astype(np.float32)
            for place, table in network.network.tables.items():
                x[:, place] = rng.integers(len(table), size=batch)
            elapsed = _gaps(rng, batch)
            # The reference goes first, since another runtime may write into what it is given.
            expected, after = reference.numpy(x, elapsed, state)
            got, got_after = step(x, elapsed, state)
            outputs.append(_paired(got, expected))
            states += [_paired(*parts) for parts in zip(got_after, after, strict=True)]
            state = after
    return Parity(
        Difference.of(outputs), Difference.of(states), tolerance, len(BATCHES) * STEPS, ran
    )


def _gaps(rng: np.random.Generator, batch: int) -> Array:
    usual = rng.exponential(size=batch)
    kind = rng.random(batch)
    return np.where(kind < 0.1, 0, np.where(kind < 0.2, LONG_GAP, usual)).astype(np.float32)


def _paired(got: Array, expected: Array) -> tuple[Array, Array]:
    if got.shape != expected.shape:
        raise InputError(
            f"the file puts out {list(got.shape)} numbers where the network has "
            f"{list(expected.shape)}; it holds another network. Write it anew."
        )
    return got, expected
