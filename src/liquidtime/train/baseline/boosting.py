"""Gradient boosting on the summaries."""

from typing import Any

from liquidtime.optional import require
from liquidtime.train.baseline.contract import Material, Predictor, Setting
from liquidtime.train.baseline.learned import KINDS, learn, size, summing_up


class Boosting:
    """Histogram gradient boosting of scikit-learn, on one thread."""

    name = "boosting"
    title = "gradient boosting"
    usage = "scikit-learn's HistGradientBoostingClassifier or -Regressor on mean, least, most, …"
    model = ""
    quick = False

    def suits(self, setting: Setting) -> bool:
        """A leaf holds twenty targets or more, so fewer than a hundred make no tree."""
        return setting.kind in KINDS and setting.targets >= 100

    def seconds(self, setting: Setting) -> float:
        """So many rounds of a tree an output; histograms cost a time a column, rows a little."""
        trees = _rounds(setting.targets) * _trees(setting)
        return summing_up(setting) + 0.1 + trees * (5e-5 * setting.columns + 1e-8 * size(setting))

    def fit(self, training: Material, objective: Any) -> Predictor:
        """Boost slowly; with few targets, less long."""
        return learn(_boosting, training, objective)


def _boosting(of_classes: bool, targets: int) -> Any:
    ensemble = require("sklearn.ensemble", extra="train")
    made = (
        ensemble.HistGradientBoostingClassifier
        if of_classes
        else ensemble.HistGradientBoostingRegressor
    )
    return made(
        max_iter=_rounds(targets),
        learning_rate=0.05,
        max_leaf_nodes=15,
        l2_regularization=1.0,
        early_stopping=False,
        random_state=0,
    )


def _rounds(targets: int) -> int:
    return 60 if targets < 500 else 150


def _trees(setting: Setting) -> int:
    return 1 if setting.kind == "classes" and setting.outputs == 2 else setting.outputs


BASELINE = Boosting()
