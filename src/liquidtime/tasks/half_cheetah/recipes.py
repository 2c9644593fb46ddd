"""The settings of each model on states of a running robot."""

from liquidtime.tasks.ltc_paper import as_they_are, settings
from liquidtime.train.config import TrainConfig

RECIPES = settings(
    TrainConfig(
        epochs=60,
        batch_size=32,
        learning_rate=5e-3,
        weight_decay=1e-3,
        schedule="cosine",
        select="mse",
    ),
    task="regress",
    ltc_rate=0.01,
    hidden_size=128,
    published={"loss_scale": "raw"},
    preprocess=as_they_are,
)
