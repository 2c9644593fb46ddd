"""The network and a baseline together: the mean of what the two say."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Literal, get_args

import numpy as np

from liquidtime.errors import InputError
from liquidtime.train.score.metrics import Scored
from liquidtime.train.score.predictions import Predictions

NAME, TITLE = "together", "both together"
PRIOR = "prior"
By = Literal["network", "boosting", "together", "recommended"]
"""Who answers when a run predicts."""


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


def answering(by: By, metrics: Mapping[str, Any]) -> Literal["network", "boosting", "together"]:
    """Who answers: whom the validation part recommends, if that is asked for.

    Args:
        by: What was asked for.
        metrics: What `metrics.json` holds.

    Raises:
        InputError: If a run does not keep that one, with how to have it.
    """
    if by not in get_args(By):
        raise InputError(f"by={by!r}; expected one of {', '.join(get_args(By))}.")
    if by != "recommended":
        return by
    advice = metrics.get("recommendation") or {}
    chosen = NAME if advice.get("together") else advice.get("use", "network")
    baselines = metrics.get("baselines") or {}
    other = baselines.get(NAME, {}).get("with")
    kept = other is None or baselines[other].get("kept", False)
    if (chosen == NAME and not kept) or chosen not in get_args(By):
        name = other if chosen == NAME else chosen
        title, usage = (baselines[name].get(each) or "" for each in ("title", "usage"))
        how = f"a fit with {usage}" if usage.startswith("--") else "scikit-learn"
        raise InputError(
            f"by={by!r}: that needs {title}, which the run does not keep; expected 'network' or "
            f"'boosting'. Make it with {how}"
            + (" and take the mean of both." if chosen == NAME else ".")
        )
    return chosen  # pyright: ignore[reportReturnType]


def outputs_by(by: str, theirs: np.ndarray, own: Predictions) -> np.ndarray:
    """What boosting says, or the mean of it and the network."""
    return theirs if by == "boosting" else (own.outputs + theirs) / 2
