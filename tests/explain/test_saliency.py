"""Saliency: derivatives, checked against differences in the user's own units."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from made_series import make_series

from liquidtime import explain
from liquidtime.errors import InputError
from liquidtime.explain.gradients import differentiate
from liquidtime.explain.question import ask
from liquidtime.models import cfc, gru, gru_d, ltc

NETWORKS = {
    "cfc": cfc.Config(hidden_size=6, backbone_units=5, backend="reference"),
    "cfc wired": cfc.Config(
        hidden_size=8, wiring="auto_ncp", wiring_outputs=3, backend="reference"
    ),
    "ltc": ltc.Config(hidden_size=6, unfolds=2, backend="reference"),
    "gru": gru.Config(hidden_size=6, bidirectional=True),
}


def in_double(about):
    about.model.network.double()
    return about


@pytest.mark.parametrize("per_step", [False, True])
@pytest.mark.parametrize("name", NETWORKS)
def test_gradients_are_differences_in_double_precision(name, per_step, explainable):
    series = make_series(8, seed=2)
    about = in_double(explainable(series, NETWORKS[name], per_step=per_step))
    some = series.select([3, 5])
    encoded = about.encode(some)
    exact = replace(encoded, inputs=encoded.inputs.double(), elapsed=encoded.elapsed.double())
    asked = ask(explainable(series, NETWORKS[name], per_step=per_step), some, one=False)
    asked = replace(asked, about=about, steps=some.lengths - 2)
    batch = exact.batch([0, 1])
    _, found = differentiate(asked, batch)
    random = np.random.default_rng(0)
    for part in ("inputs", "elapsed"):
        for _ in range(6):
            at = tuple(random.integers(0, size) for size in getattr(batch, part).shape)
            if part == "elapsed" and not batch.elapsed[at]:
                continue  # no gap is below 0
            said = []
            for sign in (1, -1):
                moved = getattr(batch, part).clone()
                moved[at] += sign * 1e-6
                with torch.no_grad():
                    logits = about.model.network.eval()(batch._replace(**{part: moved}))
                said.append(asked.score(logits, batch.index)[at[0]])
            behind = at[1] >= int(batch.lengths[at[0]])
            difference = 0.0 if behind else float(said[0] - said[1]) / 2e-6
            assert float(found[part][at]) == pytest.approx(difference, abs=1e-8, rel=1e-6)


@pytest.mark.parametrize(
    "features", [("values", "mask", "since"), ("values",), ("since", "values")]
)
def test_units_are_the_users(features, mixed, linear):
    """Of a linear network a difference of any size is the derivative, but for ages."""
    about, series = linear(mixed, features=features), mixed[5]
    found = explain.saliency(about, series)
    random = np.random.default_rng(0)

    def said(**changed):
        return float(ask(about, replace(series, **changed)).value[0])

    for row, column in random.permutation(series.mask[:, :2].nonzero().numpy())[:6]:
        values = series.values.clone()
        values[row, column] += 0.5
        difference = (said(values=values) - found.value) / 0.5
        assert found.values[row, column] == pytest.approx(difference, abs=2e-4)
    static = series.static.clone()
    static[0, 0] += 1.0
    assert found.static[0] == pytest.approx(said(static=static) - found.value, abs=2e-4)
    for row in range(1, len(series.times)):
        later = series.times.clone()
        later[row:] += 1e-3
        earlier = series.times.clone()
        earlier[row:] -= 1e-3
        difference = (said(times=later) - said(times=earlier)) / 2e-3
        assert found.gaps[row] == pytest.approx(difference, abs=5e-3, rel=5e-3)
    assert found.gaps[0] == 0
    assert not found.values[~series.mask.numpy()].any()
    assert (found.observed is None) == ("mask" not in features)
    assert (found.age is None) == ("since" not in features)


def test_what_lies_beyond_the_clip_is_not_seen(mixed, linear):
    series = mixed[5]
    row, column = next(at for at in series.mask.nonzero().tolist() if at[1] < 2)
    values = series.values.clone()
    values[row, column] = 1e6
    far = explain.saliency(linear(mixed), replace(series, values=values))
    assert far.values[row, column] == 0
    assert explain.saliency(linear(mixed), series).values[row, column] != 0


def test_raw_values_and_times_have_gradients_too(explainable):
    series = make_series(8, seed=2)
    about = in_double(explainable(series, gru_d.Config(hidden_size=6)))
    about.model.network.float()
    one = series[3]
    found = explain.saliency(about, one)
    row, column = (int(at) for at in one.mask.nonzero()[-1])
    said = []
    for sign in (1, -1):
        values = one.values.clone()
        values[row, column] += sign * 0.05
        said.append(float(ask(about, replace(one, values=values)).value[0]))
    assert found.values[row, column] == pytest.approx((said[0] - said[1]) / 0.1, rel=0.05, abs=1e-4)
    assert found.gaps.any()


def test_a_step_sees_nothing_later(mixed, explainable):
    about = explainable(mixed, per_step=True)
    found = explain.saliency(about, mixed[5], step=2)
    assert found.values[:3].any() and not found.values[3:].any() and not found.gaps[3:].any()


def test_what_has_no_gradient_is_told(mixed, linear, monkeypatch):
    about = linear(mixed)
    straight = about.model.network.forward
    monkeypatch.setattr(about.model.network, "forward", lambda batch: straight(batch).detach())
    with pytest.raises(InputError, match=r"no gradients.*occlusion"):
        explain.saliency(about, mixed[5])
