"""Train once more, on the training and the validation part, for as long as validation found best.

What a validation part costs is what could be learnt from it. Where series are few that is much:
once it has chosen, they are learnt from, too (Goodfellow, Bengio and Courville, Deep Learning,
2016, section 7.8).
"""

from dataclasses import dataclass, replace
from typing import NamedTuple

from liquidtime.data.series import IrregularSeries
from liquidtime.errors import InputError
from liquidtime.models.contract import Model
from liquidtime.train.config import FitConfig, TrainConfig
from liquidtime.train.defaults import several_processes
from liquidtime.train.folder.checkpoints import Progress


def resolved_refit(config: FitConfig, model: Model) -> FitConfig:
    """The options with "yes" or "no" for `refit`.

    Args:
        config: Resolved but for this, which may hang on the model.
        model: One that is solved at once is solved again at no cost.

    Raises:
        InputError: If several processes shall train, which cannot begin a second training.
    """
    options = config.train
    if options.refit == "yes" and several_processes(options):
        raise InputError(
            "refit is 'yes' with several processes; expected one process, or refit 'no'."
        )
    if options.refit != "auto":
        return config
    return replace(config, train=replace(options, refit="no" if model.solve is None else "yes"))


class Course(NamedTuple):
    """How a second training goes.

    Attributes:
        config: The options, its steps as many more as there are more series.
        until: Steps after which it ends,
        level: once the training loss is down to this.
    """

    config: TrainConfig
    until: int
    level: float


def course(config: TrainConfig, first: Progress, larger: float) -> Course:
    """The course of a training on both parts.

    It passes over them as often as the first training had over its part when it was best, along
    the same step sizes; and more often, where its loss is not down by then to what that one's was.

    Args:
        config: Of the first training.
        first: The first training.
        larger: How many series there are now to one that there was then.
    """
    assert first.plan is not None
    if config.epochs is None:
        assert config.steps != "auto"
        config = replace(config, steps=max(1, round(config.steps * larger)))
    until = max(1, round(first.plan.steps_until(first.best + 1) * larger))
    return Course(config, until, first.history[first.best]["train_loss"])


@dataclass(frozen=True, eq=False)
class Refitted:
    """What came of it.

    Attributes:
        model: The network, which is that of the run.
        series: All that it learnt from.
        steps: Steps of the optimiser.
    """

    model: Model
    series: IrregularSeries
    steps: int
