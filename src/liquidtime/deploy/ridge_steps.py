"""Random liquid features that step with their series, in NumPy: what `predict` gives of it so far.

The equations are those of `liquidtime.kernels.reservoir.reference`. All that is kept of a response
are running sums and extremes, so that a row costs the same however long the series has become. A
unit's state stays at the last row that it read itself: a later one decides how its input moved in
between. What is put out is what there would be if the series ended here.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from liquidtime.deploy import rows
from liquidtime.deploy.network import Array
from liquidtime.deploy.ridge import Network

_PARTS = 16
_RESONATOR, _LIQUID, _LIQUID_BAND, _COUNT = 2, 3, 4, 5
_BANDS = (1, _LIQUID_BAND)
_CLIP = 10.0
_LEVELS = ("y", "time", "most", "least", "area", "squares")
_ABOVE = ("share", "excess", "position", "stretch", "longest")
_MOVING = ("fast", "slow", *_LEVELS, *_ABOVE)
State = dict[str, NDArray[Any]]


class RidgeSteps:
    """Steps several streams, in float64.

    Args:
        network: The network.
        streams: Number of streams S.
    """

    def __init__(self, network: Network, streams: int) -> None:
        units = network.units
        self._network, self._streams = network, streams
        self.input_size, self.output_size = len(network.steady), len(network.head[1])
        self._reads = units.channels >= 0
        self._channel = np.maximum(units.channels, 0)
        self._weights = np.where(self._reads, units.weights, 0.0).astype(np.float64)
        kind = units.kind
        self._fast = -units.rate.astype(complex)
        self._fast[kind == _RESONATOR] += 1j * units.frequency[kind == _RESONATOR]
        self._slow = -units.second.astype(np.float64)
        self._phase = np.where(kind == _RESONATOR, np.exp(1j * units.phase), 1.0)
        self._held = np.isin(kind, (0, _LIQUID))[None].astype(np.float64)
        self._both = np.isin(kind, _BANDS)[None].astype(np.float64)
        self._counts = kind == _COUNT
        self._liquid = np.isin(kind, (_LIQUID, _LIQUID_BAND))
        self._thresholds = network.thresholds.astype(np.float64)
        self._scale = network.scale.astype(np.float64)
        weight, bias = network.head
        self._centre = network.centre.astype(np.float64)
        self._weight, self._bias = weight.astype(np.float64), bias.astype(np.float64)
        self._state = self._fresh()

    def _fresh(self) -> State:
        streams, (units, thresholds) = self._streams, self._thresholds.shape
        wide, each = (streams, units), (streams, units, thresholds)
        return {
            "started": np.zeros(streams, bool),
            "clock": np.zeros(streams),
            "value": np.zeros((streams, self.input_size)),
            "seen": np.zeros((streams, self.input_size), bool),
            "begun": np.zeros(wide, bool),
            "since": np.zeros(wide),
            "input": np.zeros(wide),
            "fast": np.zeros(wide, complex),
            "slow": np.zeros(wide),
            **{name: np.zeros(wide) for name in _LEVELS},
            **{name: np.zeros(each) for name in _ABOVE},
            "output": np.zeros((streams, self.output_size)),
        }

    def step(
        self,
        x: Array,
        elapsed: float | Array = 1.0,
        active: NDArray[np.bool_] | None = None,
        out: Array | None = None,
    ) -> Array:
        """One row of all streams: x [S, D], or [D] of a single one, to [S, O] or [O].

        What was not observed is NaN. Before a stream's first row `elapsed` is its time on the clock
        of the training data, which counts where all series of these began or ended about at once.
        """
        shape = self._streams, self.input_size
        x, gaps, used = rows.given(x, elapsed, active, shape, np.float64)
        row = x.reshape(self._streams, -1)
        if np.isinf(row[used]).any():
            raise ValueError(
                "x is infinite in a stream; expected finite numbers, or NaN for what was not "
                "observed."
            )
        new = self._step(row, gaps, used).astype(np.float32)
        return rows.answer(new, x, out)

    def run(self, x: Array, elapsed: Array) -> Array:
        """Rows [S, T, D], or [T, D] of a single stream, with elapsed [S, T]."""
        return rows.run(self, x, elapsed)

    def reset(self, stream: int) -> None:
        """Forget what a stream has seen."""
        for name, part in self._fresh().items():
            self._state[name][stream] = part[stream]

    def get_state(self) -> list[NDArray[Any]]:
        """Copies of all there is to remember."""
        return [part.copy() for part in self._state.values()]

    def set_state(self, parts: list[NDArray[Any]]) -> None:
        """The way back."""
        rows.put_back(list(self._state.values()), parts)

    def _step(
        self, x: NDArray[np.float64], gaps: NDArray[np.float64], used: NDArray[np.bool_]
    ) -> NDArray[np.float64]:
        state = self._state
        first = used & ~state["started"]
        state["started"] |= used
        state["clock"] += np.where(used, gaps, 0.0)
        start, end = self._network.window
        late = first & (state["clock"] > start)
        if late.any():
            # As if what its first row shows had been so since the window began.
            self._read(x, np.zeros_like(gaps), late)
            gaps = np.where(late, state["clock"] - start, gaps)
        self._read(x, gaps, used)
        # And as if the series ended here, or where the window does.
        ahead = np.fmax(end - state["clock"], 0.0)[:, None] * state["begun"]
        none = np.zeros_like(state["begun"])
        then = self._advanced(state["input"], none, state["since"] + ahead)
        state["output"] = np.where(used[:, None], self._out(then), state["output"])
        return state["output"]

    def _read(
        self, x: NDArray[np.float64], gaps: NDArray[np.float64], used: NDArray[np.bool_]
    ) -> None:
        """Take in a row of the streams that are used."""
        state = self._state
        shown = ~np.isnan(x) & used[:, None]
        # What never changes is read once, and does not tick.
        shown &= ~(state["seen"] & self._network.steady)
        state["seen"] |= shown
        state["value"] = np.where(shown, x, state["value"])
        own = np.any(shown[:, self._channel] & self._reads, axis=-1, keepdims=False)
        given = (state["value"][:, self._channel] * self._weights).sum(-1)
        state["since"] += np.where(used, gaps, 0.0)[:, None] * state["begun"]
        now = self._advanced(given, own, np.where(own, state["since"], 0.0))
        self._begin(now, own & ~state["begun"], given)
        for name, part in now.items():
            state[name] = np.where(_like(own, part), part, state[name])
        state["input"] = np.where(own, given, state["input"])
        state["since"] = np.where(own, 0.0, state["since"])
        state["begun"] |= own

    def _begin(self, now: State, first: NDArray[np.bool_], given: NDArray[np.float64]) -> None:
        """At its first row a unit is in the steady state of what it reads, and has counted one."""
        if first.any():
            now["fast"][first] = np.broadcast_to(self._counts, first.shape)[first]
            now["slow"][first] = 0.0
            now["y"][first] = self._response(now, given)[first]
            for name in ("most", "least"):
                now[name][first] = now["y"][first]

    def _advanced(
        self,
        target: NDArray[np.float64],
        own: NDArray[np.bool_],
        since: NDArray[np.float64],
    ) -> State:
        """The responses and what is kept of them, from each unit's last own row to a time later."""
        state = self._state
        now = {name: state[name].copy() for name in _MOVING}
        start, between = state["input"], self._network.between
        if not (since.any() or own.any()):
            return now
        parts = np.clip(np.ceil(since / between), 1, _PARTS) * state["begun"]
        for part in range(1, int(parts.max(initial=0)) + 1):
            moves = part <= parts
            counted = np.maximum(parts, 1)
            gap = np.where(moves, since / counted, 0.0)
            change = (target - start) / counted
            to = start + change * part
            rates = self._speed(to - change / 2)
            fast, slow = self._fast * rates * gap, self._slow * rates * gap
            e = now["fast"] * np.exp(fast)
            e = np.where(self._counts, e + (own & (part == parts)), e - change * _phi(fast))
            now["fast"] = np.where(moves, e, now["fast"])
            e = now["slow"] * np.exp(slow) - change * _phi(slow)
            now["slow"] = np.where(moves, e, now["slow"])
            self._pool(now, np.where(moves, self._response(now, to), now["y"]), gap)
        return now

    def _speed(self, u: NDArray[np.float64]) -> NDArray[np.float64]:
        units = self._network.units
        opened = 1 / (1 + np.exp(-np.clip(units.steepness * (u - units.midpoint), -80, 80)))
        return np.where(self._liquid, 1 + units.gain * opened, 1.0)

    def _response(self, now: State, u: NDArray[np.float64]) -> NDArray[np.float64]:
        turned = np.real(now["fast"] * self._phase)
        return turned + self._held * u - self._both * now["slow"]

    def _pool(self, now: State, y: NDArray[np.float64], gap: NDArray[np.float64]) -> None:
        """Add a point, which stands for half of the gap before it, as the last one does."""
        half, before, then = gap / 2, now["y"], now["time"]
        now["most"], now["least"] = np.maximum(now["most"], y), np.minimum(now["least"], y)
        now["area"] += half * (before + y)
        now["squares"] += half * (before**2 + y**2)
        now["y"], now["time"] = y, then + gap
        half, limit = half[..., None], self._thresholds
        over, under = before[..., None] - limit, y[..., None] - limit
        was, still = over > 0, under > 0
        now["share"] += half * (was.astype(np.float64) + still)
        now["excess"] += half * (np.where(was, over, 0) + np.where(still, under, 0))
        now["position"] += half * (was * then[..., None] + still * now["time"][..., None])
        run = now["stretch"] + half * was
        now["stretch"] = np.where(still, run * was + half, 0.0)
        now["longest"] = np.maximum(np.maximum(now["longest"], run), now["stretch"])

    def _out(self, now: State) -> NDArray[np.float64]:
        """Outputs [S, O] of what is kept."""
        y, span = now["y"], now["time"]
        lasts, safe = span > 0, np.where(span > 0, span, 1.0)
        levels = [
            now["most"],
            now["least"],
            np.where(lasts, now["area"] / safe, y),
            np.where(lasts, np.sqrt(now["squares"] / safe), np.abs(y)),
            y,
        ]
        # Where no time has passed, the last response is all there is.
        last = y[..., None] - self._thresholds
        lasts, safe = lasts[..., None], safe[..., None]
        share = np.where(lasts, now["share"] / safe, last > 0)
        ever = share > 0
        time = np.where(ever & lasts, now["share"], 1.0)
        excess = np.where(lasts, now["excess"] / time, np.maximum(last, 0.0))
        position = np.where(ever & lasts, now["position"] / (time * safe), 0.5)
        longest = np.where(lasts, now["longest"] / safe, last > 0)
        features = [np.stack(levels, axis=-1), share, np.where(ever, excess, 0), position, longest]
        joined = np.concatenate(features, axis=-1).reshape(len(y), -1)
        standardised = np.clip((joined - self._centre) * self._scale, -_CLIP, _CLIP)
        return standardised @ self._weight.T + self._bias


def _like(chosen: NDArray[np.bool_], part: NDArray[Any]) -> NDArray[np.bool_]:
    return chosen if part.ndim == chosen.ndim else chosen[..., None]


def _phi(z: NDArray[Any]) -> NDArray[Any]:
    """(exp(z) − 1) / z, without cancellation near 0."""
    near = np.abs(z) < 1e-3
    safe = np.where(near, 1.0, z)
    return np.where(near, 1 + z / 2 * (1 + z / 3 * (1 + z / 4)), np.expm1(safe) / safe)
