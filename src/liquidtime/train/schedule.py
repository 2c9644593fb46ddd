"""The step size of each epoch, as a function of the epoch alone."""

import math

from liquidtime.train.config import TrainConfig

_COSINE_FLOOR = 0.01


def learning_rate(config: TrainConfig, epoch: int) -> float:
    """Step size of one epoch.

    It is a function of the epoch and no running state, so a resumed run needs to restore nothing.

    Args:
        config: Names the schedule.
        epoch: Number of the epoch, from 0.

    Returns:
        The step size; at epoch 0 it is `config.learning_rate` under every schedule.
    """
    match config.schedule:
        case "constant":
            factor = 1.0
        case "exponential":
            factor = config.decay**epoch
        case "cosine":
            done = epoch / max(1, config.epochs - 1)
            wave = 0.5 * (1.0 + math.cos(math.pi * min(1.0, done)))
            factor = _COSINE_FLOOR + (1.0 - _COSINE_FLOOR) * wave
    return config.learning_rate * factor
