"""GRU-D against its paper's equations, worked out by hand in float64."""

import numpy as np
import torch

from liquidtime.baselines.gru_d import GRUD, unseen
from liquidtime.data import from_lists, split_by_series
from liquidtime.estimators import LiquidClassifier


def sigmoid(x):
    return 1.0 / (1.0 + np.exp(-x))


def by_hand(layer, x, m, s):
    """Equations 3 to 16 of Che et al. 2018, one series; the empirical mean is 0."""
    weights = {name: p.detach().numpy() for name, p in layer.named_parameters()}
    d, h = x.shape[1], layer.output_size
    w, v = weights["inputs.weight"][:, :d], weights["inputs.weight"][:, d:]
    b = weights["inputs.bias"]
    state, last, delta, states = np.zeros(h), np.zeros(d), np.zeros(d), []
    for t in range(len(x)):
        if t > 0:
            gap = s[t] - s[t - 1]
            delta = np.array([gap if m[t - 1, k] else gap + delta[k] for k in range(d)])
        gamma_x = np.exp(
            -np.maximum(0, weights["input_decay_weight"] * delta + weights["input_decay_bias"])
        )
        gamma_h = np.exp(
            -np.maximum(0, weights["state_decay.weight"] @ delta + weights["state_decay.bias"])
        )
        filled = m[t] * x[t] + (1 - m[t]) * (gamma_x * last + (1 - gamma_x) * 0.0)
        before = gamma_h * state
        given = w @ filled + v @ m[t] + b
        r = sigmoid(given[:h] + weights["recurrent.weight"][:h] @ before)
        z = sigmoid(given[h : 2 * h] + weights["recurrent.weight"][h:] @ before)
        candidate = np.tanh(given[2 * h :] + weights["candidate.weight"] @ (r * before))
        state = (1 - z) * before + z * candidate
        last = np.where(m[t], x[t], last)
        states.append(state)
    return np.array(states)


def case(steps=7, variables=3):
    torch.manual_seed(4)
    layer = GRUD(variables, 5).double()
    with torch.no_grad():
        layer.input_decay_bias.abs_()
    random = np.random.default_rng(1)
    x = random.normal(size=(steps, variables))
    m = random.random((steps, variables)) < 0.5
    return layer, x, m, np.cumsum(random.exponential(1.0, steps))


def run(layer, x, m, s, lengths=None):
    x, m, s = (torch.tensor(part).unsqueeze(0) for part in (x, m, s))
    lengths = torch.tensor([x.shape[1]]) if lengths is None else lengths
    return layer(x, m, s, lengths)[0].detach().numpy()


def test_equals_the_equations():
    layer, x, m, s = case()
    assert not m.all() and m.any()
    np.testing.assert_allclose(run(layer, x, m, s), by_hand(layer, x, m, s), atol=1e-14)


def test_what_is_not_observed_and_what_lies_past_the_end_is_not_looked_at():
    layer, x, m, s = case()
    other = np.where(m, x, 1e3)
    lengths = torch.tensor([4])
    x[4:], other[4:] = -7.0, 9.0
    first, second = run(layer, x, m, s, lengths), run(layer, other, m, s, lengths)
    np.testing.assert_array_equal(first, second)
    assert not first[4:].any() and first[:4].all()


def test_an_unseen_value_fades_to_the_mean_and_the_state_to_nothing():
    layer, x, m, s = case()
    with torch.no_grad():
        layer.input_decay_weight.fill_(1.0)
        layer.state_decay.weight.fill_(1.0)
    # At the start of a series nothing was seen, and the state is nothing.
    s[5:] += 1e3
    m[5] = False
    late = run(layer, x, m, s)[5]
    fresh = run(layer, x[5:6], m[5:6], s[5:6])[0]
    np.testing.assert_allclose(late, fresh, atol=1e-14)


def test_how_long_a_variable_was_unseen_and_what_it_was():
    mask = torch.tensor([[[True, False], [False, False], [False, True], [True, True]]])
    values = torch.arange(8.0).reshape(1, 4, 2) + 1.0
    times = torch.tensor([[3.0, 4.0, 6.0, 6.5]])
    since, last = unseen(values, mask, times)
    assert since[0].tolist() == [[0.0, 0.0], [1.0, 1.0], [3.0, 3.0], [3.5, 0.5]]
    assert last[0].tolist() == [[0.0, 0.0], [1.0, 0.0], [1.0, 0.0], [1.0, 6.0]]


def test_gradients_are_those_of_finite_differences():
    layer, x, m, s = case(4, 2)
    inputs = torch.tensor(x).unsqueeze(0).requires_grad_()
    rest = torch.tensor(m).unsqueeze(0), torch.tensor(s).unsqueeze(0), torch.tensor([4])
    assert torch.autograd.gradcheck(lambda values: layer(values, *rest), (inputs,))


def test_it_learns_what_only_the_gaps_tell():
    """Noise; only the time between the observations tells the classes apart."""
    random = np.random.default_rng(0)
    slow = random.random(160) < 0.5
    lengths = random.integers(6, 15, 160)
    gaps = [
        random.gamma(4.0, (3.0 if s else 1.0) / 4.0, k) for s, k in zip(slow, lengths, strict=True)
    ]
    values = [random.normal(size=(k, 2)) for k in lengths]
    series = from_lists(values, [np.cumsum(g) for g in gaps], target=slow.astype(np.int64))
    split = split_by_series(160, fractions=(0.6, 0.0, 0.4), seed=0)
    how = {"hidden_size": 12, "epochs": 25, "validation": None, "random_state": 0}
    model = LiquidClassifier(kind="gru_d", learning_rate=1e-2, **how)
    model.fit(series.select(split.train))
    test = series.select(split.test)
    assert (model.predict(test) == test.target.numpy()).mean() > 0.8
