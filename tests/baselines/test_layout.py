"""Rows of a batch in their own steps, and at the time stamps of all series."""

import torch

from liquidtime.baselines.layout import layout_of

TIMES = torch.tensor([[0.0, 2.0, 5.0], [1.0, 2.0, 2.0], [0.0, 0.0, 0.0], [4.0, 4.0, 4.0]])
TIMES = TIMES.to(torch.float64)
LENGTHS = torch.tensor([3, 3, 0, 1])


def laid_out(name):
    return layout_of(name, TIMES, LENGTHS, torch.float32)


def test_the_union_holds_each_time_once_but_for_rows_of_one_series_at_one_time():
    layout = laid_out("union")
    # 0, 1, 2, 2 again, 4, 5.
    expected = [[1, 0, 1, 0, 0, 1], [0, 1, 1, 1, 0, 0], [0] * 6, [0, 0, 0, 0, 1, 0]]
    assert torch.equal(layout.here, torch.tensor(expected, dtype=torch.bool))
    assert layout.rows is not None
    for series, count in enumerate(LENGTHS.tolist()):
        at = layout.here[series].nonzero()[:, 0]
        assert torch.equal(layout.rows[series, :count], at)


def test_a_series_moves_only_between_its_first_row_and_its_last():
    layout = laid_out("union")
    onwards = [[0, 1, 1, 0, 2, 1], [0, 0, 1, 0, 0, 0], [0] * 6, [0] * 6]
    back = [[1, 1, 0, 2, 1, 0], [0, 1, 0, 0, 0, 0], [0] * 6, [0] * 6]
    assert torch.equal(layout.onwards, torch.tensor(onwards).float())
    assert torch.equal(layout.back, torch.tensor(back).float())


def test_between_two_rows_the_same_time_passes_in_both():
    own, union = laid_out("own"), laid_out("union")
    assert torch.equal(own.later, union.later)
    since = union.gather(union.onwards.cumsum(1))
    assert torch.equal(since[:2], own.onwards[:2].cumsum(1))


def test_rows_are_spread_and_gathered():
    for name in ("own", "union"):
        layout = laid_out(name)
        part = torch.randn(4, 3, 2)
        there = torch.arange(3) < LENGTHS.unsqueeze(1)
        assert torch.equal(layout.gather(layout.spread(part))[there], part[there])
    spread = laid_out("union").spread(torch.ones(4, 3, dtype=torch.bool))
    assert torch.equal(spread, laid_out("union").here)


def test_without_any_row_there_is_nothing_at_any_step():
    layout = layout_of("union", torch.zeros(2, 1), torch.zeros(2, dtype=torch.int64), torch.float32)
    assert layout.here.shape == (2, 1) and not layout.here.any() and not layout.onwards.any()


def test_gradients_reach_the_times():
    slopes = []
    for name in ("own", "union"):
        times = TIMES.clone().requires_grad_()
        layout = layout_of(name, times, LENGTHS, torch.float64)
        since = layout.gather(layout.onwards.cumsum(1))[:2]
        (since * torch.tensor([1.0, 2.0, 5.0])).sum().backward()
        slopes.append(times.grad)
    assert torch.equal(slopes[0][:2].sum(1), torch.zeros(2).double())
    torch.testing.assert_close(slopes[0], slopes[1])
