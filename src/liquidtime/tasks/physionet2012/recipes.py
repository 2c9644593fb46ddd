"""The settings of each model on the ICU stays, chosen by cross-validation without test stays."""

from liquidtime.models import cfc, lstm, ltc
from liquidtime.tasks.recipe import Recipe, recipes
from liquidtime.tasks.rivals import rivals
from liquidtime.train.config import FitConfig, TrainConfig

_CFC = Recipe(
    label="CfC",
    row="CfC",
    config=FitConfig(
        model=cfc.Config(hidden_size=64, backbone_units=64, dropout=0.5, readout="last_mean"),
        train=TrainConfig(
            epochs=20, batch_size=64, learning_rate=1e-3, weight_decay=1.0, schedule="cosine"
        ),
    ),
)
_LTC = Recipe(
    label="LTC (ODE, 6 unfolds)",
    row="LTC",
    config=FitConfig(
        model=ltc.Config(hidden_size=16, unfolds=6, dropout=0.2, readout="last_mean"),
        train=TrainConfig(
            epochs=10, batch_size=64, learning_rate=2e-2, weight_decay=3e-2, schedule="cosine"
        ),
    ),
)
_LSTM = Recipe(
    label="LSTM",
    config=FitConfig(
        model=lstm.Config(hidden_size=64, dropout=0.5, readout="last_mean"),
        train=TrainConfig(
            epochs=20, batch_size=64, learning_rate=1e-3, weight_decay=1.0, schedule="cosine"
        ),
    ),
)

_ROWS = {
    "gru_d": "GRU-D",
    "rnn_decay": "RNN-Decay",
    "phased_lstm": "Phased-LSTM",
    "ode_rnn": "ODE-RNN",
    "latent_ode": "Latent-ODE (ODE encoder)",
    "latent_ode-rnn": "Latent-ODE (RNN encoder)",
    "mtand": "mTAND-Full",
}

RECIPES = recipes(
    _CFC,
    _LTC,
    _LSTM,
    *rivals(
        _CFC.config.train,
        rows=_ROWS,
        without=("lstm",),
        shared={"dropout": 0.5, "readout": "last_mean"},
    ),
)
DEMO = (_CFC.name, _LTC.name, _LSTM.name)
"""What `liquidtime demo` shows, in its order."""
