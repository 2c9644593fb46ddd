"""What the CfC paper proves of its closed form, and what it does not say of it."""

import hypothesis.strategies as st
import numpy as np
import torch
from hypothesis import given, settings
from scipy.integrate import solve_ivp

from liquidtime.dynamics import bounds, piecewise_constant, published, symmetrised

CASES, PIECES = 120_000, 12


def uniform(generator, low, high, *shape):
    return low + (high - low) * torch.rand(*shape, generator=generator, dtype=torch.float64)


def sigmoid(z):
    return torch.sigmoid(torch.as_tensor(z, dtype=torch.float64))


def test_lemma_1_holds_in_every_random_case():
    """Inputs constant on 12 pieces, so that the symmetrised ODE is solved exactly by Eq. 8."""
    generator = torch.Generator().manual_seed(0)
    x0, a = uniform(generator, -3, 3, CASES), uniform(generator, -3, 3, CASES)
    w_tau = 10 ** uniform(generator, -3, 1, CASES)
    spans = 10 ** uniform(generator, -3, 1, CASES, 1) * uniform(generator, 0, 1, CASES, PIECES)
    steepness, midpoint = uniform(generator, 0, 30, CASES, 1), uniform(generator, -1, 1, CASES, 1)
    inputs = 2 * torch.randn(CASES, PIECES, generator=generator, dtype=torch.float64)
    f = sigmoid(steepness * (inputs - midpoint))
    exact = piecewise_constant.symmetrised(x0, spans, f, w_tau, a)
    elapsed = spans.cumsum(-1)
    f_negated = sigmoid(steepness * (-inputs - midpoint))
    x0, w_tau, a = (part.unsqueeze(-1) for part in (x0, w_tau, a))
    approximate = published.eq2(x0, elapsed, f, f_negated, w_tau, a)
    error, bound = (exact - approximate).abs(), bounds.lemma1(x0, elapsed, w_tau, a)
    assert error.numel() >= 100_000
    rounding = 1e-14  # of states up to 3; the bound goes far below it
    assert (error <= bound + rounding).all()
    assert (error / bound)[bound > 1e-6].max() > 0.9
    # And the finer statement: the error lies between the infimum and the supremum.
    low, high = bounds.lemma1_extremes(elapsed, w_tau)
    relative = (exact - approximate) / (x0 - a)
    slack = 1e-9
    assert (relative >= low - slack).all()
    assert (relative <= high + slack).all()


def worst_case(elapsed, w_tau, level, last):
    """The input stays at one level and is stepped to another just before the end."""
    spans = torch.tensor([elapsed * (1 - 1e-9), elapsed * 1e-9], dtype=torch.float64)
    f = sigmoid(torch.tensor([level, last]))
    x0, a, w = (torch.tensor(x, dtype=torch.float64) for x in (0.8, -0.3, w_tau))
    exact = piecewise_constant.symmetrised(x0, spans, f, w, a)[-1]
    time = torch.tensor(elapsed, dtype=torch.float64)
    approximate = published.eq2(x0, time, f[-1], sigmoid(-last), w, a)
    return float((exact - approximate) / (x0 - a)), bounds.lemma1_extremes(time, w)


@settings(max_examples=50, deadline=None)
@given(st.floats(1e-3, 20), st.floats(1e-3, 5))
def test_lemma_1_is_sharp_on_the_worst_inputs(elapsed, w_tau):
    found, (_, highest) = worst_case(elapsed, w_tau, -40.0, 40.0)
    assert abs(found - float(highest)) < 1e-7
    found, (lowest, _) = worst_case(elapsed, w_tau, 40.0, -40.0)
    assert abs(found - float(lowest)) < 1e-7


