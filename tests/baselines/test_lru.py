"""LRU: its scan against the loop, its units against the equations, the whole on a short task."""

import numpy as np
import pytest
import torch
from waves import accuracy

from liquidtime.baselines.linear_scan import WIDE, linear_scan
from liquidtime.baselines.lru import LRU, LinearUnits
from liquidtime.errors import InputError
from liquidtime.models import lru


def looped(factor, drive):
    state, found = torch.zeros_like(drive[:, 0]), []
    for a, b in zip(factor.unbind(1), drive.unbind(1), strict=True):
        state = a * state + b
        found.append(state)
    return torch.stack(found, dim=1)


@pytest.mark.parametrize("dtype", [torch.float64, torch.complex128])
@pytest.mark.parametrize("units", [5, WIDE // 3 + 1])
@pytest.mark.parametrize("steps", [1, 2, 3, 4, 7, 16, 17, 101])
def test_the_scan_is_the_loop_in_outputs_and_gradients(steps, units, dtype):
    torch.manual_seed(steps)
    factor, drive, weight = (torch.randn(3, steps, units, dtype=dtype) for _ in range(3))
    factor = 0.95 * factor / factor.abs().clamp(min=1)
    factor[:, steps // 2, 0] = 0.0
    found = []
    for scan in (linear_scan, looped):
        a, b = (part.clone().requires_grad_() for part in (factor, drive))
        out = scan(a, b)
        (out * weight).sum().abs().backward()
        found.append((out.detach(), a.grad, b.grad))
    for scanned, expected in zip(*found, strict=True):
        torch.testing.assert_close(scanned, expected, rtol=1e-10, atol=1e-12)


def test_long_memory_neither_overflows_nor_is_lost_in_single_precision():
    factor = torch.full((1, 20_000, 2), 1.0)
    factor[..., 1] = 1e-30
    found = linear_scan(factor, torch.ones_like(factor))
    assert torch.equal(found[0, :, 0], torch.arange(1.0, 20_001.0))
    torch.testing.assert_close(found[0, :, 1], torch.ones(20_000))


def units_of(hold, width=3, units=4):
    torch.manual_seed(2)
    return LinearUnits(width, units, hold=hold, ring=(0.3, 0.95), phase=3.0).double()


@pytest.mark.parametrize("hold", ["impulse", "interval"])
def test_the_units_equal_the_equations(hold):
    units = units_of(hold)
    random = np.random.default_rng(0)
    u, gaps = random.normal(size=(6, 3)), random.exponential(1.0, 6)
    weights = {name: p.detach().numpy() for name, p in units.named_parameters()}
    pole = -np.exp(weights["nu"]) + 1j * np.exp(weights["theta"])
    into = weights["into.weight"][0::2] + 1j * weights["into.weight"][1::2]
    # Re((a + ib)(x + iy)) = ax − by.
    out = weights["out.weight"][:, 0::2] - 1j * weights["out.weight"][:, 1::2]
    state, expected = np.zeros(4, dtype=complex), []
    for x, gap in zip(u, gaps, strict=True):
        given = np.exp(weights["gamma"]) * (into @ x)
        if hold == "interval":
            # What the held input adds: ∫ exp(λs) ds over the gap, over the same of a typical gap.
            given = given * (np.exp(pole * gap) - 1) / (np.exp(pole) - 1)
        state = np.exp(pole * gap) * state + given
        expected.append((out @ state).real + weights["past"] * x)
    found = units(torch.tensor(u)[None], torch.tensor(gaps)[None])[0].detach().numpy()
    np.testing.assert_allclose(found, np.array(expected), atol=1e-12)


def test_at_even_gaps_both_ways_of_holding_are_the_paper_s():
    u, ones = torch.randn(2, 9, 3, dtype=torch.float64), torch.ones(2, 9, dtype=torch.float64)
    torch.testing.assert_close(units_of("impulse")(u, ones), units_of("interval")(u, ones))


def test_units_are_drawn_within_the_ring_and_normalised():
    torch.manual_seed(0)
    units = LinearUnits(4, 5000, hold="impulse", ring=(0.5, 0.9), phase=1.0)
    radius = torch.exp(-torch.exp(units.nu.detach()))
    assert 0.5 <= radius.min() < 0.51 and 0.89 < radius.max() <= 0.9001
    # Evenly over the area of the ring: |λ|² is uniform.
    assert float((radius**2).mean()) == pytest.approx((0.25 + 0.81) / 2, abs=0.01)
    turn = torch.exp(units.theta.detach())
    assert turn.max() <= 1.0 and float(turn.mean()) == pytest.approx(0.5, abs=0.02)
    torch.testing.assert_close(torch.exp(units.gamma.detach()), (1 - radius**2).sqrt())


def layer_of(**options):
    torch.manual_seed(3)
    return LRU(2, 6, 5, layers=2, **options).double().eval()


@pytest.mark.parametrize("hold", ["impulse", "interval"])
def test_what_comes_later_or_behind_the_end_has_no_influence(hold):
    layer, random = layer_of(hold=hold), torch.Generator().manual_seed(0)
    x = torch.randn(2, 9, 2, dtype=torch.float64, generator=random)
    gaps = torch.rand(2, 9, dtype=torch.float64, generator=random)
    lengths = torch.tensor([9, 5])
    found = layer(x, gaps, lengths)
    other, others = x.clone(), gaps.clone()
    other[:, 5:], others[:, 5:] = 77.0, 1e30
    changed = layer(other, others, lengths)
    torch.testing.assert_close(changed[:, :5], found[:, :5])
    assert not found[1, 5:].any() and not changed[1, 5:].any()
    assert changed.isfinite().all()
    slow = layer(x, 3 * gaps, lengths)
    assert not torch.allclose(slow[:, 1:], found[:, 1:])


def test_as_many_parameters_as_the_equations_have():
    block = 2 * 6 + (5 + 5 + 5) + 6 * 10 + 10 * 6 + 6 + (6 * 12 + 12)
    count = sum(p.numel() for p in layer_of().parameters())
    assert count == (2 * 6 + 6) + 2 * block + 2 * 6


def test_a_ring_without_room_is_refused():
    with pytest.raises(InputError, match="least below the largest"):
        lru.Config(least_radius=0.9, largest_radius=0.9)


def test_it_learns_which_of_two_waves_a_series_is():
    options = {"hidden_size": 12, "state_size": 12, "num_layers": 2}
    assert accuracy("lru", options, steps=60, learning_rate=1e-2) > 0.8
