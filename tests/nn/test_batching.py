"""A batch of irregular series equals the series one at a time."""

import pytest
import torch
from layers import BIDIRECTIONAL, LAYERS, D

B, T = 5, 9
LENGTHS = torch.tensor([9, 1, 0, 6, 8])


@pytest.fixture
def series():
    x = torch.randn(B, T, D)
    elapsed = torch.rand(B, T) * 3
    mask = torch.rand(B, T) < 0.7
    mask[3] = False
    x[~mask] = float("nan")
    return x, elapsed, mask


def one_at_a_time(rnn, x, elapsed, mask):
    """The same series without padding, without masked steps, unbatched."""
    keep, since, gaps = [], 0.0, []
    for t in range(len(x)):
        since = since + elapsed[t]
        if mask[t]:
            keep.append(t)
            gaps.append(since)
            since = 0.0
    if not keep:
        return None, None
    return keep, rnn(x[keep], elapsed=torch.stack(gaps))


@pytest.mark.parametrize("name", LAYERS)
def test_batched_equals_one_at_a_time(name, series):
    x, elapsed, mask = series
    rnn = LAYERS[name]()
    output, state = rnn(x, elapsed=elapsed, lengths=LENGTHS, mask=mask)
    for b, length in enumerate(LENGTHS.tolist()):
        keep, alone = one_at_a_time(rnn, x[b, :length], elapsed[b, :length], mask[b, :length])
        assert (output[b, length:] == 0).all()
        if keep is None:
            assert (state.h[:, b] == 0).all()
            continue
        torch.testing.assert_close(output[b, keep], alone[0], atol=1e-6, rtol=0)
        torch.testing.assert_close(state.h[:, b], alone[1].h, atol=1e-6, rtol=0)
        if alone[1].c is not None:
            torch.testing.assert_close(state.c[:, b], alone[1].c, atol=1e-6, rtol=0)


@pytest.mark.parametrize("name", BIDIRECTIONAL)
def test_batched_equals_one_at_a_time_in_both_directions(name, series):
    x, elapsed, _ = series
    x = torch.randn(B, T, D)
    rnn = BIDIRECTIONAL[name]()
    output, state = rnn(x, elapsed=elapsed, lengths=LENGTHS)
    for b, length in enumerate(LENGTHS.tolist()):
        if not length:
            continue
        alone, alone_state = rnn(x[b, :length], elapsed=elapsed[b, :length])
        torch.testing.assert_close(output[b, :length], alone, atol=1e-6, rtol=0)
        torch.testing.assert_close(state.h[:, b], alone_state.h, atol=1e-6, rtol=0)


@pytest.mark.parametrize("name", BIDIRECTIONAL)
def test_padding_and_masked_steps_have_no_effect_in_both_directions(name, series):
    x, elapsed, mask = series
    rnn = BIDIRECTIONAL[name]()
    expected = rnn(x, elapsed=elapsed, lengths=LENGTHS, mask=mask)[0]
    inside = torch.arange(T) < LENGTHS[:, None]
    other = torch.where((mask & inside)[..., None], x, torch.full_like(x, 1e3))
    elapsed = torch.where(inside, elapsed, torch.full_like(elapsed, 7.0))
    output = rnn(other, elapsed=elapsed, lengths=LENGTHS, mask=mask)[0]
    assert torch.equal(output, expected)


@pytest.mark.parametrize("name", LAYERS)
def test_a_gap_per_series_matters(name):
    """The defect of older libraries: one gap for the whole batch, or gaps along the units."""
    rnn = LAYERS[name]()
    x = torch.randn(1, T, D).expand(2, T, D)
    elapsed = torch.stack([torch.full((T,), 0.1), torch.full((T,), 2.0)])
    output, _ = rnn(x, elapsed=elapsed)
    assert (output[0] - output[1]).abs().max() > 1e-4
    apart = torch.stack([rnn(x[b], elapsed=elapsed[b])[0] for b in range(2)])
    torch.testing.assert_close(output, apart, atol=1e-6, rtol=0)


def test_nan_at_masked_steps_leaves_gradients_alone(series):
    x, elapsed, mask = series
    rnn = LAYERS["gated"]()
    output, _ = rnn(x, elapsed=elapsed, lengths=LENGTHS, mask=mask)
    output.square().sum().backward()
    assert all(parameter.grad.isfinite().all() for parameter in rnn.parameters())
    poisoned = [parameter.grad.clone() for parameter in rnn.parameters()]
    rnn.zero_grad()
    clean = torch.where(mask[..., None], x, torch.zeros_like(x))
    output, _ = rnn(clean, elapsed=elapsed, lengths=LENGTHS, mask=mask)
    output.square().sum().backward()
    for parameter, gradient in zip(rnn.parameters(), poisoned, strict=True):
        assert torch.equal(parameter.grad, gradient)
