"""One quiet fit in memory: no run folder, no progress line, no trace in the global random state."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch

from liquidtime.data.preprocess import Preprocessor
from liquidtime.data.series import IrregularSeries
from liquidtime.data.splits import split_by_series
from liquidtime.errors import InputError
from liquidtime.models.config import ModelConfig
from liquidtime.models.predictor import Predictor
from liquidtime.train.config import FitConfig, TrainConfig
from liquidtime.train.loop import train
from liquidtime.train.objective import Objective
from liquidtime.train.score.outputs import predict_logits
from liquidtime.train.seeds import seed_weights


@dataclass(frozen=True)
class Fitted:
    """What an estimator keeps of a fit.

    Attributes:
        preprocessor: Fitted on the training share.
        objective: What the logits mean.
        predictor: The network with the best epoch's weights, on the CPU.
        history: One record an epoch.
        best_epoch: The epoch that the validation share chose, from 0.
    """

    preprocessor: Preprocessor
    objective: Objective
    predictor: Predictor
    history: list[dict[str, float]]
    best_epoch: int


def fit_in_memory(
    series: IrregularSeries,
    config: FitConfig,
    *,
    validation_fraction: float,
    stratify: np.ndarray | None,
) -> Fitted:
    """Split by series, standardise on the training share, train, keep the best epoch.

    Args:
        series: With one target a series.
        config: Task, model and training; its seed also draws the split.
        validation_fraction: Share of the series that chooses the epoch, above 0 and below 1.
        stratify: Class of each series, or None.

    Returns:
        The fit.

    Raises:
        InputError: If the share is out of range or there are too few series.
    """
    if not 0.0 < validation_fraction < 1.0:
        raise InputError(
            f"validation_fraction is {validation_fraction}; expected a share above 0 and below 1. "
            "The validation share chooses the epoch, so it cannot be left out."
        )
    if len(series) < 2:
        raise InputError(
            f"X holds {len(series)} series; expected 2 or more, for a training and a validation "
            "share."
        )
    split = split_by_series(
        len(series),
        fractions=(1.0 - validation_fraction, validation_fraction, 0.0),
        seed=config.train.seed,
        stratify=stratify,
    )
    training = series.select(split.train)
    objective = Objective.of_training(training, config)
    preprocessor = Preprocessor.fit(training)
    with torch.random.fork_rng(devices=range(torch.cuda.device_count())):
        seed_weights(config.train.seed)
        predictor = Predictor(preprocessor.input_size, objective.output_size, config.model)
        trained = train(
            predictor,
            objective,
            preprocessor.encode(training),
            preprocessor.encode(series.select(split.validation)),
            config.train,
        )
    return Fitted(preprocessor, objective, predictor.to("cpu"), trained.history, trained.best_epoch)


def fitted_outputs(fitted: Fitted, series: IrregularSeries) -> np.ndarray:
    """Probabilities or values for new series.

    Args:
        fitted: A fit.
        series: N series with the features of the fit.

    Returns:
        [N, K] float64.
    """
    encoded = fitted.preprocessor.encode(replace(series, target=None, per_step=False))
    return fitted.objective.predictions(predict_logits(fitted.predictor, encoded).numpy())


def configuration(
    task: str, parameters: dict[str, Any], seed: int, *, class_weights: str = "none"
) -> FitConfig:
    """The configuration that an estimator's parameters stand for.

    Args:
        task: "classify" or "regress".
        parameters: From `get_params()`; those of the model and the training are taken.
        seed: Drawn from `random_state`.
        class_weights: "none" or "balanced".

    Returns:
        The configuration.

    Raises:
        InputError: If a parameter is out of range.
    """
    # Parameter grids often hold NumPy's numbers.
    plain = {k: v.item() if isinstance(v, np.generic) else v for k, v in parameters.items()}
    return FitConfig.from_dict(
        {
            "task": task,
            "model": ModelConfig.from_dict({name: plain[name] for name in _MODEL}).to_dict(),
            "train": TrainConfig.from_dict(
                {name: plain[name] for name in _TRAIN}
                | {"seed": seed, "class_weights": class_weights}
            ).to_dict(),
        }
    )


_MODEL = ("kind", "hidden_size", "wiring", "dropout")
_TRAIN = ("epochs", "batch_size", "learning_rate", "weight_decay", "patience")
