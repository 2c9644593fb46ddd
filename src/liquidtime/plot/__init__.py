"""Figures: functions that take arrays and return matplotlib figures; nothing is shown or saved.

Every one takes `ax`, so that it can stand beside others, and returns the figure of those axes;
without, it makes one. A figure of one panel takes one axes, one of several a sequence with as many
axes as it has panels, row after row. What belongs to a panel, such as its colour bar, takes room
from its axes; nothing else in the figure is touched.

Names are imported when first used, so that importing this costs no matplotlib.
"""

from liquidtime.lazy import attach

__getattr__, __dir__, __all__ = attach(__name__)
