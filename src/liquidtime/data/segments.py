"""Long series in pieces, each led by rows of context, and parts that follow one another in time."""

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor

from liquidtime.data.series import IrregularSeries
from liquidtime.data.spans import Span
from liquidtime.data.splits import Split, split_by_series
from liquidtime.data.splits.by_series import check_shares
from liquidtime.errors import InputError

Length = int | str | Span | Any
"""Rows (128, "128 rows") or a time ("24h", a `timedelta`, "2.5units"), as `Span.parse` reads it."""

_PIECES = 64
_FEWEST = 3
_SHORTEST, _LONGEST = 32, 256


@dataclass(frozen=True, eq=False)
class Segments:
    """Pieces of longer series; P pieces with S rows in all, of a container of R rows.

    Attributes:
        series: The pieces. Each begins with rows of context: what the network reads to warm up.
            They have no target (NaN, or class -1), so that nothing is learnt or scored from them.
            Ids are those of the series with the number of the piece: "A/0", "A/1", ...
        source: int64 [P], number of the series that each piece is of.
        rows: int64 [S], number of the row of the container that each row is a copy of.
        own: bool [S], whether a row is of the piece itself and not of its context. Every row of
            the container is at most one piece's own.
        total: R.
    """

    series: IrregularSeries
    source: np.ndarray
    rows: np.ndarray
    own: np.ndarray
    total: int

    def join(self, of_pieces: np.ndarray) -> np.ndarray:
        """What was said of the pieces' rows, [S, ...], as rows of the container, [R, ...].

        Rows that are of no piece are NaN.
        """
        joined = np.full((self.total, *of_pieces.shape[1:]), np.nan)
        joined[self.rows[self.own]] = of_pieces[self.own]
        return joined


class Cut(NamedTuple):
    """Series cut in time.

    Attributes:
        segments: Pieces of all parts.
        split: Which pieces belong to which part.
        moments: Where the validation and the test part begin: float64 [2], or [N, 2] where each
            series is cut at its own share; infinite where there is no such part.
    """

    segments: Segments
    split: Split
    moments: np.ndarray


