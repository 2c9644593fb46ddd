"""How a run treats what goes on in time: forecasts, and long series in pieces."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from liquidtime.data import ragged
from liquidtime.data.forecast.inputs import Prepared, prepare
from liquidtime.data.forecast.origins import block_count, blocks
from liquidtime.data.forecast.plan import ForecastPlan
from liquidtime.data.segments import Segments, in_segments
from liquidtime.data.series import IrregularSeries
from liquidtime.data.table.schema import TableSchema
from liquidtime.data.table.timeline import onwards, timeline
from liquidtime.errors import InputError
from liquidtime.optional import require
from liquidtime.train.objectives.quantiles import Quantiles
from liquidtime.train.score.predictions import Predictions

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, eq=False, kw_only=True)
class Forecasts(Predictions):
    """What a network says about the times after each of R rows; L leads of K columns.

    Attributes:
        plan: What is forecast.
        rows: int64 [R], the row of the given series at which each forecast was made.
        meets: int64 [R, L], the row of the given series that each lead meets; -1 for none.
        lead: float64 [R, L], how long after its row each lead stands.
    """

    plan: ForecastPlan
    rows: np.ndarray
    meets: np.ndarray
    lead: np.ndarray

    def last(self) -> "Forecasts":
        """Those made at the last row of each series alone."""
        ends = np.cumsum(self.lengths)[self.lengths > 0] - 1
        parts = {name: getattr(self, name)[ends] for name in ("outputs", "rows", "meets", "lead")}
        times = None if self.times is None else self.times[ends]
        stamps = None if self.stamps is None else self.stamps.take(ends)
        return Forecasts(
            stamps=stamps,
            objective=self.objective,
            ids=self.ids,
            lengths=np.minimum(self.lengths, 1),
            times=times,
            plan=self.plan,
            **parts,
        )

    @property
    def calendar(self) -> np.ndarray | None:
        """Which of [R × L] go on by the calendar: met by no row, of rows whole days apart."""
        if not (self.plan.daily or self.plan.monthly):
            return None
        return self.meets.ravel() < 0

    def unknown(self, series: IrregularSeries) -> tuple[str, str] | None:
        """A column known ahead and the first lead of which the last rows lack its value, or None.

        Args:
            series: As given by the user.
        """
        last = self.last()
        for name in self.plan.known:
            there = series.mask[:, series.features.index(name)].numpy()
            lacking = (last.meets < 0) | ~there[np.maximum(last.meets, 0)]
            if lacking.any():
                return name, self.plan.lead_names[int(lacking.any(axis=0).argmax())][1:]
        return None

    def to_frame(self) -> "pd.DataFrame":
        """A row for each row and lead.

        Columns: `id`; `time`, the time that the forecast is for; `made_at`, that of the row (dates
        where the series came with dates);
        `horizon`, such as "24h"; a `predicted_…` a column and, of quantiles, a
        `predicted_…_q10` a level.
        """
        pandas = require("pandas", extra="train")
        count = len(self.plan.leads)
        assert self.times is not None
        columns: dict[str, Any] = {
            "id": np.repeat(np.repeat(self.ids, self.lengths), count),
            "time": (self.times[:, None] + self.lead).ravel(),
            "made_at": np.repeat(self.times, count),
            "horizon": np.tile([name[1:] for name in self.plan.lead_names], len(self.times)),
        }
        if self.stamps is not None:
            made = pandas.Series(self.stamps.cells).repeat(count).reset_index(drop=True)
            if pandas.api.types.is_datetime64_any_dtype(made):
                onward = onwards(made, self.lead.ravel(), self.calendar)
                columns |= {"time": onward, "made_at": made}
        named = self.objective.columns(self.outputs)
        each = np.array([named[f"predicted_{label}"] for label in self.labels])
        # [K × L, R], all leads of a column together.
        each = each.reshape(len(self.plan.target), count, -1)
        for k, name in enumerate(self.plan.target):
            columns[f"predicted_{name}"] = each[k].T.ravel()
            if isinstance(self.objective, Quantiles):
                labels = self.labels[k * count : (k + 1) * count]
                for suffix in self.objective.suffixes:
                    leads = [named[f"predicted_{label}_{suffix}"] for label in labels]
                    columns[f"predicted_{name}_{suffix}"] = np.stack(leads, axis=1).ravel()
        return pandas.DataFrame(columns)


def plan_of(schema: Mapping[str, Any] | None) -> ForecastPlan | None:
    """The plan of a run, from what it keeps; None if it is no forecast, or one of the next row."""
    found = (schema or {}).get("forecast")
    return None if found is None else ForecastPlan.from_dict(found)


def segments_of(schema: Mapping[str, Any] | None) -> tuple[str, str] | None:
    """Length and context of the pieces that a run was fitted on; None for whole series."""
    found = (schema or {}).get("segments")
    return None if found is None else (found["length"], found["context"])


def origins_of(
    schema: Mapping[str, Any] | None,
    pieces: IrregularSeries,
    cells: np.ndarray | None,
    *,
    fewer: bool = False,
) -> tuple[np.ndarray, list[tuple[str, str]] | None] | None:
    """The block of time of each row of a part, and when each block begins and ends.

    Args:
        schema: What the run keeps; its "origins" is the number of blocks.
        pieces: The part.
        cells: Times of its rows as in the table.
        fewer: Whether a part that is short has fewer blocks, or none.

    Returns:
        None where there are no blocks; no beginnings and ends where series share no clock.
    """
    count = (schema or {}).get("origins", 0)
    if not count or schema is None:
        return None
    moments = None
    if cells is not None and "table" in schema:
        pandas = require("pandas", extra="train")
        clock = timeline(pandas.Series(cells), TableSchema.from_dict(schema["table"]))
        moments = None if clock is None else clock.moments
    plan = plan_of(schema)
    if fewer and plan is not None:
        count = min(count, block_count(pieces, plan, moments, None))
        if count < 2:
            return None
    block = blocks(pieces, count, moments)
    alone = len({str(name).rpartition("/")[0] for name in pieces.ids}) == 1
    if moments is None and not alone:
        return block, None
    order = np.argsort(pieces.times.numpy() if moments is None else moments, kind="stable")
    told = pieces.times.numpy()[order] if cells is None else cells[order]
    each = [np.flatnonzero(block[order] == number)[[0, -1]] for number in range(count)]
    return block, [(str(told[first]), str(told[last])) for first, last in each]


@dataclass(frozen=True, eq=False)
class Read:
    """Series as a run reads them.

    Attributes:
        pieces: What the network reads; None where it reads whole series.
        prepared: Of a forecast.
        series: What it is about: prepared, or as given.
    """

    pieces: Segments | None
    prepared: Prepared | None
    series: IrregularSeries

    @property
    def inputs(self) -> IrregularSeries:
        """What the network reads."""
        return self.series if self.pieces is None else self.pieces.series

    def around(self, number: int, step: int | None) -> tuple[IrregularSeries, int | None]:
        """What the network reads of one series when it speaks after one of its rows.

        Args:
            number: Of the series, as given.
            step: The row, from 0 or from the end; None is the last.

        Returns:
            The piece, and the row in it.

        Raises:
            InputError: If there is no such row, or nothing is said after it.
        """
        if self.pieces is None:
            return self.series[number], step
        member = ragged.series_of_rows(self.series.lengths).numpy()
        rows = np.flatnonzero(member == number)
        place = len(rows) - 1 if step is None else step + len(rows) * (step < 0)
        if not 0 <= place < len(rows):
            raise InputError(
                f"step is {step}; expected a row from 0 to {len(rows) - 1}, as the network reads "
                f"{len(rows):,} of this series."
            )
        own = np.flatnonzero(self.pieces.own & (self.pieces.rows == rows[place]))
        if not len(own):
            raise InputError(
                f"step is {step}, of which the network says nothing: it only warms up there. Take "
                "a later row."
            )
        ends = np.cumsum(self.pieces.series.lengths.numpy())
        piece = int(np.searchsorted(ends, own[0], side="right"))
        before = int(ends[piece - 1]) if piece else 0
        return self.pieces.series[piece], int(own[0]) - before

    def cells(self, times: Any) -> np.ndarray | None:
        """Of cells of all rows as given, those of the rows that the network reads."""
        if times is None:
            return None
        found = np.asarray(times)
        for rows in (self.prepared, self.pieces):
            found = found if rows is None else found[rows.rows]
        return found


def read_as(
    schema: Mapping[str, Any] | None, series: IrregularSeries, local: np.ndarray | None = None
) -> Read:
    """Bring plain series into the form that a run was fitted on.

    Args:
        schema: What the run keeps.
        series: As given by the user.
        local: [R] local time of each row in hours since 1970, where a calendar is read.
    """
    plan, spans = plan_of(schema), segments_of(schema)
    prepared = None if plan is None else prepare(series, plan, local=local)
    made = series if prepared is None else prepared.series
    pieces = None if spans is None else in_segments(made, spans[0], context=spans[1])
    return Read(pieces, prepared, made)


def foretell(
    schema: Mapping[str, Any] | None,
    objective: Any,
    ask: Callable[[IrregularSeries], np.ndarray],
    read: Read,
) -> Predictions:
    """What a network says of series, read as it was fitted.

    Args:
        schema: What the run keeps.
        objective: What its outputs mean.
        ask: From what the network reads to its logits.
        read: The series; targets are not looked at.

    Returns:
        Predictions; `Forecasts` of a forecast.
    """
    logits = ask(replace(read.inputs, target=None, classes=None, target_names=None))
    if read.pieces is not None:
        logits = read.pieces.join(logits).astype(logits.dtype)
    found = Predictions.of(objective, read.series, logits)
    plan, prepared = plan_of(schema), read.prepared
    if plan is None or prepared is None:
        return found
    own = {name: getattr(prepared, name) for name in ("rows", "meets", "lead")}
    return Forecasts(**vars(found), plan=plan, **own)
