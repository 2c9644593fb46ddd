"""A network and its baselines as rows of one table, the best on the validation part first."""

import math
from collections.abc import Mapping
from typing import Any, NamedTuple

from liquidtime.train.baseline.standing import deciding
from liquidtime.train.report.comparison import shown_part
from liquidtime.train.report.naming import lead
from liquidtime.train.score.metrics import higher_is_better


class Row(NamedTuple):
    """One model on the parts of a run.

    Attributes:
        title: What people call it.
        own: Whether it is the network.
        scores: The metric that decides, of the validation part and of the test part if there is
            one: `value`, `low`, `high`.
        behind: How far it is worse than the network on the part that speaks for the run, with the
            paired interval; empty for the network.
        seconds: To fit and to predict; of the network, the training.
        usage: How to use it; "" where it is a yardstick.
    """

    title: str
    own: bool
    scores: tuple[Mapping[str, Any], ...]
    behind: Mapping[str, Any]
    seconds: float
    usage: str


def beside(metrics: Mapping[str, Any], name: str) -> tuple[str, list[Row]] | None:
    """The metric that decides, and a row a model; None where there are no baselines.

    Args:
        metrics: What `metrics.json` holds.
        name: What people call the network.
    """
    metric = deciding(metrics["selection"]["metric"], metrics["validation"]["metrics"])
    there = {key: each for key, each in metrics["baselines"].items() if each.get("validation")}
    if metric is None or not there:
        return None
    part = shown_part(metrics)  # pyright: ignore[reportArgumentType]
    parts = list(dict.fromkeys(("validation", part)))
    rows = [_row(name, metrics, parts, metric, metrics["seconds_total"], own=True)]
    rows += [_row(each["title"], each, parts, metric, each["seconds"]) for each in there.values()]
    sign = -1.0 if higher_is_better(metric) else 1.0

    def rank(row: Row) -> float:
        value = row.scores[0].get("value")
        return math.inf if value is None else sign * value

    return metric, sorted(rows, key=rank)


def _row(
    title: str,
    found: Mapping[str, Any],
    parts: list[str],
    metric: str,
    seconds: float,
    *,
    own: bool = False,
) -> Row:
    scores = tuple(found[part]["metrics"].get(metric, {}) for part in parts)
    apart = {} if own else found[parts[-1]]["difference"].get(metric)
    behind = lead(apart, metric) if apart else {}
    # Guessing is what it is: no interval stands behind 0.5.
    scores = tuple(
        {"value": each["value"]} if each.get("low") == each.get("high") and not own else each
        for each in scores
    )
    return Row(title, own, scores, behind, seconds, found.get("usage", ""))
