"""PhysioNet 2012 as its user has it: a long table, five folds, summaries for the rivals."""

from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.model_selection import StratifiedKFold

from liquidtime.data.series import IrregularSeries


def write_tables(series: IrregularSeries, folder: Path) -> tuple[Path, Path]:
    """The stays as a long table and a table of outcomes."""
    from liquidtime.data import to_long_frame

    assert series.target is not None
    stays, outcomes = folder / "stays.csv", folder / "outcomes.csv"
    bare = series if series.target is None else _without_target(series)
    to_long_frame(bare).to_csv(stays, index=False)
    pd.DataFrame({"id": series.ids, "died": series.target.numpy()}).to_csv(outcomes, index=False)
    return stays, outcomes


def folds(target: np.ndarray, seed: int) -> list[tuple[np.ndarray, np.ndarray]]:
    """Five folds, deaths spread evenly."""
    cut = StratifiedKFold(5, shuffle=True, random_state=seed)
    return list(cut.split(np.zeros(len(target)), target))


def summaries(series: IrregularSeries) -> np.ndarray:
    """Of each variable: mean, least, most, first, last, spread, count, last 24 and last 6 hours.

    Args:
        series: N stays with times in hours up to 48.

    Returns:
        [N, 9 D], NaN where there is nothing.
    """
    values = np.where(series.mask.numpy(), series.values.numpy().astype(float), np.nan)
    member = np.repeat(np.arange(len(series)), series.lengths.numpy())
    times = series.times.numpy()
    frame = pd.DataFrame(values)
    grouped = frame.groupby(member)
    every = np.arange(len(series))
    parts = [
        grouped.mean(),
        grouped.min(),
        grouped.max(),
        grouped.first(),
        grouped.last(),
        grouped.std(ddof=0),
        grouped.count(),
    ]
    for hours in (24, 6):
        late = times >= 48 - hours
        parts.append(frame[late].groupby(member[late]).mean())
    return np.concatenate([part.reindex(every).to_numpy(float) for part in parts], axis=1)


def _without_target(series: IrregularSeries) -> IrregularSeries:
    from dataclasses import replace

    return replace(series, target=None, classes=None, per_step=False, target_names=None)
