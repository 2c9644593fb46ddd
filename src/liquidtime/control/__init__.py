"""Worlds to act in, policies that act, and the closed loop of the two; time is in seconds."""

from liquidtime.lazy import attach

__getattr__, __dir__, __all__ = attach(__name__)
