"""Which variables the predictions rest on."""

from typing import Any

import numpy as np

from liquidtime.plot.fit.importance import importance_bars
from liquidtime.plot.style import to_svg
from liquidtime.runs.page.blocks import Cell, Figure, Folded, Paragraph, Section, Table
from liquidtime.train.report.naming import interval, metric_name, number
from liquidtime.train.score.metrics import higher_is_better

_DRAWN = 15


def section(metrics: dict[str, Any]) -> Section | None:
    """Permutation importance as bars and as a table; None where it was not measured."""
    found = metrics["importance"]
    if not found:
        return None
    rows = [row for row in found["variables"] if row["value"] is not None]
    if not rows:
        return None
    shown = rows[:_DRAWN]
    what, up = metric_name(found["metric"]), higher_is_better(found["metric"])
    ends = [
        np.array([np.nan if row[end] is None else row[end] for row in shown], dtype=np.float64)
        for end in ("low", "high")
    ]
    drawn = importance_bars(
        [row["name"] for row in shown],
        np.array([row["value"] for row in shown]),
        *ends,
        what=f"{what}: what is lost without it" if up else f"{what}: how much higher without it",
    )
    caption = (
        f"Each variable was handed from series to series, with the times at which it was seen, "
        f"{found['repeats']} times over {found['series']:,} series of the {found['part']} part. "
        "Bars: how much worse the score is then; lines: 95 % bootstrap intervals over series. "
        "Grey: no loss that is clear of 0. What two variables both tell is lost with neither, so a "
        "short bar does not mean that a variable could not tell."
    )
    table = Table(
        ["variable", f"loss of {what}" if up else f"rise of {what}"],
        [[row["name"], Cell(number(row["value"]), interval(row))] for row in rows],
    )
    blocks = [Paragraph(answer(rows, what, up=up)), Figure(to_svg(drawn, "Variables"), caption)]
    return Section(
        "Which variables matter?",
        [*blocks, *([Folded("All of them in numbers", [table])] if len(rows) > 1 else [])],
    )


def answer(rows: list[dict[str, Any]], what: str, *, up: bool = True) -> str:
    """Which ones matter most, in a sentence.

    Args:
        rows: The most important first.
        what: The score that is lost.
        up: Whether more of it is better.
    """
    clear = [row for row in rows if row["low"] is not None and row["low"] > 0]
    if not clear:
        change = "loss" if up else "rise"
        return f"None by itself, as far as these series tell: no {change} of {what} is clear of 0."
    first = clear[0]
    size = number(first["value"])
    lost = f"{size} of {what} would be lost" if up else f"{what} would be {size} higher"
    text = f"{first['name']} most: without it {lost}"
    others = [row["name"] for row in clear[1:4]]
    if others:
        text += f"; then {', '.join(others)}"
    rest = len(rows) - len(clear)
    if rest:
        change = "loss" if up else "rise"
        text += f". Of {rest} of the {len(rows)} no {change} is clear of 0"
    return f"{text}."
