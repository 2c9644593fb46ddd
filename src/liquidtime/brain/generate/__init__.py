"""Connectomes by chance: random, of given degrees, in space, and the cortical microcircuit.

What a seed makes does not depend on the number of threads.
"""

from liquidtime.lazy import attach

__getattr__, __dir__, __all__ = attach(__name__)
