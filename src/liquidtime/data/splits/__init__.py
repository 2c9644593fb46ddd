"""Training, validation and test parts, and folds: by series or by group, never by row."""

from liquidtime.lazy import attach

__getattr__, __dir__, __all__ = attach(__name__)
