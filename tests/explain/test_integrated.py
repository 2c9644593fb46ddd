"""Integrated gradients: complete, exact for what is linear, and in the user's terms."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from made_series import make_series

from liquidtime import explain
from liquidtime.errors import InputError
from liquidtime.explain.integrated import integrate
from liquidtime.explain.question import ask
from liquidtime.models import cfc, gru, gru_d, lstm, ltc
from liquidtime.notes import said

SMALL = {"hidden_size": 8}
NETWORKS = {
    "cfc": cfc.Config(hidden_size=8, backbone_units=8),
    "cfc closed form": cfc.Config(hidden_size=8, backbone_units=8, variant="closed_form"),
    "cfc wired": cfc.Config(hidden_size=12, wiring="auto_ncp", wiring_outputs=4),
    "cfc mixed memory": cfc.Config(hidden_size=8, backbone_units=8, mixed_memory=True),
    "cfc both ways": cfc.Config(hidden_size=8, backbone_units=8, bidirectional=True),
    "ltc": ltc.Config(**SMALL, unfolds=2),
    "ltc wired, two layers": ltc.Config(
        hidden_size=8, wiring="random", wiring_outputs=3, num_layers=2, unfolds=2
    ),
    "gru": gru.Config(**SMALL),
    "lstm both ways": lstm.Config(**SMALL, bidirectional=True),
    "gru_d": gru_d.Config(**SMALL),
}


def amounts(found):
    return found.cells.sum() + found.gaps.sum() + found.static.sum() + found.absent.sum()


@pytest.mark.parametrize("per_step", [False, True])
@pytest.mark.parametrize("name", NETWORKS)
def test_amounts_add_up_to_the_difference(name, per_step, mixed, explainable):
    about = explainable(mixed, NETWORKS[name], per_step=per_step)
    found = explain.integrated_gradients(about, mixed[5], step=-2 if per_step else None)
    assert found.value != found.baseline_value
    size = np.abs(found.cells).sum() + np.abs(found.static).sum()
    assert abs(found.error) <= 0.01 * size
    assert found.value - found.baseline_value == pytest.approx(amounts(found) + found.error)


@pytest.mark.parametrize("baseline", ["mean", "series"])
@pytest.mark.parametrize("scale", ["log-odds", "probability"])
def test_of_every_baseline_and_scale(baseline, scale, mixed, explainable):
    about = explainable(mixed)
    one = mixed[5]
    other = replace(one, times=one.times * 1.7, values=one.values.flip(0), mask=one.mask.flip(0))
    start = "mean" if baseline == "mean" else other
    found = explain.integrated_gradients(about, mixed[5], baseline=start, scale=scale, nodes=64)
    assert found.error == pytest.approx(0, abs=1e-5)
    assert bool(found.gaps.any()) == (baseline == "series")
    assert ("gaps in time" in found.totals) == (baseline == "series")


def test_more_nodes_are_closer(mixed, explainable):
    about = explainable(mixed, ltc.Config(hidden_size=8, unfolds=6), seed=2)
    few, many = (abs(explain.integrated_gradients(about, mixed[5], nodes=n).error) for n in (1, 64))
    assert many < 0.1 * few


def test_of_a_linear_network_one_node_is_exact(mixed, linear):
    """Each amount is the weight times the way, here found by leaving the observation out."""
    about, series = linear(mixed), mixed[5]
    found = explain.integrated_gradients(about, series, nodes=1)
    assert found.error == pytest.approx(0, abs=2e-5 * np.abs(found.cells).sum())
    rows = about.encode(series).inputs.double().numpy()
    bare = about.encode(explain.baseline.nothing_observed(series)).inputs.double().numpy()
    way = (rows - bare) * about.model.network.weight.detach().double().numpy()[: len(rows)]
    names = about.preprocessor.input_names
    for name, total in found.totals.items():
        own = [k for k, column in enumerate(names) if column.split(" ")[0] == name]
        assert total == pytest.approx(way[:, own].sum(), abs=1e-5)


def test_inputs_that_were_left_out_are_no_one_elses(mixed, explainable):
    """A variable that training always saw has no input that says it was seen."""
    always = replace(
        mixed,
        mask=torch.cat([torch.ones_like(mixed.mask[:, :1]), mixed.mask[:, 1:]], dim=1),
    )
    about = explainable(always)
    names, sources = about.preprocessor.input_names, about.preprocessor.input_sources
    assert "level observed" not in names and len(names) == len(sources)
    for name, (kind, number) in zip(names, sources, strict=True):
        known = about.preprocessor
        own = known.static_variables if kind == "static" else known.variables
        assert name.startswith(own[number])
        assert name.endswith({"mask": "observed", "since": "age"}.get(kind, ""))
    found = explain.attribute(about, always[5])
    assert found.error == pytest.approx(0, abs=1e-5) and found.cells[:, 0].all()


def test_what_was_not_observed_has_no_amount(mixed, explainable):
    for network in ("cfc", "gru_d"):
        found = explain.attribute(explainable(mixed, NETWORKS[network]), mixed[5])
        assert not found.cells[~mixed[5].mask.numpy()].any()
        assert found.cells[mixed[5].mask.numpy()].any()
        assert not found.absent.any()


def test_what_comes_later_has_no_amount(mixed, explainable):
    series = mixed[5]
    early = explain.attribute(explainable(mixed), series, step=3)
    assert early.cells.shape == tuple(series.values.shape) and early.step == 3
    assert early.cells[:4].any() and not early.cells[4:].any()
    cut = replace(
        series,
        values=series.values[:4],
        times=series.times[:4],
        mask=series.mask[:4],
        lengths=torch.tensor([4]),
    )
    alone = explain.attribute(explainable(mixed), cut)
    assert alone.value == early.value
    assert alone.cells == pytest.approx(early.cells[:4])


def test_many_at_once_are_as_each_alone(mixed, explainable):
    about, some = explainable(mixed), mixed.select([5, 2, 7])
    together = integrate(ask(about, some, one=False))
    for series, found in zip(some, together, strict=True):
        alone = explain.integrated_gradients(about, series)
        assert found.id == alone.id
        assert found.cells == pytest.approx(alone.cells, abs=1e-6)
        assert found.static == pytest.approx(alone.static, abs=1e-6)


def test_batches_that_do_not_fit_go_in_pieces(mixed, explainable, monkeypatch):
    about = explainable(mixed)
    whole = explain.integrated_gradients(about, mixed[5])
    for module in ("integrated", "question"):
        monkeypatch.setattr(f"liquidtime.explain.{module}.AT_ONCE", 40)
    assert explain.integrated_gradients(about, mixed[5]).cells == pytest.approx(
        whole.cells, abs=1e-6
    )


def test_backends_agree(mixed, explainable):
    found = [
        explain.attribute(explainable(mixed, replace(NETWORKS["cfc"], backend=name)), mixed[5])
        for name in ("cpu", "reference")
    ]
    assert found[0].cells == pytest.approx(found[1].cells, abs=1e-5)


def test_values_have_their_own_unit(values, explainable):
    series = make_series(12, kind="values")
    found = [
        explain.attribute(explainable(series, meaning=values("y", scale=scale)), series[2])
        for scale in (1.0, 10.0)
    ]
    assert found[1].cells == pytest.approx(10 * found[0].cells, rel=1e-5)
    assert found[1].output.words == "y" and found[1].value == pytest.approx(
        100 + 10 * (found[0].value - 100), rel=1e-5
    )


def test_the_order_of_static_features_does_not_matter(mixed, linear):
    swapped = replace(mixed, static=mixed.static.flip(1), static_features=("ward", "age"))
    one, other = linear(mixed), linear(swapped)
    # Columns of the inputs: ..., age, ward = A, ward = B, and swapped ward = A, ward = B, age.
    weight = one.model.network.weight.detach()
    with torch.no_grad():
        other.model.network.weight.copy_(
            torch.cat([weight[:, :-3], weight[:, -2:], weight[:, -3:-2]], dim=1)
        )
        other.model.network.gap.copy_(one.model.network.gap)
    found, turned = (explain.attribute(*pair) for pair in ((one, mixed[5]), (other, swapped[5])))
    assert turned.cells == pytest.approx(found.cells, abs=1e-5)
    assert turned.totals == pytest.approx(found.totals, abs=1e-5)


def test_other_weights_give_another_map(mixed, explainable):
    """The sanity check of Adebayo et al. 2018: a map that stays the same explains nothing."""
    mine, others = (
        explain.attribute(explainable(mixed, seed=seed), mixed[5]).cells[mixed[5].mask.numpy()]
        for seed in (0, 1)
    )
    assert abs(np.corrcoef(mine, others)[0, 1]) < 0.7


def test_a_sum_that_stays_incomplete_is_told(mixed, linear, monkeypatch):
    about = linear(mixed)
    straight = about.model.network.forward
    found = explain.integrated_gradients(about, mixed[5])
    middle = (found.value + found.baseline_value) / 2

    def jumps(batch):
        logits = straight(batch)
        return logits + 50.0 * (logits.detach() > middle)

    monkeypatch.setattr(about.model.network, "forward", jumps)
    said.clear()
    with pytest.warns(UserWarning, match="do not add up"):
        explain.integrated_gradients(about, mixed[5])


def test_the_frame_holds_every_amount(mixed, explainable):
    found = explain.attribute(explainable(mixed), mixed[5])
    frame = found.to_frame()
    assert len(frame) == int(mixed[5].mask.sum()) + 2
    assert frame["amount"].sum() == pytest.approx(amounts(found))
    assert sum(found.totals.values()) == pytest.approx(amounts(found))


def test_bad_questions_are_refused(mixed, explainable, classes):
    about, one = explainable(mixed), mixed[5]
    for words, given in (
        ("output is 'ded'.*Did you mean 'dead'", {"output": "ded"}),
        ("scale is 'odds'", {"scale": "odds"}),
        ("step is 99", {"step": 99}),
        ("step is True", {"step": True}),
        ("baseline is 'zero'", {"baseline": "zero"}),
        ("the baseline has 2 series", {"baseline": mixed[:2]}),
        ("method is 'shap'", {"method": "shap"}),
        ("occlusion compares with", {"method": "occlusion", "baseline": "mean"}),
    ):
        with pytest.raises(InputError, match=words):
            explain.attribute(about, one, **given)
    with pytest.raises(InputError, match="nodes is 0"):
        explain.integrated_gradients(about, one, nodes=0)
    with pytest.raises(InputError, match="got 12 series; expected exactly one"):
        explain.attribute(about, mixed)
    with pytest.raises(InputError, match="without rows"):
        explain.attribute(about, mixed[0])
    with pytest.raises(InputError, match="got a list; expected an IrregularSeries"):
        explain.attribute(about, [1.0])
    with pytest.raises(InputError, match="got a int to explain"):
        explain.attribute(3, one)
    gated = explainable(mixed, NETWORKS["gru_d"])
    with pytest.raises(InputError, match="reads whether a value was observed"):
        explain.attribute(gated, one, baseline="not observed")
    three = explainable(mixed, meaning=classes("a", "b", "c"))
    assert explain.attribute(three, one).output.name in "abc"
    with pytest.raises(InputError, match=r"output is missing.*expected one of a, b, c"):
        explain.without(three, mixed[1:])


def test_what_is_not_finite_is_refused(mixed, explainable):
    about = explainable(mixed)
    with torch.no_grad():
        about.model.network.head.bias.fill_(torch.nan)
    with pytest.raises(InputError, match="output is not finite"):
        explain.attribute(about, mixed[5])
