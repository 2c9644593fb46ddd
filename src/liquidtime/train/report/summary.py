"""The data in a few numbers, for the run folder and the report."""

from typing import Any

import numpy as np

from liquidtime.data import ragged
from liquidtime.data.series import IrregularSeries
from liquidtime.data.splits import Split


def summarise(series: IrregularSeries, split: Split) -> dict[str, Any]:
    """Sizes, lengths, time spans and missingness.

    Args:
        series: All series of the run.
        split: Which part each belongs to.

    Returns:
        JSON-able: `series`, `steps`, `steps_per_series` and `span` (median, least, most),
        `parts` (series of each), `variables`: for each `observed` (share of steps with a value)
        and `never` (share of series without one).
    """
    lengths = series.lengths.cpu().numpy()
    times = series.times.cpu().numpy()
    mask = series.mask.cpu().numpy()
    ends = np.cumsum(lengths)
    filled = lengths > 0
    span = times[ends[filled] - 1] - times[(ends - lengths)[filled]]
    member = ragged.series_of_rows(series.lengths).cpu().numpy()
    seen = np.zeros((len(lengths), mask.shape[1]), dtype=bool)
    np.logical_or.at(seen, member, mask)
    return {
        "series": len(series),
        "steps": int(lengths.sum()),
        "steps_per_series": _spread(lengths),
        "span": _spread(span),
        "parts": {
            "train": len(split.train),
            "validation": len(split.validation),
            "test": len(split.test),
        },
        "static_variables": list(series.static_features or ()),
        "variables": [
            {
                "name": name,
                "observed": float(mask[:, k].mean()) if len(mask) else 0.0,
                "never": float(1.0 - seen[:, k].mean()) if len(seen) else 1.0,
            }
            for k, name in enumerate(series.features or ())
        ],
    }


def _spread(numbers: np.ndarray) -> dict[str, float] | None:
    if not numbers.size:
        return None
    return {
        "mean": float(numbers.mean()),
        "median": float(np.median(numbers)),
        "least": float(numbers.min()),
        "most": float(numbers.max()),
    }
