"""Occlusion: what would be said had something not been observed. It needs no gradients."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch
from torch import Tensor

from liquidtime.data import ragged
from liquidtime.data.series import IrregularSeries
from liquidtime.errors import InputError
from liquidtime.explain.attribution import Attribution, Compared, attribution_of
from liquidtime.explain.baseline import nothing_observed
from liquidtime.explain.output import Output, Scale
from liquidtime.explain.placing import Placed
from liquidtime.explain.question import AT_ONCE, Question, ask, names_of

EACH_UP_TO = 512
"""Observations of a series up to which each is left out alone; of more, stretches."""
STRETCHES = 24
METHOD = "occlusion"


def occlusion(
    given: Any,
    series: IrregularSeries,
    *,
    output: str | None = None,
    scale: Scale | None = None,
    step: int | None = None,
    stretches: int | None = None,
) -> Attribution:
    """How one output would change if an observation had not been made, one after another.

    The row stays where it is, so that the gaps are the same; the last value before holds on, as it
    does in use. An amount is the output less that without the observation. Observations that stand
    in for one another have small amounts each, so the amounts do not add up to anything.

    Args:
        given: A run, a fitted estimator or an `Explainable`; any model will do.
        series: Exactly one.
        output: Name of the class or value; None is the second of two classes, the likeliest of
            more, or the only value.
        scale: Of classes: "log-odds" (None) or "probability".
        step: Row after which the model is asked, from 0 or from the end; None is the last.
        stretches: Leave out all observations of a variable in a stretch of time, of as many equal
            ones; each of them has an equal share of the amount. None leaves out each alone, or
            takes 24 stretches if there are more than 512 observations.

    Raises:
        InputError: If a name or number is unknown.
    """
    asked = ask(given, series, output=output, scale=scale, step=step)
    return occlude(asked, stretches=stretches)


def occlude(asked: Question, *, stretches: int | None = None) -> Attribution:
    """The same for a question of one series."""
    series = asked.series
    hidden, hidden_static = _groups(series, stretches)
    statics = 0 if series.static is None else series.static.shape[1]
    groups = len(hidden) + len(hidden_static)
    none = torch.zeros(len(hidden_static), *series.mask.shape, dtype=torch.bool)
    off = torch.zeros(len(hidden), statics, dtype=torch.bool)
    values = values_without(asked, torch.cat([hidden, none]), torch.cat([off, hidden_static]))
    effects = torch.from_numpy(float(asked.value[0]) - values)
    shares = effects[: len(hidden)] / hidden.sum((1, 2)).clamp_min(1)
    cells = torch.einsum("g,grd->rd", shares, hidden.double())
    static = torch.zeros(1, statics, dtype=torch.float64)
    static[0, torch.nonzero(hidden_static)[:, 1]] = effects[len(hidden) :]
    placed = Placed(
        cells,
        static,
        torch.zeros(len(series.times), dtype=torch.float64),
        torch.zeros(1, series.feature_count, dtype=torch.float64),
    )
    bare = asked.about.encode(nothing_observed(series))
    compared = Compared(
        METHOD,
        "not observed",
        asked.values_of(bare, torch.zeros(1, dtype=torch.int64)),
        np.array([groups]),
        False,
    )
    alone = bool((hidden.sum((1, 2)) <= 1).all())
    together = None if alone else _numbers(hidden)
    return attribution_of(asked, 0, placed, compared, together)


def _numbers(hidden: Tensor) -> np.ndarray:
    """The number of the group of each observation, [R, D]; -1 where there is none."""
    found = np.full(hidden.shape[1:], -1, dtype=np.int64)
    for number, group in enumerate(hidden.numpy()):
        found[group] = number
    return found


def values_without(asked: Question, hidden: Tensor, hidden_static: Tensor) -> np.ndarray:
    """The asked number of copies of one series, in each of which other things are not observed.

    Args:
        asked: Of one series.
        hidden: [C, R, D] bool.
        hidden_static: [C, S] bool.

    Returns:
        [C].
    """
    size = max(1, AT_ONCE // max(1, hidden.shape[1]))
    found = [
        asked.values_of(
            asked.about.encode(_copies(asked.series, some, static)),
            torch.zeros(len(some), dtype=torch.int64),
        )
        for some, static in zip(hidden.split(size), hidden_static.split(size), strict=True)
        if len(some)
    ]
    return np.concatenate(found) if found else np.zeros(0)


@dataclass(frozen=True, eq=False)
class Without:
    """What is said of N series, and what would be said if something had not been observed.

    Attributes:
        ids: [N].
        output: Which number.
        before: [N], as it is.
        after: [N], without.
        hidden: [N], how many observations were taken away, static features counted.
    """

    ids: np.ndarray
    output: Output
    before: np.ndarray
    after: np.ndarray
    hidden: np.ndarray

    @property
    def change(self) -> np.ndarray:
        """[N], what the observations had done: before − after."""
        return self.before - self.after


def without(
    given: Any,
    series: IrregularSeries,
    *,
    variables: str | list[str] | tuple[str, ...] | None = None,
    since: float | None = None,
    until: float | None = None,
    output: str | None = None,
    scale: Scale | None = None,
    step: int | None = None,
) -> Without:
    """What would be said if some variables had not been observed, or not for a stretch of time.

    Args:
        given: A run, a fitted estimator or an `Explainable`; any model will do.
        series: N of them.
        variables: Names, also of static features, which have no time; None is all that have a time.
        since: First time that is taken away, in the unit of the data; None is the start.
        until: Last time that is taken away; None is the end.
        output: Name of the class or value; as in `occlusion`, but of several classes needed.
        scale: Of classes: "log-odds" (None) or "probability".
        step: Row after which the model is asked; None is the last.

    Raises:
        InputError: If a name or number is unknown, or there is no time between since and until.
    """
    asked = ask(given, series, output=output, scale=scale, step=step, one=False)
    inner = asked.series
    static_names = inner.static_features or ()
    for name, bound in (("since", since), ("until", until)):
        if bound is not None and not np.isfinite(bound):
            raise InputError(f"{name} is {bound}; expected a finite time, or None.")
    if since is not None and until is not None and since > until:
        raise InputError(f"since is {since} and until {until}; expected since ≤ until.")
    wanted = names_of(variables, (*inner.features, *static_names), "variable")
    timed = [at for at in wanted if at < inner.feature_count]
    still = (
        []
        if variables is None
        else [at - inner.feature_count for at in wanted if at >= inner.feature_count]
    )
    inside = (inner.times >= (-np.inf if since is None else since)) & (
        inner.times <= (np.inf if until is None else until)
    )
    hidden = torch.zeros_like(inner.mask)
    hidden[:, timed] = inside.unsqueeze(1) & inner.mask[:, timed]
    member = ragged.series_of_rows(inner.lengths)
    count = torch.zeros(len(inner), dtype=torch.int64).index_add(0, member, hidden.sum(1))
    static = inner.static
    if static is not None and still:
        count = count + (~static[:, still].isnan()).sum(1)
        static = static.clone()
        static[:, still] = torch.nan
    bare = replace(
        inner,
        mask=inner.mask & ~hidden,
        values=torch.where(hidden, torch.zeros_like(inner.values), inner.values),
        static=static,
    )
    after = asked.values_of(asked.about.encode(bare), torch.arange(len(inner)))
    return Without(np.asarray(series.ids), asked.output, asked.value, after, count.numpy())


def _groups(series: IrregularSeries, stretches: int | None) -> tuple[Tensor, Tensor]:
    """What is left out together: [G, R, D], and [S', S] static features that are there."""
    rows, columns = series.mask.nonzero(as_tuple=True)
    if stretches is None and len(rows) > EACH_UP_TO:
        stretches = STRETCHES
    group = torch.arange(len(rows))
    if stretches is not None:
        if isinstance(stretches, bool) or stretches < 1:
            raise InputError(f"stretches is {stretches}; expected 1 or more.")
        first, last = float(series.times[0]), float(series.times[-1])
        span = (last - first) or 1.0
        place = ((series.times - first) / span * stretches).long().clamp(0, stretches - 1)
        _, group = torch.unique(place[rows] * series.feature_count + columns, return_inverse=True)
    count = int(group.max()) + 1 if len(group) else 0
    hidden = torch.zeros(count, *series.mask.shape, dtype=torch.bool)
    hidden[group, rows, columns] = True
    if series.static is None:
        return hidden, torch.zeros(0, 0, dtype=torch.bool)
    return hidden, torch.diag(~series.static[0].isnan())[~series.static[0].isnan()]


def _copies(series: IrregularSeries, hidden: Tensor, hidden_static: Tensor) -> IrregularSeries:
    """C copies of one series, one after another, with other things hidden in each."""
    count = len(hidden)
    hidden = hidden.flatten(0, 1)
    values = series.values.repeat(count, 1)
    static = series.static
    if static is not None:
        static = torch.where(hidden_static, torch.nan, static.expand(count, -1))
    return replace(
        series,
        values=torch.where(hidden, torch.zeros_like(values), values),
        times=series.times.repeat(count),
        mask=series.mask.repeat(count, 1) & ~hidden,
        lengths=series.lengths.repeat(count),
        ids=np.arange(count),
        static=static,
    )
