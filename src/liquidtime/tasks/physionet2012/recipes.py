"""The settings of each model on the ICU stays, chosen by cross-validation without test stays."""

from dataclasses import replace

from liquidtime.models import cfc, cfc_ensemble, lstm, ltc, mtand
from liquidtime.tasks.physionet2012.min_max import min_max
from liquidtime.tasks.physionet2012.published_cfc import PUBLISHED_CFC
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
_WITH_SUMMARIES = Recipe(
    label="CfC, head sees summaries",
    row="CfC",
    variant="summaries",
    config=FitConfig(
        model=cfc.Config(
            hidden_size=64,
            backbone_units=64,
            dropout=0.5,
            readout="last_mean",
            summaries=True,
            head_units=64,
        ),
        train=replace(_CFC.config.train, refit="yes"),
    ),
    usual=False,
)
_ENSEMBLE = Recipe(
    label="CfC ensemble, heads see summaries",
    row="CfC",
    config=FitConfig(
        model=cfc_ensemble.Config(
            members=6,
            hidden_size=64,
            backbone_units=64,
            dropout=0.5,
            summaries=True,
            head_units=64,
        ),
        train=replace(_CFC.config.train, refit="yes"),
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
_MTAND = (
    Recipe(
        label="mTAND (encoder)",
        row="mTAND-Enc",
        settings="published",
        variant="encoder",
        config=FitConfig(
            model=mtand.Config(network="encoder", hidden_size=128, span=1.0),
            train=TrainConfig(
                epochs=200,
                batch_size=128,
                optimizer="adam",
                learning_rate=1e-4,
                weight_decay=0.0,
                gradient_clip=0.0,
                schedule="constant",
                select="loss",
            ),
        ),
        preprocess=min_max,
        usual=False,
    ),
    Recipe(
        label="mTAND (full)",
        row="mTAND-Full",
        settings="published",
        variant="full",
        config=FitConfig(
            # Published: the divergence counts from the tenth pass on, by 0.99 to the passes since.
            # A pass is 56 steps here.
            model=mtand.Config(
                network="full",
                hidden_size=256,
                latent_size=20,
                decoder_size=50,
                noise=0.01,
                task_weight=100.0,
                annealing=0.99 ** (1 / 56),
                wait=560,
                span=1.0,
            ),
            train=TrainConfig(
                epochs=300,
                batch_size=50,
                optimizer="adam",
                learning_rate=1e-4,
                weight_decay=0.0,
                gradient_clip=0.0,
                schedule="constant",
                select="loss",
            ),
        ),
        preprocess=min_max,
        usual=False,
    ),
)

_ROWS = {
    "gru_d": "GRU-D",
    "rnn_decay": "RNN-Decay",
    "phased_lstm": "Phased-LSTM",
    "ode_rnn": "ODE-RNN",
    "latent_ode": "Latent-ODE (ODE encoder)",
    "latent_ode-rnn": "Latent-ODE (RNN encoder)",
    "mtand": "mTAND-Enc",
    "mtand-full": "mTAND-Full",
}

RECIPES = recipes(
    _CFC,
    _WITH_SUMMARIES,
    _ENSEMBLE,
    *PUBLISHED_CFC,
    _LTC,
    _LSTM,
    *rivals(
        _CFC.config.train,
        rows=_ROWS,
        without=("lstm",),
        shared={"dropout": 0.5, "readout": "last_mean"},
    ),
    *_MTAND,
)
DEMO = (_CFC.name, _LTC.name, _LSTM.name)
"""What `liquidtime demo` shows, in its order."""
