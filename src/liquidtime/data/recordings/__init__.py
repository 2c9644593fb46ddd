"""Recordings: signals at a steady rate and events in them, as series; WFDB and EDF files."""

from liquidtime.lazy import attach

__getattr__, __dir__, __all__ = attach(__name__)
