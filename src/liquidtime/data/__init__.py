"""Irregular time series: the container, its conversions, features, batches, sources and sets."""

from liquidtime.lazy import attach

__getattr__, __dir__, __all__ = attach(__name__)
