"""Connectomes from tables, matrices and graphs, and from the files that their authors publish."""

from liquidtime.lazy import attach

__getattr__, __dir__, __all__ = attach(__name__)
