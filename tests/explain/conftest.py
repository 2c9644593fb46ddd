import sys
from pathlib import Path

import pytest
import torch

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parents[1] / "train"))

from explained import Classes, Linear, Values, with_extras
from made_series import make_series

from liquidtime.data.preprocess import Preprocessor
from liquidtime.explain import Explainable
from liquidtime.models import cfc
from liquidtime.models.contract import Model, Shape


@pytest.fixture
def mixed():
    """Twelve series with all that a series may have."""
    return with_extras(make_series(12, seed=3))


@pytest.fixture
def explainable():
    """The maker of fresh networks over series: options, series, and what outputs mean."""

    def make(series, config=None, meaning=None, *, seed=0, **shape):
        known = Preprocessor.fit(series)
        meaning = meaning or Classes("alive", "dead")
        torch.manual_seed(seed)
        config = config or cfc.Config(hidden_size=8, backbone_units=8)
        model = config.build(
            Shape(
                inputs=known.input_size,
                variables=known.variable_count,
                outputs=len(meaning.labels),
                **shape,
            )
        )
        facts = config.facts
        return Explainable(
            model,
            known,
            meaning,
            name=facts.name,
            wiring=facts.wiring,
            sees_future=facts.sees_future,
        )

    return make


@pytest.fixture
def linear():
    """The maker of a linear network over series."""

    def make(series, **fit):
        known = Preprocessor.fit(series, **fit)
        torch.manual_seed(1)
        shape = Shape(inputs=known.input_size, variables=known.variable_count, outputs=2)
        return Explainable(Model(Linear(known.input_size), shape), known, Classes("no", "yes"))

    return make


@pytest.fixture
def classes():
    return Classes


@pytest.fixture
def values():
    return Values
