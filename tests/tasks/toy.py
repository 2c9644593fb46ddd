"""A task and a study of tests alone: what somebody outside the package would write."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from liquidtime.data import IrregularSeries, Preprocessor, split_by_series
from liquidtime.models import catalogue
from liquidtime.tasks.contract import Shown, Study, Task
from liquidtime.tasks.protocol import Protocol
from liquidtime.tasks.published import parse_published
from liquidtime.tasks.recipe import Recipe, recipes
from liquidtime.train.config import About, FitConfig, TrainConfig

SERIES, STEPS = 48, 5
PUBLISHED = {
    "sources": {"toy": {"name": "Toy 2020", "citation": "Toy, 2020.", "url": "https://toy.org"}},
    "claim": {"model": "LSTM", "measure": "auroc"},
    "cells": [
        {
            **{"model": "LSTM", "measure": "auroc", "value": 0.9, "spread": 0.02, "seeds": 3},
            **{"source": "toy", "where": "Table 1"},
        },
        {
            **{"model": "LSTM", "measure": "minutes_per_epoch", "value": 2.5},
            **{"source": "toy", "where": "Table 2"},
        },
    ],
}


def toy_data() -> IrregularSeries:
    """Series whose class is the sign of their mean, more or less."""
    random = np.random.default_rng(0)
    level = random.choice([-1.0, 1.0], SERIES)
    values = (level[:, None] + random.normal(0, 2, (SERIES, STEPS))).reshape(-1, 1)
    return IrregularSeries(
        values=torch.from_numpy(values.astype(np.float32)),
        times=torch.from_numpy(np.tile(np.arange(STEPS, dtype=np.float64), SERIES)),
        mask=torch.ones(SERIES * STEPS, 1, dtype=torch.bool),
        lengths=torch.full((SERIES,), STEPS),
        target=torch.from_numpy((level > 0).astype(np.int64)),
        ids=np.array([f"s{k}" for k in range(SERIES)]),
        features=("x",),
        target_names=("sign",),
        classes=("minus", "plus"),
    )


def _recipe(kind: str, row: str = "", settings: str = "ours") -> Recipe:
    return Recipe(
        label=kind.upper(),
        row=row,
        settings=settings,
        config=FitConfig(
            model=catalogue.from_dict({"kind": kind, "hidden_size": 4}),
            train=TrainConfig(epochs=2, batch_size=16, learning_rate=1e-2),
        ),
    )


def toy_task(name: str = "toy") -> Task:
    """Three tiny recipes of two models."""

    def parts(seed):
        return toy_data(), split_by_series(SERIES, fractions=(0.5, 0.2, 0.3), seed=seed)

    return Task(
        name=name,
        about=About(title="The sign of a mean", data="Made on the spot.", time_unit="steps"),
        preprocess=Preprocessor.fit,
        protocols={
            "paper": Protocol(
                about="One draw.",
                parts=lambda seed: parts(0),
                statistics="all",
                traps=("Statistics see the test part.",),
            ),
            "clean": Protocol(about="A draw a seed.", parts=parts),
        },
        recipes=recipes(
            _recipe("lstm", "LSTM"), _recipe("gru"), _recipe("lstm", "LSTM", "published")
        ),
        measures=("auroc", "log_loss"),
        published=parse_published(PUBLISHED),
        memory=0.5,
    )


@dataclass(frozen=True, kw_only=True)
class ToyOptions:
    """Options of the toy study."""

    times: int = 2
    """How often."""

    @property
    def folder(self) -> str:
        return f"toy-{self.times}"


def _run(out: Path, options: ToyOptions, progress) -> Shown:
    progress("Playing …")
    out.mkdir(parents=True)
    (out / "result.txt").write_text(str(options.times))
    return Shown(header=("what", "how often"), rows=[["played", f"{options.times} times"]])


def toy_study() -> Study:
    return Study(
        name="toy-study",
        summary="Plays.",
        details="It plays some times.",
        options=ToyOptions,
        run=_run,
    )
