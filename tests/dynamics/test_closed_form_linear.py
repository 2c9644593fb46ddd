"""The closed form along a line: its order, accuracy, bounds, limits and derivatives."""

import hypothesis.strategies as st
import numpy as np
import pytest
import torch
from hypothesis import given, settings
from neurons import draw, draw_synapses, fitted_order, truth, walk
from torch.autograd import gradcheck, gradgradcheck

from liquidtime import dynamics
from liquidtime.dynamics import Synapses, closed_form_linear
from liquidtime.dynamics.bounds import state_bounds
from liquidtime.dynamics.line_drive import line_drive, together
from liquidtime.dynamics.synapse import join

ONE = torch.ones(1, 1, dtype=torch.float64)


def step(neurons, v, elapsed, before, after, nodes=3):
    return closed_form_linear.step(
        v, elapsed, before, after, neurons.synapses, neurons.capacitance, neurons.leak, nodes
    )


def in_pieces(neurons, v, elapsed, before, after, pieces, nodes=3):
    for k in range(pieces):
        line = (before + share / pieces * (after - before) for share in (k, k + 1))
        v = step(neurons, v, elapsed / pieces * ONE, *line, nodes)
    return v


def fused(neurons, v, after, unfolds):
    conductance, current = dynamics.synaptic_drive(after, neurons.synapses)
    leak_conductance, leak_current = neurons.leak
    drive = conductance + leak_conductance, current + leak_current
    for _ in range(unfolds):
        v = dynamics.integrator("fused")(v, ONE / unfolds, lambda _: drive, neurons.capacitance)
    return v


@pytest.mark.parametrize("nodes", [2, 3, 5])
def test_order_is_as_claimed(nodes):
    neurons, start = draw(0, 3, 4), torch.full((1, 4), 0.2, dtype=torch.float64)
    before = torch.tensor([[0.2, 0.9, 0.4]], dtype=torch.float64)
    after = torch.tensor([[0.7, 0.5, 0.8]], dtype=torch.float64)
    exact = truth(neurons, start, 1.0, before, after, rtol=1e-13)
    counts = np.array([4, 8, 16, 32]) // (nodes - 1) * (1 if nodes < 5 else 2)
    errors = [
        float((in_pieces(neurons, start, 1.0, before, after, n, nodes) - exact).abs().max())
        for n in counts
    ]
    assert abs(fitted_order(counts, errors) - closed_form_linear.order()) < 0.2
    assert dynamics.order("closed_form_linear") == closed_form_linear.order()


def test_against_dop853_on_random_walks():
    """16 synapses, published ranges, 20 unit steps: the median of the largest error a neuron."""
    largest = {"fused": [], 2: [], 3: [], 5: []}
    for seed in range(4):
        neurons, u = draw(seed, 16, 10), walk(100 + seed, 20, 16)
        exact = torch.zeros(1, 10, dtype=torch.float64)
        states = dict.fromkeys(largest, exact)
        errors = {name: [] for name in largest}
        for before, after in zip(u[:-1, None], u[1:, None], strict=True):
            exact = truth(neurons, exact, 1.0, before, after, rtol=1e-10)
            for name, v in states.items():
                if name == "fused":
                    states[name] = fused(neurons, v, after, 6)
                else:
                    states[name] = step(neurons, v, ONE, before, after, name)
                errors[name].append((states[name] - exact).abs()[0])
        for name, found in errors.items():
            largest[name].append(torch.stack(found).amax(0))
    median = {name: float(torch.cat(found).median()) for name, found in largest.items()}
    assert median["fused"] > 1e-2
    assert median["fused"] > 20 * median[2]
    assert median["fused"] > 300 * median[3]
    assert median["fused"] > 3000 * median[5]


@pytest.mark.parametrize(("strength", "elapsed"), [(1000.0, 1.0), (1.0, 1e3), (1000.0, 1e3)])
def test_stiff_neurons(strength, elapsed):
    """The error shrinks with stiffness, instead of blowing up."""
    for seed in range(3):
        neurons, u = draw(seed, 16, 10, strength), walk(seed, 3, 16, step=1.0)
        exact = found = torch.zeros(1, 10, dtype=torch.float64)
        for before, after in zip(u[:-1, None], u[1:, None], strict=True):
            exact = in_pieces(neurons, exact, elapsed, before, after, 100, nodes=5)
            found = step(neurons, found, elapsed * ONE, before, after)
        assert (found - exact).abs().max() < 1e-5
        assert found.abs().max() <= 1


def test_the_fine_reference_is_true_where_it_is_stiff():
    neurons, u = draw(0, 16, 5, 30.0), walk(0, 1, 16, step=1.0)
    start, (before, after) = torch.zeros(1, 5, dtype=torch.float64), u[:, None]
    exact = truth(neurons, start, 3.0, before, after)
    fine = in_pieces(neurons, start, 3.0, before, after, 100, nodes=5)
    torch.testing.assert_close(fine, exact, rtol=0, atol=1e-9)


