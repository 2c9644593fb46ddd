"""What is asked: which number, said of which series, after which step."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import torch
from torch import Tensor

from liquidtime.data import ragged
from liquidtime.data.batch import Batch
from liquidtime.data.encoded import EncodedSeries
from liquidtime.data.series import IrregularSeries
from liquidtime.errors import InputError
from liquidtime.explain.explainable import Explainable, explainable_of
from liquidtime.explain.output import Output, Scale, output_of

AT_ONCE = 2**16
"""Rows of a batch, series times steps, at most; what is more goes piece by piece."""


@dataclass(frozen=True, eq=False)
class Question:
    """One number of N series.

    Attributes:
        about: The network.
        series: N series, of which the network has read no more than this.
        steps: [N] int64, the step whose output is meant, where there is one a step.
        output: Which number.
        whole: The series as they were given, with all their rows.
    """

    about: Explainable
    series: IrregularSeries
    steps: Tensor
    output: Output
    whole: IrregularSeries

    @cached_property
    def encoded(self) -> EncodedSeries:
        """What the network reads of the series."""
        return self.about.encode(self.series)

    @cached_property
    def value(self) -> np.ndarray:
        """The number itself, [N] float64."""
        return self.values_of(self.encoded, torch.arange(len(self.series)))

    def score(self, logits: Tensor, index: Tensor) -> Tensor:
        """The number, [B], of what the network says of series `index` [B]."""
        if self.about.model.shape.per_step:
            logits = logits[torch.arange(len(logits)), self.steps[index]]
        return self.output.of(logits)

    @torch.no_grad()
    def values_of(self, encoded: EncodedSeries, index: Tensor) -> np.ndarray:
        """The number for other series in place of the series `index`, row for row as long.

        Args:
            encoded: C of them.
            index: [C], the places of the originals.

        Returns:
            [C] float64.
        """
        found = np.zeros(len(encoded))
        for part in pieces(encoded.lengths):
            logits = logits_of(self.about, encoded.batch(part))
            found[part] = self.score(logits, index[part]).double().numpy()
        return checked(found)


def ask(
    given: Any,
    series: IrregularSeries,
    *,
    output: str | None = None,
    scale: Scale | None = None,
    step: int | None = None,
    one: bool = True,
) -> Question:
    """Put a question in a form that can be answered.

    Args:
        given: A run, a fitted estimator or an `Explainable`.
        series: What it is about.
        output: Name of the class or value; None as in `output_of`.
        scale: Of classes.
        step: Row of the series, from 0 or, below 0, from its end, after which the network is asked.
            None is the last. A network with one output a series then sees nothing of later rows.
        one: Whether exactly one series must be given.

    Raises:
        InputError: If a name or number is unknown, a series has no steps, or the output is not
            finite.
    """
    about = explainable_of(given)
    if not isinstance(series, IrregularSeries):
        raise InputError(
            f"got a {type(series).__name__}; expected an IrregularSeries, such as "
            "liquidtime.data.convert makes."
        )
    if one and len(series) != 1:
        raise InputError(f"got {len(series)} series; expected exactly one. Use series[k].")
    if not len(series) or bool((series.lengths == 0).any()):
        raise InputError(
            "a series without rows cannot be explained; expected at least one series, each with "
            "at least one row."
        )
    series = replace(series, target=None, classes=None, target_names=None, per_step=False)
    whole = series
    steps = _steps(series.lengths, step)
    if not about.model.shape.per_step and step is not None:
        series = _until(series, steps)
        steps = series.lengths - 1
    likeliest = None
    if output is None and len(about.meaning.labels) > 2 and len(series) == 1:
        likeliest = _likeliest(about, series, steps)
    meant = output_of(about.meaning, output, scale, likeliest)
    if about.spoken:
        at = [str(label) for label in about.meaning.labels].index(meant.name)
        meant = replace(meant, called=about.spoken[at])
    asked = Question(about, series, steps, meant, whole)
    _ = asked.value
    return asked


def logits_of(about: Explainable, batch: Batch) -> Tensor:
    """What the network says of a batch, dropout off whatever the mode."""
    network = about.model.network
    training = network.training
    network.eval()
    try:
        return network(batch)
    finally:
        network.train(training)


def pieces(lengths: Tensor, copies: int = 1) -> list[list[int]]:
    """Numbers of series that go into one batch, of like lengths, so that it is not too large.

    Args:
        lengths: [N].
        copies: Of each series in the batch.
    """
    order = torch.argsort(lengths, stable=True).tolist()
    found: list[list[int]] = []
    for number in order:
        rows = max(int(lengths[number]), 1) * copies
        if not found or (len(found[-1]) + 1) * rows > AT_ONCE:
            found.append([])
        found[-1].append(number)
    return found


def checked(values: np.ndarray) -> np.ndarray:
    """Numbers that the network said, all finite.

    Raises:
        InputError: If not.
    """
    if not np.isfinite(values).all():
        raise InputError(
            "the network's output is not finite, so nothing can be said about it. Look at its "
            "weights, and at the values of the series."
        )
    return values


def names_of(given: Sequence[str] | str | None, known: Sequence[str], what: str) -> list[int]:
    """Numbers of named variables; all if None.

    Raises:
        InputError: If one is not known.
    """
    if given is None:
        return list(range(len(known)))
    wanted = [given] if isinstance(given, str) else list(given)
    if wrong := [name for name in wanted if name not in known]:
        raise InputError(f"there is no {what} {wrong[0]!r}; expected some of {', '.join(known)}.")
    return [list(known).index(name) for name in wanted]


def _steps(lengths: Tensor, step: int | None) -> Tensor:
    if step is None:
        return lengths - 1
    if isinstance(step, bool) or not isinstance(step, int | np.integer):
        raise InputError(f"step is {step!r}; expected the number of a row, such as 0 or -1.")
    shortest = int(lengths.min())
    if not -shortest <= step < shortest:
        raise InputError(
            f"step is {step}; expected {-shortest} to {shortest - 1}, as the series has "
            f"{shortest} rows."
        )
    return torch.full_like(lengths, int(step)) if step >= 0 else lengths + int(step)


def _until(series: IrregularSeries, steps: Tensor) -> IrregularSeries:
    """The series cut off after some of their rows."""
    keep = ragged.positions(series.lengths) <= steps[ragged.series_of_rows(series.lengths)]
    return replace(
        series,
        values=series.values[keep],
        times=series.times[keep],
        mask=series.mask[keep],
        lengths=steps + 1,
    )


@torch.no_grad()
def _likeliest(about: Explainable, series: IrregularSeries, steps: Tensor) -> int:
    logits = logits_of(about, about.encode(series).batch([0]))[0]
    if about.model.shape.per_step:
        logits = logits[int(steps[0])]
    return int(logits.argmax())
