"""Newton's method over all steps gives the steps to rounding; else the steps are taken."""

import math

import pytest
import torch

from liquidtime import kernels
from liquidtime.kernels.diagonal import newton, reference
from liquidtime.nn import CfC, DiagonalCfC

H = 6


def case(batch, steps, seed=0, dtype=torch.float64, own=0.5):
    generator = torch.Generator().manual_seed(seed)

    def draw(*shape):
        return torch.randn(*shape, generator=generator, dtype=dtype)

    heads, h, weights = draw(batch, steps, 2 * H), draw(batch, H), own * draw(2, H)
    elapsed = torch.rand(batch, steps, generator=generator, dtype=dtype) * 3
    active = torch.rand(batch, steps, generator=generator) < 0.8
    return heads, h, elapsed, active, weights


def test_one_step_scalar_by_scalar():
    heads, h, elapsed, _, own = case(1, 1)
    got = reference.diagonal_step(h, heads[:, 0], elapsed[:, 0], own)[0]
    for i in range(H):
        before = float(h[0, i])
        q = math.tanh(heads[0, 0, i] + own[0, i] * before)
        rate = math.log(1 + math.exp(heads[0, 0, H + i] + own[1, i] * before))
        wanted = q + (before - q) * math.exp(-rate * float(elapsed))
        assert float(got[i]) == pytest.approx(wanted, abs=1e-14)


@pytest.mark.parametrize("steps", [1, 2, 3, 31, 64, 1000])
def test_a_scan_is_the_loop(steps):
    generator = torch.Generator().manual_seed(steps)
    slope, offset = torch.randn(2, 2, steps, 3, generator=generator, dtype=torch.float64)
    h, wanted = torch.zeros(2, 3, dtype=torch.float64), []
    for t in range(steps):
        h = torch.tanh(slope[:, t]) * h + offset[:, t]
        wanted.append(h)
    found = newton.linear_scan(torch.tanh(slope), offset)
    torch.testing.assert_close(found, torch.stack(wanted, 1), rtol=0, atol=1e-13)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize(("batch", "steps"), [(1, 1), (3, 2), (2, 65), (1, 3000)])
@pytest.mark.parametrize("masked", [False, True])
def test_the_solution_is_the_steps_to_rounding(dtype, batch, steps, masked):
    heads, h, elapsed, active, own = case(batch, steps, dtype=dtype)
    active = active if masked else None
    found = newton.solve(heads, h, elapsed, active, own)
    wanted, _ = reference.diagonal(heads, (h,), elapsed, active, own)
    assert found.converged
    # Quadratic: the digits double in each.
    assert found.sweeps <= 7
    torch.testing.assert_close(found.states, wanted, rtol=0, atol=100 * torch.finfo(dtype).eps)


def test_without_own_weights_the_start_is_the_solution():
    heads, h, elapsed, _, own = case(2, 200)
    found = newton.solve(heads, h, elapsed, None, own * 0)
    assert found.converged and found.sweeps <= 1


def test_gradients_are_those_of_the_steps():
    heads, h, elapsed, active, own = case(2, 40)
    weights = torch.randn(2, 40, H, dtype=torch.float64)

    def gradients(run):
        given = [part.clone().requires_grad_() for part in (heads, h, elapsed, own)]
        states, (last,) = run(given[0], (given[1],), given[2], active, given[3])
        return torch.autograd.grad((states * weights).sum() + last.square().sum(), given)

    for ours, wanted in zip(gradients(newton.diagonal), gradients(reference.diagonal), strict=True):
        torch.testing.assert_close(ours, wanted, rtol=1e-10, atol=1e-12)


def unruly():
    """Own weights so strong, at steps so long, that no sweep is near the next."""
    heads, h, elapsed, _, own = case(1, 400, own=40.0)
    return heads, h, elapsed * 10, None, own


def test_where_it_does_not_come_to_rest_the_steps_are_taken(monkeypatch):
    monkeypatch.setattr(newton, "SWEEPS", 1)
    heads, h, elapsed, active, own = unruly()
    assert not newton.solve(heads, h, elapsed, active, own).converged
    heads.requires_grad_()
    states, (last,) = newton.diagonal(heads, (h,), elapsed, active, own)
    wanted, _ = reference.diagonal(heads, (h,), elapsed, active, own)
    assert torch.equal(states, wanted) and torch.equal(last, wanted[:, -1])
    assert torch.autograd.grad(states.sum(), heads)[0].isfinite().all()


def test_what_is_not_finite_is_not_taken_for_a_solution():
    heads, h, elapsed, active, own = case(2, 30)
    heads[0, 11, 2] = math.nan
    assert not newton.solve(heads, h, elapsed, active, own).converged
    states, _ = newton.diagonal(heads, (h,), elapsed, None, own)
    wanted, _ = reference.diagonal(heads, (h,), elapsed, None, own)
    assert torch.equal(states.isnan(), wanted.isnan()) and states.isnan().any()


def test_strong_own_weights_are_solved_or_stepped():
    heads, h, elapsed, active, own = unruly()
    states, _ = newton.diagonal(heads, (h,), elapsed, active, own)
    wanted, _ = reference.diagonal(heads, (h,), elapsed, active, own)
    torch.testing.assert_close(states, wanted, rtol=0, atol=1e-9)


def test_a_layer_on_either_way():
    layer = DiagonalCfC(3, 9, 2, bidirectional=True)
    x, elapsed = torch.randn(4, 60, 3), torch.rand(4, 60)
    lengths, outputs = torch.tensor([60, 0, 17, 59]), []
    for backend in ("reference", "parallel"):
        layer.backend = backend
        outputs.append(layer(x, elapsed=elapsed, lengths=lengths)[0])
    torch.testing.assert_close(*outputs, rtol=0, atol=1e-5)


def test_on_the_cpu_steps_are_faster_and_chosen():
    said = str(kernels.explain(DiagonalCfC(3, 9)))
    assert kernels.explain(DiagonalCfC(3, 9)).chosen == "cpu"
    assert "parallel   can, but one step after the other is faster there" in said


def test_no_unit_hears_of_another():
    layer = DiagonalCfC(2, 5).double()
    x = torch.randn(1, 2, dtype=torch.float64)
    cell = layer.cells[0]
    found = torch.autograd.functional.jacobian(
        lambda h: cell(x, h, 0.7)[0], torch.randn(1, 5, dtype=torch.float64)
    )[:, 0]
    assert torch.equal(found, torch.diag(found.diag())) and found.diag().all()


def test_it_is_the_relaxation_with_a_diagonal_recurrence():
    diagonal, dense = DiagonalCfC(2, 5), CfC(2, 5, variant="relaxation", backbone_layers=0)
    cell, group = diagonal.cells[0], dense.cells[0].groups[0]
    with torch.no_grad():
        own = torch.cat([torch.diag(cell.own[0]), torch.diag(cell.own[1])])
        group.heads.weight.copy_(torch.cat([cell.heads.weight, own], 1))
        group.heads.bias.copy_(cell.heads.bias)
    x, elapsed = torch.randn(3, 20, 2), torch.rand(3, 20)
    torch.testing.assert_close(
        diagonal(x, elapsed=elapsed)[0], dense(x, elapsed=elapsed)[0], rtol=0, atol=1e-6
    )