@settings(max_examples=200, deadline=None)
@given(
    st.integers(0, 10_000),
    st.floats(-2, 2),
    st.sampled_from([0.0, 1e-12, 1e-3, 1.0, 1e3, 1e9]),
    st.sampled_from([1e-30, 1e-3, 1.0, 1e3, 1e6]),
    st.floats(0, 50),
    st.sampled_from([2, 3, 5]),
    st.sampled_from([torch.float32, torch.float64]),
)
def test_the_state_bounds_hold_at_any_step(seed, v, elapsed, strength, moves, nodes, dtype):
    neurons = draw(seed, 4, 6, strength).to(dtype)
    before, after = walk(seed, 1, 4, moves).to(dtype)[:, None]
    start = torch.full((1, 6), v, dtype=dtype)
    new = step(neurons, start, torch.full((1, 1), elapsed, dtype=dtype), before, after, nodes)
    low, high = state_bounds(start, neurons.leak_potential, neurons.synapses)
    slack = 16 * torch.finfo(dtype).eps * max(1, abs(v))
    assert (new >= low - slack).all()
    assert (new <= high + slack).all()


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 10_000), st.floats(0, 3), st.floats(0, 1e4))
def test_sources_that_stand_still_are_exact(seed, moves, elapsed):
    """Equal to the exponential integrator, and a semigroup."""
    neurons = draw(seed, 4, 6)
    _, at = walk(seed, 1, 4, moves)[:, None]
    start = torch.linspace(-1, 1, 6, dtype=torch.float64)[None]
    conductance, current = dynamics.synaptic_drive(at, neurons.synapses)
    drive = conductance + neurons.leak[0], current + neurons.leak[1]
    expected = dynamics.integrator("exponential")(
        start, elapsed * ONE, lambda _: drive, neurons.capacitance
    )
    whole = step(neurons, start, elapsed * ONE, at, at)
    torch.testing.assert_close(whole, expected, rtol=0, atol=1e-13)
    halves = in_pieces(neurons, start, elapsed, at, at, 2)
    torch.testing.assert_close(whole, halves, rtol=0, atol=1e-13)


@pytest.mark.parametrize("nodes", [2, 3, 5])
def test_no_time_changes_nothing(nodes):
    neurons, start = draw(3, 4, 6), torch.randn(2, 6, dtype=torch.float64)
    before, after = torch.randn(2, 2, 4, dtype=torch.float64)
    assert torch.equal(step(neurons, start, 0 * ONE, before, after, nodes), start)


def test_endless_time_leads_to_where_the_end_pulls():
    neurons, start = draw(4, 4, 6), torch.randn(2, 6, dtype=torch.float64)
    before, after = torch.randn(2, 2, 4, dtype=torch.float64)
    conductance, current = dynamics.synaptic_drive(after, neurons.synapses)
    target = (current + neurons.leak[1]) / (conductance + neurons.leak[0])
    end = step(neurons, start, 1e14 * ONE, before, after)
    torch.testing.assert_close(end, target, rtol=0, atol=1e-10)


def test_without_synapses_the_leak_is_left():
    neurons, start = draw(5, 4, 6), torch.randn(2, 6, dtype=torch.float64)
    shut = neurons.synapses._replace(conductance=torch.zeros(4, 6, dtype=torch.float64))
    neurons = neurons._replace(synapses=shut)
    before, after = torch.randn(2, 2, 4, dtype=torch.float64)
    leak, potential = neurons.leak_conductance, neurons.leak_potential
    expected = potential + (start - potential) * torch.exp(-2.5 * leak / neurons.capacitance)
    found = step(neurons, start, 2.5 * ONE, before, after)
    torch.testing.assert_close(found, expected, rtol=0, atol=1e-14)


def test_without_synapses_and_leak_nothing_happens():
    neurons, start = draw(6, 4, 6), torch.randn(2, 6, requires_grad=True)
    nothing = torch.zeros(4, 6)
    neurons = neurons.to(torch.float32)._replace(
        synapses=neurons.to(torch.float32).synapses._replace(conductance=nothing),
        leak_conductance=torch.zeros(6),
    )
    new = step(neurons, start, torch.full((1, 1), 1e3), torch.zeros(2, 4), torch.ones(2, 4))
    torch.testing.assert_close(new, start, rtol=1e-6, atol=0)
    assert torch.autograd.grad(new.sum(), start)[0].isfinite().all()


def test_one_synapse_and_no_leak_decays_by_softplus():
    """v∞ is E throughout, so v − E falls by exp(−Y), Y = w/C · ∫ sigmoid: no interpolation."""
    synapse = Synapses(*(torch.tensor([[x]], dtype=torch.float64) for x in (0.7, 0.4, 5.0, -1.0)))
    u0, u1, start, time = 0.1, 1.3, 0.6, 2.0
    softplus = [np.logaddexp(0, 5.0 * (u - 0.4)) for u in (u0, u1)]
    clock = 0.7 / 0.5 * time * (softplus[1] - softplus[0]) / (5.0 * (u1 - u0))
    for nodes in (2, 3, 5):
        new = closed_form_linear.step(
            start * ONE,
            time * ONE,
            u0 * ONE,
            u1 * ONE,
            synapse,
            torch.tensor([0.5], dtype=torch.float64),
            (0 * ONE, 0 * ONE),
            nodes,
        )
        assert abs(float(new) - (-1 + (start + 1) * np.exp(-clock))) < 1e-14


