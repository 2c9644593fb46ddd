"""Both published settings, and parts that share no reading."""

from collections import Counter

import numpy as np
import pytest

from liquidtime.data.sets.person_activity import TAGS, TICKS, Readings, merged
from liquidtime.tasks.person_activity import protocols
from liquidtime.tasks.person_activity.task import TASK

ACTIVITIES = ("walking", "sitting", "standing up from sitting on the ground")


def made(people, rows=260):
    """Sequences of people, two each; every reading is somewhere else."""
    random = np.random.default_rng(len(people))
    names = [f"{person}0{n}" for person in people for n in (1, 2)]
    count = rows * len(names)
    return Readings(
        np.repeat(names, rows),
        random.integers(0, len(TAGS), count),
        np.cumsum(random.integers(1, 4, count)) * TICKS * 3,
        np.arange(3.0 * count).reshape(count, 3),
        np.repeat(random.choice(ACTIVITIES, count // 10), 10).astype(object),
    )


@pytest.fixture
def readings(request, monkeypatch):
    found = made(request.param)
    monkeypatch.setattr(protocols, "found", lambda: found)
    protocols._second.cache_clear()
    yield found
    protocols._second.cache_clear()


@pytest.mark.parametrize("readings", ["A"], indirect=True)
def test_the_second_setting_overlaps_draws_anew_and_says_so(readings):
    series, split = TASK.protocol("paper").parts(0)
    assert set(series.lengths.tolist()) == {50}
    windows = [text.partition("#")[0] for text in series.ids]
    assert len(set(series.ids)) == len(series)
    assert max(Counter(windows).values()) > 1
    train, test = ({windows[k] for k in part} for part in (split.train, split.test))
    validation = {windows[k] for k in split.validation}
    assert not train & test and not validation & test and not validation & train
    starts = {int(text.partition(":")[2]) for text in windows}
    assert {start % 25 for start in starts} == {0}
    assert (series.target == -1).any()
    _, other = TASK.protocol("paper").parts(1)
    assert len(other.test) == len(split.test)
    assert any("drawn anew" in trap for trap in TASK.protocol("paper").traps)


@pytest.mark.parametrize("readings", ["A"], indirect=True)
def test_the_first_setting_has_a_row_a_reading(readings):
    series, split = TASK.protocol("first-setting").parts(0)
    assert series.values.shape[1] == 7
    assert set(series.lengths.tolist()) == {32}
    assert len(split.test) == int(0.2 * len(series))
    # 260 readings give windows at 0, 16, … 224, and not one that would end with the last.
    assert len(series) == 2 * 15


@pytest.mark.parametrize("readings", ["A", "AB", "ABC"], indirect=True)
@pytest.mark.parametrize("seed", [0, 1])
def test_no_reading_is_in_two_clean_parts(readings, seed):
    series, split = TASK.protocol("clean").parts(seed)
    places = [
        {tuple(row) for row, there in zip(part.values.tolist(), part.mask.any(1), strict=True)}
        for part in (series.select(p) for p in (split.train, split.validation, split.test))
    ]
    assert not places[0] & places[1] and not places[0] & places[2] and not places[1] & places[2]
    held_out = series.select(split.test)
    assert len(places[2]) == len(held_out.values)
    assert series.target is not None and bool((series.target >= 0).all())
    if len(set(readings.sequence)) == 6:
        people = [{str(name)[0] for name in series.ids[p]} for p in (split.validation, split.test)]
        assert people == [{"ABC"[seed + 1]}, {"ABC"[seed]}]


def test_published_inputs_are_raw_filled_forward_and_marked():
    preprocess = TASK.recipe("cfc-published").preprocess
    assert preprocess is not None
    series = small()
    encoded = preprocess(series).encode(series)
    assert encoded.inputs.shape[1] == 24
    assert set(encoded.inputs[:, 12:].unique().tolist()) == {0.0, 1.0}
    last = encoded.inputs[-1, :12][series.mask[-1]]
    assert last.tolist() == series.values[-1][series.mask[-1]].tolist()
    gaps = series.times.diff()[0]
    assert encoded.elapsed[1] == pytest.approx(10 * float(gaps))


def small():
    found = made("A", rows=60)
    # Small enough for the limit of the inputs.
    return merged(
        Readings(found.sequence, found.tag, found.time, found.place / 100, found.activity)
    )
