"""The settings of each model on the digits, pixel by pixel in a random order."""

from typing import Any

from liquidtime.models import cfc
from liquidtime.tasks.recipe import Recipe, recipes
from liquidtime.tasks.rivals import rivals
from liquidtime.train.config import FitConfig, TrainConfig

_OURS = TrainConfig(
    epochs=20,
    batch_size=64,
    learning_rate=2e-3,
    weight_decay=1e-2,
    schedule="cosine",
)
_SHARED = {"readout": "last_mean", "dropout": 0.1}


def _ours(label: str, apart: str, **options: Any) -> Recipe:
    model = cfc.Config(hidden_size=96, backbone_units=64, **options, **_SHARED)
    return Recipe(label=label, variant=apart, config=FitConfig(model=model, train=_OURS))


RECIPES = recipes(
    _ours("CfC with mixed memory", "mixed", mixed_memory=True),
    _ours("CfC with relaxation", "relaxation", variant="relaxation"),
    _ours("CfC", ""),
    *rivals(
        _OURS,
        hidden_size=96,
        shared=_SHARED,
        rows={"ode_lstm": "ODE-LSTM"},
        usual=("lstm-plain", "lru", "cornn"),
    ),
)
