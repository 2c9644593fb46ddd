"""Training: from an `IrregularSeries` to a run folder with weights, metrics and a report.

`fit` does it all. Names are imported when first used:
`liquidtime.train.config` stays free of torch.
"""

from typing import TYPE_CHECKING, Any

from liquidtime.lazy import lazy_name

if TYPE_CHECKING:
    from liquidtime.train.config import About, FitConfig, ModelConfig, TrainConfig
    from liquidtime.train.fitting import fit
    from liquidtime.train.predictions import Predictions
    from liquidtime.train.predictor import Predictor
    from liquidtime.train.run import Run

__all__ = [
    "About",
    "FitConfig",
    "ModelConfig",
    "Predictions",
    "Predictor",
    "Run",
    "TrainConfig",
    "fit",
]

_HOMES = {
    "About": "config",
    "FitConfig": "config",
    "ModelConfig": "config",
    "TrainConfig": "config",
    "Predictor": "predictor",
    "Predictions": "predictions",
    "Run": "run",
    "fit": "fitting",
}


def __getattr__(name: str) -> Any:
    return lazy_name(__name__, _HOMES, name)


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
