"""What an attribution is: the share of each observation, gap and static feature in one output."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import torch

from liquidtime.explain.calendar import joined
from liquidtime.explain.output import Output
from liquidtime.explain.placing import Placed
from liquidtime.explain.question import Question
from liquidtime.optional import require

if TYPE_CHECKING:
    import pandas as pd

GAPS = "gaps in time"
"""What the time between rows is called among the variables."""


@dataclass(frozen=True, eq=False)
class Attribution:
    """Why one number of one series is what it is; T rows, D variables, S static features.

    Amounts are in the unit of the number: log-odds, probability, or the value's own unit.

    Attributes:
        id: The series' id.
        method: "integrated gradients" or "occlusion".
        baseline: What the series is compared with, in words.
        output: Which number.
        value: What the network says.
        baseline_value: What it says of the baseline.
        step: The row after which it was asked; what comes later has zeros.
        times: [T], in the unit of the data.
        time_unit: Of the times, or None.
        variables: D names; the waves of the calendar, which forecasts read, are one, such as "hour
            of day".
        values: [T, D], what was observed; NaN where nothing was.
        cells: [T, D], amount of each observation, in the row where it was made; 0 where nothing
            was observed.
        gaps: [T], amount of the time before each row, where the baseline's is another.
        absent: [D], amount of a variable's not having been observed yet, where the baseline's was.
        static_variables: S names.
        static_values: [S]; NaN where missing.
        static: [S], amounts.
        labels: Of variables and static features that hold categories, their names.
        error: value − baseline_value less the sum of all amounts; of integrated gradients this
            tells how far their sum is from complete. None of occlusion, whose amounts are no parts
            of a sum.
        evaluations: How many times the network was run along the series.
        together: [T, D], the number of what was left out at once with each observation, which
            share one amount; -1 where nothing was, None where every observation stands alone.
    """

    id: str
    method: str
    baseline: str
    output: Output
    value: float
    baseline_value: float
    step: int
    times: np.ndarray
    time_unit: str | None
    variables: tuple[str, ...]
    values: np.ndarray
    cells: np.ndarray
    gaps: np.ndarray
    absent: np.ndarray
    static_variables: tuple[str, ...]
    static_values: np.ndarray
    static: np.ndarray
    labels: dict[str, tuple[str, ...]]
    error: float | None
    evaluations: int
    together: np.ndarray | None = None

    @property
    def totals(self) -> dict[str, float]:
        """Amount of each variable over all rows, of each static feature, and of the gaps."""
        over_time = self.cells.sum(0) + self.absent
        found = dict(zip(self.variables, over_time.tolist(), strict=True))
        for name, amount in zip(self.static_variables, self.static.tolist(), strict=True):
            found[name if name not in found else f"{name} (static)"] = amount
        if self.gaps.any():
            found[GAPS] = float(self.gaps.sum())
        return found

    def to_frame(self) -> "pd.DataFrame":
        """A table with a row an observation: `time`, `variable`, `value`, `amount`.

        Static features have no time, and gaps no value. Amounts of not having been observed have
        neither.
        """
        pandas = require("pandas", extra="train")
        row, column = np.nonzero(~np.isnan(self.values))
        names = np.asarray(self.variables, dtype=object)
        parts = [
            {
                "time": self.times[row],
                "variable": names[column],
                "value": self.values[row, column],
                "amount": self.cells[row, column],
            },
            {
                "time": np.full(len(self.static), np.nan),
                "variable": np.asarray(self.static_variables, dtype=object),
                "value": self.static_values,
                "amount": self.static,
            },
        ]
        for amount, called, times in (
            (self.gaps, np.full(len(self.times), GAPS, dtype=object), self.times),
            (self.absent, names, np.full(len(names), np.nan)),
        ):
            there = np.flatnonzero(amount)
            parts.append(
                {
                    "time": times[there],
                    "variable": called[there],
                    "value": np.full(len(there), np.nan),
                    "amount": amount[there],
                }
            )
        filled = [pandas.DataFrame(part) for part in parts if len(part["amount"])]
        return pandas.concat(filled, ignore_index=True) if filled else pandas.DataFrame(parts[0])


class Compared(NamedTuple):
    """How amounts were found.

    Attributes:
        method: In words.
        baseline: In words.
        values: [N], what the network says of the baselines.
        evaluations: [N], runs along each series.
        complete: Whether the amounts are parts of a sum.
    """

    method: str
    baseline: str
    values: np.ndarray
    evaluations: np.ndarray
    complete: bool


def attribution_of(
    question: Question,
    number: int,
    placed: Placed,
    compared: Compared,
    together: np.ndarray | None = None,
) -> Attribution:
    """The attribution of one series of a question.

    Args:
        question: What was asked.
        number: Which of its series.
        placed: Amounts of all of them.
        compared: How they were found.
        together: As of `Attribution`, of the D variables of the series up to the row asked.
    """
    series, known = question.whole[number], question.about.preprocessor
    start, end = (int(at) for at in question.series.offsets[number : number + 2])
    more = len(series.times) - (end - start)
    cells = np.pad(placed.cells[start:end].numpy(), ((0, more), (0, 0)))
    gaps = np.pad(placed.gaps[start:end].numpy(), (0, more))
    static, absent = placed.static[number].numpy(), placed.absent[number].numpy()
    value, other = float(question.value[number]), float(compared.values[number])
    left = value - other - float(cells.sum() + gaps.sum() + static.sum() + absent.sum())
    own, named = series.static, joined(known.variables)
    values = torch.where(series.mask, series.values, torch.nan).double().numpy()
    if together is not None:
        together = np.pad(together, ((0, more), (0, 0)), constant_values=-1)
        together = together[:, [each[0] for each in named.members]]
    return Attribution(
        id=str(series.ids[0]),
        method=compared.method,
        baseline=compared.baseline,
        output=question.output,
        value=value,
        baseline_value=other,
        step=int(question.steps[number]),
        times=series.times.numpy(),
        time_unit=question.about.time_unit or series.time_unit,
        variables=named.names,
        values=named.valued(values, known.variables),
        cells=named.summed(cells),
        gaps=gaps,
        absent=named.summed(absent),
        static_variables=known.static_variables,
        static_values=np.zeros(0) if own is None else own[0].double().numpy(),
        static=static,
        labels={**series.categories, **series.static_categories},
        error=left if compared.complete else None,
        evaluations=int(compared.evaluations[number]),
        together=together,
    )
