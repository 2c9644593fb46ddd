"""Integrated gradients: the way from a baseline to the series, and what each input did on it.

On the straight line x(α) = x₀ + α (x − x₀) of all that the network reads, the amount of input i is
(xᵢ − x₀ᵢ) ∫ ∂f/∂xᵢ (x(α)) dα over α from 0 to 1. The amounts add up to f(x) − f(x₀): completeness,
an identity of the line integral, which is what the error is measured by.
"""

from dataclasses import replace
from typing import Any

import numpy as np
import torch
from torch import Tensor

from liquidtime.data import ragged
from liquidtime.data.batch import Batch
from liquidtime.data.encoded import EncodedSeries
from liquidtime.data.series import IrregularSeries
from liquidtime.errors import InputError
from liquidtime.explain.attribution import Attribution, Compared, attribution_of
from liquidtime.explain.baseline import Baseline, encoded_baseline, usual
from liquidtime.explain.gradients import differentiate, folded, numbers_in, with_vectors
from liquidtime.explain.output import Scale
from liquidtime.explain.placing import place
from liquidtime.explain.question import AT_ONCE, Question, ask, pieces
from liquidtime.notes import note_once

FEWEST, MOST = 16, 256
"""Nodes of the quadrature that are tried, twice as many each time."""
TOLERANCE = 0.01
"""Error, over the sum of the amounts' sizes, that more nodes are tried for."""
METHOD = "integrated gradients"


def integrated_gradients(
    given: Any,
    series: IrregularSeries,
    *,
    output: str | None = None,
    scale: Scale | None = None,
    step: int | None = None,
    baseline: Baseline | None = None,
    nodes: int | None = None,
) -> Attribution:
    """What each observation did to one output, compared with a baseline; the amounts add up.

    The value of an observation, that it was made, and how long it stayed the latest one are one
    amount: that of the observation, in the row where it was made.

    Args:
        given: A run, a fitted estimator or an `Explainable`.
        series: Exactly one.
        output: Name of the class or value; None is the second of two classes, the likeliest of
            more, or the only value.
        scale: Of classes: "log-odds" (None), in which effects add up better, or "probability".
        step: Row after which the network is asked, from 0 or from the end; None is the last.
        baseline: "not observed": as if nothing had been, at the same times. "mean": every
            observation the training mean, and observed when it was. An `IrregularSeries`: another
            series with as many rows. None is the first, or the second for networks that read a
            mask, such as GRU-D.
        nodes: Of the Gauss-Legendre rule, at which the network is run, all in one batch. None
            doubles them from 16 until the sum is complete to 1 %, 256 at most.

    Raises:
        InputError: If a name or number is unknown, or the network has no gradients.

    References:
        Sundararajan, Taly, Yan: Axiomatic attribution for deep networks. ICML 2017.
    """
    asked = ask(given, series, output=output, scale=scale, step=step)
    return integrate(asked, baseline=baseline, nodes=nodes)[0]


def integrate(
    asked: Question, *, baseline: Baseline | None = None, nodes: int | None = None
) -> list[Attribution]:
    """The same for all series of a question, many at once."""
    if nodes is not None and (isinstance(nodes, bool) or nodes < 1):
        raise InputError(f"nodes is {nodes}; expected 1 or more.")
    baseline = usual(asked) if baseline is None else baseline
    other = encoded_baseline(asked, baseline)
    count = len(asked.series)
    start_values = asked.values_of(other, torch.arange(count))
    words = f"series {baseline.ids[0]}" if isinstance(baseline, IrregularSeries) else str(baseline)
    found: list[Attribution | None] = [None] * count
    left, number, used = list(range(count)), nodes or FEWEST, np.zeros(count, dtype=np.int64)
    while left:
        used[left] += number
        again = []
        for part in pieces(asked.series.lengths[left], number):
            chosen = [left[at] for at in part]
            some = _narrowed(asked, chosen)
            placed = place(
                _amounts(asked, other, chosen, number), some.series, asked.about.preprocessor
            )
            compared = Compared(METHOD, words, start_values[chosen], used[chosen], True)
            for at, original in enumerate(chosen):
                made = attribution_of(some, at, placed, compared)
                found[original] = made
                if nodes is None and not _complete(made):
                    again.append(original)
        left, number = again, number * 2
        if number > MOST:
            break
    if left and nodes is None:
        note_once(
            f"integrated gradients do not add up to {TOLERANCE:.0%} with {MOST} nodes; see the "
            "attribution's error, pass more nodes=, or take method='occlusion'."
        )
    return [each for each in found if each is not None]


def _narrowed(asked: Question, chosen: list[int]) -> Question:
    """The question of some of its series."""
    return replace(
        asked,
        series=asked.series.select(chosen),
        steps=asked.steps[chosen],
        whole=asked.whole.select(chosen),
    )


def _complete(made: Attribution) -> bool:
    sizes = np.abs(made.cells).sum() + np.abs(made.gaps).sum() + np.abs(made.static).sum()
    # Single precision leaves rounding of this order, whatever the nodes.
    unit, origin = made.output.slope, made.output.offset
    ends = (abs(made.value - origin), abs(made.baseline_value - origin))
    least = 1e-5 * max(abs(unit), *ends)
    return abs(made.error or 0.0) <= max(TOLERANCE * sizes, least)


def _amounts(
    asked: Question, other: EncodedSeries, chosen: list[int], nodes: int
) -> dict[str, Tensor]:
    """Amounts of all that the network reads of some series, row after row."""
    end, start = (with_vectors(asked, each.batch(chosen)) for each in (asked.encoded, other))
    at, weights = np.polynomial.legendre.leggauss(nodes)
    places, shares = torch.from_numpy((at + 1) / 2), torch.from_numpy(weights / 2)
    size = max(1, AT_ONCE // max(1, end.inputs.shape[0] * end.inputs.shape[1]))
    sums = {name: torch.zeros_like(part, dtype=torch.float64) for name, part in _parts(end)}
    for some, share in zip(places.split(size), shares.split(size), strict=True):
        _, gradients = differentiate(asked, _on_the_way(start, end, some))
        for name, gradient in gradients.items():
            by_node = gradient.double().reshape(len(some), *sums[name].shape)
            sums[name] += torch.einsum("q...,q->...", by_node, share)
    first = dict(_parts(start))
    ways = {name: part.double() - first[name].double() for name, part in _parts(end)}
    found = {name: ragged.unpad(ways[name] * sums[name], end.lengths) for name in sums}
    return folded(asked, found)


def _parts(batch: Batch) -> list[tuple[str, Tensor]]:
    return list(numbers_in(batch).items())


def _on_the_way(start: Batch, end: Batch, places: Tensor) -> Batch:
    """Both batches, and what lies between, at several places: one batch, place after place."""

    def between(a: Tensor, b: Tensor) -> Tensor:
        share = places.to(b.dtype).reshape(-1, *(1,) * b.dim())
        return (a + share * (b - a)).flatten(0, 1)

    def repeated(part: Tensor) -> Tensor:
        return part.repeat(len(places), *(1,) * (part.dim() - 1))

    first = dict(_parts(start))
    moved = {name: between(first[name], part) for name, part in _parts(end)}
    return end._replace(
        **moved,
        lengths=repeated(end.lengths),
        index=repeated(end.index),
        mask=None if end.mask is None else repeated(end.mask),
        target=None,
        global_size=len(places) * len(end.lengths),
    )
