"""Windows of long recordings: as published, and in parts that share no row."""

import numpy as np
import pytest
import torch

from liquidtime.data import from_lists
from liquidtime.data.splits import Split
from liquidtime.errors import InputError
from liquidtime.tasks.windows import (
    Stretch,
    apart,
    at_random,
    in_time,
    in_turn,
    sliding,
    standardised_target,
    whole,
    windows,
)

LENGTHS = [70, 33, 8, 100]


@pytest.fixture(scope="module")
def recordings():
    """Values tell recording and row; the clock is uneven."""
    values = [1000.0 * n + np.arange(count)[:, None] for n, count in enumerate(LENGTHS)]
    times = [np.cumsum(1 + np.arange(count) % 3) for count in LENGTHS]
    target = [block + 0.5 for block in values]
    return from_lists(values, times, target=target, ids=list("abcd"), per_step=True)


def rows_of(series, part):
    return np.concatenate([series[int(n)].values[:, 0].numpy() for n in part])


def test_a_window_is_a_copy_of_its_rows_on_either_clock(recordings):
    cut = [Stretch(1, 3, 7), Stretch(0, 0, 2), Stretch(3, 1, 12, 4)]
    steps, own = windows(recordings, cut), windows(recordings, cut, "own")
    expected = [1003, 1004, 1005, 1006, 0, 1, 3001, 3005, 3009]
    for made in (steps, own):
        assert made.values.flatten().tolist() == expected
        assert made.target.flatten().tolist() == [row + 0.5 for row in expected]
        assert made.lengths.tolist() == [4, 2, 3] and made.ids.tolist() == ["b:3", "a:0", "d:1"]
    assert steps.times.tolist() == [1, 2, 3, 4, 1, 2, 1, 2, 3]
    clock = recordings[1].times
    assert torch.equal(own.times[:4], clock[3:7] - clock[3])


def test_published_windows_leave_out_the_one_that_ends_with_the_recording(recordings):
    found = sliding(recordings, 32, 10)
    assert [one[1] for one in found if one.recording == 0] == list(range(0, 70 - 32, 10))
    assert [one[1] for one in found if one.recording == 1] == [0]
    assert not [one for one in found if one.recording == 2]
    assert all(one.end - one.first == 32 for one in found)


def test_published_parts_are_those_of_the_legacy_generator():
    split = at_random(37, 23489)
    order = np.random.RandomState(23489).permutation(37)
    assert split.validation.tolist() == order[:3].tolist()
    assert split.test.tolist() == order[3:8].tolist()
    assert split.train.tolist() == order[8:].tolist()


@pytest.mark.parametrize("stride", [1, 7, 32])
def test_clean_parts_share_no_row_and_held_out_rows_count_once(recordings, stride):
    series, split = apart(recordings, in_time(recordings), length=32, stride=stride)
    train, validation, test = (rows_of(series, part) for part in vars(split).values())
    assert set(train) | set(validation) | set(test) == set(recordings.values.flatten().tolist())
    assert not set(train) & set(validation) and not set(test) & (set(train) | set(validation))
    for held in (validation, test):
        assert len(set(held)) == len(held)
    for n in range(len(LENGTHS)):
        own = [rows[rows // 1000 == n] for rows in (train, validation, test)]
        assert own[0].max() < own[1].min() and own[1].max() < own[2].min()
    assert series.lengths.max() <= 32


def test_parts_that_meet_or_are_empty_are_refused(recordings):
    halves = [Stretch(0, 0, 40)], [Stretch(0, 39, 60)], [Stretch(1, 0, 33)]
    with pytest.raises(InputError, match="in two parts"):
        apart(recordings, halves, length=8, stride=8)
    with pytest.raises(InputError, match="validation part has no rows"):
        apart(recordings, (halves[0], [], halves[2]), length=8, stride=8)


def test_each_recording_tests_in_its_turn(recordings):
    tested = []
    for seed in range(4):
        train, validation, test = in_turn(range(4), seed)
        assert sorted(train + validation + test) == [0, 1, 2, 3] and len(train) == 2
        tested += test
        series, split = apart(
            recordings,
            [whole(recordings, part) for part in (train, validation, test)],
            length=16,
            stride=8,
        )
        assert set(rows_of(series, split.test) // 1000) == set(test)
    assert sorted(tested) == [0, 1, 2, 3]
    with pytest.raises(InputError, match="2 groups"):
        in_turn([0, 1], 0)


def test_targets_are_standardised_by_the_rows_that_may_be_seen(recordings):
    series = windows(recordings, whole(recordings, range(4)))
    split = Split(np.array([0, 1]), np.array([2]), np.array([3]))
    for of, rows in (("training", series.target[: 70 + 33]), ("all", series.target)):
        made, same = standardised_target((series, split), of)
        expected = (series.target - rows.mean()) / rows.std(correction=0)
        assert torch.allclose(made.target, expected, atol=1e-5) and same is split
