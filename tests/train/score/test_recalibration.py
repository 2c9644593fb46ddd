"""Probabilities that are too sure are set right, and stay what they are where they were right."""

import json

import numpy as np
import pytest

from liquidtime.errors import InputError
from liquidtime.train.score.recalibration import Recalibration, across

METHODS = ["temperature", "platt", "isotonic"]


def made(classes, sure, seed=0, cases=4000):
    """Logits three times too large, and what came of the right ones."""
    random = np.random.default_rng(seed)
    logits = random.normal(size=(cases, classes))
    right = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    target = np.array([random.choice(classes, p=row) for row in right])
    told = np.exp(sure * logits) / np.exp(sure * logits).sum(axis=1, keepdims=True)
    return told, right, target


@pytest.mark.parametrize("classes", [2, 4])
@pytest.mark.parametrize("method", METHODS)
def test_what_was_too_sure_becomes_right(method, classes):
    told, _, target = made(classes, 3.0)
    found = Recalibration.fit(method, told, target)
    assert Recalibration.from_dict(json.loads(json.dumps(found.to_dict()))) == found
    new, truth, _ = made(classes, 3.0, seed=1)
    assert found(new).sum(axis=1) == pytest.approx(np.ones(len(new)))
    assert np.abs(found(new) - truth).mean() < 0.3 * np.abs(new - truth).mean()
    if method == "temperature":
        assert found.inputs[0][0] == pytest.approx(3.0, rel=0.15)


def test_each_fifth_is_set_right_by_the_others():
    told, _, target = made(2, 3.0, cases=500)
    target[:100] = -1
    honest = across("isotonic", told, target, np.arange(500))
    whole = Recalibration.fit("isotonic", told[100:], target[100:])(told)
    rows = np.arange(100, 500)

    def loss(found):
        return -np.log(np.clip(found[rows, target[rows]], 1e-7, 1)).mean()

    # What is fitted on a part flatters that part.
    assert loss(whole) < loss(honest)
    assert np.isfinite(honest).all()


def test_too_few_are_refused():
    with pytest.raises(InputError, match="from 10 validation targets"):
        Recalibration.fit("platt", np.full((10, 2), 0.5), np.arange(10) % 2)
    with pytest.raises(InputError, match="0 of the rarest class"):
        Recalibration.fit("platt", np.full((30, 2), 0.5), np.zeros(30, int))
