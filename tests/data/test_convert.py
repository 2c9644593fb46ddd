from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import torch
from torch.nn.utils.rnn import pack_sequence

from liquidtime.data import (
    from_lists,
    from_long_frame,
    from_nan_padded,
    from_packed,
    from_pypots,
    to_lists,
    to_long_frame,
    to_nan_padded,
    to_packed,
    to_pypots,
)
from liquidtime.errors import InputError

NAN = float("nan")
LENGTHS = [3, 1, 5, 4]


def keywords(series):
    """What the arrays of a conversion do not carry."""
    return {
        "static": series.static,
        "target": series.target,
        "ids": series.ids,
        "features": series.features,
    }


@pytest.mark.parametrize("target", ["class", "values", None])
def test_lists_there_and_back(build, target):
    series = build([3, 0, 5, 1, 0], target=target)
    assert from_lists(*to_lists(series), **keywords(series)).equals(series)


def test_lists_of_nothing(build):
    series = build([], static=0)
    assert to_lists(series) == ([], [])
    assert len(from_lists([])) == 0


def test_lists_take_plain_numbers_one_feature_and_no_times():
    series = from_lists([[1, 2], torch.tensor([3.0]), [NAN, 5.0]], target=[0, 1, 1])
    assert series.values.flatten().tolist() == [1, 2, 3, 0, 5]
    assert series.mask.flatten().tolist() == [True, True, True, False, True]
    assert series.times.tolist() == [0, 1, 0, 0, 1]
    assert series.target.dtype == torch.int64


def test_lists_take_masks_and_a_target_a_step():
    series = from_lists(
        [[[1.0, 2.0]], [[3.0, 4.0], [5.0, 6.0]]],
        masks=[[[1, 0]], [[1, 1], [0, 1]]],
        target=[[0.5], [1.5, NAN]],
        per_step=True,
    )
    assert series.values.tolist() == [[1, 0], [3, 4], [0, 6]]
    assert series.target.shape == (3, 1)
    assert series.target.isnan().flatten().tolist() == [False, False, True]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (([[[1.0, 2.0]], [[1.0]]],), "series 1 has 1 features; series before it have 2"),
        (([[1.0], [2.0]], [[0.0]]), "times holds 1 series; values holds 2"),
        (([[1.0, 2.0]], [[0.0]]), "times of series 0 has 1 entries; its values have 2"),
        (([[1.0, 2.0]], [[1.0, 0.0]]), "series 0 at position 1"),
        (([["a"]],), "series 0 does not hold numbers"),
        (([[[[1.0]]]],), r"series 0 has shape \[1, 1, 1\]"),
    ],
)
def test_lists_that_do_not_fit(arguments, message):
    with pytest.raises(InputError, match=message):
        from_lists(*arguments)


def test_text_targets_are_refused():
    with pytest.raises(InputError, match="Number the classes"):
        from_lists([[1.0]], target=["dead"])


@pytest.mark.parametrize("target", ["class", "values", None])
def test_nan_padded_there_and_back(build, target):
    series = build([3, 0, 5, 1], target=target)
    assert from_nan_padded(*to_nan_padded(series), **keywords(series)).equals(series)


def test_nan_padded_with_a_target_a_step(build):
    series = build(LENGTHS, per_step=True)
    again = from_nan_padded(
        *to_nan_padded(series),
        static=series.static,
        target=series.pad().target,
        ids=series.ids,
        per_step=True,
    )
    assert again.equals(series)


def test_where_a_padded_series_ends():
    block = np.array([[[1.0], [NAN], [NAN]], [[NAN], [2.0], [NAN]]])
    assert from_nan_padded(block).lengths.tolist() == [1, 2]
    assert from_nan_padded(block, [0.0, 1.0, 2.0]).lengths.tolist() == [1, 2]
    assert from_nan_padded(block, lengths=[3, 2]).lengths.tolist() == [3, 2]
    clock = [[0.0, 4.0, NAN], [1.0, 2.0, 3.0]]
    own = from_nan_padded(block, clock)
    assert own.lengths.tolist() == [2, 3]
    assert own.times.tolist() == [0, 4, 1, 2, 3]
    with pytest.raises(InputError, match="position 1"):
        from_nan_padded(block, [[0.0, NAN, 2.0], [0.0, 1.0, 2.0]])


def test_padded_shapes_that_do_not_fit():
    with pytest.raises(InputError, match=r"expected \[N, T, D\]"):
        from_nan_padded(np.zeros((2, 3)))
    with pytest.raises(InputError, match=r"times has shape \[2\]"):
        from_nan_padded(np.zeros((2, 3, 1)), [0.0, 1.0])
    with pytest.raises(InputError, match="from 0 to 3"):
        from_nan_padded(np.zeros((2, 3, 1)), lengths=[1, 4])


@pytest.mark.parametrize("target", ["class", "values", None])
def test_packed_there_and_back(build, target):
    series = build(LENGTHS, target=target)
    assert from_packed(*to_packed(series), **keywords(series)).equals(series)


def test_packed_in_the_order_before_packing():
    parts = [torch.tensor([1.0]), torch.tensor([2.0, NAN, 4.0])]
    series = from_packed(pack_sequence(parts, enforce_sorted=False))
    assert series.lengths.tolist() == [1, 3]
    assert series.values.flatten().tolist() == [1, 2, 0, 4]
    assert series.times.tolist() == [0, 0, 1, 2]


def test_packed_refuses_what_it_cannot_hold(build):
    with pytest.raises(InputError, match="series 1 has no rows"):
        to_packed(build([2, 0]))
    one = pack_sequence([torch.zeros(2, 1)])
    with pytest.raises(InputError, match="Pack both"):
        from_packed(one, pack_sequence([torch.zeros(3)]))
    with pytest.raises(InputError, match="expected a torch"):
        from_packed(torch.zeros(2, 1))


