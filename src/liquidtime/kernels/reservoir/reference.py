"""The definition of random liquid units and of what is kept of their responses, in NumPy.

Every fast path must equal this file. A unit reads u, a weighted sum of the last observed values of
its channels, and steps wherever one of these is observed: its own clock. Between two such rows u
moves linearly, and the response is exact. Written for the distance e = x − u of a leak from what it
follows, with λ = −1/τ + iω and u going from u₀ to u₁ over a time d:

    e₁ = e₀ exp(λd) − (u₁ − u₀) φ(λd),   φ(z) = (exp(z) − 1) / z
"""

from typing import NamedTuple

import numpy as np

from liquidtime.backends import Backend, takes_all
from liquidtime.kernels.reservoir.call import KINDS, PARTS, Units, width

LOW, BAND, RESONATOR, LIQUID, LIQUID_BAND, COUNT = range(len(KINDS))


class Response(NamedTuple):
    """The response of some units that share their channels, along one series.

    Attributes:
        y: [S, K] at S seen points: the first own row, and the ends of all parts. S is 0 for units
            that never see a row.
        times: [S].
    """

    y: np.ndarray
    times: np.ndarray


class ReferenceReservoir:
    """The definition, series by series.

    Args:
        units: K of them.
    """

    def __init__(self, units: Units) -> None:
        self.units = units
        self._groups = _by_channels(units)

    def pool(
        self,
        values: np.ndarray,
        mask: np.ndarray,
        times: np.ndarray,
        lengths: np.ndarray,
        thresholds: np.ndarray,
        between: float,
    ) -> np.ndarray:
        """As `liquidtime.kernels.reservoir.call.Reservoir` says."""
        found = np.empty((len(values), len(self.units), width(thresholds.shape[1])), np.float32)
        for series, length in enumerate(lengths):
            rows = values[series, :length], mask[series, :length], times[series, :length]
            for members in self._groups:
                response = respond_to(*rows, self.units.select(members), between)
                found[series, members] = _pooled(response, thresholds[members])
        return found

    def respond(
        self,
        values: np.ndarray,
        mask: np.ndarray,
        times: np.ndarray,
        lengths: np.ndarray,
        between: float,
        samples: int,
    ) -> np.ndarray:
        """As `liquidtime.kernels.reservoir.call.Reservoir` says."""
        found = np.zeros((len(values), samples, len(self.units)), np.float32)
        for series, length in enumerate(lengths):
            rows = values[series, :length], mask[series, :length], times[series, :length]
            for members in self._groups:
                y = respond_to(*rows, self.units.select(members), between).y
                if len(y):
                    # To the nearest, halves upwards.
                    chosen = np.arange(samples) * (len(y) - 1) / (samples - 1)
                    found[series][:, members] = y[np.floor(chosen + 0.5).astype(int)]
        return found


backend = Backend("reference", ReferenceReservoir, takes_all, serves=None)


def respond_to(
    values: np.ndarray, mask: np.ndarray, times: np.ndarray, units: Units, between: float
) -> Response:
    """The response of units that all read the same channels.

    Args:
        values: [T, D].
        mask: [T, D].
        times: [T].
        units: K of them.
        between: A longer segment is seen between its ends, too.
    """
    channels = units.channels[0][units.channels[0] >= 0]
    own = np.flatnonzero(mask[:, channels].any(axis=1))
    if not len(own):
        return Response(np.empty((0, len(units))), np.empty(0))
    held = _filled(values[:, channels], mask[:, channels])[own]
    u = held.astype(float) @ units.weights[:, : len(channels)].T.astype(float)
    clock = times[own]
    if own[-1] < len(times) - 1:
        # From its last row to the end of the series u is held, and nothing more is counted.
        u, clock = np.concatenate([u, u[-1:]]), np.append(clock, times[-1])
    state = _Leaks(units)
    seen, at = [state.begin(u[0])], [clock[0]]
    rows = len(own)
    for row in range(1, len(clock)):
        gap = clock[row] - clock[row - 1]
        parts = int(min(PARTS, max(1, np.ceil(gap / between)))) if between > 0 else 1
        for part in range(1, parts + 1):
            u0 = u[row - 1] + (u[row] - u[row - 1]) * ((part - 1) / parts)
            u1 = u[row - 1] + (u[row] - u[row - 1]) * (part / parts)
            events = 1.0 if part == parts and row < rows else 0.0
            seen.append(state.step(u0, u1, gap / parts, events))
            at.append(clock[row - 1] + gap * part / parts)
    return Response(np.stack(seen), np.array(at))


