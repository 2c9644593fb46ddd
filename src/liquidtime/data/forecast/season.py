"""Periods of a series, found where its autocorrelation has peaks."""

from collections.abc import Sequence

import numpy as np

_LEAST = 0.15
_RISE = 0.02
_MOST = 3
_CYCLES = 4


def seasons(signals: Sequence[np.ndarray]) -> tuple[int, ...]:
    """Periods in steps of a grid, rising; the last one is the strongest.

    The first peak of the autocorrelation that stands out counts, and every later one that is
    higher still: of hourly loads 24 and, if weeks tell more than days, 168. A straight line is
    taken out first, as a trend makes all autocorrelations large. A period has to come
    four times.

    Args:
        signals: Of each series and column the values on the grid, [T], NaN where missing.
    """
    longest = max((len(signal) for signal in signals), default=0)
    most = longest // _CYCLES
    above, below, counts = np.zeros(most + 1), np.zeros(most + 1), np.zeros(most + 1)
    for signal in signals:
        centred, there = _level(signal)
        if centred is None:
            continue
        size = 2 ** int(np.ceil(np.log2(2 * len(signal))))
        spectrum, seen = np.fft.rfft(centred, size), np.fft.rfft(there, size)
        lags = min(most + 1, len(signal))
        product = np.fft.irfft(np.abs(spectrum) ** 2, size)[:lags]
        pairs = np.fft.irfft(np.abs(seen) ** 2, size)[:lags]
        above[:lags] += product / product[0]
        counts[:lags] += pairs / pairs[0]
        below[:lags] += 1
    usable = counts > 0.05
    found = np.where(usable, above / np.where(usable, counts, 1.0), -1.0)
    level = _LEAST + 2 / np.sqrt(max(longest, 1))
    peaks: list[int] = []
    for lag in range(2, most):
        around = max(1, lag // 6)
        window = found[max(1, lag - around) : lag + around + 1]
        if found[lag] < level or found[lag] < window.max() or found[lag] - window.min() < _RISE:
            continue
        if not peaks or found[lag] > found[peaks[-1]] + _RISE:
            peaks.append(lag)
    return tuple(peaks[-_MOST:])


def _level(signal: np.ndarray) -> tuple[np.ndarray | None, np.ndarray]:
    """The signal without its straight line, 0 where missing; None if nothing is left."""
    there = np.isfinite(signal)
    if there.sum() < 8:
        return None, there.astype(float)
    steps = np.arange(len(signal), dtype=float)
    line = np.polynomial.Polynomial.fit(steps[there], signal[there], 1)
    rest = np.where(there, signal - line(steps), 0.0)
    scale = np.abs(signal[there]).max()
    if np.abs(rest).max() <= 1e-9 * max(scale, 1e-300):
        return None, there.astype(float)
    return rest, there.astype(float)