def usual_length(rows: int) -> int:
    """Rows of a piece where none are asked for: about 64 pieces, of 32 to 256 rows each.

    Enough pieces for batches and for intervals over pieces; short enough for fast steps.
    """
    return int(np.clip(-(-rows // _PIECES), _SHORTEST, _LONGEST))


def usual_spans(length: Length | None, context: Length | None, rows: int) -> tuple[Span, Span]:
    """Length and context of pieces, where one is left to us: `usual_length`, and half the length.

    Args:
        length: As the user said it, or None.
        context: Likewise.
        rows: Number of training rows.
    """
    size = Span.parse(usual_length(rows) if length is None else length, "the length of a segment")
    if context is not None:
        return size, Span.parse(context, "the context of a segment", zero=True)
    half = size.amount / 2
    return size, replace(size, amount=float(int(half)) if size.rows is not None else half)


def in_segments(series: IrregularSeries, length: Length, *, context: Length = 0) -> Segments:
    """Cut long series into pieces.

    Args:
        series: With one target a step, or none.
        length: Of a piece: rows, or a time, counted from the first row of each series. A stretch
            of time without rows makes no piece.
        context: Rows before each piece, or a time: at its start there are fewer.

    Raises:
        InputError: If there is one target a series, or a length does not fit the times.
    """
    bounds = [np.array([first]) for first in _offsets(series)[:-1]]
    return _cut(series, bounds, length, context)[0]


def split_in_time(
    series: IrregularSeries,
    fractions: Sequence[float] = (0.7, 0.15, 0.15),
    *,
    length: Length | None = None,
    context: Length | None = None,
    moments: np.ndarray | None = None,
    ahead: np.ndarray | None = None,
) -> Cut:
    """Training, validation and test parts that follow one another in time, in pieces.

    The first share of the rows teaches, the next one validates, the last one tests. Pieces of a
    later part may have rows of an earlier one as context. Where targets are seen only later than
    their row (a forecast), those that would be seen in the next part are masked, so that no target
    of training lies in the validation part.

    Args:
        series: With one target a step; one long series or many.
        fractions: Shares of training, validation and test, of the rows of all series together.
        length: Of a piece, as for `in_segments`; by default about 64 pieces of the training part,
            32 to 256 rows each.
        context: Before each piece, as for `in_segments`; by default half its length.
        moments: [R] time of each row on a clock that all series share, such as hours since 1970.
            All are cut at the same moment then. Without it a series is cut at its own shares.
        ahead: [R, K] or [R], how long after its row each target is seen, in the unit of the
            times; NaN where there is none. By default targets are seen at their rows.

    Raises:
        InputError: If there is one target a series, the shares are wrong, or too few rows leave a
            part without any.
    """
    shares = _shares(fractions)
    clock = series.times.cpu().numpy() if moments is None else np.asarray(moments, np.float64)
    offsets = _offsets(series)
    if moments is None:
        cuts = np.stack([_moments(clock[a:b], shares) for a, b in _pairs(offsets)])
    else:
        cuts = np.broadcast_to(_moments(np.sort(clock), shares), (len(series), 2))
    return _parts(series, clock, cuts, shares, length, context, ahead, moments is not None)


def cut_by_series(
    series: IrregularSeries,
    fractions: tuple[float, float, float],
    seed: int,
    spans: tuple[Length, Length],
) -> Cut:
    """Pieces of series that are split as wholes, at random: all pieces of one are in one part.

    Args:
        series: Three or more, with one target a step.
        fractions: Shares of training, validation and test.
        seed: Of the split.
        spans: Length of a piece and of its context, as for `in_segments`.

    Raises:
        InputError: If there are too few series.
    """
    if len(series) < _FEWEST:
        raise InputError(
            f"{len(series)} series cannot be split by series, and pieces of one series belong in "
            "one part. Split in time: --chronological."
        )
    whole = split_by_series(len(series), fractions=fractions, seed=seed)
    pieces = in_segments(series, spans[0], context=spans[1])
    parts = [np.flatnonzero(np.isin(pieces.source, p)) for p in vars(whole).values()]
    return Cut(pieces, Split(*parts), np.zeros(0))


def rolling_origins(
    series: IrregularSeries,
    origins: int,
    *,
    test: float = 0.3,
    validation: float = 0.15,
    length: Length | None = None,
    context: Length | None = None,
    moments: np.ndarray | None = None,
    ahead: np.ndarray | None = None,
) -> Iterator[Cut]:
    """Evaluation with a rolling origin: later and later parts to test, all before them to learn.

    The last share of the rows is divided into windows of equal share; each is tested by what was
    learnt from everything before it, of which the last rows validate. Rows behind a window are of
    no part.

    Args:
        series: With one target a step; one long series or many.
        origins: Number of windows.
        test: Share of the rows that all windows have together.
        validation: Share of the rows before a window that validate.
        length: Of a piece, as for `split_in_time`.
        context: Before each piece, likewise.
        moments: [R] time of each row on a clock that all series share, likewise.
        ahead: [R, K] or [R], how long after its row each target is seen, likewise.

    Yields:
        A `Cut` for each window, the earliest first.

    Raises:
        InputError: If the numbers are out of range.
    """
    if origins < 1 or not 0 < test < 1 or not 0 < validation < 1:
        raise InputError(
            f"origins is {origins}, test {test}, validation {validation}; expected at least one "
            "origin, and shares between 0 and 1."
        )
    for k in range(origins):
        before = 1 - test + test * k / origins
        shares = np.array([before * (1 - validation), before * validation, test / origins])
        clock = series.times.cpu().numpy() if moments is None else np.asarray(moments, np.float64)
        offsets = _offsets(series)
        if moments is None:
            found = [_moments(clock[a:b], shares, ends=True) for a, b in _pairs(offsets)]
            cuts = np.stack(found)
        else:
            found = _moments(np.sort(clock), shares, ends=True)
            cuts = np.broadcast_to(found, (len(series), 3))
        yield _parts(series, clock, cuts, shares, length, context, ahead, moments is not None)


def _shares(fractions: Sequence[float]) -> np.ndarray:
    shares = check_shares(fractions)
    if not shares[0] or not shares[1]:
        raise InputError(
            f"fractions is {tuple(fractions)}; expected training and validation shares above 0."
        )
    return shares


def _moments(times: np.ndarray, shares: np.ndarray, *, ends: bool = False) -> np.ndarray:
    """Times of the rows at which parts begin (and, if asked for, the last one ends); sorted."""
    rows = np.rint(np.cumsum(shares) * len(times) - 1e-9).astype(np.int64)
    rows = rows if ends else rows[:2]
    return np.array([times[row] if row < len(times) else np.inf for row in rows])


def _parts(
    series: IrregularSeries,
    clock: np.ndarray,
    cuts: np.ndarray,
    shares: np.ndarray,
    length: Length | None,
    context: Length | None,
    ahead: np.ndarray | None,
    shared: bool,
) -> Cut:
    bounds, part_of = [], np.empty(len(clock), dtype=np.int64)
    for (first, end), moments in zip(_pairs(_offsets(series)), cuts, strict=True):
        starts = first + np.searchsorted(clock[first:end], moments, side="left")
        bounds.append(np.concatenate([[first], starts[starts < end]]))
        part_of[first:end] = np.searchsorted(moments, clock[first:end], side="right")
    lengths = np.bincount(np.minimum(part_of, 3), minlength=4)
    size, before = usual_spans(length, context, int(lengths[0]))
    target = _masked_behind(series, clock, cuts, part_of, ahead)
    made, first_rows = _cut(replace(series, target=target), bounds, size, before)
    part = part_of[first_rows]
    split = Split(*(np.flatnonzero(part == k) for k in range(3)))
    for k, name in enumerate(("training", "validation", "test")):
        if shares[k] and not (part == k).any():
            raise InputError(
                f"{len(clock):,} rows leave the {name} part empty; expected some. "
                "Give longer series, or other fractions."
            )
    return Cut(made, split, cuts[0] if shared or len(cuts) == 1 else cuts)


def _masked_behind(
    series: IrregularSeries,
    clock: np.ndarray,
    cuts: np.ndarray,
    part_of: np.ndarray,
    ahead: np.ndarray | None,
) -> Tensor | None:
    """The targets, without those that are seen only when the part of their row has ended."""
    if series.target is None or ahead is None:
        return series.target
    owner = np.repeat(np.arange(len(series)), series.lengths.cpu().numpy())
    closed = np.column_stack([cuts, np.full(len(cuts), np.inf)])
    end = closed[owner, np.minimum(part_of, closed.shape[1] - 1)]
    seen = np.asarray(ahead, np.float64)
    seen = clock.reshape(-1, *[1] * (seen.ndim - 1)) + seen
    late = torch.from_numpy(seen >= end.reshape(-1, *[1] * (seen.ndim - 1)))
    fill = float("nan") if series.target.is_floating_point() else -1
    if late.dim() == 1 and series.target.dim() == 2:
        late = late[:, None]
    return series.target.masked_fill(late, fill)


def _cut(
    series: IrregularSeries, bounds: Sequence[np.ndarray], length: Length, context: Length
) -> tuple[Segments, np.ndarray]:
    """Pieces that do not reach across the bounds, and the first own row of each."""
    if series.target is not None and not series.per_step:
        raise InputError(
            "the series have one target a series; expected one a step, or none: a piece of a "
            "series has no target of its own."
        )
    size = Span.parse(length, "the length of a segment")
    before = Span.parse(context, "the context of a segment", zero=True)
    times, offsets = series.times.cpu().numpy(), _offsets(series)
    first, begin, end, source, number = [], [], [], [], []
    for n, starts in enumerate(bounds):
        edges = [*starts.tolist(), int(offsets[n + 1])]
        pieces = [
            piece
            for a, b in itertools.pairwise(edges)
            for piece in _pieces(times, a, b, size, series.time_unit)
        ]
        for k, (a, b) in enumerate(pieces):
            first.append(_led(times, int(offsets[n]), a, before, series.time_unit))
            begin.append(a)
            end.append(b)
            source.append(n)
            number.append(k)
    starts, begins, ends = (np.array(each, dtype=np.int64) for each in (first, begin, end))
    lengths = ends - starts
    rows = np.repeat(starts - np.cumsum(lengths) + lengths, lengths) + np.arange(lengths.sum())
    own = rows >= np.repeat(begins, lengths)
    target = series.target
    if target is not None:
        fill = float("nan") if target.is_floating_point() else -1
        target = target[torch.from_numpy(rows)]
        target[torch.from_numpy(~own)] = fill
    chosen, at = torch.from_numpy(rows), np.array(source, dtype=np.int64)
    ids = np.empty(len(at), dtype=object)
    ids[:] = [f"{series.ids[n]}/{k}" for n, k in zip(at, number, strict=True)]
    made = replace(
        series,
        values=series.values[chosen],
        times=series.times[chosen],
        mask=series.mask[chosen],
        lengths=torch.from_numpy(lengths),
        static=None if series.static is None else series.static[torch.from_numpy(at)],
        target=target,
        ids=ids,
        stamps=None if series.stamps is None else series.stamps.take(rows),
    )
    return Segments(made, at, rows, own, len(times)), begins


def _pieces(
    times: np.ndarray, first: int, end: int, size: Span, time_unit: str | None
) -> list[tuple[int, int]]:
    """First row, and row behind the last, of the pieces of one stretch of rows."""
    if first >= end:
        return []
    if size.rows is not None:
        starts = np.arange(first, end, size.rows)
    else:
        width = size.time(time_unit, "the length of a segment")
        window = np.floor((times[first:end] - times[first]) / width)
        starts = first + np.flatnonzero(np.diff(window, prepend=-1.0))
    return list(zip(starts.tolist(), [*starts[1:].tolist(), end], strict=True))


def _led(times: np.ndarray, first: int, begin: int, before: Span, time_unit: str | None) -> int:
    """First row of the context of a piece that begins at a row."""
    if before.rows is not None:
        return max(first, begin - before.rows)
    if not before.amount:
        return begin
    since = times[begin] - before.time(time_unit, "the context of a segment")
    return first + int(np.searchsorted(times[first:begin], since, side="left"))


def _offsets(series: IrregularSeries) -> np.ndarray:
    return series.offsets.cpu().numpy()


def _pairs(offsets: np.ndarray) -> list[tuple[int, int]]:
    return list(itertools.pairwise(offsets.tolist()))
