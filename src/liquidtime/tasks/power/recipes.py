"""The settings of each model on meters of a house."""

from liquidtime.tasks.ltc_paper import AsPublished, settings, standardised
from liquidtime.train.config import TrainConfig

RECIPES = settings(
    TrainConfig(
        epochs=30,
        batch_size=32,
        learning_rate=5e-3,
        weight_decay=1e-3,
        schedule="cosine",
        select="mse",
    ),
    AsPublished(preprocess=standardised, train={"loss_scale": "raw"}),
    task="regress",
    minutes={"cfc": 1.6, "lstm": 4.2},
)
