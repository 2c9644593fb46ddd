"""The settings of each model on the rows of the digits: those of the LTC paper, and ours."""

from liquidtime.tasks.ltc_paper import AsPublished, as_they_are, settings
from liquidtime.train.config import TrainConfig

RECIPES = settings(
    TrainConfig(
        epochs=15,
        batch_size=64,
        learning_rate=3e-3,
        weight_decay=1e-2,
        schedule="cosine",
        select="accuracy",
    ),
    AsPublished(preprocess=as_they_are),
    dropout=0.1,
)
