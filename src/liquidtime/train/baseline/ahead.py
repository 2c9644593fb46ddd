"""One model for all leads of a forecast: how far ahead is an input, so that it costs little.

It is fitted to what a straight line of the last value and those of a season before leaves over: a
tree says nothing beyond the range it has seen, a line goes on.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from liquidtime.data.forecast.plan import ForecastPlan
from liquidtime.train.baseline.contract import Array, Material
from liquidtime.train.baseline.learned import Make
from liquidtime.train.baseline.outlook import Outlook

MOST_PAIRS = 30_000
"""Pairs of a row and a lead to learn from at most; of more, some are drawn."""
_RIDGE = 1e-4


class Says(Protocol):
    """What predicts from a table."""

    def predict(self, table: Any, /) -> Any:
        """A number of each row."""
        ...


class Lines(NamedTuple):
    """A straight line a column and lead, [K, L, P] or [K, L, P + 1] for P numbers.

    Attributes:
        means: Of the numbers; they stand for what is missing.
        weights: One of each number, and one of 1.
    """

    means: Array
    weights: Array


@dataclass(frozen=True, eq=False)
class LearnedAhead:
    """Fitted models, which predict when called.

    Attributes:
        seen: [F], which columns of an outlook are read: training saw something in them.
        lines: What the models add to.
        models: One a column.
    """

    seen: NDArray[np.bool_]
    lines: Lines
    models: Sequence[Says]

    def __call__(self, part: Material) -> Array:
        """Values of a part's rows, [R, K × L]."""
        assert part.plan is not None
        outlook, rows = Outlook(part.series, part.plan), np.arange(len(part.series.times))
        found = np.zeros((len(rows), len(self.models), len(part.plan.leads)))
        if not len(rows):
            return found.reshape(0, -1)
        with threadpool_limits(1):
            for k, model in enumerate(self.models):
                for lead in range(found.shape[2]):
                    line = _along(self.lines, outlook, k, lead, rows)
                    table = outlook.table(k, lead, rows)[:, self.seen]
                    found[:, k, lead] = line + model.predict(table)
        return found.reshape(len(rows), -1)


def learn_ahead(make: Make, training: Material) -> LearnedAhead:
    """Fit one estimator a column, to all leads.

    Args:
        make: Makes an unfitted estimator.
        training: The training part of a forecast.
    """
    plan = training.plan
    assert plan is not None and training.series.target is not None
    outlook = Outlook(training.series, plan)
    target = training.series.target.cpu().numpy().astype(np.float64)
    target = target.reshape(len(target), len(plan.target), -1)
    lines = _lines(outlook, target, plan)
    tables, rest = [], []
    for k in range(len(plan.target)):
        row, lead = _pairs(target[:, k])
        parts, left = [], []
        for at in range(len(plan.leads)):
            own = row[lead == at]
            parts.append(outlook.table(k, at, own))
            left.append(target[own, k, at] - _along(lines, outlook, k, at, own))
        tables.append(np.concatenate(parts))
        rest.append(np.concatenate(left))
    # What training never saw has no cells to make bins of.
    seen = np.any([~np.isnan(table).all(axis=0) for table in tables], axis=0)
    models = []
    with threadpool_limits(1):
        for table, left in zip(tables, rest, strict=True):
            # A column that only another target fills has no bins either.
            known = np.where(np.isnan(table).all(axis=0), np.float32(0), table)[:, seen]
            models.append(make(False, len(left)).fit(known, left))
    return LearnedAhead(seen, lines, models)


def _pairs(target: Array) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Rows and leads of targets [R, L] that are there, so many as are learnt from."""
    row, lead = np.nonzero(np.isfinite(target))
    if len(row) > MOST_PAIRS:
        some = np.random.default_rng(0).choice(len(row), MOST_PAIRS, replace=False)
        row, lead = row[some], lead[some]
    return row, lead


def _lines(outlook: Outlook, target: Array, plan: ForecastPlan) -> Lines:
    """Least squares, line by line; 0 where there is nothing to learn from."""
    shape = len(plan.target), len(plan.leads), 1 + len(plan.seasons)
    found = Lines(np.zeros(shape), np.zeros((*shape[:2], shape[2] + 1)))
    for k, lead in np.ndindex(shape[:2]):
        rows = np.flatnonzero(np.isfinite(target[:, k, lead]))
        if not len(rows):
            continue
        known = outlook.line(k, lead, rows)
        there = np.isfinite(known)
        mean = np.where(there, known, 0).sum(axis=0) / np.maximum(1, there.sum(axis=0))
        centred = np.where(there, known - mean, 0.0)
        wanted = target[rows, k, lead]
        gram = centred.T @ centred
        gram += _RIDGE * max(np.trace(gram), 1e-300) / len(gram) * np.eye(len(gram))
        weights = np.linalg.solve(gram, centred.T @ (wanted - wanted.mean()))
        level = wanted.mean() - centred.mean(axis=0) @ weights
        found.means[k, lead], found.weights[k, lead] = mean, [*weights, level]
    return found


def _along(lines: Lines, outlook: Outlook, k: int, lead: int, rows: NDArray[np.int64]) -> Array:
    known, weights = outlook.line(k, lead, rows), lines.weights[k, lead]
    apart = np.where(np.isfinite(known), known - lines.means[k, lead], 0.0)
    return apart @ weights[:-1] + weights[-1]
