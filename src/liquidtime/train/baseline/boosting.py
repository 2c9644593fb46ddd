"""Gradient boosting on the summaries, or of a forecast on lags, seasons and the calendar."""

from typing import Any

from liquidtime.optional import require
from liquidtime.train.baseline.ahead import MOST_PAIRS, learn_ahead
from liquidtime.train.baseline.contract import Material, Predictor, Setting
from liquidtime.train.baseline.learned import KINDS, learn, size, summing_up
from liquidtime.train.baseline.summaries import SO_FAR

_MANY_PAIRS = 5000


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
        if setting.plan is not None:
            return _ahead_seconds(setting)
        trees = _rounds(setting.targets) * _trees(setting)
        return summing_up(setting) + 0.1 + trees * (5e-5 * setting.columns + 1e-8 * size(setting))

    def fit(self, training: Material, objective: Any) -> Predictor:
        """Boost slowly; with few targets, less long."""
        if training.plan is not None:
            return learn_ahead(_boosting_ahead, training)
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


def _boosting_ahead(of_classes: bool, pairs: int) -> Any:
    return _boosting(of_classes, pairs).set_params(
        max_iter=_rounds_ahead(pairs), max_leaf_nodes=15 if pairs < _MANY_PAIRS else 31
    )


def _ahead_seconds(setting: Setting) -> float:
    """A time a round, a pair learnt from and a value predicted."""
    assert setting.plan is not None
    leads, outputs = len(setting.plan.leads), len(setting.plan.target)
    pairs = min(MOST_PAIRS, setting.targets * leads)
    # The last values of all variables, and of one column lags, means, the season and its like.
    columns = 32 + setting.columns // SO_FAR
    each = 1.5e-3 + 3e-9 * pairs * columns + 1e-8 * setting.steps * leads
    return 0.1 + 1e-6 * setting.steps * outputs * leads + outputs * _rounds_ahead(pairs) * each


def _rounds_ahead(pairs: int) -> int:
    return 60 if pairs < 500 else 150 if pairs < _MANY_PAIRS else 200


def _rounds(targets: int) -> int:
    return 60 if targets < 500 else 150


def _trees(setting: Setting) -> int:
    return 1 if setting.kind == "classes" and setting.outputs == 2 else setting.outputs


BASELINE = Boosting()
