"""The settings of each model on an EEG."""

from liquidtime.tasks.ltc_paper import liquid, timed
from liquidtime.tasks.rivals import rivals
from liquidtime.train.config import TrainConfig

_TRAIN = TrainConfig(
    epochs=20,
    batch_size=32,
    learning_rate=5e-3,
    weight_decay=1e-2,
    schedule="cosine",
    select="log_loss",
)
_OURS = {"dropout": 0.3, "readout": "last"}

RECIPES = timed(
    (
        *liquid(_TRAIN, task="classify", hidden_size=64, options=_OURS, rows={}),
        *rivals(_TRAIN, task="classify", hidden_size=64, shared=_OURS),
    ),
    {"cfc": 1.9},
)
