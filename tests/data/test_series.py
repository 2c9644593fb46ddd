import pickle
from dataclasses import replace

import numpy as np
import pytest
import torch

from liquidtime.data import IrregularSeries
from liquidtime.errors import InputError

LENGTHS = [3, 0, 5, 1, 4]


def test_defaults_fill_ids_and_names():
    series = IrregularSeries(
        values=torch.ones(3, 2),
        times=torch.tensor([0.0, 1.0, 0.5], dtype=torch.float64),
        mask=torch.ones(3, 2, dtype=torch.bool),
        lengths=torch.tensor([2, 1]),
        static=torch.zeros(2, 1),
    )
    assert series.ids.tolist() == [0, 1]
    assert series.features == ("x0", "x1")
    assert series.static_features == ("static0",)
    assert len(series) == 2
    assert "2 series, 3 rows, 2 features, 1 static" in repr(series)


@pytest.mark.parametrize("per_step", [False, True])
@pytest.mark.parametrize("target", ["class", "values", None])
def test_select_takes_the_rows_of_the_series(build, per_step, target):
    series = build(LENGTHS, target=target, per_step=per_step)
    chosen = [4, 1, 0, 0]
    part = series.select(chosen)
    assert part.lengths.tolist() == [4, 0, 3, 3]
    assert part.ids.tolist() == ["s4", "s1", "s0", "s0"]
    row = 0
    for new, old in enumerate(chosen):
        start, count = int(series.offsets[old]), LENGTHS[old]
        for name in ("values", "times", "mask") + (("target",) if per_step and target else ()):
            got = getattr(part, name)[row : row + count]
            assert torch.equal(got, getattr(series, name)[start : start + count])
        if target and not per_step:
            assert torch.equal(part.target[new], series.target[old])
        assert torch.equal(part.static[new].isnan(), series.static[old].isnan())
        row += count
    assert row == len(part.times)


def test_select_takes_bools_slices_and_negative_numbers(build):
    series = build(LENGTHS)
    assert series.select(np.array([True, False, False, False, True])).ids.tolist() == ["s0", "s4"]
    assert series.select(slice(1, 3)).ids.tolist() == ["s1", "s2"]
    assert series[1:3].equals(series.select([1, 2]))
    assert series.select(torch.tensor([-1])).ids.tolist() == ["s4"]
    assert series[-1].equals(series[4])
    assert len(series.select([])) == 0
    assert [part.ids[0] for part in series] == ["s0", "s1", "s2", "s3", "s4"]


@pytest.mark.parametrize("index", [[5], [-6], [0.5], [[0]], [True, False]])
def test_select_refuses_what_is_no_series(build, index):
    with pytest.raises(InputError):
        build(LENGTHS).select(index)


def test_item_out_of_range_is_an_index_error(build):
    with pytest.raises(IndexError, match="there are 5"):
        build(LENGTHS)[5]


@pytest.mark.parametrize("per_step", [False, True])
def test_concatenate_undoes_select(build, per_step):
    series = build(LENGTHS, per_step=per_step)
    parts = [series.select([0, 1]), series.select([]), series.select([2, 3, 4])]
    assert IrregularSeries.concatenate(parts).equals(series)


def test_concatenate_refuses_what_differs(build):
    with pytest.raises(InputError, match="at least one"):
        IrregularSeries.concatenate([])
    with pytest.raises(InputError, match="features of part 1"):
        IrregularSeries.concatenate([build([2]), build([2], features=4)])
    with pytest.raises(InputError, match="kinds of target"):
        IrregularSeries.concatenate([build([2]), build([2], target="values")])


@pytest.mark.parametrize("target", ["class", "values"])
def test_pad_keeps_every_row_and_marks_the_rest(build, target):
    series = build(LENGTHS, target=target, per_step=True)
    padded = series.pad()
    assert padded.values.shape == (5, 5, 3)
    for n, length in enumerate(LENGTHS):
        one = series[n]
        assert torch.equal(padded.values[n, :length], one.values)
        assert torch.equal(padded.times[n, :length], one.times)
        assert torch.equal(padded.mask[n, :length], one.mask)
        assert torch.equal(padded.target[n, :length], one.target)
        assert not padded.values[n, length:].any()
        assert not padded.mask[n, length:].any()
        rest = padded.target[n, length:]
        assert (rest == -1).all() if target == "class" else rest.isnan().all()
        last = one.times[-1] if length else torch.tensor(0.0, dtype=torch.float64)
        assert (padded.times[n, length:] == last).all()
    assert (padded.times.diff(dim=1) >= 0).all()


def test_pad_of_nothing(build):
    assert build([]).pad().values.shape == (0, 0, 3)
    assert build([0, 0]).pad().times.shape == (2, 0)


