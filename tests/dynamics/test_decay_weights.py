"""Weights of a cubic under exponential forgetting, against mpmath."""

import mpmath
import pytest
import torch
from torch.autograd import gradcheck

from liquidtime.dynamics.decay_weights import decay_weights

mpmath.mp.dps = 50


def exact(clock):
    y = mpmath.mpf(clock)
    moments = [
        mpmath.gammainc(j + 1, 0, y) / y**j
        if y > 1
        else y * mpmath.exp(-y) * mpmath.hyp1f1(1, j + 2, y) / (j + 1)
        for j in range(4)
    ]
    zeroth, first, second, third = moments
    return (
        third,
        3 * (second - third),
        3 * (first - 2 * second + third),
        zeroth - 3 * first + 3 * second - third,
    )


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_against_mpmath(dtype):
    clock = torch.cat([torch.logspace(-12, 7, 300), torch.tensor([1.999, 2.0, 2.001])]).to(dtype)
    weights = decay_weights(clock)
    eps = torch.finfo(dtype).eps
    for i, y in enumerate(clock.tolist()):
        for weight, value in zip(weights, exact(y), strict=True):
            assert abs(weight[i].item() - float(value)) <= 16 * eps * float(value), y


def test_the_mpmath_formula_is_the_integral():
    for clock in (0.3, 1.7, 8.0):
        for i, value in enumerate(exact(clock)):
            integral = mpmath.quad(
                lambda s, i=i, clock=clock: (
                    mpmath.binomial(3, i)
                    * s**i
                    * (1 - s) ** (3 - i)
                    * clock
                    * mpmath.exp(-clock * (1 - s))
                ),
                [0, 1],
            )
            assert abs(integral - value) < 1e-30


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_they_are_parts_of_what_is_forgotten(dtype):
    clock = torch.cat([torch.zeros(1), torch.logspace(-20, 20, 2000)]).to(dtype)
    weights = torch.stack(decay_weights(clock))
    assert weights.isfinite().all()
    assert (weights >= 0).all()
    eps = torch.finfo(dtype).eps
    torch.testing.assert_close(weights.sum(0), -torch.expm1(-clock), rtol=8 * eps, atol=0)
    assert (weights[:, 0] == 0).all()


def test_derivatives():
    clock = torch.tensor([0.0, 1e-6, 0.5, 1.9, 2.1, 7.0, 80.0], dtype=torch.float64)
    assert gradcheck(lambda y: torch.stack(decay_weights(y)), (clock.requires_grad_() + 1e-5,))
    small = torch.tensor([0.0, 1e9], dtype=torch.float32, requires_grad=True)
    (slope,) = torch.autograd.grad(sum(w.sum() for w in decay_weights(small)), small)
    assert slope.isfinite().all()
    assert slope[0] == 1
