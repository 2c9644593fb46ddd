"""Predictions with the names of what they are about, and as a file and back."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from liquidtime.data.series import IrregularSeries
from liquidtime.data.stamps import Stamps
from liquidtime.optional import require
from liquidtime.runs.write import write_atomically
from liquidtime.train.objectives.contract import Objective
from liquidtime.train.score.metrics import Scored

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, eq=False)
class Predictions:
    """What a network says about N series: one row each, or one row a step (R in all).

    Attributes:
        objective: What is predicted.
        ids: [N], the series' own ids.
        outputs: [N, M], or [R, M] per step: probabilities, or values in the target's unit.
        lengths: [N], steps of each series.
        times: [R], time of each step, per step only; otherwise None.
        stamps: [R], the same as the data has it, such as dates with their zone; None where the data
            has no more than `times`.
    """

    objective: Objective
    ids: np.ndarray
    outputs: np.ndarray
    lengths: np.ndarray
    times: np.ndarray | None = None
    stamps: Stamps | None = None

    @classmethod
    def of(cls, objective: Objective, series: IrregularSeries, logits: np.ndarray) -> "Predictions":
        """Name the logits, [N, K] or [R, K], of some series."""
        return cls(
            objective,
            ids=np.asarray(series.ids),
            outputs=objective.predictions(logits),
            lengths=series.lengths.cpu().numpy(),
            times=series.times.cpu().numpy() if objective.per_step else None,
            stamps=series.stamps if objective.per_step else None,
        )

    @property
    def labels(self) -> tuple[str, ...]:
        """Names of the K classes, values or labels."""
        return self.objective.labels

    @property
    def probabilities(self) -> np.ndarray | None:
        """The outputs, if they are probabilities; those of classes add up to 1 in each row."""
        return self.outputs if self.objective.bounded else None

    @property
    def values(self) -> np.ndarray | None:
        """The outputs, if they are values."""
        return None if self.objective.bounded else self.outputs

    @property
    def per_step(self) -> bool:
        """Whether there is a row a step."""
        return self.times is not None

    @property
    def classes(self) -> np.ndarray | None:
        """The likeliest class of each row, as a number; None where there are no classes."""
        return self.outputs.argmax(axis=1) if self.objective.exclusive else None

    def __len__(self) -> int:
        return len(self.ids)

    def split(self) -> list[np.ndarray]:
        """The predictions of each series: N arrays, [M] each, or [T, M] per step."""
        rows = self.outputs
        return np.split(rows, np.cumsum(self.lengths)[:-1]) if self.per_step else list(rows)

    def to_frame(self) -> "pd.DataFrame":
        """A table: `id`, per step `time`, then `predicted` and a `probability_…` a class.

        For values: a `predicted_…` column a value; for several labels: `predicted_…` and
        `probability_…` a label. Times are those of the data, in its type and time zone.
        """
        pandas = require("pandas", extra="train")
        columns: dict[str, Any] = {"id": self.ids}
        if self.times is not None:
            time = self.times if self.stamps is None else self.stamps.cells
            columns = {"id": np.repeat(self.ids, self.lengths), "time": time}
        return pandas.DataFrame(columns | self.objective.columns(self.outputs))


def write_predictions(
    path: Path,
    predictions: Predictions,
    series: IrregularSeries,
    times: np.ndarray | None = None,
    *,
    targets_only: bool = False,
) -> None:
    """Write a CSV with the predictions and, beside them, the targets.

    Args:
        path: The file; it is replaced as a whole.
        predictions: Of these series.
        series: Their targets are written as `target` or `target_…` columns.
        times: Per step, what is written as the time of each row, instead of the series' numbers.
        targets_only: Leave rows without a target out, such as those of a piece's context.
    """
    frame = predictions.to_frame()
    if times is not None and predictions.per_step:
        frame["time"] = times
    if series.target is not None:
        for name, column in predictions.objective.truth_columns(
            series.target.cpu().numpy()
        ).items():
            frame[name] = column
        if targets_only:
            frame = frame[predictions.objective.truth(series.target)[1]]
    write_atomically(path, lambda beside: frame.to_csv(beside, index=False))


def read_predictions(path: Path, objective: Objective) -> Scored:
    """Targets and predictions from what `write_predictions` wrote, rows without a target left out.

    Args:
        path: The file.
        objective: Of the run.
    """
    pandas = require("pandas", extra="train")
    text = ("id", *objective.text)
    # A series may be called "NA", and a class too: only an empty number is a missing one.
    header = pandas.read_csv(path, nrows=0).columns
    frame = pandas.read_csv(
        path,
        dtype=dict.fromkeys(text, str),
        keep_default_na=False,
        na_values={name: [""] for name in header if name not in text},
    )
    _, cluster = np.unique(frame["id"].to_numpy(str), return_inverse=True)
    target, prediction = objective.from_columns(frame)
    there = target >= 0 if target.ndim == 1 else np.isfinite(target).any(axis=1)
    return Scored(target[there], prediction[there], cluster[there], objective)
