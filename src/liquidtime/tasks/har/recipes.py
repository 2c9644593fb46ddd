"""The settings of each model on rows of a smartphone."""

from liquidtime.tasks.ltc_paper import AsPublished, as_they_are, settings
from liquidtime.train.config import TrainConfig

RECIPES = settings(
    TrainConfig(
        epochs=15,
        batch_size=64,
        learning_rate=5e-3,
        weight_decay=1e-2,
        schedule="cosine",
        select="accuracy",
    ),
    AsPublished(preprocess=as_they_are),
    dropout=0.3,
)
