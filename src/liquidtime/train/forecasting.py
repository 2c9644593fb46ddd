"""A forecast fitted in memory: no run folder, no progress line."""

import numpy as np

from liquidtime.data.forecast.parts import Parts
from liquidtime.data.preprocess import Preprocessor
from liquidtime.errors import InputError
from liquidtime.train.config import FitConfig
from liquidtime.train.defaults import resolved
from liquidtime.train.line import fit_line, lined
from liquidtime.train.loop import train
from liquidtime.train.objectives import catalogue as objectives
from liquidtime.train.run import new_model
from liquidtime.train.validation import Trained


def fit_forecast(parts: Parts, config: FitConfig) -> Trained:
    """Fit a network on the training part of a forecast, its weights chosen on the validation part.

    Args:
        parts: The pieces.
        config: Task "forecast", model and training.

    Raises:
        InputError: If the network reads backwards.
    """
    facts = config.model.facts
    if facts.sees_future:
        raise InputError(
            f"{facts.name} with these options would see what it shall forecast; expected a network "
            "that reads forwards."
        )
    series, split = parts.cut.segments.series, parts.cut.split
    training = series.select(np.asarray(split.train))
    config = resolved(config, training)
    objective = objectives.of_training(training, config)
    preprocessor = Preprocessor.fit(training)
    names = preprocessor.input_names
    line = fit_line(parts.plan, objective, names, preprocessor.encode(training))
    kept = None if line is None else {"line": line._asdict()}
    model = lined(new_model(preprocessor, objective, config), kept, objective, names)
    learnt = preprocessor.encode(training, reads=model.reads)
    measured = preprocessor.encode(series.select(split.validation), reads=model.reads)
    progress = train(model, objective, learnt, measured, config.train)
    model.network.to("cpu")
    return Trained(config, preprocessor, objective, model, progress)
