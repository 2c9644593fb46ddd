"""Figures: functions that take arrays and return matplotlib figures; nothing is shown or saved.

Names are imported when first used, so that importing this costs no matplotlib.
"""

from liquidtime.lazy import attach

__getattr__, __dir__, __all__ = attach(__name__)
