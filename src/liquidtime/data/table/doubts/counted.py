"""Numbers that look like dates counted from a day that everybody counts from."""

from collections.abc import Iterator

import numpy as np

_DAYS = (10_957.0, 29_220.0)
"""Days from 1970 to 2000 and 2050."""
_COUNTS = (
    ("seconds since 1970", 86_400.0, 0.0, "times, unit='s'"),
    ("milliseconds since 1970", 86_400e3, 0.0, "times, unit='ms'"),
    ("microseconds since 1970", 86_400e6, 0.0, "times, unit='us'"),
    ("nanoseconds since 1970", 86_400e9, 0.0, "times, unit='ns'"),
    ("days as Excel counts them", 1.0, 25_569.0, "times, unit='D', origin='1899-12-30'"),
    ("days as MATLAB counts them", 1.0, 719_529.0, "times - 719529, unit='D'"),
    ("Julian days", 1.0, 2_440_587.5, "times, unit='D', origin='julian'"),
)
"""Words, numbers a day, the number of 1970, and what pandas makes dates of."""


def like_counts(times: np.ndarray, column: str) -> Iterator[str]:
    """A sentence about times that all lie between 2000 and 2050 in one way of counting.

    Args:
        times: float64, as they are.
        column: Where they stand.
    """
    if not len(times) or times.min() == times.max():
        return
    for words, each, zero, how in _COUNTS:
        first, last = (zero + each * days for days in _DAYS)
        if first <= times.min() and times.max() <= last:
            yield (
                f"The times of {column!r} look like {words}, and are read as plain numbers: gaps "
                "are right, but there is no calendar. To have dates, write them as such: "
                f"pandas.to_datetime({how})"
            )
