"""Parity of strings of bits: the published parts, and parts that share no string."""

import numpy as np
import pytest

from liquidtime.data.sets import bit_stream
from liquidtime.tasks.catalogue import task
from liquidtime.tasks.reproduce import plan, reproduce
from liquidtime.tasks.xor_event.task import TASK

TRAIN, TEST = (bit_stream.draw(*part).codes for part in bit_stream.PARTS)


def codes(ids):
    parts = {"train": TRAIN, "test": TEST}
    return np.array([parts[name][int(n)] for name, n in (text.split(":") for text in ids)])


def test_the_published_parts():
    series, split = TASK.protocol("paper").parts(3)
    assert [len(split.train), len(split.validation), len(split.test)] == [95_000, 5_000, 10_000]
    assert all(text.startswith("test:") for text in series.ids[split.test])
    assert np.isin(TEST, TRAIN).sum() == 3605
    assert "3,605" in TASK.protocol("paper").traps[0]
    short = bit_stream.draw(*bit_stream.PARTS[1]).lengths <= 10
    assert np.isin(TEST[short], TRAIN).mean() > 0.98


@pytest.mark.parametrize("seed", [0, 4])
def test_no_string_is_in_two_clean_parts(seed):
    series, split = TASK.protocol("clean").parts(seed)
    train, validation, test = (
        set(codes(series.ids[part]).tolist())
        for part in (split.train, split.validation, split.test)
    )
    assert not train & validation and not train & test and not validation & test
    assert (len(split.validation), len(split.test)) == (5_000, 6_395)
    assert "6,395" in TASK.protocol("clean").about
    assert len(split.train) == 95_000


def test_both_encodings_have_the_same_strings_and_recipes():
    dense = task("xor-dense")
    series, split = dense.protocol("clean").parts(0)
    other, same = TASK.protocol("clean").parts(0)
    assert series.ids.tolist() == other.ids.tolist()
    assert np.array_equal(series.target, other.target)
    assert np.array_equal(split.train, same.train)
    assert len(series.times) > len(other.times)
    assert dense.recipes == TASK.recipes


def test_inputs_are_those_of_the_papers():
    series, _ = TASK.protocol("paper").parts(0)
    encoded = TASK.preprocess(series).encode(series.select(range(50)))
    assert set(encoded.inputs.unique().tolist()) == {0.0, 1.0}
    assert encoded.inputs.shape[1] == 1
    gaps = encoded.elapsed * 32
    assert np.array_equal(gaps, gaps.round()) and gaps.max() > 2


@pytest.mark.slow
@pytest.mark.timeout(7200)
def test_cfc_reaches_the_published_accuracy(tmp_path):
    runs = plan(TASK, tmp_path, recipes=["cfc-mixed"], protocol="paper", seeds=1)
    (record,) = reproduce(TASK, runs, progress=False)
    assert record["metrics"]["accuracy"]["value"] > TASK.published.claim.value - 0.002
