"""Synthetic series for the tests of models and training."""

import numpy as np
import torch

from liquidtime.data.series import IrregularSeries


def make_series(
    n=60, *, seed=0, kind="classes", per_step=False, classes=2, outputs=1, longest=12
) -> IrregularSeries:
    """Series whose drift, read off irregular samples, decides the target."""
    random = np.random.default_rng(seed)
    lengths = random.integers(3, longest + 1, size=n)
    lengths[0] = 0 if kind == "classes" and not per_step else lengths[0]
    rows = int(lengths.sum())
    times = np.concatenate([np.cumsum(random.exponential(1.0, size=k)) for k in lengths])
    drift = random.integers(0, classes, size=n)
    member = np.repeat(np.arange(n), lengths)
    clean = (drift[member] - (classes - 1) / 2) * 0.5 * times
    values = np.stack([clean + random.normal(size=rows), random.normal(size=rows)], axis=1)
    mask = random.random((rows, 2)) < 0.7
    if kind == "classes":
        target = np.where(random.random(rows) < 0.2, -1, drift[member]) if per_step else drift
    elif per_step:
        target = np.stack([clean * 10 + 100 + k for k in range(outputs)], axis=1)
        target[random.random(target.shape) < 0.2] = np.nan
    else:
        ends = np.array([clean[member == k][-1] for k in range(n)])
        target = np.stack([ends * 10 + 100 + k for k in range(outputs)], axis=1)
    return IrregularSeries(
        values=torch.tensor(np.where(mask, values, 0), dtype=torch.float32),
        times=torch.tensor(times, dtype=torch.float64),
        mask=torch.tensor(mask),
        lengths=torch.tensor(lengths),
        target=torch.tensor(target, dtype=torch.int64 if kind == "classes" else torch.float32),
        features=("level", "noise"),
        classes=tuple(f"class {k}" for k in range(classes)) if kind == "classes" else None,
        target_names=tuple(f"y{k}" for k in range(outputs)) if kind == "values" else None,
        per_step=per_step,
    )
