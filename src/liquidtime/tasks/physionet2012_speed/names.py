"""Which models are timed, and which of them are asked how soon they are good. Imports no torch."""

from dataclasses import dataclass, field
from typing import Any, Literal


@dataclass(frozen=True, kw_only=True)
class Contender:
    """A model in one form.

    Attributes:
        label: What to call it.
        model: Its name among the models.
        options: Of the model, as its paper has them.
        form: "best", its own layout and its quickest solver, compiled where that helps; or
            "published", as the code behind the published minutes ran it; or "between", with one of
            the two changed.
        row: The published row whose minutes it answers; "" where there is none.
        recipe: Of the task, whose training reaches for the AUROCs; "" where another form does.
        changed: What "between" has of the published form: "solver" or "layout".
    """

    label: str
    model: str
    options: dict[str, Any] = field(default_factory=dict)
    form: Literal["best", "between", "published"] = "best"
    row: str = ""
    recipe: str = ""
    changed: str = ""


_LATENT = {"latent_size": 20, "encoder_size": 40, "units": 50, "layers": 3}
_FAST = {"integrator": "rk4", "unfolds": 1}
_ADAPTIVE = {"integrator": "dopri5"}
_UNION = {"layout": "union"}
_LATENT_ODE = {**_LATENT, "encoder": "ode_rnn"}
_LATENT_RNN = {**_LATENT, "encoder": "rnn"}
_READ = {"readout": "last_mean"}
OURS = "cfc"
CLAIMED = "latent-ode"
"""The two of the claim: the CfC as we have it, and the Latent ODE with the ODE encoder."""

NAMES: dict[str, Contender] = {
    OURS: Contender(
        label="CfC",
        model="cfc",
        options={"hidden_size": 64, "backbone_units": 64, "dropout": 0.5, **_READ},
        row="CfC",
        recipe="cfc",
    ),
    "cfc-published": Contender(
        label="CfC, published sizes",
        model="cfc",
        options={
            **{"hidden_size": 256, "backbone_units": 64, "backbone_layers": 2},
            **{"activation": "silu", "backbone_dropout": 0.2, "dropout": 0.0, "readout": "last"},
        },
        row="CfC",
    ),
    "lstm": Contender(
        label="LSTM",
        model="lstm",
        options={"hidden_size": 64, "dropout": 0.5, **_READ},
        row="RNN-dt",
        recipe="lstm",
    ),
    "gru-d": Contender(
        label="GRU-D",
        model="gru_d",
        options={"hidden_size": 64, "dropout": 0.5},
        row="GRU-D",
        recipe="gru_d",
    ),
    "mtand": Contender(
        label="mTAND, encoder",
        model="mtand",
        options={"network": "encoder"},
        row="mTAND-Enc",
        recipe="mtand",
    ),
    "mtand-full": Contender(
        label="mTAND, full",
        model="mtand",
        options={"network": "full", "hidden_size": 256},
        row="mTAND-Full",
        recipe="mtand-full",
    ),
    "ltc": Contender(
        label="LTC, 6 unfolds",
        model="ltc",
        options={"hidden_size": 64, "integrator": "fused", "unfolds": 6, "dropout": 0.2, **_READ},
        row="LTC",
        recipe="ltc",
    ),
    "ltc-dopri5": Contender(
        label="LTC, dopri5",
        model="ltc",
        options={"hidden_size": 64, "integrator": "dopri5", "dropout": 0.2, **_READ},
        form="between",
        changed="solver",
    ),
    "ode-rnn": Contender(
        label="ODE-RNN",
        model="ode_rnn",
        options={"hidden_size": 64, "dropout": 0.5, **_FAST, **_READ},
        row="ODE-RNN",
        recipe="ode_rnn",
    ),
    "ode-rnn-solver": Contender(
        label="ODE-RNN, dopri5",
        model="ode_rnn",
        options={"hidden_size": 64, "dropout": 0.5, **_ADAPTIVE, **_READ},
        form="between",
        changed="solver",
    ),
    "ode-rnn-layout": Contender(
        label="ODE-RNN, union",
        model="ode_rnn",
        options={"hidden_size": 64, "dropout": 0.5, **_FAST, **_UNION, **_READ},
        form="between",
        changed="layout",
    ),
    "ode-rnn-published": Contender(
        label="ODE-RNN, union, dopri5",
        model="ode_rnn",
        options={"hidden_size": 64, "dropout": 0.5, **_ADAPTIVE, **_UNION, **_READ},
        form="published",
        row="ODE-RNN",
    ),
    CLAIMED: Contender(
        label="Latent ODE, ODE encoder",
        model="latent_ode",
        options={**_LATENT_ODE, **_FAST},
        row="Latent-ODE (ODE encoder)",
        recipe="latent_ode",
    ),
    "latent-ode-solver": Contender(
        label="Latent ODE, ODE encoder, dopri5",
        model="latent_ode",
        options={**_LATENT_ODE, **_ADAPTIVE},
        form="between",
        changed="solver",
    ),
    "latent-ode-layout": Contender(
        label="Latent ODE, ODE encoder, union",
        model="latent_ode",
        options={**_LATENT_ODE, **_FAST, **_UNION},
        form="between",
        changed="layout",
    ),
    "latent-ode-published": Contender(
        label="Latent ODE, ODE encoder, union, dopri5",
        model="latent_ode",
        options={**_LATENT_ODE, **_ADAPTIVE, **_UNION},
        form="published",
        row="Latent-ODE (ODE encoder)",
    ),
    "latent-rnn": Contender(
        label="Latent ODE, RNN encoder",
        model="latent_ode",
        options={**_LATENT_RNN, **_FAST},
        row="Latent-ODE (RNN encoder)",
        recipe="latent_ode-rnn",
    ),
    "latent-rnn-published": Contender(
        label="Latent ODE, RNN encoder, union, dopri5",
        model="latent_ode",
        options={**_LATENT_RNN, **_ADAPTIVE, **_UNION},
        form="published",
        row="Latent-ODE (RNN encoder)",
    ),
}
"""All of them, by name; the options of `Contender.model` are checked when it is built."""
