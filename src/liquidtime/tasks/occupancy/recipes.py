"""The settings of each model on minutes of a room."""

from liquidtime.tasks.ltc_paper import AsPublished, settings, standardised
from liquidtime.train.config import TrainConfig

RECIPES = settings(
    TrainConfig(
        epochs=10,
        batch_size=32,
        learning_rate=5e-3,
        weight_decay=1e-3,
        schedule="cosine",
        select="accuracy",
    ),
    AsPublished(preprocess=standardised, ltc_rate=0.005),
    hidden_size=32,
    minutes={"cfc": 2.7, "lstm": 2.7},
)
