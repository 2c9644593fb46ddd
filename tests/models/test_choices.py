"""What models let choose is what the layers have: the names are written twice, PyTorch apart."""

from typing import get_args, get_type_hints

import pytest

from liquidtime.backends import Backend, registry, takes_all
from liquidtime.baselines.flow import Method, RelaxationMethod
from liquidtime.baselines.gru_ode import Form
from liquidtime.baselines.layout import LayoutName
from liquidtime.baselines.recognition import Encoder
from liquidtime.dynamics import IntegratorName, LineIntegratorName
from liquidtime.kernels.cfc.reference import ActivationName, Variant
from liquidtime.models import cfc, ct_rnn, gru_ode, latent_ode, ltc, ode_lstm, ode_rnn
from liquidtime.models.catalogue import from_dict
from liquidtime.models.contract import Shape


@pytest.mark.parametrize(
    ("config", "option", "known"),
    [
        (ltc.Config, "integrator", get_args(IntegratorName) + get_args(LineIntegratorName)),
        (cfc.Config, "variant", get_args(Variant)),
        (cfc.Config, "activation", get_args(ActivationName)),
        (latent_ode.Config, "encoder", get_args(Encoder)),
        (latent_ode.Config, "integrator", get_args(Method)),
        (latent_ode.Config, "encoder_integrator", get_args(Method)),
        (latent_ode.Config, "layout", get_args(LayoutName)),
        (ode_rnn.Config, "layout", get_args(LayoutName)),
        (ode_rnn.Config, "integrator", get_args(Method)),
        (ode_lstm.Config, "integrator", get_args(Method)),
        (ct_rnn.Config, "integrator", get_args(RelaxationMethod)),
        (gru_ode.Config, "integrator", get_args(RelaxationMethod)),
        (gru_ode.Config, "form", get_args(Form)),
    ],
)
def test_an_option_has_all_names(config, option, known):
    assert set(get_args(get_type_hints(config)[option])) == set(known)


@pytest.mark.parametrize("kind", ["cfc", "ltc"])
def test_a_backend_that_joins_can_be_chosen(kind, monkeypatch):
    monkeypatch.setattr(registry, "_backends", {kind: [*registry._backends[kind]]})
    registry.register(kind, Backend("mine", lambda *_: None, takes_all))
    shape = Shape(inputs=3, variables=1, outputs=2, per_step=False)
    network = from_dict({"kind": kind, "hidden_size": 4, "backend": "mine"}).build(shape).network
    assert registry.explain(network.recurrent).chosen == "mine"  # pyright: ignore