def test_pypots_there_and_back(build):
    series = build([4, 4, 4], static=0, observed=0.7)
    data = to_pypots(series)
    assert data["X"].shape == (3, 4, 3)
    regular = replace(
        series, times=torch.arange(4.0, dtype=torch.float64).repeat(3), ids=np.arange(3)
    )
    assert from_pypots(data).equals(regular)
    assert from_pypots(data, [0.0, 2.0, 5.0, 9.0]).times[:4].tolist() == [0, 2, 5, 9]


def test_pypots_keeps_empty_steps():
    series = from_pypots({"X": np.full((2, 3, 1), NAN), "y": np.array([[0], [1]])})
    assert series.lengths.tolist() == [3, 3]
    assert series.target.tolist() == [0, 1]


def test_pypots_on_a_grid_averages_what_meets():
    series = from_lists(
        [[[1.0, NAN], [3.0, 5.0], [7.0, NAN]], np.zeros((0, 2)), [[NAN, NAN], [2.0, 2.0]]],
        [[10.0, 10.4, 11.2], [], [0.0, 0.5]],
    )
    block = to_pypots(series, step=0.5)["X"]
    assert np.array_equal(
        block,
        np.array(
            [
                [[2, 5], [NAN, NAN], [7, NAN]],
                [[NAN, NAN]] * 3,
                [[NAN, NAN], [2, 2], [NAN, NAN]],
            ],
            dtype=np.float32,
        ),
        equal_nan=True,
    )


def test_pypots_grid_is_not_shifted_by_rounding():
    times = np.arange(50) * 0.1
    series = from_lists([np.arange(50.0)], [times])
    assert to_pypots(series, step=0.1)["X"][0, :, 0].tolist() == list(range(50))


def test_pypots_refuses_what_it_cannot_hold(build):
    with pytest.raises(InputError, match="one a step"):
        to_pypots(build([2], per_step=True))
    with pytest.raises(InputError, match="step is 0"):
        to_pypots(build([2]), step=0)
    with pytest.raises(InputError, match='expected "X"'):
        from_pypots({"x": 1})


def test_frame_there_and_back(build):
    # Strictly rising times and something observed in every row: what a long frame can hold.
    series = build(LENGTHS, observed=1.1)
    times = torch.cat([torch.arange(float(n)) for n in LENGTHS]).double()
    mask = series.mask.clone()
    mask[::2, 1] = False
    values = torch.where(mask, series.values, 0.0)
    series = replace(series, times=times, mask=mask, values=values)
    frame = to_long_frame(series, id="stay", value="amount").sample(frac=1, random_state=0)
    again = from_long_frame(
        frame.sort_values("stay", kind="stable"),
        id="stay",
        value="amount",
        features=series.features,
        static=pd.DataFrame(
            series.static.numpy(), index=series.ids, columns=list(series.static_features)
        ),
        target=dict(zip(series.ids, series.target.tolist(), strict=True)),
    )
    assert again.equals(series)


def frame_of(rows):
    return pd.DataFrame(rows, columns=["id", "time", "variable", "value"])


def test_frame_averages_repeats_and_keeps_empty_moments():
    frame = frame_of(
        [
            ("b", 2, "hr", 1.0),
            ("a", 1, "hr", 4.0),
            ("b", 2, "hr", 2.0),
            ("b", 1, "bp", NAN),
            ("b", 3, "other", 9.0),
        ]
    )
    series = from_long_frame(frame, features=["hr", "bp"], target=pd.Series({"a": 0.5, "b": 2.0}))
    assert series.ids.tolist() == ["b", "a"]
    assert series.lengths.tolist() == [3, 1]
    assert series.times.tolist() == [1, 2, 3, 1]
    assert series.values.tolist() == [[0, 0], [1.5, 0], [0, 0], [4, 0]]
    assert series.mask.any(1).tolist() == [False, True, False, True]
    assert series.target.tolist() == [[2.0], [0.5]]
    assert from_long_frame(frame).features == ("bp", "hr", "other")
    with pytest.raises(InputError, match="'hr' of 'b' at time 2 stands twice"):
        from_long_frame(frame, repeated="error")


@pytest.mark.parametrize(
    ("rows", "settings", "message"),
    [
        ([("a", 1, "hr", 1.0)], {"time": "when"}, "no column 'when'.*Name the columns"),
        ([("a", 1, "hr", "high")], {}, "'value' holds (object|str).*to_numeric"),
        ([("a", 1, "hr", pd.Timestamp("2020-01-01"))], {}, "holds dates.*total_seconds"),
        ([("a", NAN, "hr", 1.0)], {}, "'time' is missing in 1 rows"),
        ([(None, 1, "hr", 1.0)], {}, "'id' is missing in 1 rows"),
        ([("a", 1, "hr", float("inf"))], {}, "'value' is infinite in the row 0"),
        ([("a", 1, "hr", 1.0)], {"target": {"b": 1}}, "target has no row for 1 ids, first 'a'"),
        ([("a", 1, "hr", 1.0)], {"repeated": "last"}, "repeated is 'last'"),
    ],
)
def test_frames_that_do_not_fit(rows, settings, message):
    with pytest.raises(InputError, match=message):
        from_long_frame(frame_of(rows), **settings)


def test_static_rows_may_not_repeat():
    static = pd.DataFrame({"age": [1.0, 2.0]}, index=["a", "a"])
    with pytest.raises(InputError, match="static holds the id 'a' twice"):
        from_long_frame(frame_of([("a", 1, "hr", 1.0)]), static=static)
