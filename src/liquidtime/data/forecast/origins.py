"""Forecast origins in consecutive blocks of time: whether a score holds over time."""

import numpy as np
import torch

from liquidtime.data import ragged
from liquidtime.data.forecast.plan import ForecastPlan
from liquidtime.data.series import IrregularSeries
from liquidtime.errors import InputError

_MOST, _FEWEST_ROWS = 5, 20


def blocks(pieces: IrregularSeries, count: int, moments: np.ndarray | None = None) -> np.ndarray:
    """The block of each row, int64 [R], from 0; -1 for rows without any target.

    Blocks have alike many distinct times: of all series together where they share a clock, else
    of each series.

    Args:
        pieces: Of one part, prepared; ids are those of series with the number of the piece.
        count: Number of blocks.
        moments: [R], on a clock that all series share.
    """
    at, group, clock = _origins(pieces, moments)
    found = np.full(len(pieces.times), -1, dtype=np.int64)
    for each in np.unique(group):
        own = at[group == each]
        times, place = np.unique(clock[own], return_inverse=True)
        found[own] = place * count // len(times)
    return found


def block_count(
    pieces: IrregularSeries, plan: ForecastPlan, moments: np.ndarray | None, asked: int | None
) -> int:
    """How many blocks there are: as asked for, or up to 5; 0 for none.

    Without being asked, a block has 20 times or more, and no fewer than there are rows up to the
    last lead, since blocks would be too much alike otherwise.

    Args:
        pieces: As for `blocks`.
        plan: What is forecast.
        moments: As for `blocks`.
        asked: By the user.

    Raises:
        InputError: If there are fewer times than blocks.
    """
    at, group, clock = _origins(pieces, moments)
    times = max((len(np.unique(clock[at[group == g]])) for g in np.unique(group)), default=0)
    if asked is not None:
        if asked > times:
            raise InputError(
                f"--origins is {asked}, and the test part has {times} times to forecast from; "
                "expected no more blocks than that. Give fewer, or a larger test share."
            )
        return asked if asked > 1 else 0
    reach = plan.leads[-1] if plan.by == "rows" else plan.leads[-1] / plan.gap
    found = int(min(_MOST, times // max(_FEWEST_ROWS, reach)))
    return found if found > 1 else 0


def _origins(
    pieces: IrregularSeries, moments: np.ndarray | None
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Rows with a target, what is divided as one for each of them, and the time of every row."""
    assert pieces.target is not None
    at = np.flatnonzero((~pieces.target.isnan()).reshape(len(pieces.target), -1).any(1).numpy())
    if moments is not None:
        return at, np.zeros(len(at), np.int64), np.asarray(moments)
    names = np.array([str(name).rpartition("/")[0] for name in pieces.ids])
    owner = np.unique(names, return_inverse=True)[1]
    member = ragged.series_of_rows(torch.as_tensor(pieces.lengths)).numpy()
    return at, owner[member[at]], pieces.times.numpy()
