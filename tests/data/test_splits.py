import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from liquidtime.data import Split, split_by_series
from liquidtime.errors import InputError


@given(st.integers(3, 500), st.integers(0, 5), st.booleans())
def test_every_series_is_in_one_part(n, seed, stratified):
    classes = np.random.default_rng(seed).integers(0, 3, n) if stratified else None
    split = split_by_series(n, seed=seed, stratify=classes)
    parts = (split.train, split.validation, split.test)
    assert sorted(np.concatenate(parts).tolist()) == list(range(n))
    assert all(len(part) for part in parts)
    for part, share in zip(parts, (0.7, 0.15, 0.15), strict=True):
        assert abs(len(part) - share * n) < 2


def test_the_seed_decides():
    one, two, three = (split_by_series(100, seed=seed) for seed in (1, 1, 2))
    assert one.to_dict() == two.to_dict()
    assert one.to_dict() != three.to_dict()


def test_classes_are_spread_in_proportion():
    classes = np.array([0] * 860 + [1] * 140)
    split = split_by_series(1000, seed=0, stratify=classes)
    for part in (split.train, split.validation, split.test):
        assert classes[part].mean() == pytest.approx(0.14, abs=0.005)


def test_a_part_can_be_empty_by_wish():
    split = split_by_series(10, fractions=(0.8, 0.2, 0.0))
    assert (len(split.train), len(split.validation), len(split.test)) == (8, 2, 0)


@pytest.mark.parametrize("fractions", [(0.5, 0.5), (0.5, 0.6, -0.1), (0.5, 0.2, 0.2)])
def test_wrong_fractions(fractions):
    with pytest.raises(InputError, match="add up to 1"):
        split_by_series(10, fractions=fractions)


def test_too_few_series():
    with pytest.raises(InputError, match="2 series cannot be split into 3 parts"):
        split_by_series(2)


def test_stratify_must_fit():
    with pytest.raises(InputError, match=r"stratify has shape \[3\]"):
        split_by_series(4, stratify=np.zeros(3))


def test_a_series_in_two_parts_is_refused():
    with pytest.raises(InputError, match=r"series 2 is named 2 times.*leak"):
        Split(np.array([0, 2]), np.array([1]), np.array([2]))


def test_json_round_trip():
    split = split_by_series(20, seed=1)
    assert Split.from_dict(json.loads(json.dumps(split.to_dict()))).to_dict() == split.to_dict()
