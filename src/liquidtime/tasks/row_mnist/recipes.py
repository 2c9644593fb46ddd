"""The settings of each model on the rows of the digits: those of the LTC paper, and ours."""

from typing import TYPE_CHECKING

from liquidtime.tasks.ltc_paper import settings
from liquidtime.train.config import TrainConfig

if TYPE_CHECKING:
    from liquidtime.data import IrregularSeries, Preprocessor


def published_inputs(series: "IrregularSeries") -> "Preprocessor":
    """Pixels from 0 to 1, as in the published code."""
    from liquidtime.tasks.ltc_paper import as_they_are

    return as_they_are(series)


RECIPES = settings(
    TrainConfig(
        epochs=15,
        batch_size=64,
        learning_rate=3e-3,
        weight_decay=1e-2,
        schedule="cosine",
        select="accuracy",
    ),
    ltc_rate=0.01,
    dropout=0.1,
    preprocess=published_inputs,
)
