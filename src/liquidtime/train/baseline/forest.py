"""A random forest on the summaries."""

from typing import Any

import numpy as np

from liquidtime.optional import require
from liquidtime.train.baseline.contract import Material, Predictor, Setting
from liquidtime.train.baseline.learned import KINDS, MOST_TARGETS, learn, summing_up

_TREES, _FEW_TREES = 200, 100
# Targets between which there are all trees; a tree is grown on no more than the second number.
_FEW, _MOST = 500, 5000


class Forest:
    """Trees of scikit-learn; gaps are filled with a number below all others."""

    name = "forest"
    title = "a random forest"
    usage = "scikit-learn's RandomForestClassifier or -Regressor on mean, least, most, last, …"
    model = ""
    quick = False

    def suits(self, setting: Setting) -> bool:
        """Whatever has a few dozen targets."""
        return setting.kind in KINDS and setting.targets >= 20

    def seconds(self, setting: Setting) -> float:
        """Each tree looks through some of the columns again and again."""
        rows = min(setting.targets, MOST_TARGETS)
        looked = 0.33 * setting.columns if setting.kind == "values" else setting.columns**0.5
        outputs = 1 if setting.kind == "classes" else setting.outputs
        drawn = min(rows, _MOST)
        each = 2e-3 + 4.5e-8 * drawn * np.log2(max(2, drawn)) * looked
        return summing_up(setting) + _trees(rows) * outputs * each + 1.5e-4 * rows

    def fit(self, training: Material, objective: Any) -> Predictor:
        """Grow the trees."""
        return learn(_forest, training, objective)


def _forest(of_classes: bool, targets: int) -> Any:
    ensemble = require("sklearn.ensemble", extra="train")
    pipeline = require("sklearn.pipeline", extra="train")
    impute = require("sklearn.impute", extra="train")
    made = ensemble.RandomForestClassifier if of_classes else ensemble.RandomForestRegressor
    own: dict[str, Any] = {} if of_classes else {"max_features": 0.33}
    fill = impute.SimpleImputer(strategy="constant", fill_value=-1e9, keep_empty_features=True)
    if targets > _MOST:
        own["max_samples"] = _MOST
    made = made(n_estimators=_trees(targets), random_state=0, n_jobs=1, **own)
    return pipeline.make_pipeline(fill, made)


def _trees(targets: int) -> int:
    return _TREES if _FEW <= targets <= _MOST else _FEW_TREES


BASELINE = Forest()
