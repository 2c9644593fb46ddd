"""Trained networks in the formats of other runtimes, each checked against the reference step."""

from liquidtime.lazy import attach

__getattr__, __dir__, __all__ = attach(__name__)
