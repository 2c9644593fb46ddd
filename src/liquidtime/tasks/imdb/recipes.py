"""The settings of each model on the reviews: published ones, and ours."""

from dataclasses import replace
from typing import Any

from liquidtime.models import cfc, ltc
from liquidtime.models.contract import EmbeddingConfig, ModelConfig
from liquidtime.tasks.recipe import Recipe, recipes
from liquidtime.tasks.rivals import rivals
from liquidtime.train.config import FitConfig, TrainConfig

# Words are learnt by heart within three passes, whatever the model: what a network is told of them
# is thinned instead, and the training is short.
_WORDS = EmbeddingConfig(width=64, dropout=0.5, token_dropout=0.2)
_OURS = TrainConfig(
    epochs=8,
    batch_size=64,
    learning_rate=2e-3,
    weight_decay=1e-1,
    schedule="cosine",
    select="accuracy",
)
_SHARED = {"readout": "last_mean", "dropout": 0.5}


def _ours(label: str, apart: str, row: str, **options: Any) -> Recipe:
    model = cfc.Config(hidden_size=64, backbone_units=64, **options, **_SHARED)
    return Recipe(
        label=label,
        variant=apart,
        row=row,
        usual="bidirectional" not in options,
        config=FitConfig(model=model, train=_OURS, embedding=_WORDS),
    )


def _published(
    row: str,
    apart: str,
    model: ModelConfig,
    embedding: EmbeddingConfig,
    **train: Any,
) -> Recipe:
    usual: dict[str, Any] = {
        "batch_size": 128,
        "optimizer": "rmsprop",
        "learning_rate": 5e-4,
        "schedule": "exponential",
        "patience": None,
        "select": "accuracy",
        "refit": "no",
    }
    return Recipe(
        label=f"{row}, published settings",
        row=row,
        settings="published",
        variant=apart,
        usual=False,
        config=FitConfig(model=model, train=TrainConfig(**{**usual, **train}), embedding=embedding),
    )


def _cell(**options: Any) -> cfc.Config:
    return cfc.Config(readout="last", dropout=0.0, **options)


RECIPES = recipes(
    _ours("CfC with mixed memory", "mixed", "CfC-mmRNN", mixed_memory=True),
    _ours("CfC", "", "CfC"),
    _ours("CfC without gate", "no-gate", "CfC-noGate", variant="no_gate"),
    _ours("CfC, both directions", "bidirectional", "", bidirectional=True),
    *(
        replace(recipe, config=replace(recipe.config, embedding=_WORDS))
        for recipe in rivals(
            _OURS,
            hidden_size=64,
            shared=_SHARED,
            rows={"lstm-plain": "LSTM", "gru-plain": "GRU", "cornn": "coRNN"},
            usual=("lstm-plain", "gru-plain", "lru"),
        )
    ),
    _published(
        "Cf-S",
        "closed-form",
        _cell(variant="closed_form", hidden_size=320, activation="relu", backbone_units=64),
        EmbeddingConfig(width=64),
        epochs=27,
        optimizer="adam",
        decay=0.8,
        weight_decay=4.8e-4,
        gradient_clip=1.0,
    ),
    _published(
        "CfC",
        "",
        _cell(hidden_size=192, activation="silu", backbone_units=64, backbone_layers=2),
        EmbeddingConfig(width=192),
        epochs=47,
        decay=0.7,
        weight_decay=3.6e-5,
        gradient_clip=10.0,
    ),
    _published(
        "CfC-noGate",
        "no-gate",
        _cell(
            variant="no_gate",
            hidden_size=224,
            activation="silu",
            backbone_units=128,
            backbone_dropout=0.1,
        ),
        EmbeddingConfig(width=192, dropout=0.2),
        epochs=37,
        decay=0.8,
        weight_decay=2.7e-5,
        gradient_clip=5.0,
    ),
    _published(
        "CfC-mmRNN",
        "mixed",
        _cell(
            hidden_size=64,
            activation="lecun_tanh",
            backbone_units=64,
            mixed_memory=True,
            memory_layout="input",
        ),
        EmbeddingConfig(width=32, dropout=0.3),
        epochs=20,
        decay=0.8,
        weight_decay=2.9e-4,
        gradient_clip=10.0,
    ),
    _published(
        "LTC",
        "",
        ltc.Config(hidden_size=128, unfolds=3, readout="last", dropout=0.0),
        EmbeddingConfig(width=64),
        epochs=50,
        optimizer="adam",
        learning_rate=5e-2,
        decay=0.95,
        weight_decay=1e-5,
        gradient_clip=10.0,
    ),
)
