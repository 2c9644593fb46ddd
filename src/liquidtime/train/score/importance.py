"""Permutation importance: what the score loses where a variable is another series'.

A whole variable is handed from series to series, with the times at which it was seen, so that what
is lost is all that it tells: its values and its being measured. What two variables both tell is
lost with neither.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from liquidtime.data.series import IrregularSeries
from liquidtime.train.score.bootstrap import draw, middle
from liquidtime.train.score.metrics import Array, Scored, higher_is_better, measures
from liquidtime.train.score.permuted import with_static_of, with_variable_of

_RESAMPLES = 200
_REPEATS = 5
_FEWEST_REPEATS = 2
_MOST_SERIES, _FEWEST_SERIES = 1000, 60
_MOST_VARIABLES = 60


@dataclass(frozen=True)
class Plan:
    """How much is done.

    Attributes:
        series: Numbers of the series that it is measured on.
        variables: Names of the variables, static ones behind the others.
        repeats: Permutations of each.
    """

    series: NDArray[np.int64]
    variables: tuple[str, ...]
    repeats: int


def plan(series: IrregularSeries, seconds_a_series: float, room: float) -> Plan | None:
    """As many series and repeats as the time allows; None where it allows too little.

    Of more than sixty variables, the ones that are seen most often are looked at.

    Args:
        series: The part.
        seconds_a_series: About how long a prediction takes.
        room: Seconds that there are.
    """
    seen = series.mask.sum(0).cpu().numpy()
    first = np.sort(np.argsort(-seen, kind="stable")[:_MOST_VARIABLES])
    names = [series.features[k] for k in first if seen[k]]
    names += list(series.static_features or ())[: _MOST_VARIABLES - len(names)]
    if not names or len(series) < 2:
        return None
    for repeats in range(_REPEATS, _FEWEST_REPEATS - 1, -1):
        fits = int(room / max(1e-9, seconds_a_series * len(names) * repeats))
        wanted = min(len(series), _MOST_SERIES)
        if fits >= wanted or (repeats == _FEWEST_REPEATS and fits >= _FEWEST_SERIES):
            taken = min(wanted, fits)
            chosen = np.linspace(0, len(series) - 1, taken).round().astype(np.int64)
            return Plan(np.unique(chosen), tuple(names), repeats)
    return None


def importance(
    series: IrregularSeries,
    score: Callable[[IrregularSeries], Scored],
    todo: Plan,
    metric: str,
    *,
    seed: int = 0,
) -> dict[str, Any]:
    """What the metric loses without each variable.

    Args:
        series: The part, with targets.
        score: Predicts series and sets that beside their targets.
        todo: From `plan`.
        metric: Which; a loss is positive whether more or less of it is better.
        seed: Of the permutations.

    Returns:
        `metric`, `series`, `repeats` and `variables`: of each `name`, `value` (mean over the
        repeats), `low` and `high` (95 % bootstrap interval over series), the most important first.
    """
    chosen = series.select(todo.series)
    whole = score(chosen)
    functions = {metric: measures(whole)[metric]}
    ones = np.ones((1, len(whole.target)))
    value = float(functions[metric](ones)[0])
    drawn = draw(functions, whole.cluster, resamples=_RESAMPLES)[metric]
    sign = 1.0 if higher_is_better(metric) else -1.0
    random = np.random.default_rng(seed)
    orders = [_derangement(len(chosen), random) for _ in range(todo.repeats)]
    rows = []
    for name in todo.variables:
        losses: list[float] = []
        spread: list[Array] = []
        for donors in orders:
            other = score(_permuted(chosen, name, donors))
            function = {metric: measures(other)[metric]}
            losses.append(sign * (value - float(function[metric](ones)[0])))
            spread.append(
                sign * (drawn - draw(function, other.cluster, resamples=_RESAMPLES)[metric])
            )
        low, high = middle(np.mean(spread, axis=0)) or (None, None)
        loss = float(np.mean(losses))
        rows.append(
            {"name": name, "value": loss if np.isfinite(loss) else None, "low": low, "high": high}
        )
    rows.sort(key=lambda row: -np.inf if row["value"] is None else row["value"], reverse=True)
    return {
        "metric": metric,
        "series": len(chosen),
        "repeats": todo.repeats,
        "variables": rows,
    }


def _permuted(series: IrregularSeries, name: str, donors: NDArray[np.int64]) -> IrregularSeries:
    if name in series.features:
        return with_variable_of(series, series.features.index(name), donors)
    assert series.static_features is not None
    return with_static_of(series, series.static_features.index(name), donors)


def _derangement(count: int, random: np.random.Generator) -> NDArray[np.int64]:
    """An order in which nobody keeps what is its own: a ring in random order."""
    ring = random.permutation(count)
    donors = np.empty(count, dtype=np.int64)
    donors[ring] = np.roll(ring, 1)
    return donors
