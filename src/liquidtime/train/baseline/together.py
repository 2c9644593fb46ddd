"""The network and the best baseline together: the mean of what the two say."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from liquidtime.train.score.metrics import Scored

NAME, TITLE = "together", "both together"
PRIOR = "prior"


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
        "usage": f"fit the network and {title}, and take the mean of {what}; no option does it",
        "seconds": seconds + other["seconds"],
    }
