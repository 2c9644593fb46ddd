"""Strings of bits: the published random numbers, their encodings, parity."""

import numpy as np
import pytest
import torch

from liquidtime.data.sets import bit_stream
from liquidtime.data.sets.bit_stream import Strings
from liquidtime.errors import InputError


def strings(*texts):
    bits = np.array([int(bit) for text in texts for bit in text], dtype=np.int64)
    return Strings(bits, np.array([len(text) for text in texts], dtype=np.int64))


@pytest.mark.parametrize("seed", [0, 48736])
def test_strings_are_those_of_one_draw_after_another(seed):
    found = bit_stream.draw(200, seed)
    random = np.random.RandomState(seed)
    at = 0
    for length in found.lengths:
        assert length == random.randint(low=2, high=32)
        wanted = [random.randint(low=0, high=2) for _ in range(length)]
        assert found.bits[at : at + length].tolist() == wanted
        at += length
    assert at == len(found.bits)


def test_codes_and_parity_tell_strings_apart():
    found = strings("01", "001", "1", "01", "1" * 31, "1101")
    assert len(set(found.codes.tolist())) == 5
    assert found.codes[0] == found.codes[3] == 0b101
    assert found.parity.tolist() == [1, 1, 1, 1, 1, 1]
    assert strings("11", "1010").parity.tolist() == [0, 0]


def test_a_dense_row_is_a_bit():
    series = bit_stream.series_of(strings("0110", "10"), "dense")
    assert series.values[:, 0].tolist() == [0, 1, 1, 0, 1, 0]
    assert series.times.tolist() == [1, 2, 3, 4, 1, 2]
    assert series.target.tolist() == [0, 1]


def test_events_are_changes_and_the_end_as_published():
    """The recipe in its own words: an event a change, and one more for what is left."""
    drawn = bit_stream.draw(300, 7)
    series = bit_stream.series_of(drawn, "event")
    values, times = [], []
    for bits in np.split(drawn.bits, np.cumsum(drawn.lengths)[:-1]):
        last, waited, clock = -1, 0, 0
        for bit in bits:
            waited += 1
            if bit != last:
                values.append(bit)
                clock += waited
                times.append(clock)
                waited = 0
            last = bit
        if waited:
            values.append(last)
            times.append(clock + waited)
    assert series.values[:, 0].tolist() == values
    assert series.times.tolist() == times
    ends = series.times[series.offsets[1:] - 1]
    assert ends.tolist() == drawn.lengths.tolist()
    assert torch.equal(series.target, torch.from_numpy(drawn.parity))


def test_the_parity_can_be_told_from_the_events():
    drawn = bit_stream.draw(100, 3)
    for one, wanted in zip(bit_stream.series_of(drawn, "event"), drawn.parity, strict=True):
        gaps = np.diff(one.times.numpy())
        held, ends = one.values[:-1, 0].numpy(), one.values[1:, 0].numpy()
        ones = one.values[0, 0].item() + (held * (gaps - 1) + ends).sum()
        assert ones % 2 == wanted


def test_an_unknown_encoding():
    with pytest.raises(InputError, match='expected "dense" or "event"'):
        bit_stream.series_of(strings("01"), "sparse")
