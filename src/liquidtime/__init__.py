"""Liquid neural networks: LTC neurons, their closed form (CfC), and irregular time done right."""

import importlib
from types import ModuleType

__version__ = "0.1.0"

_SUBPACKAGES = (
    "compat",
    "data",
    "deploy",
    "dynamics",
    "estimators",
    "kernels",
    "nn",
    "plot",
    "tasks",
    "train",
    "wirings",
)


def __getattr__(name: str) -> ModuleType:
    """Import a sub-package when it is first used, so that `import liquidtime` costs nothing."""
    if name in _SUBPACKAGES:
        return importlib.import_module(f"liquidtime.{name}")
    raise AttributeError(f"module 'liquidtime' has no attribute {name!r}")


def __dir__() -> list[str]:
    return [*globals(), *_SUBPACKAGES]
