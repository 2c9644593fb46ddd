"""Integrators that cannot take a long gap say so, with the way out."""

import time

import pytest
import torch

from liquidtime.nn import LTC, LTCCell

X = torch.zeros(1, 3, 2)


@pytest.mark.parametrize("integrator", ["euler", "heun", "rk4"])
def test_explicit_integrators_say_that_they_blew_up(integrator):
    torch.manual_seed(0)
    rnn = LTC(2, 8, integrator=integrator)
    message = f"integrator='{integrator}' blew up: .* series 0, step . on.*raise unfolds, now 6"
    with pytest.raises(ValueError, match=message):
        rnn(X, elapsed=1e6)
    with pytest.raises(ValueError, match="blew up"):
        LTCCell(2, 8, integrator=integrator)(X[:, 0], elapsed=1e12)
    assert rnn(X, elapsed=0.1)[0].isfinite().all()


def test_nan_of_weights_is_no_fault_of_the_integrator():
    rnn = LTC(2, 4, integrator="rk4")
    with torch.no_grad():
        for parameter in rnn.parameters():
            parameter.fill_(float("nan"))
    assert rnn(X, elapsed=0.1)[0].isnan().all()


@pytest.mark.parametrize("integrator", ["fused", "exponential", "closed_form_linear"])
def test_the_others_take_any_gap(integrator):
    assert LTC(2, 4, integrator=integrator)(X, elapsed=1e6)[0].isfinite().all()


def test_adaptive_steps_come_to_an_end():
    pytest.importorskip("torchdiffeq")
    torch.manual_seed(0)
    rnn = LTC(2, 4, integrator="dopri5", unfolds=1)
    assert rnn(X, elapsed=1.0)[0].isfinite().all()
    for gap in (1e4, 1e38):
        began = time.process_time()
        message = r"did not get through a gap of up to (10000|1e.38) .* 300 adaptive steps.*'fused'"
        with pytest.raises(ValueError, match=message):
            rnn(X, elapsed=gap)
        assert time.process_time() - began < 20
