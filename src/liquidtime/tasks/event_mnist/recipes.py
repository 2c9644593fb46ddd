"""The settings of each model on the events of the digits."""

from typing import TYPE_CHECKING

from liquidtime.models import cfc, gru, lstm
from liquidtime.tasks.recipe import Recipe, recipes
from liquidtime.train.config import FitConfig, TrainConfig

if TYPE_CHECKING:
    from liquidtime.data import IrregularSeries, Preprocessor

# Nothing is learnt before a network has found out how long gaps are: that takes a thousand steps or
# so, whatever the size of a batch, so that small ones are ahead.
_OURS = TrainConfig(
    epochs=12,
    batch_size=64,
    learning_rate=3e-3,
    weight_decay=1e-2,
    schedule="cosine",
)


def published_inputs(series: "IrregularSeries") -> "Preprocessor":
    """The pixel as 0 and 1, and the elapsed pixels over 256, as in the published code."""
    from liquidtime.data import Preprocessor

    return Preprocessor(
        variables=series.features,
        mean=(0.0,),
        std=(1.0,),
        static_variables=(),
        static_mean=(),
        static_std=(),
        time_scale=256.0,
        features=("values",),
    )


def _published(variant: str, label: str, row: str, model: cfc.Config) -> Recipe:
    return Recipe(
        label=label,
        row=row,
        settings="published",
        variant=variant,
        preprocess=published_inputs,
        config=FitConfig(
            model=model,
            train=TrainConfig(
                epochs=200,
                batch_size=128,
                optimizer="rmsprop",
                learning_rate=5e-4,
                weight_decay=0.0,
                gradient_clip=0.0,
                schedule="constant",
                patience=None,
                refit="no",
            ),
        ),
    )


def _cell(**options) -> cfc.Config:
    return cfc.Config(
        hidden_size=64,
        activation="gelu",
        backbone_units=128,
        backbone_layers=1,
        readout="last",
        dropout=0.0,
        **options,
    )


RECIPES = recipes(
    Recipe(
        label="CfC with mixed memory",
        variant="mixed",
        row="CfC-mmRNN",
        config=FitConfig(
            model=cfc.Config(
                hidden_size=128,
                backbone_units=128,
                mixed_memory=True,
                readout="last_mean",
                dropout=0.1,
            ),
            train=_OURS,
        ),
    ),
    Recipe(
        label="CfC",
        config=FitConfig(
            model=cfc.Config(hidden_size=128, backbone_units=128, readout="last_mean", dropout=0.1),
            train=_OURS,
        ),
    ),
    Recipe(
        label="LSTM",
        config=FitConfig(
            model=lstm.Config(hidden_size=128, readout="last_mean", dropout=0.1), train=_OURS
        ),
    ),
    Recipe(
        label="GRU",
        config=FitConfig(
            model=gru.Config(hidden_size=128, readout="last_mean", dropout=0.1), train=_OURS
        ),
    ),
    _published("mixed", "CfC-mmRNN", "CfC-mmRNN", _cell(mixed_memory=True)),
    _published("no-gate", "CfC-noGate", "CfC-noGate", _cell(variant="no_gate")),
)
