"""A run beside its baselines, and what makes its scores unsure, on the terminal."""

from collections.abc import Mapping
from typing import Any

from rich import box
from rich.markup import escape
from rich.table import Table

from liquidtime.cli.common.scores import score_table, with_interval
from liquidtime.train.report import answers, naming
from liquidtime.train.report.beside import beside
from liquidtime.train.report.comparison import shown_part
from liquidtime.train.report.forecast import over_time_lines


def verdict_lines(run: Any) -> list[str]:
    """What the run reaches, and what is better or worse: the first lines of a result."""
    metrics, name = run.metrics, run.config.model.facts.name
    what = naming.pieces_of(run.record)
    lines = [answers.reached(metrics, shown_part(metrics), name, what)]
    advice = metrics.get("recommendation")
    return [*filter(None, lines), *([advice["text"]] if advice else [])]


def print_result(run: Any, console: Any) -> None:
    """The verdict, the scores, the baselines, and what makes them unsure."""
    metrics = run.metrics
    for line in verdict_lines(run):
        console.print(line, markup=False, soft_wrap=True)
    parts = {name: metrics[name] for name in ("validation", "test")}
    console.print("\nScores with 95 % intervals over series:", markup=False)
    console.print(score_table(parts))
    cautions = caution_lines({f"the {name} part": part for name, part in parts.items()}, run)
    table = standing_table(run)
    if table is not None:
        console.print(table)
    over_time = ((metrics["test"] or {}).get("forecast") or {}).get("over_time")
    held = [] if over_time is None else over_time_lines(over_time)
    for line in filter(None, [*held, *cautions, left_out_line(metrics)]):
        console.print(line, markup=False, soft_wrap=True)


def caution_lines(parts: Mapping[str, Mapping[str, Any] | None], run: Any) -> list[str]:
    """A line for each part of which there are too few cases to rely on its intervals.

    Args:
        parts: Heading, such as "the test part", to a part as `Run.evaluate` returns it.
        run: Knows what classes are called.
    """
    names = answers.names_of(run.record)
    what = naming.pieces_of(run.record)
    told = [
        answers.caution(part, heading, names, what)
        for heading, part in parts.items()
        if part is not None
    ]
    return [f"! {line}" for line in told if line]


def standing_table(run: Any) -> Table | None:
    """The network and its baselines on the part that speaks for the run; None without any.

    The order is that of the validation part, which decides; the last column says how far a row is
    worse than the network.
    """
    found = beside(run.metrics, run.config.model.facts.name)
    if found is None:
        return None
    metric, rows = found
    what = naming.metric_name(metric)
    part = shown_part(run.metrics)
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, collapse_padding=True)
    table.add_column(what, overflow="fold", min_width=12)
    for name in dict.fromkeys(("validation", part)):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column(f"behind, {part}", justify="right", no_wrap=True)
    for row in rows:
        title = escape(row.title.removeprefix("a "))
        first, *others = row.scores
        table.add_row(
            f"[bold]{title}[/]" if row.own else title,
            # The interval of one part is enough for a line.
            naming.number(first.get("value")) if others else escape(with_interval(first)),
            *(escape(with_interval(score)) for score in others),
            escape(with_interval(row.behind)) if row.behind else "",
        )
    return table


def left_out_line(metrics: Mapping[str, Any]) -> str:
    """Which baselines were left out, since they would have taken long; "" if none."""
    left = metrics.get("baselines_left_out") or {}
    if not left:
        return ""
    told = ", ".join(f"{name} (about {naming.seconds(cost)})" for name, cost in left.items())
    return f"Baselines left out: {told}; --baselines all fits them too."
