"""Options that suit the data: what "auto" stands for, in numbers, by task and size.

What was measured, on training parts alone: 3-fold cross-validation of GunPoint, BasicMotions,
ArrowHead and ItalyPowerDemand (UCR and UEA archives), and one cut of 1,600 and 800 stays of
PhysioNet 2012. Beyond such data the numbers are a guess.
"""

import os
from dataclasses import fields, replace
from typing import Any, NamedTuple, Self

from liquidtime.data.series import IrregularSeries
from liquidtime.models.contract import ModelConfig
from liquidtime.train.config import FitConfig, TrainConfig

FEWEST_STEPS = 1000
PASSES = 20
MOST_PASSES = 300
PATIENCE = 12
_MANY = 1000
_VERY_MANY = 10_000
# What comes is uncertain, so that members differ and their mean gains; where that costs little.
_MEMBERS, _QUICK = 3, ("cfc", "lstm", "gru")


class Size(NamedTuple):
    """What the options depend on.

    Attributes:
        numbers: Whether numbers are predicted, and no classes.
        per_step: Whether there is a target a step.
        series: Number of series to learn from.
        forecast: Whether these are forecasts from many inputs, of which each says a little.
    """

    numbers: bool
    per_step: bool
    series: int
    forecast: bool = False

    @classmethod
    def of(cls, config: FitConfig, training: IrregularSeries) -> Self:
        """Of a task and its training part."""
        numbers = config.task in ("regress", "forecast")
        return cls(numbers, training.per_step, len(training), config.task == "forecast")


def resolved(config: FitConfig, training: IrregularSeries) -> FitConfig:
    """The configuration with a number in place of every "auto", as a run stores it."""
    size = Size.of(config, training)
    train = resolved_training(config.train, size)
    if train.ensemble == "auto":
        several = size.forecast and config.model.name in _QUICK
        train = replace(train, ensemble=_MEMBERS if several else 1)
    if train.refit == "auto":
        # Probabilities are set right by series that the network has not learnt from.
        suits = config.recalibrate == "none" and not several_processes(train)
        few = size.series < _MANY and not size.per_step
        # Of many series the model says whether it costs anything.
        train = replace(train, refit=("yes" if few else "auto") if suits else "no")
    return replace(config, model=resolved_model(config.model, size), train=train)


def several_processes(config: TrainConfig) -> bool:
    """Whether the configuration or torchrun names several."""
    return config.devices not in ("auto", 1) or int(os.environ.get("WORLD_SIZE", "1")) > 1


def resolved_model(config: ModelConfig, size: Size) -> ModelConfig:
    """The options of a model, the same way."""
    suits = {"dropout": _dropout(size), "readout": _readout(size)}
    auto: dict[str, Any] = {
        entry.name: suits[entry.name]
        for entry in fields(config)  # pyright: ignore[reportArgumentType]
        if entry.name in suits and getattr(config, entry.name) == "auto"
    }
    return replace(config, **auto) if auto else config  # pyright: ignore[reportArgumentType]


def resolved_training(config: TrainConfig, size: Size) -> TrainConfig:
    """The options of a training, the same way."""
    batch = _batch_size(size) if config.batch_size == "auto" else config.batch_size
    suits: dict[str, Any] = {
        "batch_size": batch,
        "learning_rate": _learning_rate(config.optimizer, size),
        "weight_decay": _weight_decay(size, config, batch),
        "input_dropout": 0.1 if size.forecast else 0.0,
        "schedule": "cosine",
        "patience": PATIENCE if config.epochs is None else None,
    }
    if config.epochs is None:
        suits["steps"] = _steps(size, batch)
    auto = {name: value for name, value in suits.items() if getattr(config, name) == "auto"}
    return replace(config, **auto)


def _batch_size(size: Size) -> int:
    """A power of two: an eighth of the series, 8 at least and 64 at most."""
    most = 32 if size.per_step else 64
    return int(min(most, max(8, 1 << (max(1, size.series // 8).bit_length() - 1))))


def _steps(size: Size, batch: int) -> int:
    """20 passes; of few series more, until there are a thousand steps."""
    each = -(-size.series // batch)
    return max(PASSES * each, min(FEWEST_STEPS, MOST_PASSES * each))


def _learning_rate(optimizer: str, size: Size) -> float:
    if optimizer == "sgd":
        return 0.05
    if optimizer == "rmsprop":
        return 1e-3
    if size.numbers:
        return 5e-3
    return 1e-3 if _MANY <= size.series < _VERY_MANY else 2e-3


def _weight_decay(size: Size, config: TrainConfig, batch: int) -> float:
    """Little, but for many series of a class each: as much over all steps as the stays want."""
    if size.forecast:
        return 1e-1
    if size.numbers or size.per_step or size.series < _MANY:
        return 1e-3 if size.numbers else 1e-2
    steps = config.steps if config.steps != "auto" else _steps(size, batch)
    if config.epochs is not None:
        steps = config.epochs * -(-size.series // batch)
    return float(f"{min(1.0, 1000.0 / steps):.2g}")


def _readout(size: Size) -> str:
    """The mean of all steps, of few series: a last step alone is learnt by heart."""
    few = size.series < _MANY and not size.numbers and not size.per_step
    return "mean" if few else "last_mean"


def _dropout(size: Size) -> float:
    """None before numbers, which it biases; little where there is little to learn from."""
    if size.forecast:
        return 0.2
    if size.numbers:
        return 0.0
    return 0.5 if size.series >= _MANY and not size.per_step else 0.1
