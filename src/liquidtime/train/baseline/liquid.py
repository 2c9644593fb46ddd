"""Random liquid features with a ridge: units that are never trained, and weights found at once."""

from typing import Any

from liquidtime.data.preprocess import Preprocessor
from liquidtime.models.catalogue import MODELS
from liquidtime.train.baseline.contract import Array, Material, Predictor, Setting
from liquidtime.train.baseline.summaries import OF_A_SERIES
from liquidtime.train.config import FitConfig
from liquidtime.train.defaults import resolved
from liquidtime.train.loop import train
from liquidtime.train.run import new_model
from liquidtime.train.score.outputs import predict_logits

_FEWEST = 10
# Series up to which what they say of each other is decomposed; of more, the features are.
_LARGE = 6000


class Liquid:
    """The model `ridge`, with its defaults."""

    name = "liquid"
    title = "random liquid features"
    usage = "--model ridge"
    model = "ridge"
    quick = False

    def suits(self, setting: Setting) -> bool:
        """Classes, labels or values of whole series."""
        known = setting.kind in ("classes", "labels", "values") and not setting.per_step
        return known and setting.targets >= _FEWEST

    def seconds(self, setting: Setting) -> float:
        """The units go along every step; then decompositions of what series say of each other."""
        series, variables = setting.targets, max(2, setting.columns // OF_A_SERIES)
        solving = 1.2e-3 * series + 4.5e-7 * min(series, _LARGE) * series
        return 0.1 + 2.5e-7 * setting.steps * variables + solving

    def fit(self, training: Material, objective: Any) -> Predictor:
        """Draw the units and solve."""
        several = "multilabel" if objective.bounded else "regress"
        task = "classify" if objective.exclusive else several
        config = FitConfig(task=task, model=MODELS.find(self.model)())
        config = resolved(config, training.series)
        preprocessor = Preprocessor.fit(training.series)
        model = new_model(preprocessor, objective, config)
        learnt = preprocessor.encode(training.series, reads=model.reads)
        train(model, objective, learnt, None, config.train)

        def predict(part: Material) -> Array:
            encoded = preprocessor.encode(part.series, reads=model.reads)
            return objective.predictions(predict_logits(model, encoded).numpy())

        return predict


BASELINE = Liquid()
