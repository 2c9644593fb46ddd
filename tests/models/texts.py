"""Series of words to fit to, and small models of few looked-up categories."""

from dataclasses import fields

import numpy as np
import torch

from liquidtime.data import IrregularSeries, Preprocessor
from liquidtime.models.catalogue import MODELS
from liquidtime.models.contract import EmbeddingConfig
from liquidtime.train.config import FitConfig, TrainConfig
from liquidtime.train.objectives import catalogue as objectives
from liquidtime.train.run import new_model

WORDS = tuple(f"word {n}" for n in range(100))
SMALL = {
    "hidden_size": 6,
    "backbone_units": 5,
    "latent_size": 4,
    "encoder_size": 6,
    "units": 8,
    "layers": 1,
}


def texts(count=24, seed=0, words=WORDS):
    """Series of a word and a number a row, and a static place; some cells are not observed."""
    random = np.random.default_rng(seed)
    lengths = random.integers(0, 7, count)
    lengths[:2] = 6
    rows = int(lengths.sum())
    mask = torch.from_numpy(random.random((rows, 2)) < 0.8)
    codes = random.integers(0, len(words), rows)
    values = torch.from_numpy(np.stack([codes, random.normal(size=rows)], 1)).float()
    return IrregularSeries(
        values=torch.where(mask, values, torch.zeros(())),
        times=torch.from_numpy(np.concatenate([np.arange(n) * 1.5 for n in lengths])),
        mask=mask,
        lengths=torch.from_numpy(lengths),
        static=torch.from_numpy(random.integers(0, 70, (count, 1))).float(),
        static_features=("place",),
        static_categories={"place": tuple(f"place {n}" for n in range(70))},
        target=torch.from_numpy(random.integers(0, 2, count)),
        features=("word", "number"),
        categories={"word": words},
        classes=("no", "yes"),
    )


def small(name):
    config = MODELS.find(name)
    known = {entry.name for entry in fields(config)}
    return config(**{key: value for key, value in SMALL.items() if key in known})


def made(series, name="cfc", above=5, **options):
    """(preprocessor, model, objective) with few categories looked up."""
    config = FitConfig(
        model=small(name),
        train=TrainConfig(ensemble=1, input_dropout=0.0),
        embedding=EmbeddingConfig(above=above, width=3, **options),
    )
    preprocessor = Preprocessor.fit(series, embed=above)
    objective = objectives.of_training(series, config)
    return preprocessor, new_model(preprocessor, objective, config), objective
