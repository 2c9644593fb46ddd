"""Which score of the validation part chooses the weights."""

from typing import NamedTuple

import numpy as np

from liquidtime.errors import InputError
from liquidtime.train.config import TrainConfig
from liquidtime.train.objectives.contract import Objective


class Selection(NamedTuple):
    """What chooses, and why.

    Attributes:
        metric: One of the objective's measures, or "loss".
        reason: In a few words.
    """

    metric: str
    reason: str


def selection(config: TrainConfig, objective: Objective, target: np.ndarray) -> Selection:
    """The metric that chooses the best weights.

    Args:
        config: May name it.
        objective: Chooses it otherwise.
        target: [R, ...], targets of the validation part that are there, as `Objective.truth`.

    Raises:
        InputError: If the objective has no such metric.
    """
    if config.select == "auto":
        return Selection(*objective.selection(target))
    known = [*objective.measures(target[:0], np.zeros((0, objective.output_size))), "loss"]
    if config.select not in known:
        raise InputError(
            f"select is {config.select!r}; {objective.noun} have {', '.join(map(repr, known))}."
        )
    return Selection(config.select, "asked for")
