"""What each integrator claims of itself: its order, its exact cases, its stability."""

from typing import get_args

import hypothesis.strategies as st
import mpmath
import numpy as np
import pytest
import torch
import torchdiffeq
from hypothesis import given, settings

from liquidtime import dynamics
from liquidtime.dynamics import IntegratorName, Synapses
from liquidtime.dynamics.exponential import phi1

NAMES = get_args(IntegratorName)
N = 5


def network(seed=0):
    generator = torch.Generator().manual_seed(seed)

    def uniform(low, high, *shape):
        return low + (high - low) * torch.rand(*shape, generator=generator, dtype=torch.float64)

    synapses = Synapses(
        uniform(0.001, 1, N, N),
        uniform(0.3, 0.8, N, N),
        uniform(3, 8, N, N),
        torch.sign(uniform(-1, 1, N, N)),
    )
    leak, potential = uniform(0.1, 1, N), uniform(-0.2, 0.2, N)

    def drive(v):
        conductance, current = dynamics.synaptic_drive(v, synapses)
        return conductance + leak, current + leak * potential

    return drive, uniform(0.4, 0.6, N), uniform(-0.5, 0.5, 1, N)


def run(name, v, total, steps, drive, capacitance):
    step = dynamics.integrator(name)
    for _ in range(steps):
        v = step(v, torch.tensor([[total / steps]], dtype=torch.float64), drive, capacitance)
    return v


@pytest.mark.parametrize("name", [name for name in NAMES if name != "dopri5"])
def test_order_is_as_claimed(name):
    drive, capacitance, v = network()
    exact = run("dopri5", v, 1.0, 4, drive, capacitance)
    exact = run("rk4", v, 1.0, 2000, drive, capacitance) if name != "rk4" else exact
    counts = np.array([40, 80, 160, 320]) if name != "rk4" else np.array([6, 12, 24, 48])
    errors = [float((run(name, v, 1.0, n, drive, capacitance) - exact).abs().max()) for n in counts]
    slope = -np.polyfit(np.log(counts), np.log(errors), 1)[0]
    assert abs(slope - dynamics.order(name)) < 0.2


def test_order_of_dopri5_with_its_steps_held(monkeypatch):
    """Adaptive steps have no order; so every step is accepted, and none may grow."""
    adaptive = torchdiffeq.odeint
    # Of this network the leading term of the error is not small, so it shows early.
    drive, capacitance, v = network(2)
    exact = run("rk4", v, 1.0, 4000, drive, capacitance)

    def error(count):
        def held(slope, v, ends, *, rtol, atol, method, options):
            options = options | {"first_step": 1 / count, "ifactor": 1.0}
            return adaptive(slope, v, ends, rtol=1e3, atol=1e3, method=method, options=options)

        monkeypatch.setattr(torchdiffeq, "odeint", held)
        return float((run("dopri5", v, 1.0, 1, drive, capacitance) - exact).abs().max())

    counts = [16, 32, 64]
    slope = -np.polyfit(np.log(counts), np.log([error(count) for count in counts]), 1)[0]
    assert abs(slope - dynamics.order("dopri5")) < 0.2


def test_dopri5_is_the_yardstick():
    drive, capacitance, v = network(1)
    fine = run("rk4", v, 1.0, 4000, drive, capacitance)
    torch.testing.assert_close(
        run("dopri5", v, 1.0, 1, drive, capacitance), fine, atol=1e-8, rtol=0
    )


@pytest.mark.parametrize("name", NAMES)
def test_nothing_happens_in_no_time(name):
    drive, capacitance, v = network()
    assert torch.equal(run(name, v, 0.0, 1, drive, capacitance), v)


@pytest.mark.parametrize("name", NAMES)
def test_each_sample_has_its_own_time(name):
    drive, capacitance, v = network()
    both = torch.cat([v, v])
    elapsed = torch.tensor([[0.2], [0.7]], dtype=torch.float64)
    together = dynamics.integrator(name)(both, elapsed, drive, capacitance)
    for row, time in zip(together, (0.2, 0.7), strict=True):
        alone = run(name, v, time, 1, drive, capacitance)[0]
        torch.testing.assert_close(row, alone, atol=1e-7 if name == "dopri5" else 1e-12, rtol=0)


@settings(max_examples=200, deadline=None)
@given(
    st.floats(0, 1e6),
    st.floats(0, 1e6),
    st.floats(-5, 5),
    st.floats(0, 50),
    st.floats(0, 50),
)
def test_exponential_is_exact_and_a_semigroup_for_frozen_input(g, j, v, first, second):
    def drive(_):
        return torch.tensor([[g]], dtype=torch.float64), torch.tensor([[j]], dtype=torch.float64)

    def step(at, time):
        one = torch.ones(1, dtype=torch.float64)
        span = torch.tensor([[time]], dtype=torch.float64)
        return dynamics.integrator("exponential")(at, span, drive, one)

    start = torch.tensor([[v]], dtype=torch.float64)
    whole = step(start, first + second)
    halves = step(step(start, first), second)
    scale = 1 + abs(v) + j * (first + second)
    assert abs(float(whole - halves)) <= 1e-12 * scale
    if g > 1e-3:
        # Not j/g + (v − j/g) exp(…), which rounds to eps j/g where no time passes.
        decay = -g * (first + second)
        exact = v * np.exp(decay) - j / g * np.expm1(decay)
        assert abs(float(whole) - exact) <= 1e-12 * scale


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 10_000), st.floats(0, 1e9), st.sampled_from(["fused", "exponential"]))
def test_stable_integrators_stay_between_the_potentials_that_pull(seed, time, name):
    drive, capacitance, v = network(seed)
    new = run(name, v, time, 3, drive, capacitance)
    assert new.min() >= min(-1.0, float(v.min())) - 1e-12
    assert new.max() <= max(1.0, float(v.max())) + 1e-12


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_phi1_and_its_derivative_near_zero(dtype):
    z = -torch.logspace(-12, 1.5, 400, dtype=torch.float64)
    z = torch.cat([z, torch.zeros(1, dtype=torch.float64)]).to(dtype).requires_grad_()
    value = phi1(z)
    (slope,) = torch.autograd.grad(value.sum(), z)
    mpmath.mp.dps = 60
    points = [mpmath.mpf(float(at)) for at in z.detach()]
    exact = [mpmath.expm1(p) / p if p else mpmath.mpf(1) for p in points]
    derivative = [
        (mpmath.exp(p) * p - mpmath.expm1(p)) / p**2 if p else mpmath.mpf("0.5") for p in points
    ]
    exact, derivative = (
        torch.tensor([float(number) for number in numbers], dtype=torch.float64)
        for numbers in (exact, derivative)
    )
    eps = torch.finfo(dtype).eps
    torch.testing.assert_close(value.double(), exact, rtol=4 * eps, atol=0)
    torch.testing.assert_close(slope.double(), derivative, rtol=300 * eps, atol=0)


def test_unknown_names_are_refused():
    with pytest.raises(ValueError, match="integrator is 'rk5'; expected one of 'fused'"):
        dynamics.integrator("rk5")
