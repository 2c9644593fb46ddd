"""The ridge: its closed forms against what they stand for."""

import numpy as np
import pytest

from liquidtime.reservoir import ridge
from liquidtime.reservoir.calibrate import calibrate, cross_entropy
from liquidtime.reservoir.ridge import Noise, solve


def by_normal_equations(rows, targets, weights, strength):
    total = weights.sum()
    centre, middle = weights @ rows / total, weights @ targets / total
    left = (rows - centre).T * weights
    gram = left @ (rows - centre) + strength * np.eye(rows.shape[1])
    weight = np.linalg.solve(gram, left @ (targets - middle))
    return weight, middle - centre @ weight


@pytest.mark.parametrize(("count", "columns"), [(13, 40), (40, 13), (20, 20)])
def test_weights_and_left_out_predictions_are_those_of_fits(count, columns):
    random = np.random.default_rng(0)
    rows = random.normal(size=(count, columns))
    targets = rows[:, :2] + random.normal(size=(count, 2))
    weights = random.uniform(0.5, 2.0, size=count)
    found = solve(rows, targets, weights)
    centre = weights @ rows / weights.sum()
    strength = found.strength * (weights * ((rows - centre) ** 2).sum(1)).sum() / count
    weight, bias = by_normal_equations(rows, targets, weights, strength)
    np.testing.assert_allclose(found.weight, weight, atol=1e-9)
    np.testing.assert_allclose(found.bias, bias, atol=1e-9)
    for left in range(count):
        kept = np.arange(count) != left
        weight, bias = by_normal_equations(rows[kept], targets[kept], weights[kept], strength)
        np.testing.assert_allclose(found.left_out[left], rows[left] @ weight + bias, atol=1e-7)
    error = (weights[:, None] * (found.left_out - targets) ** 2).sum() / weights.sum() / 2
    np.testing.assert_allclose(found.error, error)


@pytest.mark.parametrize(("count", "columns"), [(12, 30), (30, 12)])
def test_a_row_without_weight_is_as_good_as_gone(count, columns):
    random = np.random.default_rng(1)
    rows, targets = random.normal(size=(count, columns)), random.normal(size=(count, 1))
    weights = np.ones(count)
    weights[3] = 0.0
    targets[3] = 1e6
    found = solve(rows, targets, weights)
    targets[3] = 0.0
    again = solve(rows, targets, weights)
    np.testing.assert_allclose(found.weight, again.weight, atol=1e-9)
    np.testing.assert_allclose(found.left_out[3], rows[3] @ found.weight + found.bias)


def test_noise_is_answered_with_a_strong_ridge():
    random = np.random.default_rng(2)
    rows, noise = random.normal(size=(60, 100)), random.normal(size=(60, 1))
    clear = rows[:, :1].copy()
    assert solve(rows, noise).strength > solve(rows[:, :20], clear).strength
    assert solve(rows, noise).error < 1.2 * noise.var()


def test_more_rows_than_are_tried_at_every_strength_are_fitted_like_the_few(monkeypatch):
    monkeypatch.setattr(ridge, "FEW", 100)
    random = np.random.default_rng(4)
    # Few directions, far more columns, and single precision: what is left of the constant and of
    # the other directions is rounding.
    low = random.normal(size=(300, 10))
    rows = (low @ random.normal(size=(10, 2000))).astype(np.float32) + 3
    noise = random.choice([-1.0, 1.0], size=(300, 1))
    found = solve(rows, noise)
    assert 0.9 < found.error < 1.1
    assert np.corrcoef(found.left_out[:, 0], noise[:, 0])[0, 1] < 0.2
    signal = low[:, :1] + 0.1 * random.normal(size=(300, 1))
    assert solve(rows, signal).error < 0.012


def test_of_many_rows_evenly_spaced_ones_are_left_out(monkeypatch):
    monkeypatch.setattr(ridge, "_LEFT", 50)
    random = np.random.default_rng(5)
    rows = random.normal(size=(120, 30))
    targets = rows[:, :1] + random.normal(size=(120, 1))
    found = solve(rows, targets)
    assert len(found.index) == len(found.left_out) == 50
    assert found.index[0] == 0
    assert found.index[-1] == 119
    strength = found.strength * ((rows - rows.mean(0)) ** 2).sum(1).mean()
    for row, left in enumerate(found.index[::10]):
        kept = np.arange(120) != left
        weight, bias = by_normal_equations(rows[kept], targets[kept], np.ones(119), strength)
        np.testing.assert_allclose(found.left_out[10 * row], rows[left] @ weight + bias)
    wrong = (found.left_out - targets[found.index]) ** 2
    np.testing.assert_allclose(found.error, wrong.mean())


def test_probabilities_are_as_often_right_as_they_say():
    random = np.random.default_rng(3)
    true = random.normal(size=(5000, 3))
    chances = np.exp(2 * true) / np.exp(2 * true).sum(1, keepdims=True)
    classes = (chances.cumsum(1) < random.random((5000, 1))).sum(1)
    slope, offset = calibrate(true / 4, classes, np.ones(5000))
    assert slope == pytest.approx(8.0, rel=0.1)
    assert np.abs(offset).max() < 0.1
    ones = np.ones(5000)
    logits = slope * true / 4 + offset
    assert cross_entropy(logits, classes, ones) < cross_entropy(true / 4, classes, ones)


def test_a_few_rows_told_apart_perfectly_make_nothing_certain():
    scores = np.array([[1.0, -1.0]] * 5 + [[-1.0, 1.0]] * 5)
    slope, offset = calibrate(scores, np.repeat([0, 1], 5), np.ones(10))
    surest = 1 / (1 + np.exp(-2 * slope))
    assert 0.8 < surest < 0.99
    np.testing.assert_allclose(offset, 0.0, atol=1e-3)


def test_noise_is_not_heard_and_is_left_out_with_its_row():
    random = np.random.default_rng(6)
    rows, owner = random.normal(size=(9, 60)), np.array([0, 3, 3, 8, 0, 5, 0])
    targets = rows[:, :2] + random.normal(size=(9, 2))
    weights = random.uniform(0.5, 2.0, size=9)
    noise = Noise(random.normal(size=(7, 60)), owner)
    found = solve(rows, targets, weights, noise=noise)
    scale = (weights * ((rows - weights @ rows / weights.sum()) ** 2).sum(1)).sum() / 9

    def fitted(kept):
        total = weights[kept].sum()
        centre, middle = weights[kept] @ rows[kept] / total, weights[kept] @ targets[kept] / total
        left = (rows[kept] - centre).T * weights[kept]
        heard = noise.rows[np.isin(owner, kept)]
        gram = left @ (rows[kept] - centre) + found.strength * scale * np.eye(60)
        gram += (heard.T * weights[owner[np.isin(owner, kept)]]) @ heard
        weight = np.linalg.solve(gram, left @ (targets[kept] - middle))
        return weight, middle - centre @ weight

    weight, bias = fitted(np.arange(9))
    np.testing.assert_allclose(found.weight, weight, atol=1e-9)
    np.testing.assert_allclose(found.bias, bias, atol=1e-9)
    for left in range(9):
        weight, bias = fitted(np.delete(np.arange(9), left))
        np.testing.assert_allclose(found.left_out[left], rows[left] @ weight + bias, atol=1e-7)
