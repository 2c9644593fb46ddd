import numpy as np
import pytest
import torch

from liquidtime.data import IrregularSeries


def make_series(
    lengths, *, features=3, seed=0, target="class", static=2, observed=0.5, per_step=False
):
    """Random series; every kind of content that the container may hold."""
    random = np.random.default_rng(seed)
    lengths = np.asarray(lengths, dtype=np.int64)
    rows = int(lengths.sum())
    mask = random.random((rows, features)) < observed
    values = np.where(mask, random.normal(size=(rows, features)), 0).astype(np.float32)
    gaps = random.exponential(size=rows) * (random.random(rows) < 0.9)
    times = np.concatenate(
        [np.cumsum(part) for part in np.split(gaps, np.cumsum(lengths)[:-1])] or [np.zeros(0)]
    )
    static_features = None
    if static:
        static_features = random.normal(size=(len(lengths), static)).astype(np.float32)
        static_features[random.random(static_features.shape) < 0.2] = np.nan
    count = rows if per_step else len(lengths)
    targets = {
        "class": lambda: torch.from_numpy(random.integers(-1 if per_step else 0, 3, count)),
        "values": lambda: torch.from_numpy(random.normal(size=(count, 2)).astype(np.float32)),
        None: lambda: None,
    }
    return IrregularSeries(
        values=torch.from_numpy(values),
        times=torch.from_numpy(times),
        mask=torch.from_numpy(mask),
        lengths=torch.from_numpy(lengths),
        static=None if static_features is None else torch.from_numpy(static_features),
        target=targets[target](),
        ids=np.array([f"s{n}" for n in range(len(lengths))], dtype=object),
        per_step=per_step,
    )


@pytest.fixture
def build():
    return make_series
