"""The settings of each model on days of ozone."""

from liquidtime.tasks.ltc_paper import AsPublished, as_one, settings
from liquidtime.train.config import TrainConfig

RECIPES = settings(
    TrainConfig(
        epochs=30,
        batch_size=32,
        learning_rate=5e-3,
        weight_decay=1e-2,
        schedule="cosine",
        select="f1",
    ),
    AsPublished(preprocess=as_one, train={"class_weights": (0.1, 1.6)}),
    hidden_size=32,
    dropout=0.3,
    minutes={"cfc": 0.5, "lstm": 0.4},
)
