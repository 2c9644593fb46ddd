"""Vectors in place of numbers of categories, in front of whatever steps the network."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from liquidtime.deploy.network import Array, Network


class LookingUp:
    """Steps a network whose inputs are partly numbers of categories; the face of what it wraps.

    Args:
        network: With its tables.
        steps: Steps the layers behind them.
        streams: Number of streams.
    """

    def __init__(self, network: Network, steps: Any, streams: int) -> None:
        self._tables = network.tables
        self._numbers = network.numbers
        self._steps = steps
        self._streams = streams
        self.input_size = network.architecture.input_size
        self.output_size: int = steps.output_size
        self.reset, self.get_state, self.set_state = steps.reset, steps.get_state, steps.set_state

    def step(
        self,
        x: Array,
        elapsed: float | Array = 1.0,
        active: NDArray[np.bool_] | None = None,
        out: Array | None = None,
    ) -> Array:
        """One step of all streams: x [S, D], or [D] of a single one, to [S, K] or [K]."""
        if active is None:
            return self._steps.step(self._looked_up(x), elapsed, None, out)
        used = np.asarray(active, bool).reshape(-1, *(1,) * (np.ndim(x) - 1))
        return self._steps.step(self._looked_up(np.where(used, x, 0)), elapsed, active, out)

    def run(self, x: Array, elapsed: Array) -> Array:
        """Steps [S, T, D], or [T, D] of a single stream, with elapsed [S, T]."""
        return self._steps.run(self._looked_up(x), elapsed)

    def _looked_up(self, x: Array) -> Array:
        x = np.asarray(x, np.float32)
        if x.shape[-1:] != (self.input_size,):
            raise ValueError(
                f"x has shape {list(x.shape)}; expected {self.input_size} inputs at its end."
            )
        parts = [x[..., self._numbers]]
        for place, table in self._tables.items():
            codes = x[..., place]
            if not ((codes >= 0) & (codes < len(table)) & (codes == np.floor(codes))).all():
                raise ValueError(
                    f"x holds something else than numbers of categories at {place}; expected whole "
                    f"numbers from 0 (none of them) to {len(table) - 1}."
                )
            parts.append(table[codes.astype(np.int64)])
        return np.ascontiguousarray(np.concatenate(parts, axis=-1))
