"""From what is asked about plain series to the plan, and to pieces for training and the rest."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np

from liquidtime.data.forecast.inputs import Prepared, prepare
from liquidtime.data.forecast.looking import look
from liquidtime.data.forecast.plan import ForecastPlan
from liquidtime.data.segments import Cut, cut_by_series, split_in_time
from liquidtime.data.series import IrregularSeries
from liquidtime.data.splits import split_by_series
from liquidtime.data.table.timeline import Timeline
from liquidtime.errors import InputError

_FEWEST = 3


@dataclass(frozen=True, kw_only=True)
class Question:
    """What is to be forecast; the fields are the arguments of `look`.

    Attributes:
        target: Columns to forecast.
        horizon: How far.
        every: Distance of the leads.
        known: Columns that are known ahead.
        calendar: Of the date; None takes what fits, () nothing.
        season: Periods; None looks for them, () takes none.
        segment: Length of a piece.
        context: Length of what is read before each.
    """

    target: Sequence[str]
    horizon: Any = 1
    every: Any = None
    known: Sequence[str] = ()
    calendar: Sequence[str] | None = None
    season: Sequence[Any] | None = None
    segment: Any = None
    context: Any = None


@dataclass(frozen=True, kw_only=True)
class Shares:
    """How rows or series are shared out.

    Attributes:
        fractions: Of training, validation and test.
        in_time: True: one part after another in time. False: whole series, at random. None: in
            time, but for many short series whose times are of no common clock.
        seed: Of a cut at random.
    """

    fractions: tuple[float, float, float] = (0.7, 0.15, 0.15)
    in_time: bool | None = None
    seed: int = 0


class Parts(NamedTuple):
    """Series ready to be learnt from.

    Attributes:
        plan: What is forecast.
        prepared: All rows with inputs and targets.
        cut: Pieces of them, and of which part each is.
        clock: Of the rows that were prepared; None where times are no dates.
        notes: What the user should know.
    """

    plan: ForecastPlan
    prepared: Prepared
    cut: Cut
    clock: Timeline | None
    notes: tuple[str, ...]


def parted(
    series: IrregularSeries, question: Question, shares: Shares, clock: Timeline | None = None
) -> Parts:
    """Make a plan, prepare the series and cut them.

    Args:
        series: Plain, as for `prepare`.
        question: What is to be forecast.
        shares: How they are cut.
        clock: When each row is, on a clock that all series share, and on the wall; None where
            times are no dates.

    Raises:
        InputError: If something does not fit the data, or a part has nothing to learn from.
    """
    local = None if clock is None else clock.local
    asked: dict[str, Any] = vars(question)
    found = look(series, **asked, local=local, training=_teaching(series, shares, clock))
    plan = found.plan
    prepared = prepare(series, plan, local=local)
    _check_targets(prepared.series, plan)
    own = None
    if clock is not None:
        own = Timeline(clock.moments[prepared.rows], clock.local[prepared.rows])
    freely = shares.in_time is None and clock is None
    if freely and _too_short(prepared.series, plan, shares.fractions):
        # Again, for the plan shall look at other rows.
        anew = parted(series, question, replace(shares, in_time=False), clock)
        note = (
            "Series are so short that a share of each would hold no forecast, and their times "
            "are of no common clock; so the split is by series. Otherwise: --chronological."
        )
        return anew._replace(notes=(*anew.notes, note))
    spans = plan.segment, plan.context
    if shares.in_time is False:
        cut = cut_by_series(prepared.series, shares.fractions, shares.seed, spans)
    else:
        cut = split_in_time(
            prepared.series,
            shares.fractions,
            length=plan.segment,
            context=plan.context,
            moments=None if own is None else own.moments,
            ahead=prepared.seen,
        )
    _check_reach(cut, plan)
    return Parts(plan, prepared, cut, own, found.notes)


def _too_short(
    series: IrregularSeries, plan: ForecastPlan, fractions: tuple[float, float, float]
) -> bool:
    """Whether the smallest share of a usual series has no row with all its targets."""
    reach = plan.leads[-1] if plan.by == "rows" else plan.leads[-1] / plan.gap
    least = min(share for share in fractions if share > 0)
    return len(series) >= _FEWEST and least * float(series.lengths.double().median()) <= reach + 1


def _teaching(series: IrregularSeries, shares: Shares, clock: Timeline | None) -> np.ndarray:
    """Rows that a plan may look at: of the training series, or the first share of all or each."""
    share = shares.fractions[0]
    if shares.in_time is False and len(series) >= _FEWEST:
        whole = split_by_series(len(series), fractions=shares.fractions, seed=shares.seed)
        owner = np.repeat(np.arange(len(series)), series.lengths.numpy())
        return np.isin(owner, whole.train)
    if clock is not None:
        limit = np.sort(clock.moments)[min(len(clock.moments) - 1, int(share * len(clock.moments)))]
        return clock.moments <= limit
    lengths = series.lengths.numpy()
    position = np.arange(lengths.sum()) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    return position <= share * np.repeat(lengths, lengths)


def _check_reach(cut: Cut, plan: ForecastPlan) -> None:
    for name in ("train", "validation"):
        target = cut.segments.series.select(getattr(cut.split, name)).target
        assert target is not None
        if bool(target.isnan().all(0).any()):
            raise InputError(
                f"the {name} part has no row whose value {plan.lead_names[-1][1:]} ahead lies in "
                "it, too; expected a part longer than the horizon. Shorten --horizon, give "
                "longer series, or larger --fractions."
            )


def _check_targets(series: IrregularSeries, plan: ForecastPlan) -> None:
    assert series.target is not None
    empty = series.target.isnan().all(0).reshape(len(plan.target), -1).all(1)
    for name, nothing in zip(plan.target, empty.tolist(), strict=True):
        if nothing:
            raise InputError(
                f"{name!r} is nowhere followed by a value of the same series "
                f"{plan.lead_names[0]} ahead; expected series that are long enough with it. Is the "
                "id column right?"
            )
