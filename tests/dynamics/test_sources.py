"""Recurrent neurons beside a linear input: the order of each way, its bounds, what it costs."""

import hypothesis.strategies as st
import numpy as np
import pytest
import torch
from hypothesis import given, settings
from neurons import draw, draw_synapses, fitted_order, truth, walk

from liquidtime.dynamics import sources
from liquidtime.dynamics.bounds import state_bounds

N, M = 6, 3


def network(seed, strength=1.0):
    neurons = draw(seed, M, N, strength)
    recurrent = draw_synapses(torch.Generator().manual_seed(seed + 1), N, N, strength)
    return neurons, sources.Network(*neurons[1:], recurrent, neurons.synapses)


def integrate(way, net, v, elapsed, before, after, steps, sweeps=2):
    slope = torch.zeros_like(v)
    span = torch.full((1, 1), elapsed / steps, dtype=v.dtype)
    for k in range(steps):
        line = [before + share / steps * (after - before) for share in (k, k + 1)]
        if way == "frozen":
            v = sources.frozen(v, span, *line, net)
        elif way == "extrapolated":
            v, slope = sources.extrapolated(v, span, *line, net, slope)
        else:
            v = sources.iterated(v, span, *line, net, sweeps=sweeps)
    return v


@pytest.mark.parametrize(
    ("way", "sweeps"), [("frozen", 0), ("extrapolated", 0), ("iterated", 1), ("iterated", 3)]
)
def test_order_is_as_claimed(way, sweeps):
    neurons, net = network(2)
    start = torch.linspace(-0.5, 0.5, N, dtype=torch.float64)[None]
    before, after = walk(2, 1, M, 0.3)[:, None]
    exact = truth(neurons, start, 1.0, before, after, recurrent=net.recurrent)
    counts = np.array([32, 64, 128, 256])
    errors = [
        float((integrate(way, net, start, 1.0, before, after, n, sweeps) - exact).abs().max())
        for n in counts
    ]
    assert abs(fitted_order(counts, errors) - sources.order(way)) < 0.2


def test_without_recurrent_synapses_all_are_the_closed_form_itself():
    _, net = network(3)
    shut = net.recurrent._replace(conductance=torch.zeros(N, N, dtype=torch.float64))
    net = net._replace(recurrent=shut)
    start = torch.zeros(1, N, dtype=torch.float64)
    before, after = walk(3, 1, M)[:, None]
    expected = sources.frozen(start, torch.ones(1, 1).double(), before, after, net)
    for way in ("extrapolated", "iterated"):
        found = integrate(way, net, start, 1.0, before, after, 1)
        torch.testing.assert_close(found, expected, rtol=0, atol=1e-14)


def test_sweeps_converge_to_where_the_line_ends():
    """The limit of the iteration is a step whose line ends in its own result."""
    _, net = network(4)
    start = torch.linspace(-0.5, 0.5, N, dtype=torch.float64)[None]
    before, after = walk(4, 1, M)[:, None]
    ends = [integrate("iterated", net, start, 0.5, before, after, 1, k) for k in (2, 4, 8, 40, 41)]
    gaps = [float((end - ends[-1]).abs().max()) for end in ends]
    assert gaps[0] > 10 * gaps[1] > 100 * gaps[2] > 0
    assert gaps[3] < 1e-15


@settings(max_examples=100, deadline=None)
@given(
    st.integers(0, 1000),
    st.sampled_from(["frozen", "extrapolated", "iterated"]),
    st.floats(0, 1e6),
    st.sampled_from([1.0, 1e3]),
    st.integers(1, 4),
)
def test_the_state_bounds_hold_at_any_step(seed, way, elapsed, strength, steps):
    neurons, net = network(seed, strength)
    start = torch.linspace(-1.5, 1.5, N, dtype=torch.float64)[None]
    before, after = walk(seed, 1, M, 1.0)[:, None]
    low, high = state_bounds(start, neurons.leak_potential, net.recurrent, net.sensory)
    new = integrate(way, net, start, elapsed, before, after, steps)
    assert (new >= low - 1e-13).all()
    assert (new <= high + 1e-13).all()


def test_no_time_changes_neither_potentials_nor_slope():
    _, net = network(5)
    v, slope = torch.randn(2, N).double(), torch.randn(2, N).double()
    before, after = torch.randn(2, 2, M).double()
    nothing = torch.zeros(2, 1).double()
    new, kept = sources.extrapolated(v, nothing, before, after, net, slope)
    assert torch.equal(new, v)
    assert torch.equal(kept, slope)
    assert torch.equal(sources.frozen(v, nothing, before, after, net), v)
    assert torch.equal(sources.iterated(v, nothing, before, after, net), v)


def test_evaluations():
    assert sources.evaluations("frozen", 10, 100, nodes=3) == 100 + 9 * 10
    assert sources.evaluations("extrapolated", 10, 100, nodes=2) == 5 * 110
    assert sources.evaluations("iterated", 10, 100, nodes=3, sweeps=2) == 190 + 2 * 9 * 100


def test_evaluations_are_those_that_are_made(monkeypatch):
    """Counts sigmoids and log1p(exp) by the elements that go through them."""
    _, net = network(6)
    counted = []

    def counting(function):
        def call(z):
            counted.append(z.numel())
            return function(z)

        return call

    monkeypatch.setattr(torch, "sigmoid", counting(torch.sigmoid))
    monkeypatch.setattr(torch, "log1p", counting(torch.log1p))
    start = torch.zeros(1, N, dtype=torch.float64)
    before, after = walk(6, 1, M)[:, None]
    for way in ("frozen", "extrapolated", "iterated"):
        counted.clear()
        integrate(way, net, start, 1.0, before, after, 1)
        assert sum(counted) == sources.evaluations(way, M * N, N * N)


def test_unknown_names_are_refused():
    with pytest.raises(ValueError, match="sources is 'guessed'; expected one of 'frozen'"):
        sources.order("guessed")
