"""Feeding the returned state forward equals the unbroken run, bit for bit."""

import pytest
import torch
from layers import LAYERS, D

from liquidtime.nn import LTC, CfC, DiagonalCfC, RecurrentState

B, T, CUT = 4, 11, 5


def tolerance(rnn, mapped=False):
    """None, but where PyTorch has a matrix product in between: it rounds by the batch's shape."""
    return 1e-6 if mapped or isinstance(rnn, DiagonalCfC) else 0


def assert_same_state(rnn, a, b):
    for name, one, other in zip(a._fields, a, b, strict=True):
        if name == "pending":
            one = torch.zeros(B) if one is None else one
            other = torch.zeros(B) if other is None else other
        assert (one is None) == (other is None), name
        if name == "previous" and one is not None:
            assert all(map(torch.equal, one, other)), name
            continue
        if one is not None:
            torch.testing.assert_close(one, other, atol=tolerance(rnn), rtol=0, msg=name)


def assert_same_output(rnn, a, b):
    torch.testing.assert_close(a, b, atol=tolerance(rnn, rnn.projection is not None), rtol=0)


@pytest.mark.parametrize("name", LAYERS)
@pytest.mark.parametrize("clock", ["elapsed", "times"])
def test_two_stretches_equal_one(name, clock):
    rnn = LAYERS[name]()
    x, mask = torch.randn(B, T, D), torch.rand(B, T) < 0.6
    mask[:, CUT - 2 : CUT + 1] = False
    values = torch.rand(B, T).double()
    if clock == "times":
        values = values.cumsum(1) + 1e9
    whole, state = rnn(x, mask=mask, **{clock: values})
    first, middle = rnn(x[:, :CUT], mask=mask[:, :CUT], **{clock: values[:, :CUT]})
    second, end = rnn(x[:, CUT:], middle, mask=mask[:, CUT:], **{clock: values[:, CUT:]})
    assert_same_output(rnn, torch.cat([first, second], dim=1), whole)
    assert_same_state(rnn, end, state)


@pytest.mark.parametrize("name", LAYERS)
def test_steps_equal_the_sequence(name):
    rnn = LAYERS[name]()
    x, elapsed = torch.randn(B, T, D), torch.rand(B, T)
    whole, final = rnn(x, elapsed=elapsed)
    state = None
    for t in range(T):
        output, state = rnn.step(x[:, t], state, elapsed[:, t])
        assert_same_output(rnn, output, whole[:, t])
    assert_same_state(rnn, state, final)


def test_a_cell_is_one_step_of_its_layer():
    for name in ("gated", "auto_ncp", "ltc", "ltc_auto_ncp", "ltc_line", "ltc_line_extrapolated"):
        rnn = LAYERS[name]()
        x, h, elapsed = torch.randn(B, D), torch.randn(B, rnn.hidden_size), torch.rand(B)
        expected = rnn.step(x, RecurrentState(h[None]), elapsed)[1].h[0]
        cell = rnn.cells[0]
        torch.testing.assert_close(cell(x, h, elapsed), expected, atol=0, rtol=0)
        torch.testing.assert_close(cell(x, h, elapsed[:, None]), expected, atol=0, rtol=0)
        torch.testing.assert_close(cell(x[0], h[0], elapsed[:1]), expected[0], atol=1e-6, rtol=0)
        assert cell(x).shape == (B, rnn.hidden_size)


def test_a_series_of_length_zero_keeps_its_state():
    rnn = CfC(D, 7, mixed_memory=True)
    start = RecurrentState(torch.randn(1, B, 7), torch.randn(1, B, 7))
    _, state = rnn(torch.randn(B, T, D), start, lengths=torch.tensor([0, T, 0, 3]))
    for b in (0, 2):
        assert torch.equal(state.h[:, b], start.h[:, b])
        assert torch.equal(state.c[:, b], start.c[:, b])
    empty, state = rnn(torch.randn(B, 0, D), start)
    assert empty.shape == (B, 0, 7)
    assert torch.equal(state.h, start.h)


def test_masking_everything_only_lets_time_pass():
    rnn = CfC(D, 7)
    x, start = torch.randn(B, T, D), RecurrentState(torch.randn(1, B, 7))
    nothing = torch.zeros(B, T, dtype=torch.bool)
    output, state = rnn(x, start, elapsed=0.5, mask=nothing)
    assert torch.equal(output, start.h[0][:, None].expand(B, T, 7))
    torch.testing.assert_close(state.pending, torch.full((B,), 0.5 * T))
    later, _ = rnn(x, state, elapsed=0.25)
    first = torch.full((B, T), 0.25)
    first[:, 0] += 0.5 * T
    torch.testing.assert_close(later, rnn(x, start, elapsed=first)[0], atol=1e-6, rtol=0)


@pytest.mark.parametrize("name", [name for name in LAYERS if name.startswith("ltc_line")])
def test_a_series_without_steps_has_seen_no_input(name):
    rnn = LAYERS[name]()
    x, elapsed = torch.randn(B, T, D), torch.rand(B, T)
    nothing = torch.zeros(B, CUT, dtype=torch.bool)
    _, state = rnn(torch.full((B, CUT, D), float("nan")), elapsed=0.0, mask=nothing)
    assert all((part == 0).all() for part in state.previous)
    assert_same_output(rnn, rnn(x, state, elapsed=elapsed)[0], rnn(x, elapsed=elapsed)[0])


def test_the_line_of_the_input_begins_at_the_last_observed_one():
    rnn = LTC(D, 4, integrator="closed_form_linear").double()
    x, elapsed = torch.randn(B, 3, D).double(), torch.rand(B, 3).double()
    mask = torch.tensor([True, False, True]).expand(B, 3)
    _, state = rnn(x, elapsed=elapsed, mask=mask)
    cell = rnn.cells[0]
    v = cell(x[:, 0], None, elapsed[:, 0])
    expected = cell(x[:, 2], v, elapsed[:, 1] + elapsed[:, 2], previous=x[:, 0])
    torch.testing.assert_close(state.h[0], expected, atol=0, rtol=0)
    assert not torch.allclose(expected, cell(x[:, 2], v, elapsed[:, 1] + elapsed[:, 2]))
    assert torch.equal(state.previous[0][:, :D], x[:, 2])
