"""A run in a line, and in a notebook as a small table with a link to its report."""

from collections.abc import Mapping
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import quote

from liquidtime.train.config import FitConfig
from liquidtime.train.objectives.contract import Objective
from liquidtime.train.report.naming import interval, metric_name, number


def line(path: Path, config: FitConfig, objective: Objective, metrics: Mapping[str, Any]) -> str:
    """Where it lies, what was fitted to what, and its first score."""
    heading, part = _part(metrics)
    score = _score(part, metrics["selection"]["metric"])
    return f"Run({str(path)!r}: {_what(config, objective)}; {heading} {score})"


def html(report: Path, config: FitConfig, objective: Objective, metrics: Mapping[str, Any]) -> str:
    """All scores with their intervals."""
    heading, part = _part(metrics)
    rows = "".join(
        f"<tr><td>{escape(metric_name(name))}</td><td>{number((found or {}).get('value'))}</td>"
        f"<td>{escape(interval(found or {}, bracket=False))}</td></tr>"
        for name, found in part["metrics"].items()
    )
    link = quote(report.as_posix())
    return (
        f"<div><p><b>{escape(report.parent.name)}</b>: {escape(_what(config, objective))} · "
        f'<a href="{link}" target="_blank">report</a></p>'
        f"<table><thead><tr><th>{heading}, {part['series']:,} series</th><th>score</th>"
        f"<th>95 % interval</th></tr></thead><tbody>{rows}</tbody></table></div>"
    )


def _part(metrics: Mapping[str, Any]) -> tuple[str, Mapping[str, Any]]:
    if metrics["test"] and metrics["test"]["metrics"]:
        return "test", metrics["test"]
    return "validation", metrics["validation"]


def _what(config: FitConfig, objective: Objective) -> str:
    facts, targets = config.model.facts, ", ".join(map(str, objective.labels))
    return f"{facts.name} with {facts.size}, {config.task} {targets}"


def _score(part: Mapping[str, Any], metric: str) -> str:
    # The loss may have chosen, which is no score.
    metric = metric if metric in part["metrics"] else next(iter(part["metrics"]), metric)
    found = part["metrics"].get(metric) or {}
    return f"{metric_name(metric)} {number(found.get('value'))} {interval(found)}".rstrip()
