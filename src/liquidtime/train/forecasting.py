"""A forecast fitted in memory: no run folder, no progress line."""

import numpy as np

from liquidtime.data.forecast.parts import Parts
from liquidtime.data.preprocess import Preprocessor
from liquidtime.errors import InputError
from liquidtime.models.contract import Model
from liquidtime.train.config import FitConfig
from liquidtime.train.defaults import resolved
from liquidtime.train.line import fit_line, lined
from liquidtime.train.loop import train
from liquidtime.train.objectives import catalogue as objectives
from liquidtime.train.refit import course, resolved_refit
from liquidtime.train.run import new_model
from liquidtime.train.validation import Trained


def fit_forecast(parts: Parts, config: FitConfig) -> Trained:
    """Fit a network on the training part of a forecast, its weights chosen on the validation part.

    With `config.train.refit` "yes" another one is fitted to both parts then, for as long as the
    first one was best after.

    Args:
        parts: The pieces.
        config: Task "forecast", model and training; "auto" refits what is solved at once.

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

    def fresh() -> Model:
        return lined(new_model(preprocessor, objective, config), kept, objective, names)

    model = fresh()
    config = resolved_refit(config, model)
    learnt = preprocessor.encode(training, reads=model.reads)
    measured = preprocessor.encode(series.select(split.validation), reads=model.reads)
    progress = train(model, objective, learnt, measured, config.train)
    model.network.to("cpu")
    found = Trained(config, preprocessor, objective, model, progress)
    if config.train.refit != "yes":
        return found
    both = np.concatenate([split.train, split.validation])
    everything, model = preprocessor.encode(series.select(both), reads=model.reads), fresh()
    how = course(config.train, progress, len(both) / len(split.train))
    train(model, objective, everything, None, how.config, until=how.until, level=how.level)
    model.network.to("cpu")
    return found._replace(model=model)
