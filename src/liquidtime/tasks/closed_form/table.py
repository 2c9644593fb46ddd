"""The rows of the study's tables, the same on the terminal, the page and in the documentation."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from liquidtime.tasks.closed_form.comparison import PUBLISHED_OUTPUT_MSE, Comparison
from liquidtime.tasks.closed_form.measure import Measured
from liquidtime.tasks.contract import Shown

HEADER = (
    "form",
    "input",
    "output MSE",
    "largest",
    "bias",
    "MSE if linear",
    "all neurons",
    "task MSE",
    "evaluations",
    "µs a step",
)
BRIEF = ("form", "MSE", "largest", "all MSE", "sigmoids", "µs")
_SHOWN = {
    "fused": (1, 2, 4, 6, 16, 64),
    "exponential": (1, 6, 64),
    "euler": (6, 16, 64),
    "heun": (6, 16, 64),
    "rk4": (6, 16, 64),
    "closed_form_linear": (1, 4),
}


def selected(measured: Sequence[Measured]) -> list[Measured]:
    """The rows that a short table shows; of few forms, all."""
    return [
        entry
        for entry in measured
        if entry.form.published
        or (
            entry.form.unfolds in _SHOWN[entry.form.family]
            and not (
                entry.form.sources != "iterated" and entry.form.sources and entry.form.unfolds > 1
            )
        )
    ]


def cells(entry: Measured, *, task: bool = True) -> list[str]:
    """One row, as `HEADER` names its cells; without the task where there is none."""
    row = [
        entry.form.name,
        entry.form.input_model,
        power(entry.output.mse),
        power(entry.output.max),
        power(entry.output.bias, sign=True),
        power(entry.if_linear.mse),
        power(entry.all_neurons.mse),
    ]
    if task:
        row.append(power(entry.task_mse))
    return [*row, f"{entry.evaluations:,}", f"{1e6 * entry.seconds:,.1f}"]


def brief(entry: Measured) -> list[str]:
    """The cells of `BRIEF`, for a terminal of 80 columns."""
    row = dict(zip(HEADER, cells(entry), strict=True))
    wanted = ("output MSE", "largest", "all neurons", "evaluations")
    name = row["form"].replace(" = ", "=")
    return [name, *(row[column] for column in wanted), f"{1e6 * entry.seconds:,.0f}"]


def markdown(entries: Sequence[Measured], *, task: bool = True) -> str:
    """The rows as a Markdown table."""
    header = [name for name in HEADER if task or name != "task MSE"]
    lines = [header, ["---", "---", *["---:"] * (len(header) - 2)]]
    lines += [cells(entry, task=task) for entry in entries]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def shown(found: Comparison, page: Path, *, every: bool = False) -> Shown:
    """What the terminal shows of a study.

    Args:
        found: What was found.
        page: Where its page lies.
        every: Show every form, not a choice of them.
    """
    data = found.data
    entries = found.measured if every else selected(found.measured)
    return Shown(
        before=[f"{data.title}: {data.source}", *([data.note] if data.note else [])],
        header=BRIEF,
        rows=[brief(entry) for entry in entries],
        after=[
            "MSE and largest error at the output, MSE over all neurons, against dopri5 for the "
            "input model that the form solves; sigmoids and microseconds a step. The two input "
            f"models differ by an MSE of {power(found.input_models.mse)}; the paper's Fig. 2 has "
            f"{PUBLISHED_OUTPUT_MSE}.",
            f"Report: {page}",
        ],
    )


def power(value: float, *, sign: bool = False) -> str:
    """A number in two digits, such as "3.1e-04" or "0.24"; "diverges" beyond a thousand."""
    if not np.isfinite(value) or abs(value) >= 1e3:
        return "diverges"
    text = f"{abs(value):.2g}" if abs(value) >= 0.001 or value == 0 else f"{abs(value):.1e}"
    return f"{'−' if value < 0 else '+'}{text}" if sign else text
