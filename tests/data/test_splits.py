import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from liquidtime.data import Split, folds, split_by_group, split_by_name, split_by_series
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


@given(st.integers(3, 60), st.integers(0, 5), st.booleans())
def test_no_group_is_in_two_parts(count, seed, stratified):
    random = np.random.default_rng(seed)
    groups = np.concatenate([np.arange(count), random.integers(0, count, 3 * count)])
    classes = random.integers(0, 2, len(groups)) if stratified else None
    split = split_by_group(groups, seed=seed, stratify=classes)
    parts = (split.train, split.validation, split.test)
    assert sorted(np.concatenate(parts).tolist()) == list(range(len(groups)))
    sets = [set(groups[part].tolist()) for part in parts]
    assert all(sets)
    assert not (sets[0] & sets[1] or sets[0] & sets[2] or sets[1] & sets[2])


def test_groups_of_unequal_size_come_to_their_shares_and_classes():
    random = np.random.default_rng(0)
    sizes = random.integers(1, 30, 60)
    groups = np.repeat([f"p{g}" for g in range(60)], sizes)
    ill = np.repeat(random.random(60) < 0.2, sizes)
    split = split_by_group(groups, seed=3, stratify=ill)
    for part, share in zip(
        (split.train, split.validation, split.test), (0.7, 0.15, 0.15), strict=True
    ):
        assert len(part) / len(groups) == pytest.approx(share, abs=0.02)
        assert ill[part].mean() == pytest.approx(ill.mean(), abs=0.03)
    others = {split_by_group(groups, seed=seed).test.tobytes() for seed in range(5)}
    assert len(others) > 1, "the seed decides, also where groups differ in size"


def test_a_group_for_every_series_and_enough_of_them():
    with pytest.raises(InputError, match="2 groups cannot be split into 3 parts"):
        split_by_group(["a", "a", "b"])
    with pytest.raises(InputError, match="group of series 1 is missing"):
        split_by_group(["a", None, "b"])
    with pytest.raises(InputError, match="stratify has shape"):
        split_by_group([1, 2, 3], stratify=[1, 2])


@given(st.integers(2, 6), st.integers(6, 40), st.booleans(), st.booleans())
def test_folds_score_every_series_once(k, n, stratified, grouped):
    random = np.random.default_rng(n)
    classes = random.integers(0, 2, n) if stratified else None
    groups = np.arange(n) // 2 if grouped else None
    if grouped and n < 2 * k:
        return
    cut = folds(n, k, stratify=classes, groups=groups, seed=1)
    assert sorted(np.concatenate([scored for _, scored in cut]).tolist()) == list(range(n))
    for fitted, scored in cut:
        assert sorted([*fitted, *scored]) == list(range(n))
        if grouped:
            assert not set(groups[fitted]) & set(groups[scored])


def test_folds_hold_the_classes_evenly():
    classes = np.array([0] * 85 + [1] * 15)
    for _, scored in folds(100, 5, stratify=classes):
        assert classes[scored].sum() == 3
    with pytest.raises(InputError, match="cannot be cut into 5 folds"):
        folds(4, 5)
    with pytest.raises(InputError, match="at most 2"):
        folds(6, 3, groups=[0, 0, 0, 1, 1, 1])


def test_parts_by_name():
    split = split_by_name(["train", "Val", "dev", "Training", "test", "hold out"])
    assert split.to_dict() == {"train": [0, 3], "validation": [1, 2], "test": [4, 5]}
    with pytest.raises(InputError, match="Did you mean 'train'"):
        split_by_name(["trian"])
    with pytest.raises(InputError, match="'fold1' is no part; expected train"):
        split_by_name(["train", "fold1"])
