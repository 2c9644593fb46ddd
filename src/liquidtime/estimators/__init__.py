"""Scikit-learn faces: `LiquidClassifier` and `LiquidRegressor` over series of unequal length.

Names are imported when first used, so that a missing scikit-learn is named with its remedy.
"""

import importlib
from typing import TYPE_CHECKING, Any

from liquidtime.optional import require

if TYPE_CHECKING:
    from liquidtime.estimators.classifier import LiquidClassifier
    from liquidtime.estimators.regressor import LiquidRegressor
    from liquidtime.estimators.series import Series

__all__ = ["LiquidClassifier", "LiquidRegressor", "Series"]

_HOMES = {"LiquidClassifier": "classifier", "LiquidRegressor": "regressor", "Series": "series"}


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        for module in ("sklearn", "lightning"):
            require(module, extra="train")
        return getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
