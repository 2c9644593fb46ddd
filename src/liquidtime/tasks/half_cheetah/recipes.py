"""The settings of each model on states of a running robot."""

from liquidtime.tasks.ltc_paper import AsPublished, as_they_are, settings
from liquidtime.train.config import TrainConfig

RECIPES = settings(
    TrainConfig(
        epochs=20,
        batch_size=32,
        learning_rate=2e-3,
        weight_decay=1e-3,
        schedule="cosine",
        select="mse",
    ),
    AsPublished(preprocess=as_they_are, train={"loss_scale": "raw"}),
    task="regress",
    only_forwards=True,
    hidden_size=64,
)
