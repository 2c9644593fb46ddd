"""Networks and series to explain."""

from dataclasses import replace

import numpy as np
import torch
from torch import nn


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
