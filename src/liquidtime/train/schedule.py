"""How long a training is, and the step size along it: functions of the options alone.

There is no running state, so a resumed run needs to restore nothing.
"""

import math
from typing import NamedTuple

from liquidtime.train.config import TrainConfig

_COSINE_FLOOR = 0.01
_VALIDATIONS = 40


class Plan(NamedTuple):
    """A training in rounds, each of some whole passes and one validation.

    Attributes:
        rounds: How many, at most.
        passes: Passes over the training part in a round.
        steps: Steps of the optimiser in all, at most; the last round may end within a pass.
        each: Steps in a pass.
        course: Rounds of the course that the step size takes; more than `rounds` where the training
            is told to end sooner.
    """

    rounds: int
    passes: int
    steps: int
    each: int
    course: int

    def steps_of(self, number: int) -> int:
        """Steps of a round, from 0."""
        whole = self.passes * self.each
        return min(whole, self.steps - number * whole)

    def steps_until(self, number: int) -> int:
        """Steps of so many first rounds."""
        return min(number * self.passes * self.each, self.steps)

    def epoch(self, number: int) -> int:
        """The pass that a round ends with, both from 0."""
        return -(-self.steps_until(number + 1) // self.each) - 1


def plan(config: TrainConfig, each: int, until: int | None = None) -> Plan:
    """How long to train.

    With `epochs` every pass is a round. With `steps` a training has some forty rounds, or fewer
    where a pass is long: whoever validates every other step stops at noise.

    Args:
        config: Names `epochs` or `steps`, resolved.
        each: Steps in a pass.
        until: End after so many steps, if that is sooner; the step size goes as if not.
    """
    passes, steps = 1, config.steps
    if config.epochs is not None:
        steps = config.epochs * each
    else:
        assert steps != "auto"
        passes = max(1, round(steps / _VALIDATIONS / each))
    end = steps if until is None else min(steps, until)
    course, rounds = (-(-count // (passes * each)) for count in (steps, end))
    return Plan(rounds, passes, end, each, course)


def learning_rate(config: TrainConfig, plan: Plan, number: int) -> float:
    """Step size of one round.

    Args:
        config: Names the schedule, resolved.
        plan: How long the training is.
        number: Of the round, from 0.

    Returns:
        The step size; in round 0 it is `config.learning_rate` under every schedule.
    """
    assert config.learning_rate != "auto"
    factor = 1.0
    if config.schedule == "exponential":
        factor = config.decay ** (number * plan.passes)
    elif config.schedule == "cosine":
        done = number / max(1, plan.course - 1)
        wave = 0.5 * (1.0 + math.cos(math.pi * min(1.0, done)))
        factor = _COSINE_FLOOR + (1.0 - _COSINE_FLOOR) * wave
    return config.learning_rate * factor
