"""Sentences and pages: what raised, what lowered, in the user's names."""

import numpy as np
import pytest
from made_series import make_series

from liquidtime import explain
from liquidtime.explain.words import observations
from liquidtime.models import cfc, gru_d, latent_ode, ltc


def test_sentences_name_what_did_most(mixed, explainable):
    found = explain.attribute(explainable(mixed), mixed[5])
    first, *rest = explain.sentences(found, most=1)
    assert (
        first.startswith("The probability of “dead” is ") and "had nothing been observed" in first
    )
    every = observations(found)
    for text in rest:
        verb = "Raised" if text.startswith("Raised") else "Lowered"
        own = next(one for one in every if (one.amount > 0) == (verb == "Raised"))
        assert own.what in text
    texts = [one.what for one in every]
    assert any(
        text.startswith(("rhythm = SR at", "rhythm = AF at", "rhythm = VT at")) for text in texts
    )
    assert any(text in ("ward = A", "ward = B") for text in texts)
    assert len(every) == int(mixed[5].mask.sum()) + 2


def test_nothing_observed_moves_nothing(mixed, explainable):
    bare = explain.baseline.nothing_observed(mixed[5])
    said = explain.sentences(explain.attribute(explainable(mixed), bare))
    assert said[1:] == ["No single observation moved it."]


WIRED = {"hidden_size": 12, "wiring": "auto_ncp", "wiring_outputs": 4}


@pytest.mark.parametrize(
    ("config", "per_step"),
    [
        (cfc.Config(**WIRED), False),
        (ltc.Config(**WIRED, unfolds=2, bidirectional=True), True),
        (gru_d.Config(hidden_size=6), False),
        (latent_ode.Config(latent_size=4, encoder_size=6, units=6, layers=1), False),
    ],
    ids=lambda value: getattr(value, "title", None),
)
def test_a_page_of_every_kind_of_network(config, per_step, mixed, explainable):
    about = explainable(mixed, config, per_step=per_step)
    wired = isinstance(config, cfc.Config)
    text = explain.explanation_page(about, mixed[5], step=2 if per_step else None)
    for words in ("In words", "By variable", "Strongest observations", "How to read this"):
        assert words in text
    assert text.count("<svg") == (4 if wired else 2 if isinstance(config, latent_ode.Config) else 3)
    assert "nan" not in text.lower().replace("nano", "")


def test_names_are_escaped_and_values_have_their_unit(explainable, values):
    series = make_series(8, kind="values")
    about = explainable(series, meaning=values("<y>"))
    text = explain.explanation_page(about, series[1], method="occlusion", title="<b>")
    assert "&lt;b&gt;" in text and "<b>" not in text
    assert "probability" not in text and "do not add up" in text


def test_a_page_of_many(mixed, explainable):
    found = explain.importance(explainable(mixed), mixed)
    assert len(found.ids) == int(np.count_nonzero(mixed.lengths))
    text = explain.importance_page(found, name="CfC")
    assert "over 11 series" in text and "level" in text and text.count("<svg") == 1
