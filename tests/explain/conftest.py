import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

sys.path.insert(0, str(Path(__file__).parents[1] / "train"))

from made_series import make_series

from liquidtime.data.preprocess import Preprocessor
from liquidtime.explain import Explainable
from liquidtime.models import cfc
from liquidtime.models.contract import Model, Shape


class Classes:
    """Two classes or more, as an objective says it."""

    bounded = exclusive = True

    def __init__(self, *labels):
        self.labels = labels

    def predictions(self, logits):
        powers = np.exp(logits - logits.max(axis=1, keepdims=True))
        return powers / powers.sum(axis=1, keepdims=True)


class Values:
    """Values in a unit that is not the network's."""

    bounded = exclusive = False

    def __init__(self, *labels, scale=10.0, mean=100.0):
        self.labels, self.scale, self.mean = labels, scale, mean

    def predictions(self, logits):
        return logits * self.scale + self.mean


class Linear(nn.Module):
    """A weighted sum of all inputs and gaps, at weights of their own in every row."""

    def __init__(self, inputs, rows=40):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(rows, inputs))
        self.gap = nn.Parameter(torch.randn(rows))

    def forward(self, batch):
        steps = batch.inputs.shape[1]
        said = (batch.inputs * self.weight[:steps]).sum((1, 2))
        said = said + (batch.elapsed * self.gap[:steps]).sum(1)
        return torch.stack([torch.zeros_like(said), said], dim=1)


def with_extras(series, seed=5):
    """The same with two static features, one of categories, and a variable of categories."""
    random = np.random.default_rng(seed)
    rhythm = torch.tensor(random.integers(0, 3, (len(series.times), 1)), dtype=torch.float32)
    seen = torch.tensor(random.random((len(series.times), 1)) < 0.5)
    age = random.normal(60, 10, len(series))
    age[::4] = np.nan
    ward = random.integers(0, 2, len(series))
    return replace(
        series,
        values=torch.cat([series.values, rhythm * seen], dim=1),
        mask=torch.cat([series.mask, seen], dim=1),
        features=(*series.features, "rhythm"),
        categories={"rhythm": ("SR", "AF", "VT")},
        static=torch.tensor(np.stack([age, ward], 1), dtype=torch.float32),
        static_features=("age", "ward"),
        static_categories={"ward": ("A", "B")},
    )


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
