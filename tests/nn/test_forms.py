"""The same numbers in every form in which sequences may come."""

import pytest
import torch
from layers import BIDIRECTIONAL, LAYERS, D
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from liquidtime.nn import LTC, CfC

B, T = 4, 6


def close(a, b):
    torch.testing.assert_close(a, b, atol=1e-6, rtol=0)


def test_every_form_of_elapsed_means_the_same():
    rnn, x = CfC(D, 5), torch.randn(B, T, D)
    gaps = torch.rand(T)
    expected = rnn(x, elapsed=gaps.expand(B, T))[0]
    for form in (gaps, gaps.expand(B, T)[..., None], gaps.double(), gaps.expand(B, T).double()):
        assert torch.equal(rnn(x, elapsed=form)[0], expected)
    constant = rnn(x, elapsed=torch.full((B, T), 0.3))[0]
    assert torch.equal(rnn(x, elapsed=torch.full((T,), 0.3))[0], constant)
    # One number for all steps lets a kernel put a Δt + b into one head, rounded otherwise.
    one = rnn(x, elapsed=0.3)[0]
    assert torch.equal(rnn(x, elapsed=torch.tensor(0.3))[0], one)
    close(one, constant)
    assert torch.equal(rnn(x)[0], rnn(x, elapsed=1.0)[0])
    assert torch.equal(rnn(x)[0], rnn(x, elapsed=1)[0])


def test_times_are_differences_in_double_precision():
    rnn, x = CfC(D, 5), torch.randn(B, T, D)
    gaps = torch.rand(B, T, dtype=torch.float64)
    gaps[:, 0] = 0
    unix = 1.7e9 + gaps.cumsum(1)
    close(rnn(x, times=unix)[0], rnn(x, elapsed=gaps)[0])
    integers = torch.arange(T) * 3
    steps = torch.full((T,), 3.0)
    steps[0] = 0
    close(rnn(x, times=integers)[0], rnn(x, elapsed=steps)[0])


@pytest.mark.parametrize("name", ["gated", "stacked", "memory_as_state", "ltc_stacked"])
def test_time_first_and_unbatched(name):
    x, elapsed = torch.randn(B, T, D), torch.rand(B, T)
    mask, lengths = torch.rand(B, T) < 0.8, torch.tensor([6, 2, 5, 1])
    rnn = LAYERS[name]()
    options = {"elapsed": elapsed, "mask": mask, "lengths": lengths}
    expected, state = rnn(x, **options)
    rnn.batch_first = False
    turned = {"elapsed": elapsed.T, "mask": mask.T, "lengths": lengths}
    output, turned_state = rnn(x.transpose(0, 1), **turned)
    assert torch.equal(output.transpose(0, 1), expected)
    assert torch.equal(turned_state.h, state.h)
    rnn.batch_first = True
    single, single_state = rnn(x[0], elapsed=elapsed[0], mask=mask[0], lengths=lengths[0])
    close(single, expected[0])
    close(single_state.h, state.h[:, 0])
    again, _ = rnn(x[0], single_state, elapsed=elapsed[0][:, None])
    assert again.shape == (T, rnn.output_size)
    stepped, _ = rnn.step(x[0, 0], single_state, elapsed[0, :1])
    close(stepped, again[0])


@pytest.mark.parametrize("enforce_sorted", [True, False])
@pytest.mark.parametrize("make", [LAYERS["stacked"], BIDIRECTIONAL["gated"], LAYERS["auto_ncp"]])
def test_packed_in_packed_out(make, enforce_sorted):
    rnn = make()
    lengths = torch.tensor([6, 5, 3, 1] if enforce_sorted else [3, 6, 1, 5])
    x, elapsed = torch.randn(B, T, D), torch.rand(B, T)

    def pack(sequence):
        return pack_padded_sequence(
            sequence, lengths, batch_first=True, enforce_sorted=enforce_sorted
        )

    expected, state = rnn(x, elapsed=elapsed, lengths=lengths)
    for form in (elapsed, pack(elapsed[..., None])):
        output, packed_state = rnn(pack(x), elapsed=form)
        padded, got_lengths = pad_packed_sequence(output, batch_first=True)
        assert torch.equal(got_lengths, lengths)
        assert torch.equal(padded, expected)
        assert torch.equal(packed_state.h, state.h)
        assert torch.equal(output.batch_sizes, pack(x).batch_sizes)


def test_backward_direction_is_the_forward_one_on_reversed_series():
    both, one = CfC(D, 5, bidirectional=True), CfC(D, 5)
    one.cells[0].load_state_dict(both.cells[1].state_dict())
    x, elapsed = torch.randn(B, T, D), torch.rand(B, T)
    turned = torch.cat([elapsed[:, :1], elapsed.flip(1)[:, :-1]], dim=1)
    expected = one(x.flip(1), elapsed=turned)[0].flip(1)
    assert torch.equal(both(x, elapsed=elapsed)[0][..., 5:], expected)


def test_non_contiguous_input():
    rnn = CfC(D, 5)
    x, elapsed = torch.randn(D, T, B).permute(2, 1, 0), torch.rand(T, B).T
    assert not x.is_contiguous()
    close(rnn(x, elapsed=elapsed)[0], rnn(x.contiguous(), elapsed=elapsed.contiguous())[0])


def test_in_place_of_an_lstm():
    lstm, rnn = torch.nn.LSTM(D, 5, 2, batch_first=True), CfC(D, 5, 2)
    x = torch.randn(B, T, D)
    assert rnn(x)[0].shape == lstm(x)[0].shape
    assert rnn(x)[1].h.shape == lstm(x)[1][0].shape
    rnn.flatten_parameters()


def test_dropout_between_layers_only_in_training():
    rnn, x = LTC(D, 5, 2, dropout=0.5), torch.randn(B, T, D)
    assert not torch.equal(rnn(x)[0], rnn(x)[0])
    rnn.eval()
    assert torch.equal(rnn(x)[0], rnn(x)[0])
    backbone = CfC(D, 5, backbone_dropout=0.5)
    assert not torch.equal(backbone(x)[0], backbone(x)[0])
    backbone.eval()
    assert torch.equal(backbone(x)[0], backbone(x)[0])
