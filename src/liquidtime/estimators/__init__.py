"""Scikit-learn faces of liquid networks and features over series of unequal length.

Names are imported when first used, so that importing this costs no scikit-learn, and a missing one
is named with its remedy.
"""

from liquidtime.lazy import attach

__getattr__, __dir__, __all__ = attach(__name__, extra="train")
