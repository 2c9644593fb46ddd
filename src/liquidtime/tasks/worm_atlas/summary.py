"""What several splits come to."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from liquidtime.tasks.worm_atlas.scores import METRICS


def over_splits(entries: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Mean, least and largest of the splits, and the mean ends of their intervals."""
    found: dict[str, Any] = {"scores": {}, "model_minus": {}, "nulls": {}}
    for part in ("scores", "model_minus"):
        for name in entries[0][part]:
            found[part][name] = {
                metric: _spread([entry[part][name][metric] for entry in entries])
                for metric in METRICS
            }
    found["ceiling"] = _spread([entry["ceiling"] for entry in entries])
    for name, metrics in entries[0]["nulls"].items():
        found["nulls"][name] = {
            metric: _range([x for entry in entries for x in entry["nulls"][name][metric]])
            for metric in metrics
        }
    return found


def _spread(found: Sequence[Mapping[str, float | None]]) -> dict[str, float | None]:
    known = [entry for entry in found if entry["value"] is not None]
    ends = {
        end: float(np.mean([entry[end] for entry in known])) if known else None  # pyright: ignore[reportArgumentType, reportCallIssue]
        for end in ("low", "high")
    }
    return {**_range([entry["value"] for entry in known if entry["value"] is not None]), **ends}


def _range(values: Sequence[float]) -> dict[str, float | None]:
    known = [value for value in values if np.isfinite(value)]
    if not known:
        return {"mean": None, "least": None, "largest": None}
    return {"mean": float(np.mean(known)), "least": min(known), "largest": max(known)}
