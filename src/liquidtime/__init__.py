"""Liquid neural networks: LTC neurons, their closed form (CfC), and irregular time done right."""

from liquidtime.lazy import attach

__version__ = "0.1.0"

__getattr__, __dir__, __all__ = attach(__name__)
