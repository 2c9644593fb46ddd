"""Random liquid features with a ridge: units that are never trained, and weights found at once."""

from typing import Any

from liquidtime.data.preprocess import Preprocessor
from liquidtime.models.catalogue import MODELS
from liquidtime.train.baseline.contract import Array, Material, Predictor, Setting
from liquidtime.train.config import FitConfig
from liquidtime.train.defaults import resolved
from liquidtime.train.loop import train
from liquidtime.train.run import new_model
from liquidtime.train.score.outputs import predict_logits

_FEWEST = 10


class Liquid:
    """The model `ridge`, with its defaults."""

    name = "liquid"
    title = "random liquid features"
    usage = "--model ridge"
    model = "ridge"
    quick = True

    def suits(self, setting: Setting) -> bool:
        """Classes or values of whole series."""
        known = setting.kind in ("classes", "values") and not setting.per_step
        return known and setting.targets >= _FEWEST

    def seconds(self, setting: Setting) -> float:
        """The units go along every step; then a decomposition of the features."""
        features = min(setting.targets, 4000)
        return 0.1 + 1e-7 * setting.steps * max(10, setting.columns // 11) + 1e-10 * features**3

    def fit(self, training: Material, objective: Any) -> Predictor:
        """Draw the units and solve."""
        task = "classify" if objective.exclusive else "regress"
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
