"""Forecasts: the target of a step is what its series shows at the next step."""

import numpy as np

from liquidtime.data.categories import listed
from liquidtime.data.table.columns import nearest
from liquidtime.data.table.rows import Rows
from liquidtime.errors import InputError

HORIZON = "horizon"


def typical_gap(rows: Rows) -> float:
    """Median positive time between neighbouring steps of a series; 1 if there is none."""
    gaps = np.diff(rows.times)[np.diff(rows.series) == 0]
    gaps = gaps[gaps > 0]
    return float(np.median(gaps)) if len(gaps) else 1.0


def add_horizon(rows: Rows, gap: float) -> Rows:
    """Add the channel that tells how far ahead the forecast looks.

    Args:
        rows: The steps.
        gap: Horizon of each series' last step, behind which the table shows nothing.
    """
    ahead = np.full(len(rows.times), gap, dtype=np.float32)
    follows = np.flatnonzero(np.diff(rows.series) == 0)
    ahead[follows] = np.diff(rows.times)[follows]
    return rows._replace(
        values=np.column_stack([rows.values, ahead]),
        mask=np.column_stack([rows.mask, np.ones(len(ahead), dtype=bool)]),
        features=(*rows.features, HORIZON),
    )


def next_values(rows: Rows, target: tuple[str, ...], file: str) -> np.ndarray:
    """The target variables one step later, float32 [R, K]; NaN where not observed or at the end.

    Raises:
        InputError: If a target is no variable of the table, or has no value to learn from.
    """
    columns = []
    for name in target:
        if name not in rows.features:
            close = nearest(name, rows.features)
            raise InputError(
                f"{file}: the target {name!r} is no variable; a forecast needs one of "
                f"{', '.join(rows.features[:30])}." + (f" Did you mean {close!r}?" if close else "")
            )
        if name in rows.categories:
            raise InputError(
                f"{file}: the target {name!r} holds categories ({listed(rows.categories[name])}); "
                "a forecast predicts numbers. Forecast another variable."
            )
        columns.append(rows.features.index(name))
    future = np.full((len(rows.times), len(columns)), np.nan, dtype=np.float32)
    follows = np.flatnonzero(np.diff(rows.series) == 0)
    values = np.where(rows.mask[:, columns], rows.values[:, columns], np.nan)
    future[follows] = values[follows + 1]
    for name, column in zip(target, future.T, strict=True):
        if np.isnan(column).all():
            raise InputError(
                f"{file}: {name!r} is nowhere followed by a value of the same id; expected series "
                "of two rows and more with it. Is the id column right?"
            )
    return future