@pytest.mark.parametrize("move", [0.0, 1e-7, 1e-5, 1e-3, 0.02, 0.1, 1.0])
@pytest.mark.parametrize("elapsed", [1e-6, 1.0, 1e3])
def test_single_precision_loses_nothing(move, elapsed):
    neurons = draw(7, 16, 20).to(torch.float32)
    before = walk(7, 1, 16)[1:].float()
    after = before + move * torch.linspace(-1, 1, 16)
    start = torch.linspace(-0.9, 0.9, 20)[None]
    single = step(neurons, start, torch.full((1, 1), elapsed), before, after)
    double = step(
        neurons.to(torch.float64),
        start.double(),
        torch.full((1, 1), elapsed).double(),
        before.double(),
        after.double(),
    )
    assert (single - double).abs().max() < 8 * torch.finfo(torch.float32).eps


@pytest.mark.parametrize("nodes", [2, 3])
def test_first_and_second_derivatives(nodes):
    neurons = draw(8, 3, 2)
    v = torch.tensor([[0.1, -0.4], [0.7, 0.2]], dtype=torch.float64)
    before = torch.tensor([[0.2, 0.5, 0.9], [0.3, 0.3, 0.3]], dtype=torch.float64)
    after = torch.tensor([[0.9, 0.5, 0.89], [0.3, 0.3, 0.3]], dtype=torch.float64)
    elapsed = torch.tensor([[0.7], [3.0]], dtype=torch.float64)
    inputs = (v, elapsed, before, after, *neurons.synapses, neurons.capacitance, *neurons.leak)

    def run(v, elapsed, before, after, w, mu, s, e, capacitance, conductance, current):
        return closed_form_linear.step(
            v,
            elapsed,
            before,
            after,
            Synapses(w, mu, s, e),
            capacitance,
            (conductance, current),
            nodes,
        )

    inputs = tuple(part.detach().clone().requires_grad_() for part in inputs)
    assert gradcheck(run, inputs)
    assert gradgradcheck(run, inputs, fast_mode=True)


@pytest.mark.parametrize("move", [0.0, 1e-7, 1e-4, 0.05, 1.0, 1e4])
def test_gradients_are_finite_and_right_in_single_precision(move):
    neurons = draw(9, 8, 5)
    before = walk(9, 1, 8)[1:]
    inputs = [
        torch.zeros(1, 5),
        torch.full((1, 1), 0.8),
        before,
        before + move,
        *neurons.synapses,
        *neurons[1:],
    ]
    found = []
    for dtype in (torch.float32, torch.float64):
        # Rounded once, so that both precisions compute with the same numbers.
        leaves = [part.float().to(dtype).requires_grad_() for part in inputs]
        v, elapsed, start, end, *synapses, capacitance, leak, potential = leaves
        new = closed_form_linear.step(
            v, elapsed, start, end, Synapses(*synapses), capacitance, (leak, leak * potential)
        )
        found.append(torch.autograd.grad(new.sum(), leaves))
    for single, double in zip(*found, strict=True):
        assert single.isfinite().all()
        torch.testing.assert_close(single.double(), double, rtol=1e-4, atol=2e-6)


def test_too_few_nodes_are_refused():
    neurons = draw(0, 2, 2)
    with pytest.raises(ValueError, match="nodes is 1; expected 2"):
        step(neurons, torch.zeros(1, 2), ONE, torch.zeros(1, 2), torch.ones(1, 2), 1)
    with pytest.raises(ValueError, match="steps along a line"):
        dynamics.integrator("closed_form_linear")


def test_two_kinds_of_synapses_together_are_one():
    neurons, others = draw(1, 3, 4), draw_synapses(torch.Generator().manual_seed(5), 2, 4)
    before, after, before_2, after_2 = torch.randn(4, 2, 3, dtype=torch.float64).unbind(0)
    before_2, after_2 = before_2[:, :2], after_2[:, :2]
    apart = together(
        line_drive(before, after, neurons.synapses, 3), line_drive(before_2, after_2, others, 3)
    )
    joined = line_drive(
        torch.cat([before, before_2], -1),
        torch.cat([after, after_2], -1),
        join(neurons.synapses, others),
        3,
    )
    for part, whole in zip(apart, joined, strict=True):
        torch.testing.assert_close(part, whole, rtol=1e-13, atol=1e-13)


def test_a_line_without_length_is_a_point():
    neurons, at = draw(1, 3, 4), torch.randn(2, 3, dtype=torch.float64)
    along = line_drive(at, at, neurons.synapses, 3)
    conductance, current = dynamics.synaptic_drive(at, neurons.synapses)
    for part, expected in (
        (along.conductance, conductance),
        (along.current, current),
        (along.passed, conductance),
        (along.conductance_slope, torch.zeros(2, 4)),
        (along.current_slope, torch.zeros(2, 4)),
    ):
        torch.testing.assert_close(part, expected.double().expand_as(part), rtol=1e-14, atol=0)
