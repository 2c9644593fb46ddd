"""Predictions with the names of what they are about."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from liquidtime.data.series import IrregularSeries
from liquidtime.data.stamps import Stamps
from liquidtime.optional import require
from liquidtime.runs.write import write_atomically
from liquidtime.train.objective import Objective

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, eq=False)
class Predictions:
    """What a network says about N series: one row each, or one row a step (R in all).

    Attributes:
        ids: [N], the series' own ids.
        labels: Names of the K classes or of the K values.
        probabilities: [N, K], or [R, K] per step, rows adding up to 1; None for values.
        values: [N, K], or [R, K] per step, in the target's unit; None for classes.
        lengths: [N], steps of each series.
        times: [R], time of each step, per step only; otherwise None.
        stamps: [R], the same as the data has it, such as dates with their zone; None where the data
            has no more than `times`.
    """

    ids: np.ndarray
    labels: tuple[str, ...]
    probabilities: np.ndarray | None
    values: np.ndarray | None
    lengths: np.ndarray
    times: np.ndarray | None = None
    stamps: Stamps | None = None

    @classmethod
    def of(cls, objective: Objective, series: IrregularSeries, logits: np.ndarray) -> "Predictions":
        """Name the logits, [N, K] or [R, K], of some series."""
        outputs = objective.predictions(logits)
        classes = objective.kind == "classes"
        return cls(
            ids=np.asarray(series.ids),
            labels=objective.labels,
            probabilities=outputs if classes else None,
            values=None if classes else outputs,
            lengths=series.lengths.cpu().numpy(),
            times=series.times.cpu().numpy() if objective.per_step else None,
            stamps=series.stamps if objective.per_step else None,
        )

    @property
    def per_step(self) -> bool:
        """Whether there is a row a step."""
        return self.times is not None

    @property
    def classes(self) -> np.ndarray | None:
        """The likeliest class of each row, as a number; None for values."""
        return None if self.probabilities is None else self.probabilities.argmax(axis=1)

    def __len__(self) -> int:
        return len(self.ids)

    def split(self) -> list[np.ndarray]:
        """The predictions of each series: N arrays, [K] each, or [T, K] per step."""
        rows = self.values if self.probabilities is None else self.probabilities
        assert rows is not None
        return np.split(rows, np.cumsum(self.lengths)[:-1]) if self.per_step else list(rows)

    def to_frame(self) -> "pd.DataFrame":
        """A table: `id`, per step `time`, then `predicted` and a `probability_…` a class.

        For values: a `predicted_…` column a value. Times are those of the data, in its type and
        time zone.
        """
        pandas = require("pandas", extra="train")
        columns: dict[str, Any] = {"id": self.ids}
        if self.times is not None:
            time = self.times if self.stamps is None else self.stamps.cells
            columns = {"id": np.repeat(self.ids, self.lengths), "time": time}
        if self.probabilities is not None:
            names = np.asarray(self.labels, dtype=object)
            columns["predicted"] = names[self.probabilities.argmax(axis=1)]
            for k, name in enumerate(self.labels):
                columns[f"probability_{name}"] = self.probabilities[:, k]
        elif self.values is not None:
            for k, name in enumerate(self.labels):
                columns[f"predicted_{name}"] = self.values[:, k]
        return pandas.DataFrame(columns)


def write_predictions(
    path: Path, predictions: Predictions, series: IrregularSeries, times: np.ndarray | None = None
) -> None:
    """Write a CSV with the predictions and, beside them, the targets.

    Args:
        path: The file; it is replaced as a whole.
        predictions: Of these series.
        series: Their targets are written as `target` or `target_…` columns.
        times: Per step, what is written as the time of each row, instead of the series' numbers.
    """
    frame = predictions.to_frame()
    if times is not None and predictions.per_step:
        frame["time"] = times
    if series.target is not None:
        truth = series.target.cpu().numpy()
        if predictions.probabilities is not None:
            names = np.asarray([*predictions.labels, ""], dtype=object)
            frame["target"] = names[truth]
        else:
            truth = truth.reshape(len(truth), -1)
            for k, name in enumerate(predictions.labels):
                frame[f"target_{name}"] = truth[:, k]
    write_atomically(path, lambda beside: frame.to_csv(beside, index=False))
