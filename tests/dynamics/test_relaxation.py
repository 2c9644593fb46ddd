"""The relaxation is the flow that it claims to be, to the bit at rest and to rounding elsewhere."""

import hypothesis.strategies as st
import mpmath
import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings

from liquidtime import dynamics
from liquidtime.dynamics import exponential
from liquidtime.nn import CfC, RecurrentState


def numbers(*given):
    return [torch.tensor([[x]], dtype=torch.float64) for x in given]


STATE, RAW, TIME = st.floats(-3, 3), st.floats(-8, 8), st.floats(0, 1e4)


@settings(max_examples=60, deadline=None)
@given(STATE, RAW, RAW)
def test_no_time_is_the_identity_to_the_bit(h, f, r):
    h, f, r, zero = numbers(h, f, r, 0.0)
    assert torch.equal(dynamics.relaxation(h, f, r, zero), h)


@settings(max_examples=60, deadline=None)
@given(STATE, RAW, RAW, TIME, TIME)
def test_frozen_it_is_a_semigroup(h, f, r, first, then):
    h, f, r, one, two = numbers(h, f, r, first, then)
    parted = dynamics.relaxation(dynamics.relaxation(h, f, r, one), f, r, two)
    torch.testing.assert_close(parted, dynamics.relaxation(h, f, r, one + two), rtol=0, atol=1e-14)


@settings(max_examples=60, deadline=None)
@given(STATE, RAW, RAW, TIME)
def test_it_is_the_exact_solution_of_its_equation(h, f, r, elapsed):
    with mpmath.workdps(40):
        q, rate = mpmath.tanh(f), mpmath.log1p(mpmath.exp(mpmath.mpf(r)))
        exact = float(q + (h - q) * mpmath.exp(-rate * elapsed))
    got = dynamics.relaxation(*numbers(h, f, r, elapsed))
    assert float(got) == pytest.approx(exact, abs=1e-14)


@settings(max_examples=60, deadline=None)
@given(STATE, RAW, RAW, TIME)
def test_it_is_exponential_euler_of_the_liquid_neuron(h, f, r, elapsed):
    h, f, r, elapsed = numbers(h, f, r, elapsed)
    rate = F.softplus(r)
    one = torch.ones(1, dtype=torch.float64)
    neuron = exponential.step(h, elapsed, lambda _: (rate, rate * torch.tanh(f)), one)
    torch.testing.assert_close(dynamics.relaxation(h, f, r, elapsed), neuron, rtol=0, atol=1e-14)


def test_in_endless_time_it_is_at_its_target():
    h, f, r, elapsed = numbers(-2.0, 0.7, -3.0, 1e9)
    torch.testing.assert_close(
        dynamics.relaxation(h, f, r, elapsed), torch.tanh(f), rtol=0, atol=1e-15
    )


def test_first_order_where_target_and_rate_follow_the_state():
    generator = torch.Generator().manual_seed(0)
    w, v = torch.randn(2, 4, 4, generator=generator, dtype=torch.float64)
    start = torch.randn(1, 4, generator=generator, dtype=torch.float64)

    def run(steps):
        h = start
        for _ in range(steps):
            h = dynamics.relaxation(h, h @ w, h @ v, torch.tensor(2.0 / steps).double())
        return h

    def slope(h):
        return F.softplus(h @ v) * (torch.tanh(h @ w) - h)

    exact, width = start, 2.0 / 2000
    for _ in range(2000):
        a = slope(exact)
        b = slope(exact + width / 2 * a)
        c = slope(exact + width / 2 * b)
        exact = exact + width / 6 * (a + 2 * b + 2 * c + slope(exact + width * c))
    counts = np.array([40, 80, 160, 320])
    errors = [float((run(n) - exact).abs().max()) for n in counts]
    assert -np.polyfit(np.log(counts), np.log(errors), 1)[0] == pytest.approx(1, abs=0.1)


def held(layer):
    """The same layer, its heads blind to the state, so that q and r are those of the input."""
    with torch.no_grad():
        layer.cells[0].groups[0].heads.weight[:, layer.input_size :] = 0
    return layer


def test_in_a_layer_two_half_gaps_are_one_only_where_the_heads_stand_still():
    x, h = torch.randn(3, 2), torch.randn(3, 6)
    for make, same in ((lambda layer: layer, False), (held, True)):
        cell = make(CfC(2, 6, variant="relaxation", backbone_layers=0)).cells[0]
        whole = cell(x, h, 1.6)
        halves = cell(x, cell(x, h, 0.8), 0.8)
        assert torch.allclose(whole, halves, atol=1e-6) is same
        assert torch.equal(cell(x, h, 0.0), h)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 1000))
def test_states_stay_where_states_and_targets_were(seed):
    torch.manual_seed(seed)
    layer = CfC(3, 8, variant="relaxation").double()
    x, elapsed = 5 * torch.randn(2, 40, 3).double(), 10 ** (3 * torch.randn(2, 40).double())
    output, _ = layer(x, elapsed=elapsed)
    assert output.abs().max() <= 1.0 + 1e-15


def test_the_jacobian_keeps_its_bound():
    """D + R of docs/maths/relaxation.md: the diagonal e^{−ρΔt}, and what goes through the heads."""
    torch.manual_seed(0)
    layer = CfC(3, 6, variant="relaxation", backbone_layers=0).double()
    cell, weight = layer.cells[0], layer.cells[0].groups[0].heads.weight[:, 3:].detach()
    for elapsed in (0.0, 1e-3, 0.3, 5.0, 1e4):
        x, h = torch.randn(3).double(), 2 * torch.rand(6).double() - 1
        found = torch.autograd.functional.jacobian(
            lambda h, x=x, elapsed=elapsed: cell(x, h, elapsed), h
        )
        heads = torch.cat([x, h]) @ cell.groups[0].heads.weight.T + cell.groups[0].heads.bias
        f, r = heads.detach().chunk(2)
        kept = torch.exp(-F.softplus(r) * elapsed)
        size = (
            kept
            + (1 - kept) * weight[:6].abs().sum(1)
            + (torch.tanh(f) - h).abs() / np.e * weight[6:].abs().sum(1)
        )
        assert (found.abs().sum(1) <= size * (1 + 1e-12)).all()
        if elapsed == 0.0:
            assert torch.equal(found, torch.eye(6).double())


def test_gradients_survive_a_long_series_where_those_of_the_gated_cell_vanish():
    x, sizes = torch.randn(1, 200, 3), {}
    for variant in ("gated", "relaxation"):
        layer = CfC(3, 16, variant=variant, backbone_units=16)
        through = torch.autograd.functional.jacobian(
            lambda h, layer=layer: layer(x, RecurrentState(h), elapsed=1.0)[1].h.flatten(),
            torch.zeros(1, 1, 16),
        )
        sizes[variant] = float(torch.linalg.matrix_norm(through.reshape(16, 16), 2))
    # The slowest units start with a time constant near 100: e^{−2} of them is left.
    assert sizes["gated"] < 1e-12
    assert 1e-3 < sizes["relaxation"] < 1e2


def test_time_constants_start_spread_over_two_decades():
    group = CfC(3, 50, variant="relaxation").cells[0].groups[0]
    constants = 1 / F.softplus(group.heads.bias.detach()[50:])
    assert ((constants > 0.999) & (constants < 100.1)).all()
    logarithms = torch.log10(constants).sort().values / 2
    even = (torch.arange(50) + 0.5) / 50
    assert (logarithms - even).abs().max() < 0.011
