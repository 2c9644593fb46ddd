"""Tables of metrics, the same in every verb."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rich import box
from rich.markup import escape
from rich.table import Table

from liquidtime.train.report import naming


def score_table(parts: Mapping[str, Mapping[str, Any] | None]) -> Table:
    """Metrics of one or several parts side by side.

    Args:
        parts: Heading to a part as `Run.evaluate` returns it; None leaves a part out.
    """
    there = {heading: part for heading, part in parts.items() if part and part["metrics"]}
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("metric")
    for heading, part in there.items():
        table.add_column(f"{heading}\n{_size(part)}", justify="right")
    for key in dict.fromkeys(key for part in there.values() for key in part["metrics"]):
        cells = [escape(with_interval(part["metrics"].get(key))) for part in there.values()]
        table.add_row(naming.metric_name(key), *cells)
    return table


def _size(part: Mapping[str, Any]) -> str:
    size = f"{part['series']:,} series"
    if "positives" in part:
        return f"{size}, {part['positives']:,} positive"
    return size if part["targets"] == part["series"] else f"{size}, {part['targets']:,} targets"


def training_line(run: Any) -> str:
    """One line about a run's model and training, and about its refit."""
    return _training(run) + _refit(run.metrics.get("refit"))


def _refit(again: Mapping[str, Any] | None) -> str:
    if not again:
        return ""
    return (
        f" Fitted again on {again['series']:,} series, those of the validation part with them: "
        "these weights answer for the test part and predict."
    )


def _training(run: Any) -> str:
    facts, metrics = run.config.model.facts, run.metrics
    chosen = metrics["selection"]
    if metrics["selection"].get("at_once"):
        return (
            f"{facts.name} with {facts.size}: {metrics['parameters']:,} weights found at once in "
            f"{naming.seconds(metrics['seconds_total'])}."
        )
    end = ", stopped early." if metrics["stopped_early"] else "."
    if chosen["best_epoch"] == metrics["epochs"]:
        end = ": the last one, so more of them (--train.steps) may do better."
    return (
        f"{facts.name} with {facts.size}: "
        f"{metrics['parameters']:,} parameters, "
        f"{naming.seconds(metrics['seconds_per_epoch'])} an epoch; "
        f"epoch {chosen['best_epoch']} of {metrics['epochs']} chosen by validation "
        f"{naming.metric_name(chosen['metric'])}{end}"
    )


def with_interval(score: Mapping[str, Any] | None) -> str:
    """A score with its 95 % interval: "0.841 (0.790 to 0.887)"; a dash where undefined."""
    if not score or score.get("value") is None:
        return "–"
    return f"{naming.number(score['value'])} {naming.interval(score)}".rstrip()


def comparison(runs: list[Any]) -> Table:
    """Several runs, one row each, intervals below scores.

    The best score of a column is bold, if all were reached on the same data.
    """
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, collapse_padding=True)
    table.add_column("run", overflow="fold", min_width=6)
    table.add_column("model", overflow="fold", min_width=6)
    for heading in ("seed", "parameters", "s/epoch"):
        table.add_column(heading, justify="right", no_wrap=True)
    parts = [run.metrics["test"] or run.metrics["validation"] for run in runs]
    keys = [
        key for key in ("auroc", "auprc", "mse", "r2") if any(key in p["metrics"] for p in parts)
    ]
    for key in keys:
        table.add_column(naming.metric_name(key), justify="right", no_wrap=True)
    ranked = alike(runs)
    best = {key: _best(key, parts) if ranked else None for key in keys}
    for run, part in zip(runs, parts, strict=True):
        facts, metrics = run.config.model.facts, run.metrics
        name = run.path.name + ("" if metrics["test"] else " (validation)")
        table.add_row(
            name,
            f"{facts.name}\n[dim]{facts.size}[/]",
            str(run.config.train.seed),
            f"{metrics['parameters']:,}",
            naming.number(metrics["seconds_per_epoch"]),
            *[_score_cell(part["metrics"].get(key), best[key]) for key in keys],
        )
    return table


def alike(runs: list[Any]) -> bool:
    """Whether runs predict the same targets of the same data, as far as their records tell."""

    def told(run: Any) -> tuple[Any, ...]:
        file = Path((run.schema or {}).get("data") or "").name
        target = run.objective.labels, run.objective.per_step
        return run.config.task, *target, run.record["data"]["series"], file

    return len({told(run) for run in runs}) == 1


def _score_cell(score: Mapping[str, Any] | None, best: float | None) -> str:
    if not score or score.get("value") is None:
        return "–"
    value, interval = naming.number(score["value"]), naming.interval(score, bracket=False)
    if score["value"] == best:
        value = f"[bold]{value}[/]"
    return f"{value}\n[dim]{interval}[/]" if interval else value


def _best(key: str, parts: list[Any]) -> float | None:
    scores = [(part["metrics"].get(key) or {}).get("value") for part in parts]
    there = [score for score in scores if score is not None]
    if not there:
        return None
    return min(there) if key == "mse" else max(there)
