"""Variables handed from series to series, and what is lost by it."""

import numpy as np
import pytest
from made_series import make_series

from liquidtime.data import from_lists
from liquidtime.train import FitConfig
from liquidtime.train.objectives import catalogue as objectives
from liquidtime.train.score.importance import importance, plan
from liquidtime.train.score.parts import beside_targets
from liquidtime.train.score.permuted import with_static_of, with_variable_of

NAN = float("nan")


def rows(series):
    """(series, time since the start, values with NaN) of every row."""
    values = np.where(series.mask.numpy(), series.values.numpy(), NAN)
    member = np.repeat(np.arange(len(series)), series.lengths.numpy())
    return [
        (int(n), float(t), *v)
        for n, t, v in zip(member, series.times, values.tolist(), strict=True)
    ]


def same(found, expected):
    assert len(found) == len(expected)
    for one, other in zip(found, expected, strict=True):
        assert one == pytest.approx(other, nan_ok=True)


def test_a_variable_goes_over_with_its_times():
    data = from_lists(
        [[[1.0, 10.0], [2.0, NAN], [NAN, 30.0]], [[5.0, 50.0], [NAN, 60.0], [7.0, NAN]]],
        [[0.0, 1.0, 4.0], [100.0, 102.0, 103.0]],
        target=[0, 1],
    )
    found = with_variable_of(data, 0, np.array([1, 0]))
    # The first gets 5 at 0 and 7 at 3; its step at 1 had nothing else. The second gets 1 at 100
    # and 2 at 101; its step at 103 had nothing else.
    same(
        rows(found),
        [
            (0, 0.0, 5.0, 10.0),
            (0, 3.0, 7.0, NAN),
            (0, 4.0, NAN, 30.0),
            (1, 100.0, 1.0, 50.0),
            (1, 101.0, 2.0, NAN),
            (1, 102.0, NAN, 60.0),
        ],
    )
    assert found.target.tolist() == [0, 1]


def test_what_comes_after_the_end_is_cut_and_an_even_grid_stays_one():
    long = [[[float(k), -float(k)] for k in range(n)] for n in (5, 3)]
    times = [np.arange(5) * 0.1, 7 + np.arange(3) * 0.1]
    data = from_lists(long, times, target=[0, 1])
    found = with_variable_of(data, 1, np.array([1, 0]))
    assert found.lengths.tolist() == [5, 3]
    assert found.values[:, 0].tolist() == [0, 1, 2, 3, 4, 0, 1, 2]
    assert found.values[5:, 1].tolist() == [0, -1, -2]
    assert found.mask[:, 1].tolist() == [True] * 3 + [False] * 2 + [True] * 3


def test_steps_with_targets_stay():
    data = make_series(20, per_step=True)
    donors = np.roll(np.arange(20), 1)
    found = with_variable_of(data, 0, donors)
    kept = found.target[found.target >= 0]
    assert kept.tolist() == data.target[data.target >= 0].tolist()
    with_empty = make_series(20)
    again = with_variable_of(with_empty, 1, donors)
    assert again.lengths[0] == 0 and len(again) == 20
    assert (again.times.diff()[np.diff(np.repeat(np.arange(20), again.lengths)) == 0] >= 0).all()


def test_only_what_the_answer_rests_on_is_lost():
    data = make_series(80)
    objective = objectives.of_training(data, FitConfig())

    def score(series):
        """Says what the first variable's last value says."""
        member = np.repeat(np.arange(80), series.lengths.numpy())
        last = np.zeros(80)
        seen = series.mask[:, 0].numpy()
        last[member[seen]] = series.values[seen, 0].numpy()
        chance = 1 / (1 + np.exp(-last))
        return beside_targets(
            objective, np.stack([1 - chance, chance], axis=1), series.target, series.lengths
        )

    todo = plan(data, 1e-6, 1.0)
    found = importance(data, score, todo, "auroc")
    assert (found["series"], found["repeats"]) == (80, 5)
    level, noise = found["variables"]
    assert level["name"] == "level" and level["low"] > 0.2
    assert noise == {"name": "noise", "value": 0.0, "low": 0.0, "high": 0.0}


def test_it_takes_as_long_as_it_may():
    data = make_series(80)
    assert plan(data, 1e-3, 1.0).repeats == 5
    less = plan(data, 1e-3, 0.3)
    assert less.repeats == 2 and 60 <= len(less.series) < 80
    assert plan(data, 1e-3, 0.1) is None


def test_static_variables_go_over_too():
    data = from_lists([[[1.0]], [[2.0]]], [[0.0], [0.0]], static=[[3.0], [4.0]], target=[0, 1])
    assert with_static_of(data, 0, np.array([1, 0])).static.tolist() == [[4.0], [3.0]]
