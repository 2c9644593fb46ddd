"""Forecasts: what is to be said at each row about the times after it.

A `ForecastPlan` says which columns are forecast how far ahead, from what. `look` makes one for the
data at hand; `prepare` turns plain series into those that a network learns from and predicts with.
"""

from liquidtime.lazy import attach

__getattr__, __dir__, __all__ = attach(__name__)
