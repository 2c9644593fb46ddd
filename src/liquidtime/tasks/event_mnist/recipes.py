"""The settings of each model on the events of the digits: published ones, and ours."""

from typing import TYPE_CHECKING, Any

from liquidtime.models import cfc
from liquidtime.tasks.raw_inputs import raw_inputs
from liquidtime.tasks.recipe import Recipe, recipes
from liquidtime.tasks.rivals import rivals
from liquidtime.train.config import FitConfig, TrainConfig

if TYPE_CHECKING:
    from liquidtime.data import IrregularSeries, Preprocessor

# Nothing is learnt before a network has found out how long gaps are: that takes a thousand steps or
# so, whatever the size of a batch, so that small ones are ahead.
_OURS = TrainConfig(
    epochs=24,
    batch_size=64,
    learning_rate=2e-3,
    weight_decay=1e-2,
    schedule="cosine",
)
_SHARED = {"readout": "last_mean", "dropout": 0.1}


def published_inputs(series: "IrregularSeries") -> "Preprocessor":
    """The pixel as 0 and 1, and the elapsed pixels over 256, as in the published code."""
    return raw_inputs(series, time_scale=256.0)


def _ours(
    label: str, apart: str, row: str, *, minutes: float | None = None, **options: Any
) -> Recipe:
    model = cfc.Config(hidden_size=96, backbone_units=64, **options, **_SHARED)
    return Recipe(
        label=label,
        variant=apart,
        row=row,
        minutes=minutes,
        config=FitConfig(model=model, train=_OURS),
    )


def _published(row: str, apart: str, **options: Any) -> Recipe:
    return Recipe(
        label=f"{row}, published settings",
        row=row,
        settings="published",
        variant=apart,
        preprocess=published_inputs,
        usual=False,
        config=FitConfig(
            model=cfc.Config(
                hidden_size=64,
                activation="gelu",
                backbone_units=128,
                backbone_layers=1,
                readout="last",
                dropout=0.0,
                **options,
            ),
            train=TrainConfig(
                epochs=200,
                batch_size=128,
                optimizer="rmsprop",
                smoothing=0.9,
                learning_rate=5e-4,
                weight_decay=0.0,
                gradient_clip=0.0,
                schedule="constant",
                patience=None,
                refit="no",
            ),
        ),
    )


RECIPES = recipes(
    _ours("CfC with mixed memory", "mixed", "CfC-mmRNN", minutes=15, mixed_memory=True),
    _ours("CfC without gate", "no-gate", "CfC-noGate", variant="no_gate"),
    _ours("CfC", "", ""),
    *rivals(_OURS, hidden_size=96, shared=_SHARED, rows={"ode_lstm": "ODE-LSTM"}),
    _published("CfC-mmRNN", "mixed", mixed_memory=True, memory_layout="input", forget_bias=3.0),
    _published("CfC-noGate", "no-gate", variant="no_gate"),
)
