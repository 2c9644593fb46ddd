"""Logistic or ridge regression on the summaries."""

from typing import Any

import numpy as np

from liquidtime.optional import require
from liquidtime.train.baseline.contract import Material, Predictor, Setting
from liquidtime.train.baseline.learned import KINDS, learn, size, summing_up

# Strengths of the penalty that cross-validation chooses from, where that is cheap.
_STRENGTHS = (1e-3, 1e-2, 1e-1, 1.0, 10.0)
_CHEAP = 300_000
_CLIP = 5.0


class Linear:
    """Logistic regression for classes, ridge regression for values."""

    name = "linear"
    title = "a linear model"
    usage = ""
    model = ""
    quick = True

    def suits(self, setting: Setting) -> bool:
        """Whatever has a handful of targets."""
        return setting.kind in KINDS and setting.targets >= 10

    def seconds(self, setting: Setting) -> float:
        """Dozens of passes over the table, for each output."""
        return summing_up(setting) + 0.1 + 4e-7 * size(setting) * min(setting.outputs, 10)

    def fit(self, training: Material, objective: Any) -> Predictor:
        """Fill with medians, standardise, cut off, regress."""
        columns = training.summaries.shape[1]
        return learn(lambda of_classes, n: _pipeline(of_classes, n, columns), training, objective)


def _pipeline(of_classes: bool, targets: int, columns: int) -> Any:
    linear = require("sklearn.linear_model", extra="train")
    pipeline = require("sklearn.pipeline", extra="train")
    prepare = require("sklearn.preprocessing", extra="train")
    impute = require("sklearn.impute", extra="train")
    if not of_classes:
        model = linear.RidgeCV(alphas=np.logspace(-1, 4, 11))
    elif targets >= 60 and targets * columns <= _CHEAP:
        grid = require("sklearn.model_selection", extra="train")
        model = grid.GridSearchCV(
            linear.LogisticRegression(max_iter=100),
            {"C": _STRENGTHS},
            scoring="neg_log_loss",
            cv=3,
        )
    else:
        model = linear.LogisticRegression(C=0.01, max_iter=100)
    return pipeline.make_pipeline(
        impute.SimpleImputer(strategy="median", keep_empty_features=True),
        prepare.StandardScaler(),
        prepare.FunctionTransformer(np.clip, kw_args={"a_min": -_CLIP, "a_max": _CLIP}),
        model,
    )


BASELINE = Linear()
