"""The network and a baseline together: the mean of what the two say."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Literal, get_args

import numpy as np

from liquidtime.errors import InputError
from liquidtime.notes import note_once
from liquidtime.train.score.metrics import Scored, higher_is_better
from liquidtime.train.score.predictions import Predictions

NAME, TITLE = "together", "both together"
PRIOR = "prior"
Who = Literal["network", "boosting", "together"]
"""Who answers when a run predicts."""
By = Who | Literal["recommended"]
"""Who is asked for; the recommended one is one of the others."""


def partner(baselines: Mapping[str, Mapping[str, Any]]) -> dict[str, Mapping[str, Any]]:
    """The baselines that the network can be averaged with: those that say more than a guess."""
    return {key: entry for key, entry in baselines.items() if key not in (NAME, PRIOR)}


def mean(own: Scored, other: Scored) -> Scored:
    """Means of the probabilities or values of two models for the same targets."""
    prediction = (own.prediction + other.prediction) / 2
    return replace(own, prediction=np.asarray(prediction, dtype=np.float64))


def entry(other: Mapping[str, Any], seconds: float, *, bounded: bool) -> dict[str, Any]:
    """What `metrics.json` says of it besides the scores.

    Args:
        other: The baseline, as stored.
        seconds: That the training of the network took.
        bounded: Whether probabilities are predicted.
    """
    what = "the probabilities that they give" if bounded else "the values that they predict"
    title = other["title"]
    return {
        "title": TITLE,
        "usage": f"the mean of {what}: predict … --by together"
        if other.get("kept")
        else f"fit the network and {title}, and take the mean of {what}; no option does it",
        "seconds": seconds + other["seconds"],
    }


def answering(by: By, metrics: Mapping[str, Any]) -> Who:
    """Who answers: whom the validation part recommends, if that is asked for.

    Where the run does not keep that one, it is the best on the validation part of those that it
    keeps, with a note that names the other and how to have it.

    Args:
        by: What was asked for.
        metrics: What `metrics.json` holds.

    Raises:
        InputError: If nobody is called so.
    """
    names = (*get_args(Who), "recommended")
    if by not in names:
        raise InputError(f"by={by!r}; expected one of {', '.join(names)}.")
    if by != "recommended":
        return by
    advice = metrics.get("recommendation") or {}
    baselines = metrics.get("baselines") or {}
    chosen = NAME if advice.get("together") else advice.get("use", "network")
    answerers = _kept(baselines)
    for one in answerers:
        if one == chosen:
            return one
    metric = advice["metric"]
    parts = {"network": metrics["validation"]} | {
        name: baselines[name]["validation"] for name in answerers[1:]
    }
    values = {name: part["metrics"][metric]["value"] for name, part in parts.items()}
    scored: list[Who] = [name for name in answerers if values[name] is not None] or answerers[:1]
    best = max if higher_is_better(metric) else min
    first = best(scored, key=lambda name: values[name])
    name = baselines[NAME]["with"] if chosen == NAME else chosen
    usage = baselines[name].get("usage") or ""
    how = f"a fit with {usage}" if usage.startswith("--") else "scikit-learn"
    better = f"{'the mean with ' * (chosen == NAME)}{baselines[name]['title']}"
    note_once(
        f"The run recommends {better}, which it does not keep (make it with {how}); the best of "
        f"those that it keeps answers: {first}."
    )
    return first


def _kept(baselines: Mapping[str, Mapping[str, Any]]) -> list[Who]:
    """Who can answer, the network first."""
    other = baselines.get(NAME, {}).get("with")
    found: list[Who] = ["network"]
    if baselines.get("boosting", {}).get("kept"):
        found.append("boosting")
    if other is not None and baselines[other].get("kept"):
        found.append("together")
    return found


def outputs_by(by: str, theirs: np.ndarray, own: Predictions) -> np.ndarray:
    """What boosting says, or the mean of it and the network."""
    return theirs if by == "boosting" else (own.outputs + theirs) / 2
