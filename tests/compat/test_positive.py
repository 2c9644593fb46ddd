"""Positive numbers go through the inverse of softplus and come back."""

import torch
import torch.nn.functional as F
from hypothesis import given
from hypothesis import strategies as st

from liquidtime.compat.positive import FLOOR, raw_of, value_of


@given(st.floats(min_value=1e-11, max_value=1e6))
def test_raw_of_is_the_inverse_of_softplus(value):
    value = torch.tensor(value, dtype=torch.float64)
    torch.testing.assert_close(F.softplus(raw_of(value)), value, rtol=1e-12, atol=0)
    torch.testing.assert_close(value_of(raw_of(value)), value, rtol=1e-12, atol=0)


@given(st.floats(min_value=-1e3, max_value=1e-13))
def test_what_is_not_positive_becomes_the_floor_and_comes_back_as_zero(value):
    raw = raw_of(torch.tensor(value, dtype=torch.float64))
    assert raw.isfinite()
    torch.testing.assert_close(
        F.softplus(raw), torch.tensor(FLOOR, dtype=torch.float64), rtol=1e-12, atol=0
    )
    assert value_of(raw) == 0
    assert value_of(raw.float()) == 0


def test_where_softplus_turns_linear():
    near = 20 + torch.linspace(-1e-8, 1e-8, 101, dtype=torch.float64)
    torch.testing.assert_close(F.softplus(raw_of(near)), near, rtol=1e-15, atol=0)


def test_gradients():
    value = torch.tensor([1e-6, 0.1, 3.0, 19.9, 50.0], dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(raw_of, value, eps=1e-8, atol=1e-3, rtol=1e-3)
    slope = torch.autograd.grad(F.softplus(raw_of(value)).sum(), value)[0]
    torch.testing.assert_close(slope, torch.ones_like(value))
