import json

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from liquidtime.errors import InputError
from liquidtime.train.config import FitConfig
from liquidtime.train.objectives import catalogue as objectives
from liquidtime.train.objectives.quantiles import Quantiles

LEVELS = (0.1, 0.5, 0.9)


def made(labels=("a",), levels=LEVELS, mean=None, scale=None):
    return Quantiles(
        per_step=False,
        labels=labels,
        mean=mean or (0.0,) * len(labels),
        scale=scale or (1.0,) * len(labels),
        levels=levels,
    )


@given(st.integers(0, 10_000), st.integers(1, 6), st.integers(1, 3))
def test_quantiles_never_cross(seed, levels, labels):
    random = np.random.default_rng(seed)
    shares = tuple(np.sort(random.uniform(0.01, 0.99, levels)).tolist())
    objective = made(tuple("abc"[:labels]), shares, scale=(2.0,) * labels)
    raw = 30 * random.normal(size=(5, objective.output_size))
    found = objective.predictions(raw).reshape(5, labels, levels)
    assert (np.diff(found, axis=2) >= 0).all()
    # The middle one is the network's own number.
    own = raw.reshape(5, labels, levels)[..., objective.middle]
    np.testing.assert_allclose(objective.point(found.reshape(5, -1)), 2 * own)


def test_the_pinball_loss_by_hand():
    objective = made(mean=(10.0,), scale=(2.0,))
    # Standardised quantiles -1, 0, 1: softplus(x) = 1 where e^x = e - 1.
    one = float(np.log(np.e - 1))
    logits = torch.tensor([[one, 0.0, one]], dtype=torch.float64)
    np.testing.assert_allclose(objective.predictions(logits.numpy()), [[8, 10, 12]])
    # 14 is 2 in standardised units: it lies 3, 2 and 1 above the quantiles.
    total, weight = objective.loss(logits, torch.tensor([[14.0]], dtype=torch.float64))
    assert float(total / weight) == pytest.approx((0.1 * 3 + 0.5 * 2 + 0.9 * 1) / 3)
    below, _ = objective.loss(logits, torch.tensor([[6.0]], dtype=torch.float64))
    assert float(below) == pytest.approx((0.9 * 1 + 0.5 * 2 + 0.1 * 3) / 3)
    none, weight = objective.loss(logits, torch.tensor([[float("nan")]], dtype=torch.float64))
    assert (float(none), float(weight)) == (0, 0)


def test_the_loss_is_least_at_the_quantiles():
    random = np.random.default_rng(0)
    target = torch.from_numpy(random.exponential(size=4000))[:, None]
    objective = made()
    logits = torch.zeros(3, dtype=torch.float64, requires_grad=True)
    descent = torch.optim.LBFGS([logits], max_iter=200, line_search_fn="strong_wolfe")

    def close():
        descent.zero_grad()
        total, weight = objective.loss(logits.expand(4000, 3), target)
        (total / weight).backward()
        return total / weight

    descent.step(close)
    found = objective.predictions(logits.detach().numpy()[None])[0]
    np.testing.assert_allclose(found, np.quantile(target.numpy(), LEVELS), atol=0.02)


def test_coverage_counts_what_lies_inside():
    objective = made(("a", "b"))
    prediction = np.array([[0.0, 1, 2, 0, 1, 2]] * 4)
    target = np.array([[1.0, 5], [2, np.nan], [-1, 0], [1.5, np.nan]])
    ones = np.ones((1, 4))
    found = {name: m(ones)[0] for name, m in objective.measures(target, prediction).items()}
    # Inside: 1, 2, 1.5 of a, and 0 of b; outside: -1 and 5.
    assert found["coverage"] == pytest.approx(4 / 6)
    assert found["mae"] == pytest.approx((0 + 1 + 2 + 0.5 + 4 + 1) / 6)
    assert objective.sizes(target)["nominal"] == pytest.approx(0.8)


def test_columns_go_to_a_file_and_back():
    pandas = pytest.importorskip("pandas")
    objective = made(("a", "b"), (0.025, 0.5))
    prediction = np.arange(8.0).reshape(2, 4)
    columns = objective.columns(prediction)
    assert list(columns) == [
        "predicted_a",
        "predicted_b",
        "predicted_a_q2.5",
        "predicted_a_q50",
        "predicted_b_q2.5",
        "predicted_b_q50",
    ]
    target = np.array([[1.0, 2], [np.nan, 3]])
    frame = pandas.DataFrame(columns | objective.truth_columns(target))
    back = objective.from_columns(frame)
    np.testing.assert_array_equal(back[0], target)
    np.testing.assert_array_equal(back[1], prediction)


def test_options_choose_it(series):
    data = series(30, kind="values", outputs=2)
    config = FitConfig(task="regress", quantiles=LEVELS)
    objective = objectives.of_training(data, config)
    assert objective.name == "quantiles"
    assert objective.output_size == 6
    stored = json.loads(json.dumps(objective.to_dict()))
    assert objectives.from_dict(stored) == objective
    back = FitConfig.from_dict(json.loads(json.dumps(config.to_dict())))
    assert back.quantiles == LEVELS
    assert objectives.of_training(data, FitConfig(task="regress")).name == "values"


@pytest.mark.parametrize("levels", [(0.5, 0.1), (0.0, 0.5), (0.5, 1.0), (0.5, 0.5)])
def test_wrong_levels(levels):
    with pytest.raises(InputError, match="rising shares"):
        FitConfig(task="regress", quantiles=levels)
    with pytest.raises(InputError, match="only numbers"):
        FitConfig(task="classify", quantiles=(0.5,))
