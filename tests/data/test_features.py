import torch
from hypothesis import given
from hypothesis import strategies as st

from liquidtime.data import features


@st.composite
def ragged_series(draw):
    lengths = draw(st.lists(st.integers(0, 6), max_size=6))
    width = draw(st.integers(1, 3))
    seed = draw(st.integers(0, 2**31))
    generator = torch.Generator().manual_seed(seed)
    rows = sum(lengths)
    mask = torch.rand(rows, width, generator=generator) < draw(st.sampled_from([0.0, 0.3, 1.0]))
    values = torch.randn(rows, width, generator=generator) * mask
    gaps = torch.rand(rows, generator=generator, dtype=torch.float64)
    starts = torch.randn(len(lengths), generator=generator, dtype=torch.float64) * 100
    times = [
        start + part.cumsum(0) for start, part in zip(starts, gaps.split(lengths), strict=True)
    ]
    times = torch.cat(times) if times else gaps
    return values, times, mask, torch.tensor(lengths, dtype=torch.int64)


def by_hand(values, times, mask, lengths):
    """The definitions, one row and one feature at a time."""
    filled, since = torch.zeros_like(values), torch.zeros(values.shape, dtype=torch.float64)
    elapsed = torch.zeros_like(times)
    row = 0
    for length in lengths.tolist():
        last = [None] * values.shape[1]
        for step in range(length):
            now = row + step
            elapsed[now] = times[now] - times[now - 1] if step else 0
            for d in range(values.shape[1]):
                if mask[now, d]:
                    last[d] = now
                if last[d] is None:
                    since[now, d] = times[now] - times[row]
                else:
                    filled[now, d] = values[last[d], d]
                    since[now, d] = times[now] - times[last[d]]
        row += length
    return filled, since, elapsed


@given(ragged_series())
def test_features_equal_the_slow_loop(series):
    values, times, mask, lengths = series
    filled, since, elapsed = by_hand(values, times, mask, lengths)
    assert torch.equal(features.forward_fill(values, mask, lengths), filled)
    assert torch.equal(features.time_since_observed(times, mask, lengths), since)
    assert torch.equal(features.elapsed_since_previous(times, lengths), elapsed)


def test_nothing_is_carried_into_the_next_series():
    values = torch.tensor([[1.0], [2.0], [0.0], [0.0]])
    mask = torch.tensor([[True], [True], [False], [False]])
    times = torch.tensor([0.0, 10.0, 11.0, 14.0], dtype=torch.float64)
    lengths = torch.tensor([2, 2])
    assert features.forward_fill(values, mask, lengths).flatten().tolist() == [1, 2, 0, 0]
    assert features.time_since_observed(times, mask, lengths).flatten().tolist() == [0, 0, 0, 3]
    assert features.elapsed_since_previous(times, lengths).tolist() == [0, 10, 0, 3]
