"""The answer to "Are the probabilities right?" is that of the numbers below it."""

import numpy as np
import pytest

from liquidtime.plot.fit.calibration import calibration_bins, wilson
from liquidtime.train.report.verdict import calibration_verdict, tail


def told(risk, cases=2000, seed=0, came=lambda risk: risk):
    random = np.random.default_rng(seed)
    probability = risk(random, cases)
    truth = random.random(cases) < came(probability)
    return calibration_verdict(calibration_bins(truth, probability))


def even(random, cases):
    return random.uniform(0.05, 0.6, cases)


def test_right_probabilities_are_seldom_called_wrong():
    # Two questions at 5 % each, the second on whole numbers of groups.
    wrong = sum(not told(even, seed=seed).startswith("Nothing") for seed in range(200))
    assert wrong <= 0.15 * 200


def test_too_low_and_too_high_are_told_with_their_numbers():
    low = told(even, came=lambda risk: 1.4 * risk)
    assert low.startswith("No, they are too low on the whole: 32.")
    assert "groups lie outside its interval, furthest where" in low
    assert told(even, came=lambda risk: 0.6 * risk).startswith(
        "No, they are too high on the whole:"
    )


def test_errors_that_cancel_out_are_found():
    # Right on average: too steep by half.
    steep = told(even, came=lambda risk: 0.325 + 0.4 * (risk - 0.325))
    assert steep.startswith("Not in every group, though right on the whole:")


def test_few_cases_are_said_to_tell_little():
    few = told(even, cases=60)
    assert (
        few.startswith("Nothing speaks against it")
        and "With 60 cases, an error of less than about 1" in few
    )


def test_the_demo_s_worst_group_is_named():
    bins = {
        "predicted": np.array([0.05, 0.177, 0.518]),
        "observed": np.array([0.05, 0.3125, 0.65]),
        "count": np.array([80.0, 80.0, 80.0]),
        "positives": np.array([4.0, 25.0, 52.0]),
    }
    low, high = wilson(bins["observed"], bins["count"])
    bins |= {"low": low, "high": high}
    text = calibration_verdict(bins)
    assert text.startswith("No, they are too low on the whole: 24.8 % were predicted and 33.8 %")
    assert "2 of 3 groups lie outside" in text
    assert "where 17.7 % were predicted: 31.2 % came true (22." in text


@pytest.mark.parametrize("truth, risk", [([1], [0.3]), ([0, 0, 0], [0.0, 0.0, 0.0]), ([1], [1.0])])
def test_the_smallest_data_get_a_sentence(truth, risk):
    assert calibration_verdict(calibration_bins(np.array(truth) == 1, np.array(risk)))


def test_the_statistics():
    low, high = wilson(np.array([0.0, 0.5, 1.0]), np.array([10, 100, 10]))
    assert low == pytest.approx([0.0, 0.4038, 0.7225], abs=1e-4)
    assert high == pytest.approx([0.2775, 0.5962, 1.0], abs=1e-4)
    assert tail(10, 0) == pytest.approx(1.0)
    assert tail(10, 2) == pytest.approx(0.0861, abs=1e-4)