def test_pickle_round_trip(build):
    series = build(LENGTHS)
    assert pickle.loads(pickle.dumps(series)).equals(series)


def test_equals_sees_every_difference(build):
    series = build(LENGTHS)
    assert series.equals(replace(series))
    assert not series.equals(build(LENGTHS, seed=1))
    assert not series.equals(replace(series, features=("a", "b", "c")))
    assert not series.equals(replace(series, ids=np.arange(5)))
    assert not series.equals(replace(series, static=None, static_features=None))
    assert not series.equals(replace(series, static=torch.nan_to_num(series.static)))


def with_entry(tensor, place, value):
    changed = tensor.clone()
    changed[place] = value
    return changed


NAN = float("nan")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda s: {"values": s.values.double()}, r"values has dtype torch.float64.*to\(torch.fl"),
        (lambda s: {"values": s.values.numpy()}, "values is a ndarray"),
        (lambda s: {"values": s.values[:, 0]}, r"values has shape \[13\]; expected \[R, D\]"),
        (lambda s: {"times": s.times.float()}, "times has dtype torch.float32"),
        (lambda s: {"times": s.times[:-1]}, "13 rows but times has 12"),
        (lambda s: {"mask": s.mask.float()}, "mask has dtype"),
        (lambda s: {"mask": s.mask[:, :1]}, r"mask has shape \[13, 1\]"),
        (lambda s: {"lengths": s.lengths.int()}, "lengths has dtype torch.int32"),
        (lambda s: {"lengths": s.lengths + 1}, "add up to 18 but there are 13 rows"),
        (lambda s: {"lengths": torch.tensor([4, -1, 5, 1, 4])}, r"lengths\[1\] is -1"),
        (lambda s: {"static": s.static[:-1]}, r"static has shape \[4, 2\]"),
        (lambda s: {"static": with_entry(s.static, (2, 1), float("inf"))}, "'s2', 'static1'"),
        (lambda s: {"ids": s.ids[:-1]}, r"ids has shape \[4\]"),
        (lambda s: {"features": ("a", "b")}, "features holds 2 names; expected 3"),
        (lambda s: {"features": ("a", "b", "a")}, "holds 'a' twice"),
        (lambda s: {"times": with_entry(s.times, 7, -1.0)}, "series 's2' at position 4.*Sort"),
        (lambda s: {"times": with_entry(s.times, 8, NAN)}, "not finite.*series 's3' at position 0"),
        (lambda s: {"target": s.target.float()}, r"expected class numbers \[N\] of torch.int64"),
        (lambda s: {"target": s.target[:-1]}, "target has 4 entries; expected 5, one a series"),
        (lambda s: {"target": with_entry(s.target, 3, -1)}, "target is -1 in series 's3'"),
        (lambda s: {"classes": ("a",), "target": with_entry(s.target, 4, 1)}, "below 1, the num"),
        (lambda s: {"target": torch.full((5, 1), NAN)}, "target is nan in series 's0', column 0"),
        (lambda s: {"target": torch.zeros(5, 2), "target_names": ("y",)}, "target_names holds 1"),
        (lambda s: {"per_step": True}, "expected 13, one a row"),
    ],
)
def test_what_is_wrong_is_named(build, change, message):
    series = replace(build(LENGTHS), classes=None)
    with pytest.raises(InputError, match=message):
        replace(series, **change(series))


def test_nan_in_an_observed_entry_is_named(build):
    series = build(LENGTHS)
    mask = with_entry(series.mask, (6, 1), True)
    with pytest.raises(InputError, match="'s2' at position 3, feature 'x1'"):
        replace(series, mask=mask, values=with_entry(series.values, (6, 1), NAN))


def test_a_value_that_was_not_observed_is_named(build):
    series = build(LENGTHS)
    mask = with_entry(series.mask, (12, 2), False)
    with pytest.raises(InputError, match=r"'s4' at position 3, feature 'x2'.*torch.where"):
        replace(series, mask=mask, values=with_entry(series.values, (12, 2), 3.0))


def test_equal_times_and_a_new_start_are_allowed(build):
    series = build([3, 2])
    times = torch.tensor([5.0, 5.0, 6.0, -1.0, -1.0], dtype=torch.float64)
    assert replace(series, times=times).times[3] == -1


def test_per_step_targets_may_be_missing(build):
    series = build([2, 2], target="values", per_step=True)
    kept = replace(series, target=with_entry(series.target, (1, 0), NAN))
    assert kept.target.isnan().sum() == 1
    with pytest.raises(InputError, match="target is inf in series 's1' at position 0"):
        replace(series, target=with_entry(series.target, (2, 0), float("inf")))
