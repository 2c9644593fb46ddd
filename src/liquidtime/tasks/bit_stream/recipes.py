"""The settings of each model on strings of bits, the same for both encodings, as published."""

from typing import TYPE_CHECKING, Any

from liquidtime.models import cfc, ltc
from liquidtime.tasks.raw_inputs import raw_inputs
from liquidtime.tasks.recipe import Recipe, recipes
from liquidtime.tasks.rivals import rivals
from liquidtime.train.config import FitConfig, TrainConfig

if TYPE_CHECKING:
    from liquidtime.data import IrregularSeries, Preprocessor

_LONGEST = 32.0
_FOUR = 4.0
# With a larger step what long strings do, of which nothing can be learnt yet, drowns what short
# ones teach; with a steep start a longer gradient throws away what was learnt.
_TRAINING = TrainConfig(
    epochs=100,
    batch_size=128,
    optimizer="adam",
    learning_rate=7e-4,
    weight_decay=0.0,
    gradient_clip=0.1,
    schedule="cosine",
    select="accuracy",
)


def raw(series: "IrregularSeries") -> "Preprocessor":
    """The bit as it is, 0 or 1, and the time in units of 32 bits, as published."""
    return raw_inputs(series, time_scale=_LONGEST)


def _published(
    label: str,
    row: str,
    model: Any,
    *,
    variant: str = "",
    minutes: float | None = None,
    **train: Any,
) -> Recipe:
    """The published training: 200 epochs, and a learning rate that falls by a factor each."""
    usual: dict[str, Any] = {
        "epochs": 200,
        "schedule": "exponential",
        "decay": 0.95,
        "select": "accuracy",
    }
    return Recipe(
        label=label,
        row=row,
        variant=variant,
        settings="published",
        minutes=minutes,
        config=FitConfig(model=model, train=TrainConfig(**{**usual, **train})),
    )


def clocked(series: "IrregularSeries") -> "Preprocessor":
    """The bit as it is, and the time in units of four bits: of 32, one bit is next to nothing."""
    return raw_inputs(series, time_scale=_FOUR)


def _ours(
    label: str, row: str, model: Any, *, variant: str = "", minutes: float | None = None
) -> Recipe:
    return Recipe(
        label=label,
        row=row,
        variant=variant,
        minutes=minutes,
        preprocess=clocked,
        config=FitConfig(model=model, train=_TRAINING),
    )


_PUBLISHED = (
    _published(
        "CfC-mmRNN, published settings",
        "CfC-mmRNN",
        cfc.Config(
            hidden_size=64,
            activation="relu",
            backbone_units=128,
            mixed_memory=True,
            memory_layout="input",
            forget_bias=0.6,
            readout="last",
            dropout=0.0,
        ),
        variant="mixed",
        minutes=33.0,
        optimizer="rmsprop",
        smoothing=0.9,
        batch_size=128,
        learning_rate=5e-3,
        weight_decay=2e-6,
        gradient_clip=10.0,
    ),
    _published(
        "CfC, published settings",
        "CfC",
        cfc.Config(
            hidden_size=192, activation="relu", backbone_units=128, readout="last", dropout=0.0
        ),
        optimizer="rmsprop",
        smoothing=0.9,
        batch_size=128,
        learning_rate=5e-2,
        weight_decay=3e-6,
        gradient_clip=1.0,
    ),
    _published(
        "CfC-noGate, published settings",
        "CfC-noGate",
        cfc.Config(
            variant="no_gate",
            hidden_size=128,
            activation="silu",
            backbone_units=192,
            backbone_dropout=0.3,
            readout="last",
            dropout=0.0,
        ),
        variant="no-gate",
        optimizer="rmsprop",
        smoothing=0.9,
        batch_size=128,
        learning_rate=5e-3,
        weight_decay=5e-6,
        gradient_clip=10.0,
    ),
    _published(
        "Cf-S, published settings",
        "Cf-S",
        cfc.Config(
            variant="closed_form",
            hidden_size=64,
            activation="silu",
            backbone_units=64,
            readout="last",
            dropout=0.0,
        ),
        variant="closed-form",
        optimizer="adam",
        batch_size=256,
        learning_rate=5e-3,
        decay=0.9,
        weight_decay=3e-5,
        gradient_clip=5.0,
    ),
    _published(
        "LTC, published settings",
        "LTC",
        ltc.Config(hidden_size=64, unfolds=6, readout="last", dropout=0.0),
        optimizer="adam",
        batch_size=256,
        learning_rate=5e-3,
        decay=0.9,
        weight_decay=3e-5,
        gradient_clip=5.0,
    ),
)
_OURS = (
    _ours(
        "CfC-mmRNN",
        "CfC-mmRNN",
        cfc.Config(
            hidden_size=64,
            activation="silu",
            backbone_units=64,
            mixed_memory=True,
            initial_gain=2.0,
            readout="last",
            dropout=0.0,
        ),
        variant="mixed",
        minutes=10.0,
    ),
    _ours(
        "CfC",
        "CfC",
        cfc.Config(
            hidden_size=64,
            activation="silu",
            backbone_units=64,
            initial_gain=2.0,
            readout="last",
            dropout=0.0,
        ),
        minutes=8.0,
    ),
    _ours(
        "LTC (ODE, 6 unfolds)",
        "LTC",
        ltc.Config(hidden_size=32, unfolds=6, readout="last", dropout=0.0),
    ),
)
_ROWS = {
    "lstm": "Augmented LSTM",
    "lstm-bidirectional": "Bi-RNN",
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
}

RECIPES = recipes(
    *_OURS,
    *_PUBLISHED,
    *rivals(
        _TRAINING,
        rows=_ROWS,
        preprocess=clocked,
        shared={"readout": "last", "dropout": 0.0},
    ),
)
