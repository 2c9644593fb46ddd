"""A task's table as a figure: a dot and an interval a model, what is published hollow beside it."""

from collections.abc import Sequence
from pathlib import Path

from matplotlib.figure import Figure

from liquidtime.plot.scores import Score, scores
from liquidtime.plot.style import to_svg
from liquidtime.runs.write import write_atomically, write_text
from liquidtime.tasks.contract import Task
from liquidtime.tasks.rows import Row
from liquidtime.train.report.naming import metric_name
from liquidtime.train.score.metrics import higher_is_better

SVG, PNG = "table.svg", "table.png"
OURS = ("cfc", "cfc_ensemble", "diagonal_cfc", "ltc")
"""Models that are drawn in a colour of their own: the liquid ones."""


def write_figure(folder: Path, task: Task, rows: Sequence[Row], title: str = "") -> None:
    """Write `table.svg` and `table.png`; nothing where no model has the first measure.

    Args:
        folder: Is there.
        task: The task.
        rows: The table.
        title: Over the figure.
    """
    figure = drawn(task, rows, title)
    if figure is None:
        return
    write_text(folder / SVG, to_svg(figure, f"{task.name} scores"))
    write_atomically(folder / PNG, lambda beside: figure.savefig(beside, format="png", dpi=144))


def drawn(task: Task, rows: Sequence[Row], title: str = "") -> Figure | None:
    """The figure of the measure that decides first."""
    name = task.measures[0]
    found = [
        Score(
            label=row.title + (", published settings" if row.settings == "published" else ""),
            value=row.scores[name].mean,
            low=row.scores[name].low,
            high=row.scores[name].high,
            published=row.published[name].value if name in row.published else None,
            ours=task.recipe(row.recipe).config.model.name in OURS,
        )
        for row in rows
        if name in row.scores
    ]
    if not found:
        return None
    return scores(
        found,
        name=f"test {metric_name(name)}",
        higher_is_better=higher_is_better(name),
        title=title or task.about.title,
    )