@settings(max_examples=50, deadline=None)
@given(st.floats(0.05, 0.95), st.floats(0.1, 3), st.floats(-2, 2), st.floats(-2, 2))
def test_eq2_keeps_a_lasting_bias_against_the_neuron(f, w_tau, x0, a):
    """Constant input, long after: the neuron rests at A f/(w + f), Eq. 2 at A."""
    f, w_tau, x0, a = (torch.tensor(x, dtype=torch.float64) for x in (f, w_tau, x0, a))
    time = torch.tensor([1e3], dtype=torch.float64)
    neuron = piecewise_constant.ltc(x0, time, f[None], w_tau, a)
    formula = published.eq2(x0, time, f, 1 - f, w_tau, a)
    bias = a * w_tau / (w_tau + f)
    torch.testing.assert_close(formula - neuron, bias[None], rtol=0, atol=1e-12)


@settings(max_examples=50, deadline=None)
@given(st.floats(0.05, 0.95), st.floats(-2, 2), st.floats(-2, 2))
def test_eq2_does_not_begin_at_the_beginning(f, x0, a):
    f, x0, a = (torch.tensor(x, dtype=torch.float64) for x in (f, x0, a))
    now = torch.zeros((), dtype=torch.float64)
    formula = published.eq2(x0, now, f, 1 - f, torch.tensor(0.7, dtype=torch.float64), a)
    torch.testing.assert_close(formula - x0, -f * (x0 - a), rtol=0, atol=1e-14)


def test_eq3_is_eq2_with_the_start_learnt():
    x0, f, w_tau, a = torch.rand(4, 10, dtype=torch.float64)
    torch.testing.assert_close(
        published.eq3(x0 - a, x0, f, 1 - f, w_tau, a), published.eq2(x0, x0, f, 1 - f, w_tau, a)
    )


def solved(slope, x0, spans, f, w_tau, a):
    """States at the end of every piece, by DOP853 from piece to piece."""
    x, states = float(x0), []
    for span, now in zip(spans.tolist(), f.tolist(), strict=True):

        def rate(_, y, now=now):
            return slope(torch.from_numpy(y), now, float(w_tau), float(a)).numpy()

        x = solve_ivp(rate, (0, span), [x], method="DOP853", rtol=1e-12, atol=1e-14).y[0, -1]
        states.append(x)
    return np.array(states)


def test_piecewise_constant_input_is_exact():
    generator = torch.Generator().manual_seed(1)
    for _ in range(20):
        x0, a = uniform(generator, -1, 1, 2)
        w_tau = uniform(generator, 0.1, 3, 1)[0]
        spans, f = uniform(generator, 0.05, 2, 6), uniform(generator, 0, 1, 6)
        for form, slope in (
            (piecewise_constant.symmetrised, symmetrised.slope),
            (piecewise_constant.ltc, symmetrised.ltc_slope),
        ):
            found = form(x0, spans, f, w_tau, a)
            np.testing.assert_allclose(
                found.numpy(), solved(slope, x0, spans, f, w_tau, a), rtol=0, atol=1e-11
            )


def test_the_symmetrised_ode_differs_by_the_second_leak():
    x, f, w_tau, a = torch.rand(4, 10, dtype=torch.float64)
    difference = symmetrised.slope(x, f, w_tau, a) - symmetrised.ltc_slope(x, f, w_tau, a)
    torch.testing.assert_close(difference, a * w_tau)


@settings(max_examples=50, deadline=None)
@given(st.floats(-1, 1), st.floats(-1, 1), st.floats(0, 5), st.floats(0, 1), st.floats(0, 5))
def test_pieces_may_be_cut_anywhere(x0, a, w_tau, f, span):
    x0, a, w_tau = (torch.tensor(x, dtype=torch.float64) for x in (x0, a, w_tau))
    whole = torch.tensor([span], dtype=torch.float64)
    cut = torch.tensor([0.3 * span, 0.0, 0.7 * span], dtype=torch.float64)
    for form in (piecewise_constant.symmetrised, piecewise_constant.ltc):
        one = form(x0, whole, torch.full((1,), f, dtype=torch.float64), w_tau, a)
        three = form(x0, cut, torch.full((3,), f, dtype=torch.float64), w_tau, a)
        torch.testing.assert_close(three[-1:], one, rtol=0, atol=1e-14)