class _Leaks:
    """The states of K units."""

    def __init__(self, units: Units) -> None:
        self.units = units
        self.fast = -units.rate.astype(complex) + 1j * units.frequency
        self.fast[units.kind != RESONATOR] = -units.rate[units.kind != RESONATOR]
        self.slow = -units.second.astype(complex)
        self.e = np.zeros((2, len(units)), dtype=complex)
        self.counted = np.zeros(len(units))

    def begin(self, u: np.ndarray) -> np.ndarray:
        """At the first row: the steady state, and one event."""
        self.counted += 1.0
        return self._response(u)

    def step(self, u0: np.ndarray, u1: np.ndarray, gap: float, events: float) -> np.ndarray:
        """The response after one part, over which u goes from u0 to u1."""
        rates = np.stack([self.fast, self.slow]) * self._speed((u0 + u1) / 2)
        self.e = self.e * np.exp(rates * gap) - (u1 - u0) * _phi(rates * gap)
        self.counted = self.counted * np.exp(-self.units.rate * gap) + events
        return self._response(u1)

    def _speed(self, u: np.ndarray) -> np.ndarray:
        units = self.units
        opened = 1 / (1 + np.exp(-np.clip(units.steepness * (u - units.midpoint), -80, 80)))
        liquid = (units.kind == LIQUID) | (units.kind == LIQUID_BAND)
        return np.where(liquid, 1 + units.gain * opened, 1.0)

    def _response(self, u: np.ndarray) -> np.ndarray:
        kind, (fast, slow) = self.units.kind, self.e
        level = (kind == LOW) | (kind == LIQUID)
        difference = (kind == BAND) | (kind == LIQUID_BAND)
        turned = np.real(fast * np.exp(1j * self.units.phase))
        found = np.where(kind == RESONATOR, turned, self.counted)
        found = np.where(difference, np.real(fast - slow), found)
        return np.where(level, u + np.real(fast), found)


def _phi(z: np.ndarray) -> np.ndarray:
    """(exp(z) − 1) / z, without cancellation near 0."""
    near = np.abs(z) < 1e-3
    safe = np.where(near, 1.0, z)
    return np.where(near, 1 + z / 2 * (1 + z / 3 * (1 + z / 4)), np.expm1(safe) / safe)


def _filled(values: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """Each channel's last observed value, 0 before its first."""
    rows = np.arange(len(mask))[:, None]
    last = np.maximum.accumulate(np.where(mask, rows, -1), axis=0)
    return np.where(last < 0, 0.0, np.take_along_axis(values, np.maximum(last, 0), axis=0))


def _by_channels(units: Units) -> list[np.ndarray]:
    """Numbers of the units, those together that read the same channels."""
    _, group = np.unique(units.channels, axis=0, return_inverse=True)
    return [np.flatnonzero(group.ravel() == k) for k in range(int(group.max(initial=-1)) + 1)]


def _pooled(response: Response, thresholds: np.ndarray) -> np.ndarray:
    """[K, 5 + 4 P] of responses [S, K] and thresholds [K, P]."""
    y, times = response
    if not len(y):
        y, times = np.zeros((1, len(thresholds))), np.zeros(1)
    highest, lowest, last = y.max(0), y.min(0), y[-1]
    span = times[-1] - times[0]
    if not span > 0:
        # One moment: what is there last is all there is.
        y, times, weight = y[-1:], times[-1:], np.ones(1)
    else:
        weight = np.empty(len(times))
        weight[1:-1] = (times[2:] - times[:-2]) / 2
        weight[0], weight[-1] = (times[1] - times[0]) / 2, (times[-1] - times[-2]) / 2
        weight /= span
    place = (times - times[0]) / (span if span > 0 else 1.0)
    above = y[:, :, None] > thresholds
    share = np.einsum("s,skp->kp", weight, above)
    some = share > 0
    excess = np.einsum("s,skp->kp", weight, np.where(above, y[:, :, None] - thresholds, 0.0))
    position = np.einsum("s,skp->kp", weight * place, above)
    if not span > 0:
        position = np.where(some, 0.5, 0.0)
    divisor = np.where(some, share, 1.0)
    run, longest = np.zeros_like(share), np.zeros_like(share)
    for w, over in zip(weight, above, strict=True):
        run = np.where(over, run + w, 0.0)
        longest = np.maximum(longest, run)
    levels = np.stack([highest, lowest, weight @ y, np.sqrt(weight @ y**2), last], axis=1)
    return np.concatenate(
        [levels, share, excess / divisor, np.where(some, position / divisor, 0.5), longest],
        axis=1,
    )
