"""Operating points and the decision curve, against counts made by hand."""

import numpy as np
import pytest

from liquidtime.train.score.operating import (
    at_threshold,
    net_benefit,
    operating_points,
    thresholds,
)

# Five cases and five others, by rising probability: - - + - + - - + + +
TRUTH = np.array([0, 0, 1, 0, 1, 0, 0, 1, 1, 1]) == 1
CHANCE = np.arange(1, 11) / 10


def test_the_thresholds():
    found = thresholds(TRUTH, CHANCE)
    # From 0.8 on: 3 of 5 found, no false alarm; from 0.3 on: all found, 3 false alarms of 5.
    assert found == pytest.approx({"youden": 0.8, "sensitive": 0.3, "specific": 0.8})
    assert thresholds(np.ones(3, bool), np.ones(3)) == {}


def test_what_alarms_are_worth_by_hand():
    found = at_threshold(TRUTH, CHANCE, 0.5)
    # Alarms: + - - + + + ; no alarms: - - + -
    by_hand = {
        "sensitivity": (4 / 5, 5),
        "specificity": (3 / 5, 5),
        "ppv": (4 / 6, 6),
        "npv": (3 / 4, 4),
        "alarms": (6 / 10, 10),
    }
    for name, (value, of) in by_hand.items():
        assert found[name]["value"] == pytest.approx(value) and found[name]["of"] == of, name
    # Wilson's interval of 4 of 5, from its formula.
    assert found["sensitivity"]["low"] == pytest.approx(0.3755, abs=1e-4)
    assert found["sensitivity"]["high"] == pytest.approx(0.9638, abs=1e-4)
    assert found["sensitivity"]["reliable"] is False and "reliable" not in found["alarms"]
    nobody = at_threshold(TRUTH, CHANCE, 1.5)
    assert nobody["ppv"] == {
        "value": None,
        "low": None,
        "high": None,
        "of": 0,
        "reliable": False,
    }


def test_thresholds_come_from_one_part_and_shares_from_the_other():
    chosen = TRUTH.astype(int), np.stack([1 - CHANCE, CHANCE], axis=1)
    other = np.array([0, 1]), np.array([[0.1, 0.9], [0.75, 0.25]])
    points = operating_points(("well", "ill"), chosen, other)
    assert [point["rule"] for point in points] == ["youden", "sensitive", "specific"]
    assert {point["class"] for point in points} == {"ill"}
    # From 0.8 on, the one that is well has an alarm and the ill one has none.
    assert points[0]["sensitivity"]["value"] == 0 and points[0]["specificity"]["value"] == 0
    three = operating_points(("a", "b", "c"), (np.arange(3), np.eye(3)), (np.arange(3), np.eye(3)))
    assert [point["class"] for point in three] == ["a"] * 3 + ["b"] * 3 + ["c"] * 3


def test_net_benefit_is_that_of_its_formula():
    at = np.array([0.2, 0.5])
    # From 0.2 on: 5 found, 4 false; from 0.5 on: 4 found, 2 false.
    expected = [5 / 10 - 4 / 10 * 0.25, 4 / 10 - 2 / 10]
    assert net_benefit(TRUTH, CHANCE, at) == pytest.approx(expected)
    assert net_benefit(TRUTH, np.ones(10), at) == pytest.approx(0.5 - 0.5 * at / (1 - at))
