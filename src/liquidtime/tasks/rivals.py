"""The other models of a task: one recipe each, under the training budget of ours. No torch.

A rival gets the epochs, batches, schedule and optimiser that the task gives all models. What is
its own is here, once: the options that it works best with at a given size, and how much larger or
smaller a step it takes than a gated layer does.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, fields, replace
from typing import Any, Literal

from liquidtime.errors import InputError
from liquidtime.models.catalogue import MODELS
from liquidtime.models.contract import ModelConfig
from liquidtime.tasks.recipe import Preprocess, Recipe
from liquidtime.train.config import FitConfig, TrainConfig

STRONGEST = ("lstm", "gru_d", "mtand")
"""Rivals that run where nobody names models: the yardstick, and two that are quick and strong."""


@dataclass(frozen=True, kw_only=True)
class Rival:
    """A model beside ours.

    Attributes:
        model: Its name among the models.
        label: What a table calls it.
        variant: What sets it apart from another rival of that model.
        options: Number of hidden units to the options that are not as the model has them.
        step: Its learning rate, as a multiple of the task's.
    """

    model: str
    label: str
    variant: str = ""
    options: Callable[[int], Mapping[str, Any]] = lambda hidden: {"hidden_size": hidden}
    step: float = 1.0

    @property
    def name(self) -> str:
        """As a recipe's: the model, and the variant behind it."""
        return f"{self.model}-{self.variant}" if self.variant else self.model


def _latent(encoder: str) -> Callable[[int], Mapping[str, Any]]:
    # Sizes of the published code, whatever ours are; a third more or less of them changes little.
    return lambda hidden: {"encoder": encoder}


def _with(**options: Any) -> Callable[[int], Mapping[str, Any]]:
    return lambda hidden: {"hidden_size": hidden, **options}


RIVALS = {
    rival.name: rival
    for rival in (
        Rival(model="lstm", label="LSTM, gap as input"),
        Rival(
            model="lstm",
            variant="bidirectional",
            label="LSTM, both directions",
            options=_with(bidirectional=True),
        ),
        Rival(model="lstm", variant="plain", label="LSTM", options=_with(time=False)),
        Rival(model="gru", label="GRU, gap as input"),
        Rival(model="gru", variant="plain", label="GRU", options=_with(time=False)),
        Rival(model="gru_d", label="GRU-D"),
        Rival(model="rnn_decay", label="RNN-Decay"),
        Rival(model="ct_rnn", label="CT-RNN"),
        Rival(model="ct_gru", label="CT-GRU"),
        Rival(model="phased_lstm", label="Phased LSTM"),
        Rival(model="ct_lstm", label="CT-LSTM"),
        Rival(model="gru_ode", label="GRU-ODE"),
        Rival(model="ode_rnn", label="ODE-RNN"),
        Rival(model="ode_lstm", label="ODE-LSTM"),
        # The published 0.01 is ten times what its own authors give a gated layer.
        Rival(
            model="latent_ode",
            label="Latent ODE, ODE encoder",
            options=_latent("ode_rnn"),
            step=5.0,
        ),
        Rival(
            model="latent_ode",
            variant="rnn",
            label="Latent ODE, RNN encoder",
            options=_latent("rnn"),
            step=5.0,
        ),
        Rival(model="mtand", label="mTAND, encoder"),
        Rival(model="mtand", variant="full", label="mTAND, full", options=_with(network="full")),
        Rival(model="cornn", label="coRNN"),
        Rival(model="lipschitz_rnn", label="Lipschitz RNN"),
        Rival(model="transformer", label="Transformer"),
        Rival(model="lru", label="LRU"),
        Rival(model="lrc", label="LRC"),
    )
}
"""All of them, by name."""


def rivals(
    train: TrainConfig,
    *,
    hidden_size: int = 64,
    task: Literal["classify", "multilabel", "regress", "forecast"] = "classify",
    rows: Mapping[str, str] = {},
    without: Collection[str] = (),
    usual: Collection[str] = STRONGEST,
    shared: Mapping[str, Any] = {},
    preprocess: Preprocess | None = None,
) -> tuple[Recipe, ...]:
    """One recipe a rival, under one training budget.

    What else a recipe of one of them needs, such as another rate, `dataclasses.replace` gives it.

    Args:
        train: Budget and optimiser of all of them. A rate that is a number is multiplied by the
            rival's `step`, and the weight decay divided by it, so that weights shrink as fast.
        hidden_size: Units of each recurrent layer.
        task: What is predicted, as `FitConfig` has it.
        rows: Row of the paper's table, by rival.
        without: Rivals to leave out, such as those a task has recipes of its own for.
        usual: Those that run where nobody names models; the others are there by name.
        shared: Options of every rival that has them, such as `{"dropout": 0.5}`.
        preprocess: Their own, in place of the task's.

    Raises:
        InputError: If a rival is unknown.
    """
    for name in (*rows, *without, *usual):
        if name not in RIVALS:
            raise InputError(f"{name!r} is no rival; expected one of {', '.join(RIVALS)}.")
    return tuple(
        Recipe(
            config=FitConfig(
                task=task,
                model=_configured(rival, hidden_size, shared),
                train=_trained(train, rival),
            ),
            label=rival.label,
            variant=rival.variant,
            row=rows.get(name, ""),
            preprocess=preprocess,
            usual=name in usual,
        )
        for name, rival in RIVALS.items()
        if name not in without
    )


def _configured(rival: Rival, hidden_size: int, shared: Mapping[str, Any]) -> ModelConfig:
    config = MODELS.find(rival.model)
    suits = {name: value for name, value in shared.items() if name in _options(config)}
    return config(**{**suits, **rival.options(hidden_size)})


def _trained(train: TrainConfig, rival: Rival) -> TrainConfig:
    if train.learning_rate == "auto" or rival.step == 1.0:
        return train
    decay = train.weight_decay
    return replace(
        train,
        learning_rate=train.learning_rate * rival.step,
        weight_decay=decay if decay == "auto" else decay / rival.step,
    )


def _options(config: type[ModelConfig]) -> set[str]:
    return {entry.name for entry in fields(config)}  # pyright: ignore[reportArgumentType]
