"""Predictions as a run folder holds them, and what resamples say about two models."""

import numpy as np
import pytest
import torch

from liquidtime.data import IrregularSeries, split_by_series
from liquidtime.models import gru
from liquidtime.tasks.pairing import draws, interval, paired, read_scored
from liquidtime.train import fit
from liquidtime.train.config import FitConfig, TrainConfig
from liquidtime.train.score.metrics import measure, point

SMALL = FitConfig(model=gru.Config(hidden_size=3), train=TrainConfig(epochs=1, batch_size=8))


def made(classes):
    """Series named as tables name them, some without a target, with one target a step or one."""
    random = np.random.default_rng(1)
    series, steps = 30, 3
    if classes is None:
        target = torch.from_numpy(random.normal(size=(series * steps, 2)).astype(np.float32))
        target[::7, 0] = torch.nan
        target[::5] = torch.nan
    else:
        target = torch.from_numpy(random.integers(0, len(classes), series))
    return IrregularSeries(
        values=torch.from_numpy(random.normal(size=(series * steps, 1)).astype(np.float32)),
        times=torch.arange(series * steps, dtype=torch.float64) % steps,
        mask=torch.ones(series * steps, 1, dtype=torch.bool),
        lengths=torch.full((series,), steps),
        target=target,
        ids=np.array(["NA", *(f"s{k}" for k in range(1, series))]),
        features=("x",),
        target_names=("a", "b") if classes is None else ("kind",),
        classes=classes,
        per_step=classes is None,
    )


@pytest.mark.parametrize("classes", [("NA", "1"), ("x", "y", "z"), None])
def test_a_folder_gives_back_what_was_scored(classes, tmp_path):
    data = made(classes)
    split = split_by_series(len(data), fractions=(0.4, 0.2, 0.4), seed=2)
    task = "regress" if classes is None else "classify"
    run = fit(
        data,
        split,
        FitConfig(task=task, model=SMALL.model, train=SMALL.train),
        tmp_path / "run",
        progress=False,
    )
    stored = read_scored(run)
    for name, score in run.metrics["test"]["metrics"].items():
        assert point(stored, name) == pytest.approx(score["value"], rel=1e-6), name
    again = measure(stored)
    metric = next(iter(again))
    values = draws([run], metric, resamples=400)
    assert values.shape == (400,)
    assert np.array_equal(values, draws([run], metric, resamples=400), equal_nan=True)
    low, high = interval(values)
    assert low < again[metric]["value"] < high
    assert np.allclose(draws([run, run], metric), draws([run], metric), equal_nan=True)


def test_a_lead_in_every_resample_is_hardly_chance_and_no_lead_is():
    random = np.random.default_rng(0)
    base = random.normal(0.8, 0.05, 999)
    ahead = paired("other", 0.01, base + 0.01, base)
    assert ahead.p == pytest.approx(0.002) and ahead.low == pytest.approx(0.01)
    same = paired("other", 0.0, base + random.normal(0, 0.01, 999), base)
    assert same.p > 0.5 and same.low < 0 < same.high
    assert paired("other", 0.0, base, base).p == 1.0
    assert paired("other", 0.0, base, np.full(999, np.nan)) is None
