"""The settings of each model on the tags: published ones, and ours."""

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from liquidtime.models import cfc, ltc
from liquidtime.tasks.raw_inputs import raw_inputs
from liquidtime.tasks.recipe import Preprocess, Recipe, recipes
from liquidtime.tasks.rivals import rivals
from liquidtime.train.config import FitConfig, TrainConfig

if TYPE_CHECKING:
    from liquidtime.data import IrregularSeries, Preprocessor

_TRAINING = TrainConfig(
    epochs=30,
    batch_size=64,
    learning_rate=3e-3,
    weight_decay=1e-2,
    schedule="cosine",
    select="accuracy",
)


def standardised(series: "IrregularSeries") -> "Preprocessor":
    """Standardised places, what was observed and how long ago; time in units of the usual gap."""
    from liquidtime.data import Preprocessor

    return Preprocessor.fit(series, scale="standard", drop_constant=False)


def raw(factor: float) -> Preprocess:
    """Places in metres, filled forward, and what was observed; as published.

    Args:
        factor: On the time in hundredths of a second.
    """

    def preprocess(series: "IrregularSeries") -> "Preprocessor":
        return raw_inputs(series, time_scale=1.0 / factor, features=("values", "mask"))

    return preprocess


def _published(label: str, model: Any, *, factor: float, variant: str = "", **train: Any) -> Recipe:
    """The published training; the number it came to is in no source that could be read."""
    usual: dict[str, Any] = {
        "epochs": 100,
        "batch_size": 64,
        "optimizer": "adam",
        "gradient_clip": 0.0,
        "schedule": "exponential",
        "select": "accuracy",
    }
    return Recipe(
        label=f"{label}, published settings",
        variant=variant,
        settings="published",
        preprocess=raw(factor),
        config=FitConfig(model=model, train=TrainConfig(**{**usual, **train})),
    )


_PUBLISHED = (
    _published(
        "CfC",
        cfc.Config(
            hidden_size=448,
            activation="silu",
            backbone_units=64,
            initial_gain=0.84,
            dropout=0.0,
        ),
        factor=10.0,
        learning_rate=2e-3,
        decay=0.97,
        weight_decay=1e-4,
    ),
    _published(
        "CfC-mmRNN",
        cfc.Config(
            hidden_size=256,
            activation="gelu",
            backbone_units=128,
            backbone_layers=2,
            backbone_dropout=0.5,
            mixed_memory=True,
            initial_gain=1.35,
            dropout=0.0,
        ),
        factor=10.0,
        variant="mixed",
        learning_rate=5e-4,
        decay=0.99,
        weight_decay=4e-5,
    ),
    _published(
        "CfC-noGate",
        cfc.Config(
            variant="no_gate",
            hidden_size=64,
            activation="silu",
            backbone_units=192,
            backbone_layers=2,
            backbone_dropout=0.2,
            initial_gain=0.78,
            dropout=0.0,
        ),
        factor=0.5,
        variant="no-gate",
        learning_rate=5e-3,
        decay=0.97,
        weight_decay=2e-4,
    ),
    _published(
        "Cf-S",
        cfc.Config(
            variant="closed_form",
            hidden_size=64,
            activation="gelu",
            backbone_units=256,
            backbone_layers=3,
            backbone_dropout=0.4,
            initial_gain=0.67,
            dropout=0.0,
        ),
        factor=0.1,
        variant="closed-form",
        learning_rate=4e-3,
        decay=0.97,
        weight_decay=3e-5,
    ),
)


def _ours(label: str, model: Any, *, row: str = "", variant: str = "", step: float = 1.0) -> Recipe:
    rate = _TRAINING.learning_rate
    assert rate != "auto"
    return Recipe(
        label=label,
        row=row,
        variant=variant,
        config=FitConfig(model=model, train=replace(_TRAINING, learning_rate=rate * step)),
    )


RECIPES = recipes(
    _ours("CfC", cfc.Config(hidden_size=64, activation="silu", dropout=0.1)),
    _ours(
        "CfC-mmRNN",
        cfc.Config(hidden_size=64, activation="silu", mixed_memory=True, dropout=0.1),
        variant="mixed",
    ),
    _ours(
        "LTC (ODE, 6 unfolds)",
        ltc.Config(hidden_size=32, unfolds=6, dropout=0.1),
        row="LTC",
        step=5.0,
    ),
    *_PUBLISHED,
    *rivals(
        _TRAINING,
        shared={"dropout": 0.1},
        rows={
            "lstm": "RNN-dt",
            "gru_d": "GRU-D",
            "rnn_decay": "RNN-Decay",
            "phased_lstm": "Phased-LSTM",
            "ode_rnn": "ODE-RNN",
            "latent_ode": "Latent-ODE (ODE encoder)",
            "latent_ode-rnn": "Latent-ODE (RNN encoder)",
            "mtand": "mTAND-Enc",
            "mtand-full": "mTAND-Full",
        },
    ),
)
