"""The settings of each model on the walking robot: published ones, and ours.

Ours read standardised states and predict the change of the state in place of the state itself,
which the published networks do not.
"""

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from liquidtime.models import cfc, ltc
from liquidtime.tasks.recipe import Recipe, recipes
from liquidtime.tasks.rivals import rivals
from liquidtime.tasks.walker2d.protocols import changes
from liquidtime.train.config import FitConfig, TrainConfig

if TYPE_CHECKING:
    from liquidtime.data import IrregularSeries, Preprocessor

_TRAINING = TrainConfig(
    epochs=50,
    batch_size=64,
    learning_rate=5e-3,
    weight_decay=1e-3,
    schedule="cosine",
    loss_scale="raw",
    select="mse",
)
_LOOK_AHEAD = ("lstm-bidirectional", "latent_ode", "latent_ode-rnn", "mtand", "mtand-full")
"""Rivals that have read a window to its end, the next state included, when they answer for it."""


def standardised(series: "IrregularSeries") -> "Preprocessor":
    """Standardised states, and time in steps."""
    from liquidtime.data import Preprocessor

    return Preprocessor.fit(
        series, features=("values",), time_scale=1.0, scale="standard", drop_constant=False
    )


def _published(
    label: str,
    row: str,
    model: Any,
    *,
    variant: str = "",
    minutes: float | None = None,
    **train: Any,
) -> Recipe:
    """The published training: 50 epochs of Adam, the raw squared error."""
    usual: dict[str, Any] = {
        "epochs": 50,
        "optimizer": "adam",
        "batch_size": 128,
        "schedule": "exponential",
        "decay": 0.95,
        "loss_scale": "raw",
        "select": "mse",
    }
    return Recipe(
        label=label,
        row=row,
        variant=variant,
        settings="published",
        minutes=minutes,
        config=FitConfig(task="regress", model=model, train=TrainConfig(**{**usual, **train})),
    )


def _ours(
    label: str, row: str, model: Any, *, variant: str = "", minutes: float | None = None
) -> Recipe:
    return Recipe(
        label=label,
        row=row,
        variant="-".join(filter(None, (variant, "change"))),
        minutes=minutes,
        preprocess=standardised,
        reframe=changes,
        config=FitConfig(task="regress", model=model, train=_TRAINING),
    )


_PUBLISHED = (
    _published(
        "CfC-mmRNN, published settings",
        "CfC-mmRNN",
        cfc.Config(
            hidden_size=128,
            activation="lecun_tanh",
            backbone_units=128,
            backbone_layers=2,
            backbone_dropout=0.2,
            mixed_memory=True,
            memory_layout="input",
            forget_bias=2.1,
            dropout=0.0,
        ),
        variant="mixed",
        minutes=11.0,
        learning_rate=5e-3,
        weight_decay=6e-6,
        gradient_clip=10.0,
    ),
    _published(
        "CfC, published settings",
        "CfC",
        cfc.Config(
            hidden_size=64,
            activation="silu",
            backbone_units=256,
            backbone_dropout=0.1,
            dropout=0.0,
        ),
        batch_size=256,
        learning_rate=2e-2,
        weight_decay=1e-6,
        gradient_clip=1.0,
    ),
    _published(
        "CfC-noGate, published settings",
        "CfC-noGate",
        cfc.Config(
            variant="no_gate",
            hidden_size=256,
            activation="lecun_tanh",
            backbone_units=128,
            backbone_dropout=0.1,
            dropout=0.0,
        ),
        variant="no-gate",
        learning_rate=8e-3,
        weight_decay=3e-5,
        gradient_clip=1.0,
    ),
    _published(
        "Cf-S, published settings",
        "Cf-S",
        cfc.Config(
            variant="closed_form",
            hidden_size=256,
            activation="silu",
            backbone_units=192,
            dropout=0.0,
        ),
        variant="closed-form",
        learning_rate=6e-3,
        weight_decay=1e-6,
        gradient_clip=10.0,
    ),
    _published(
        "LTC, published settings",
        "LTC",
        ltc.Config(hidden_size=128, unfolds=3, dropout=0.0),
        learning_rate=5e-2,
        weight_decay=0.0,
        gradient_clip=10.0,
    ),
)
_OURS = (
    _ours(
        "CfC, change",
        "CfC",
        cfc.Config(
            hidden_size=128,
            activation="silu",
            backbone_units=128,
            backbone_dropout=0.1,
            dropout=0.0,
        ),
        minutes=5.0,
    ),
    _ours(
        "CfC-mmRNN, change",
        "CfC-mmRNN",
        cfc.Config(
            hidden_size=128,
            activation="silu",
            backbone_units=128,
            backbone_dropout=0.1,
            mixed_memory=True,
            dropout=0.0,
        ),
        variant="mixed",
    ),
    _ours(
        "LTC (ODE, 6 unfolds), change",
        "LTC",
        ltc.Config(hidden_size=64, unfolds=6, dropout=0.0),
    ),
)
_ROWS = {
    "lstm": "Augmented LSTM",
    "gru_d": "GRU-D",
    "rnn_decay": "RNN-Decay",
    "ct_rnn": "CT-RNN",
    "ct_gru": "CT-GRU",
    "phased_lstm": "PhasedLSTM",
    "ct_lstm": "CT-LSTM",
    "gru_ode": "GRU-ODE",
    "ode_rnn": "ODE-RNN",
    "ode_lstm": "ODE-LSTM",
    "cornn": "coRNN",
    "lipschitz_rnn": "Lipschitz RNN",
    "transformer": "Transformer",
}

RECIPES = recipes(
    *_OURS,
    *_PUBLISHED,
    *(
        replace(rival, reframe=changes)
        for rival in rivals(
            _TRAINING,
            task="regress",
            hidden_size=128,
            rows=_ROWS,
            without=_LOOK_AHEAD,
            preprocess=standardised,
            shared={"dropout": 0.0},
        )
    ),
)
