"""The mean of a sigmoid along a line: exact to rounding, its derivatives too."""

import mpmath
import pytest
import torch
from torch.autograd import gradcheck, gradgradcheck

from liquidtime.dynamics.sigmoid_mean import mean_sigmoid

mpmath.mp.dps = 50


def exact(a, b):
    """M and ∂M/∂b."""
    a, b = mpmath.mpf(a), mpmath.mpf(b)

    def opening(z):
        return 1 / (1 + mpmath.exp(-z))

    if a == b:
        s = opening(a)
        return s, s * (1 - s) / 2
    mean = (mpmath.log1p(mpmath.exp(b)) - mpmath.log1p(mpmath.exp(a))) / (b - a)
    return mean, (opening(b) - mean) / (b - a)


def cases(dtype):
    """Starts all along the sigmoid, moves from nothing to across all of it, either way."""
    generator = torch.Generator().manual_seed(0)

    def rand(n):
        return torch.rand(n, generator=generator, dtype=torch.float64)

    start = torch.cat([80 * rand(800) - 50, torch.zeros(50), 4 * rand(150) - 2])
    size = 10 ** (10 * rand(1000) - 8)
    sign = torch.sign(rand(1000) - 0.5)
    moves = torch.where(rand(1000) < 0.05, torch.zeros(1000), sign * size)
    start, end = start.to(dtype), (start + moves).to(dtype)
    return start.requires_grad_(), end.requires_grad_()


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_value_and_derivative_against_mpmath(dtype):
    a, b = cases(dtype)
    mean = mean_sigmoid(a, b)
    (slope,) = torch.autograd.grad(mean.sum(), b)
    eps = torch.finfo(dtype).eps
    for i in range(len(a)):
        value, derivative = exact(a[i].item(), b[i].item())
        assert abs(mean[i].item() - float(value)) <= 24 * eps * float(value), (a[i], b[i])
        assert abs(slope[i].item() - float(derivative)) <= 24 * eps, (a[i], b[i])


def test_the_plain_difference_would_fail():
    """What the series is for: float32, a source that hardly moves."""
    a = torch.linspace(-4, 4, 101)
    b = a + 1e-4
    truth = mean_sigmoid(a.double(), b.double())
    plain = (torch.nn.functional.softplus(b) - torch.nn.functional.softplus(a)) / (b - a)
    assert ((plain - truth).abs() / truth).max() > 1e-4
    assert ((mean_sigmoid(a, b) - truth).abs() / truth).max() < 1e-6


def test_it_is_a_symmetric_mean():
    a, b = (part.detach() for part in cases(torch.float64))
    mean = mean_sigmoid(a, b)
    torch.testing.assert_close(mean_sigmoid(b, a), mean, rtol=1e-14, atol=0)
    low, high = torch.sigmoid(torch.minimum(a, b)), torch.sigmoid(torch.maximum(a, b))
    assert (mean >= low * (1 - 1e-14)).all()
    assert (mean <= high * (1 + 1e-14)).all()
    torch.testing.assert_close(mean_sigmoid(-a, -b), 1 - mean, rtol=0, atol=1e-14)


def test_first_and_second_derivatives():
    a = torch.tensor([0.3, 0.3, -2.0, 0.0, 0.0, -0.7, 5.0, 1.0], dtype=torch.float64)
    b = torch.tensor([0.3, 0.31, 3.0, 0.0, 1.0, 0.0, 5.6, 1.2], dtype=torch.float64)
    inputs = (a.requires_grad_(), b.requires_grad_())
    assert gradcheck(mean_sigmoid, inputs)
    assert gradgradcheck(mean_sigmoid, inputs)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_extremes_stay_finite(dtype):
    a = torch.tensor([0.0, -1e30, 1e30, -1e4, 1e4, -200.0], dtype=dtype).requires_grad_()
    b = torch.tensor([0.0, 1e30, -1e30, 1e4, 1e4, -200.0], dtype=dtype).requires_grad_()
    mean = mean_sigmoid(a, b)
    slopes = torch.autograd.grad(mean.sum(), (a, b))
    torch.testing.assert_close(
        mean, torch.tensor([0.5, 0.5, 0.5, 0.5, 1.0, 0.0], dtype=dtype), rtol=1e-5, atol=1e-30
    )
    assert all(slope.isfinite().all() for slope in slopes)
