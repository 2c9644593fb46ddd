"""A task's table as Markdown, JSON and CSV."""

import csv
import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from liquidtime.runs.write import write_json, write_text
from liquidtime.tasks.contract import Task
from liquidtime.tasks.record import Record
from liquidtime.tasks.rows import MINUTES, Row, Spread
from liquidtime.train.report.naming import metric_name, number

MARKDOWN, JSON, CSV = "table.md", "table.json", "table.csv"
_LEAD = "lead over the best other"


def write_table(folder: Path, task: Task, rows: Sequence[Row], records: Sequence[Record]) -> None:
    """Write `table.md`, `table.json` and `table.csv`.

    Args:
        folder: Of one protocol; it is there.
        task: The task.
        rows: The table.
        records: What it was made from, stored beside it.
    """
    protocol = records[0]["protocol"]
    partial = next(filter(None, (record.get("partial") for record in records)), "")
    write_text(folder / MARKDOWN, markdown(task, protocol, rows, partial))
    write_text(folder / CSV, comma_separated(task, rows))
    write_json(
        folder / JSON,
        {
            "format": 1,
            "task": task.name,
            "protocol": protocol,
            "traps": list(task.protocol(protocol).traps),
            "partial": partial,
            "rows": [row.to_dict() for row in rows],
            "runs": list(records),
        },
    )


def markdown(task: Task, protocol: str, rows: Sequence[Row], partial: str = "") -> str:
    """The table under its title, with what one must know to read it.

    Args:
        task: The task.
        protocol: Name of its protocol.
        rows: The table.
        partial: Which part of the data was at hand; "" for all of it.
    """
    header, body = cells(task, rows)
    told = task.protocol(protocol)
    lines = [f"# {task.about.title}", "", f"Protocol “{protocol}”. {told.about}", ""]
    lines += [f"- Trap: {trap}" for trap in told.traps] or ["No trap is known."]
    if partial:
        lines += ["", f"**Partial data**: {partial}. The published numbers are of the whole set."]
    lines += ["", _line(header), "|" + "---|" * len(header), *map(_line, body)]
    return "\n".join(lines) + "\n\n" + "\n\n".join(notes(task, rows)) + "\n"


def comma_separated(task: Task, rows: Sequence[Row]) -> str:
    """The table for programs: a line a model, an empty cell where there is no number."""
    measured = (*task.measures, MINUTES)
    header = ["recipe", "label", "settings", "remarks", "seeds", "parameters", MINUTES]
    for name in task.measures:
        header += [name, f"{name}_deviation", f"{name}_low", f"{name}_high"]
    for name in measured:
        header += [f"published_{name}", f"published_{name}_deviation"]
    header += ["rival", "lead", "lead_low", "lead_high", "lead_p"]
    text = io.StringIO()
    lines = csv.writer(text, lineterminator="\n")
    lines.writerow(header)
    for row in rows:
        line: list[Any] = [row.recipe, row.label, row.settings, "; ".join(row.remarks)]
        line += [len(row.seeds), row.parameters, row.minutes_per_epoch]
        for name in task.measures:
            found = row.scores.get(name)
            line += [found.mean, found.deviation, found.low, found.high] if found else [None] * 4
        for name in measured:
            cell = row.published.get(name)
            line += [cell.value, cell.spread] if cell else [None] * 2
        lead = row.against
        line += [lead.rival, lead.difference, lead.low, lead.high, lead.p] if lead else [None] * 5
        lines.writerow(line)
    return text.getvalue()


def cells(task: Task, rows: Sequence[Row]) -> tuple[list[str], list[list[str]]]:
    """Header and cells of the Markdown table.

    Published numbers stand beside ours, in columns that are there where any is published.
    """
    columns: dict[str, list[str]] = {
        "model": [row.title for row in rows],
        "settings": [row.settings for row in rows],
        "seeds": [str(len(row.seeds)) for row in rows],
        "parameters": [f"{row.parameters:,}" for row in rows],
    }
    for name in (*task.measures, MINUTES):
        title = _title(name)
        columns[title] = [_bracketed(_measured(row, name)) for row in rows]
        if any(name in row.published for row in rows):
            columns[f"published {title.removeprefix('test ')}"] = [
                row.published[name].text if name in row.published else "–" for row in rows
            ]
    if any(row.against for row in rows):
        columns[_LEAD] = [_bracketed(_against(row)) for row in rows]
    return list(columns), [list(row) for row in zip(*columns.values(), strict=True)]


def narrow(task: Task, rows: Sequence[Row]) -> tuple[list[str], list[list[str]]]:
    """The same for a terminal: intervals and published numbers below ours, not beside them."""
    measured = (*task.measures, MINUTES)
    header = ["model", *map(_title, measured), "lead"]
    body = []
    for row in rows:
        told = {
            name: [f"paper {row.published[name].value:.3g}"] if name in row.published else []
            for name in measured
        }
        lines = [_measured(row, name) + told[name] for name in measured]
        about = [row.label] if row.settings == "ours" else [row.label, "published settings"]
        seeds = f"{len(row.seeds)} seed{'s' if len(row.seeds) > 1 else ''}"
        about += [remark for remark in row.remarks if remark != "one seed"]
        about += [seeds, f"{row.parameters:,} weights"]
        body.append(["\n".join(cell) for cell in (about, *lines, _against(row))])
    return header, body


def notes(task: Task, rows: Sequence[Row]) -> list[str]:
    """Lines under the table: how to read it, and where published numbers come from."""
    spreads = [spread for row in rows for spread in row.scores.values()]
    of = "first seed" if any(spread.first_alone for spread in spreads) else "mean over seeds"
    found = [
        "± is the standard deviation over seeds; in brackets the 95 % bootstrap interval over "
        f"series, of the {of}.",
    ]
    if any(row.against for row in rows):
        found.append(
            f"Lead over the best other: {metric_name(task.measures[0])} of the mean over seeds, on "
            "the same resamples, with two-sided p."
        )
    sources = dict.fromkeys(
        f"Published: {cell.model}, {cell.source.name}, {cell.where} ({cell.source.url})."
        for row in rows
        for cell in row.published.values()
    )
    return [*found, *sources]


def spread_text(spread: Spread) -> str:
    """The mean and its deviation over seeds: "0.840 ± 0.005"; of one seed its value."""
    text = number(spread.mean)
    if spread.deviation is None:
        return text
    digits = len(text.partition(".")[2])
    return f"{text} ± {spread.deviation:.{digits}f}"


def _title(name: str) -> str:
    return "min/epoch" if name == MINUTES else f"test {metric_name(name)}"


def _measured(row: Row, name: str) -> list[str]:
    """A measure of a row, and its interval."""
    if name == MINUTES:
        return [number(row.minutes_per_epoch)]
    spread = row.scores.get(name)
    if spread is None:
        return ["–"]
    if spread.low is None or spread.high is None:
        return [spread_text(spread)]
    return [spread_text(spread), f"{number(spread.low)} to {number(spread.high)}"]


def _bracketed(lines: Sequence[str]) -> str:
    first, *others = lines
    return f"{first} ({'; '.join(others)})" if others else first


def _against(row: Row) -> list[str]:
    found = row.against
    if found is None:
        return ["–"]
    return [
        f"{'+' if found.difference >= 0 else ''}{number(found.difference)}",
        f"{number(found.low)} to {number(found.high)}",
        f"p {found.p:.2g}, {found.rival}",
    ]


def _line(row: Sequence[Any]) -> str:
    return f"| {' | '.join(row)} |"
