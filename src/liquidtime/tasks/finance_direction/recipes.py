"""The settings of each model on directions of the market."""

from liquidtime.tasks.ltc_paper import forwards, liquid, timed
from liquidtime.tasks.rivals import rivals
from liquidtime.train.config import TrainConfig

_TRAIN = TrainConfig(
    epochs=10,
    batch_size=32,
    learning_rate=1e-3,
    weight_decay=1e-1,
    schedule="cosine",
    select="log_loss",
)
_OURS = {"dropout": 0.5, "readout": "last"}

RECIPES = timed(
    forwards(
        *liquid(_TRAIN, task="classify", hidden_size=32, options=_OURS, rows={}),
        *rivals(_TRAIN, task="classify", hidden_size=32, shared=_OURS),
    ),
    {"cfc": 1.5},
)
