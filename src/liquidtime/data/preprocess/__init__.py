"""From irregular series to the inputs of a network: scaled, filled, without what tells nothing."""

from liquidtime.lazy import attach

__getattr__, __dir__, __all__ = attach(__name__)
