"""The settings of each model on variances of the market."""

from liquidtime.tasks.ltc_paper import forwards, liquid, timed
from liquidtime.tasks.rivals import rivals
from liquidtime.train.config import TrainConfig

_TRAIN = TrainConfig(
    epochs=30,
    batch_size=32,
    learning_rate=2e-3,
    weight_decay=1e-2,
    schedule="cosine",
    select="mse",
)
_OURS = {"dropout": 0.2, "readout": "last"}

RECIPES = timed(
    forwards(
        *liquid(_TRAIN, task="regress", hidden_size=32, options=_OURS, rows={}),
        *rivals(_TRAIN, task="regress", hidden_size=32, shared=_OURS),
    ),
    {"cfc": 0.9, "lstm": 0.7},
)
