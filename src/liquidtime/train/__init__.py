"""Training: from an `IrregularSeries` to a run folder with weights, metrics and a report.

`fit` does it all. Names are imported when first used:
`liquidtime.train.config` stays free of torch.
"""

import importlib
from typing import TYPE_CHECKING, Any

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
    if name in _HOMES:
        return getattr(importlib.import_module(f"liquidtime.train.{_HOMES[name]}"), name)
    raise AttributeError(f"module 'liquidtime.train' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
