"""Flows along an ODE against closed forms and against torchdiffeq's own methods."""

import pytest
import torch
from torch import nn
from torchdiffeq import odeint

from liquidtime.baselines.flow import ODEFlow, Relaxation, dense_network
from liquidtime.errors import InputError

NAMED = {"euler": "euler", "midpoint": "midpoint", "heun": "heun2", "rk4": "rk4"}


class Pull(Relaxation):
    """dz/dt = rate (target − z), the rate given, the target a function of the state."""

    def __init__(self, width):
        super().__init__()
        self.target = nn.Linear(width, width)

    def pull(self, state, *held):
        rate = held[0] if held else torch.full_like(state, 0.7)
        return rate, torch.tanh(self.target(state))


def intervals():
    return torch.tensor([0.0, 0.3, 1.0, 2.5], dtype=torch.float64)


@pytest.mark.parametrize(("method", "steps", "error"), [("rk4", 20, 1e-5), ("dopri5", 1, 1e-2)])
def test_a_linear_field_is_solved_over_the_interval_of_each_series(method, steps, error):
    torch.manual_seed(0)
    field = nn.Linear(3, 3, bias=False).double()
    state = torch.randn(4, 3, dtype=torch.float64)
    powers = torch.linalg.matrix_exp(field.weight * intervals()[:, None, None])
    expected = (powers @ state.unsqueeze(2)).squeeze(2)
    flown = ODEFlow(field, method, steps)(state, intervals())
    torch.testing.assert_close(flown, expected, atol=error, rtol=0)


@pytest.mark.parametrize("method", NAMED)
@pytest.mark.parametrize("steps", [1, 3])
def test_a_fixed_step_is_that_of_torchdiffeq(method, steps):
    torch.manual_seed(1)
    field = dense_network(3, 5, 2, 3).double()
    state, pace = torch.randn(4, 3, dtype=torch.float64), intervals().unsqueeze(1)
    ends = torch.tensor([0.0, 1.0], dtype=torch.float64)
    options = {"step_size": 1 / steps}
    theirs = odeint(
        lambda _, z: field(z) * pace, state, ends, method=NAMED[method], options=options
    )[-1]
    ours = ODEFlow(field, method, steps)(state, intervals())
    torch.testing.assert_close(ours, theirs, atol=1e-14, rtol=0)


@pytest.mark.parametrize(
    ("method", "order"),
    [("euler", 1), ("midpoint", 2), ("heun", 2), ("rk4", 4), ("exponential", 1)],
)
def test_the_error_falls_with_the_order_of_the_method(method, order):
    torch.manual_seed(2)
    field = Pull(3).double()
    state, interval = torch.ones(1, 3, dtype=torch.float64), torch.ones(1, dtype=torch.float64)
    exact = ODEFlow(field, "dopri5", 1, rtol=1e-12, atol=1e-13)(state, interval)
    errors = [(ODEFlow(field, method, n)(state, interval) - exact).norm() for n in (16, 32)]
    assert float(torch.log2(errors[0] / errors[1]).detach()) == pytest.approx(order, abs=0.2)


def test_exponential_steps_are_exact_where_the_target_stands_still_and_stay_between():
    field = Pull(2).double()
    with torch.no_grad():
        field.target.weight.zero_()
    state = torch.tensor([[3.0, -2.0]] * 4, dtype=torch.float64)
    rate = torch.tensor([[0.5, 4.0]] * 4, dtype=torch.float64)
    interval = torch.tensor([0.0, 0.1, 5.0, 1e6], dtype=torch.float64)
    target = torch.tanh(field.target.bias)
    expected = target + (state - target) * torch.exp(-rate * interval.unsqueeze(1))
    flown = ODEFlow(field, "exponential", 3)(state, interval, rate)
    torch.testing.assert_close(flown, expected, atol=1e-14, rtol=0)


@pytest.mark.parametrize("method", [*NAMED, "exponential", "dopri5"])
def test_no_time_changes_nothing_and_gradients_are_right(method):
    torch.manual_seed(3)
    flow = ODEFlow(Pull(2).double(), method, 2, rtol=1e-9, atol=1e-9)
    state = torch.randn(4, 2, dtype=torch.float64, requires_grad=True)
    interval = intervals().requires_grad_()
    assert torch.equal(flow(state, interval)[0], state[0])
    if method != "dopri5":
        assert torch.autograd.gradcheck(flow, (state, interval))


def test_the_exponential_method_asks_for_a_field_that_relaxes():
    with pytest.raises(ValueError, match="expected a Relaxation"):
        ODEFlow(nn.Linear(2, 2), "exponential", 1)


def test_a_field_too_stiff_for_dopri5_is_refused(monkeypatch):
    monkeypatch.setattr("liquidtime.baselines.flow.MOST_STEPS", 20)
    field = nn.Linear(1, 1, bias=False).double()
    with torch.no_grad():
        field.weight.fill_(-1e5)
    state, interval = torch.ones(2, 1, 1, dtype=torch.float64)
    with pytest.raises(InputError, match="did not get through a gap of up to 1 within 20 "):
        ODEFlow(field, "dopri5", 1)(state, interval[:, 0])
