"""Options and steps of `fit` for what goes on in time: chronological parts, pieces, forecasts."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Literal, NamedTuple

import numpy as np
from tyro.conf import arg

from liquidtime.errors import InputError
from liquidtime.runs.options import Within

if TYPE_CHECKING:
    from liquidtime.data import IrregularSeries, Split
    from liquidtime.data.forecast.parts import Parts
    from liquidtime.data.segments import Cut
    from liquidtime.data.table import Reading
    from liquidtime.data.table.timeline import Timeline

_PARTS = ("training", "validation", "test")


@dataclass(frozen=True, kw_only=True)
class CutOptions:
    """Parts that follow one another in time, and long series in pieces."""

    chronological: Annotated[bool, arg(help_behavior_hint="")] = False
    """Split in time: first shares of the rows teach, last ones test (forecasts: always)."""
    by_series: Annotated[bool, arg(help_behavior_hint="")] = False
    """Forecasts: split by series, at random, instead."""
    segment: Annotated[str | None, arg(metavar="LENGTH", help_behavior_hint="")] = None
    """Cut series into pieces of so many rows (128) or so much time (24h, 30min)."""
    context: Annotated[str | None, arg(metavar="LENGTH", help_behavior_hint="")] = None
    """Rows or time read before each piece, to warm up (default: half a piece)."""


@dataclass(frozen=True, kw_only=True)
class ForecastOptions:
    """What is forecast, how far ahead, from what."""

    horizon: Annotated[str | None, arg(metavar="LENGTH", help_behavior_hint="")] = None
    """Forecast so many rows (24) or so much time (24h, 30min) ahead, and all rows up to it."""
    every: Annotated[str | None, arg(metavar="LENGTH", help_behavior_hint="")] = None
    """Distance of the times forecast (default: that of the rows, where it is even)."""
    known: Annotated[tuple[str, ...], arg(metavar="COLUMN ...", help_behavior_hint="")] = ()
    """Columns known ahead (holiday, weather forecast, price): their coming values are inputs."""
    calendar: Annotated[
        tuple[Literal["minute", "hour", "weekday", "monthday", "yearday", "none"], ...],
        arg(metavar="FIELD ...", help_behavior_hint=""),
    ] = ()
    """Inputs from the date: minute, hour, weekday, monthday, yearday; none (default: what fits)."""
    season: Annotated[tuple[str, ...], arg(metavar="LENGTH ...", help_behavior_hint="")] = ()
    """Seasons, such as 24h 7d (default: looked for in the training part), or none."""
    quantiles: Annotated[
        tuple[Annotated[float, Within(above=0, below=1)], ...],
        arg(metavar="SHARE ...", help_behavior_hint=""),
    ] = ()
    """Predict quantiles, such as 0.1 0.5 0.9, instead of the mean."""
    origins: Annotated[int | None, Within(0), arg(metavar="N", help_behavior_hint="")] = None
    """Score the test part in so many blocks of time, too (default: up to 5, if it is long)."""

    @property
    def given(self) -> bool:
        """Whether any option of forecasts is given."""
        return any(v not in (None, ()) for name, v in vars(self).items() if name != "quantiles")


class Ready(NamedTuple):
    """Series as they are learnt from.

    Attributes:
        series: Whole series, or pieces.
        split: Their parts.
        times: Cells of the time of each row.
        schema: What the run keeps of this.
        how: How the split was made, for the report.
        notes: What the user should know.
    """

    series: "IrregularSeries"
    split: "Split"
    times: np.ndarray
    schema: dict[str, Any]
    how: str
    notes: tuple[str, ...] = ()


def ready(
    reading: "Reading",
    cut: CutOptions,
    ahead: ForecastOptions,
    fractions: tuple[float, float, float],
    seed: int,
) -> Ready | None:
    """Cut what was read; None where neither a forecast nor a cut is asked for.

    Raises:
        InputError: If the options do not fit one another or the data.
    """
    from liquidtime.data.table.timeline import timeline

    schema = reading.schema
    if schema.horizon is None and not cut.chronological and cut.segment is None:
        return None
    clock = timeline(reading.cells[schema.time], schema)
    if schema.horizon is not None:
        return _forecast(reading, cut, ahead, fractions, seed, clock)
    if not reading.series.per_step:
        raise InputError(
            "the target is one a series, so series cannot be cut in time: their pieces have no "
            "target. Leave out --chronological and --segment, or predict one a step "
            "(--target-per step)."
        )
    from liquidtime.data.segments import usual_spans

    rows = np.arange(len(reading.series.times))
    spans = usual_spans(cut.segment, cut.context, int(fractions[0] * len(rows)))
    made = _cut(reading.series, cut, spans, fractions, seed, clock)
    return _ready(reading, made, rows, spans, fractions, seed, clock)


def _forecast(
    reading: "Reading",
    cut: CutOptions,
    ahead: ForecastOptions,
    fractions: tuple[float, float, float],
    seed: int,
    clock: "Timeline | None",
) -> Ready:
    from liquidtime.data.forecast.parts import Question, Shares, parted

    none = {"calendar": "none" in ahead.calendar, "season": "none" in ahead.season}
    question = Question(
        target=reading.schema.target,
        horizon=reading.schema.horizon,
        every=ahead.every,
        known=ahead.known,
        calendar=() if none["calendar"] else ahead.calendar or None,
        season=() if none["season"] else ahead.season or None,
        segment=cut.segment,
        context=cut.context,
    )
    in_time = True if cut.chronological else False if cut.by_series else None
    shares = Shares(fractions=fractions, in_time=in_time, seed=seed)
    found = parted(reading.series, question, shares, clock)
    spans = found.plan.segment, found.plan.context
    made = _ready(reading, found.cut, found.prepared.rows, spans, fractions, seed, found.clock)
    count = _origins(found, made, ahead.origins)
    stored = made.schema | {"forecast": found.plan.to_dict(), "origins": count}
    if clock is not None and found.plan.calendar:
        stored["clock"] = clock.told
    return made._replace(schema=stored, notes=found.notes)


def _origins(found: "Parts", made: Ready, asked: int | None) -> int:
    """Blocks of time in which the test part is scored."""
    import torch

    from liquidtime.data import ragged
    from liquidtime.data.forecast.origins import block_count

    if not len(made.split.test) or not len(found.cut.moments):
        if asked is not None and asked > 1:
            raise InputError(
                f"--origins {asked} needs a test part that is later than what is learnt from; "
                "expected a third share in --fractions, and no split by series."
            )
        return 0
    moments = None
    if found.clock is not None:
        lengths = found.cut.segments.series.lengths
        rows = ragged.rows_of(lengths, torch.from_numpy(made.split.test)).numpy()
        moments = found.clock.moments[found.cut.segments.rows[rows]]
    return block_count(made.series.select(made.split.test), found.plan, moments, asked)


def _cut(
    series: "IrregularSeries",
    cut: CutOptions,
    spans: tuple[Any, Any],
    fractions: tuple[float, float, float],
    seed: int,
    clock: "Timeline | None",
) -> "Cut":
    from liquidtime.data.segments import cut_by_series, split_in_time

    if not cut.chronological:
        return cut_by_series(series, fractions, seed, spans)
    moments = None if clock is None else clock.moments
    return split_in_time(series, fractions, length=spans[0], context=spans[1], moments=moments)


def _ready(
    reading: "Reading",
    made: "Cut",
    rows: np.ndarray,
    spans: tuple[Any, Any],
    fractions: tuple[float, float, float],
    seed: int,
    clock: "Timeline | None",
) -> Ready:
    cells = reading.cells[reading.schema.time].to_numpy()[rows]
    shares = " / ".join(f"{100 * share:g} %" for share in fractions)
    if len(made.moments):
        how = f"In time: {shares} of the rows, one part after another{_where(made, clock)}."
    else:
        how = f"By series, at random: {shares} (seed {seed})."
    pieces = made.segments
    how += f" Series are cut into {len(pieces.source):,} pieces of {spans[0]}"
    if not pieces.own.all():
        how += f", each led by {spans[1]} of context that warm the network up and are not scored"
    stored = {"segments": {"length": str(spans[0]), "context": str(spans[1])}}
    return Ready(pieces.series, made.split, cells[pieces.rows], stored, f"{how}.")


def _where(made: "Cut", clock: "Timeline | None") -> str:
    """The moments of the cuts in words; empty where each series has its own."""
    if made.moments.ndim > 1:
        return ", each series at its own shares"
    words = []
    for name, moment in zip(_PARTS[1:], made.moments, strict=True):
        if np.isfinite(moment):
            words.append(f"{name} from {_moment(moment, clock)}")
    return f" ({', '.join(words)})" if words else ""


def _moment(hours: float, clock: "Timeline | None") -> str:
    if clock is None:
        return f"{hours:g}"
    at = int(np.argmin(np.abs(clock.moments - hours)))
    stamp = np.datetime64("1970-01-01") + np.timedelta64(round(clock.local[at] * 3600), "s")
    return str(stamp).replace("T", " ")
