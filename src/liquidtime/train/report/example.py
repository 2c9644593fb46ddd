"""One series seen from inside the network: which one the report shows, and what is kept of it."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from liquidtime.data.encoded import EncodedSeries
from liquidtime.data.series import IrregularSeries
from liquidtime.errors import InputError
from liquidtime.models.contract import Model
from liquidtime.runs.write import write_atomically
from liquidtime.train.objectives.contract import Objective
from liquidtime.train.score.predictions import Predictions


@dataclass(frozen=True)
class SeriesTrace:
    """One series along its time; T steps, H units, D variables, K classes or values.

    Attributes:
        id: The series' id.
        times: [T], in the unit of the data.
        hidden: [T, H], the hidden state after each step.
        outputs: [T, K], probabilities or values, as if the series had ended at that step.
        observed: [T], how many variables were observed at each step.
        target: Class number or values [K] of the series; [T] or [T, K] per step; None without.
    """

    id: str
    times: np.ndarray
    hidden: np.ndarray
    outputs: np.ndarray
    observed: np.ndarray
    target: np.ndarray | None


def trace_series(
    series: IrregularSeries, encoded: EncodedSeries, model: Model, objective: Objective
) -> SeriesTrace:
    """Run one series through the network and keep what happens inside.

    Args:
        series: Exactly one, with at least one step.
        encoded: The same, encoded.
        model: The network, on the CPU.
        objective: Says what the outputs mean.

    Raises:
        InputError: If it is not one series with steps, or the model has no trace.
    """
    if len(series) != 1 or not len(series.times):
        raise InputError(
            f"trace got {len(series)} series with {len(series.times)} steps; expected one series "
            "with at least one step. Use series[k]."
        )
    if model.trace is None:
        raise InputError(
            "This model has no trace: it has no hidden state that goes along a series."
        )
    found = model.trace(encoded.batch([0]))
    target = series.target
    return SeriesTrace(
        id=str(np.asarray(series.ids)[0]),
        times=series.times.cpu().numpy(),
        hidden=found.hidden[0].float().cpu().numpy(),
        outputs=objective.point(objective.predictions(found.logits[0].float().cpu().numpy())),
        observed=series.mask.sum(1).cpu().numpy(),
        target=None if target is None else target.cpu().numpy(),
    )


def choose_example(predictions: Predictions, series: IrregularSeries) -> int | None:
    """The series the report shows, chosen by rule, not by looks.

    Two classes: of the series that belong to the second class, the one with the median predicted
    probability of it. Otherwise: the series of median length.

    Args:
        predictions: Of these series.
        series: With targets.

    Returns:
        Its number, or None if no series has a step.
    """
    lengths = predictions.lengths
    candidates = np.flatnonzero(lengths > 0)
    rank = lengths.astype(np.float64)
    probabilities, target = predictions.probabilities, series.target
    binary = predictions.objective.exclusive and len(predictions.labels) == 2
    if binary and not predictions.per_step and target is not None:
        positive = candidates[target.cpu().numpy()[candidates] == 1]
        if positive.size and probabilities is not None:
            candidates, rank = positive, probabilities[:, 1]
    if not candidates.size:
        return None
    order = candidates[np.argsort(rank[candidates], kind="stable")]
    return int(order[len(order) // 2])


def write_example(path: Path, trace: SeriesTrace) -> None:
    """Keep the trace of one series, for the report and for whoever wants to look closer."""
    arrays = {name: value for name, value in vars(trace).items() if value is not None}

    def save(beside: Path) -> None:
        with beside.open("wb") as handle:
            np.savez_compressed(handle, **arrays)

    write_atomically(path, save)


def read_example(path: Path) -> SeriesTrace | None:
    """The trace that `write_example` kept, or None if there is none."""
    if not path.exists():
        return None
    with np.load(path) as stored:
        arrays = dict(stored)
    return SeriesTrace(**{"target": None, **arrays, "id": str(arrays["id"])})
