"""A short task: which of two waves a series is, seen at odd times."""

import numpy as np

from liquidtime.data import from_lists, split_by_series
from liquidtime.estimators import LiquidClassifier


def accuracy(kind, options, *, steps, learning_rate):
    """Share of 36 held-out waves that a model tells apart after so many steps on 84 others."""
    random = np.random.default_rng(0)
    fast = random.random(120) < 0.5
    times = [np.cumsum(random.exponential(0.8, random.integers(8, 14))) for _ in fast]
    values = [np.sin((2.0 if f else 0.5) * t)[:, None] for f, t in zip(fast, times, strict=True)]
    series = from_lists(values, times, target=fast.astype(np.int64))
    split = split_by_series(120, fractions=(0.7, 0.0, 0.3), seed=0)
    how = {"steps": steps, "learning_rate": learning_rate, "batch_size": 42, "random_state": 0}
    model = LiquidClassifier(kind=kind, options=options, validation=None, **how)
    model.fit(series.select(split.train))
    test = series.select(split.test)
    return (model.predict(test) == test.target.numpy()).mean()
