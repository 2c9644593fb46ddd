"""The settings of each model on frames of gestures."""

from liquidtime.tasks.ltc_paper import AsPublished, settings, standardised
from liquidtime.train.config import TrainConfig

RECIPES = settings(
    TrainConfig(
        epochs=40,
        batch_size=32,
        learning_rate=5e-3,
        weight_decay=1e-2,
        schedule="cosine",
        select="accuracy",
    ),
    AsPublished(preprocess=standardised),
    dropout=0.3,
    minutes={"cfc": 1.9, "lstm": 1.1},
)
