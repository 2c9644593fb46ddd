"""Rows as streams in NumPy are given them, and outputs as they give them back."""

from typing import Protocol

import numpy as np
from numpy.typing import DTypeLike, NDArray

from liquidtime.deploy.arrays import floats
from liquidtime.deploy.network import Array


class Steps(Protocol):
    """What steps S streams of D inputs and K outputs."""

    output_size: int

    def step(self, x: Array, elapsed: Array, /) -> Array:
        """One row of each."""
        ...


def given(
    x: Array,
    elapsed: float | Array,
    active: NDArray[np.bool_] | None,
    shape: tuple[int, int],
    dtype: DTypeLike,
) -> tuple[NDArray, NDArray, NDArray[np.bool_]]:
    """One row a stream, checked, but for what it holds.

    Args:
        x: [S, D], or [D] of a single stream.
        elapsed: A number or [S].
        active: [S], or None for all.
        shape: S and D.
        dtype: Of the numbers.

    Returns:
        x as it came, in that type; gaps [S]; which streams are used, [S].

    Raises:
        ValueError: If a shape does not fit, or a gap is negative or not finite.
    """
    x, (streams, inputs) = floats("x", x, dtype), shape
    alone = streams == 1 and x.shape == (inputs,)
    if not alone and x.shape != shape:
        raise ValueError(
            f"x has shape {list(x.shape)}; expected [streams, inputs]=[{streams}, {inputs}]."
        )
    gaps = np.broadcast_to(np.asarray(elapsed, dtype), (streams,))
    if not (np.isfinite(gaps).all() and (gaps >= 0).all()):
        raise ValueError(
            f"elapsed is {elapsed}; expected finite numbers, 0 or more: the time since the "
            "previous step."
        )
    return x, gaps, np.ones(streams, bool) if active is None else np.asarray(active, bool)


def answer(new: Array, x: NDArray, out: Array | None) -> Array:
    """Outputs [S, K] in the form of the row, or written into `out`."""
    if out is None:
        return new.reshape(-1) if x.ndim == 1 else new
    out[...] = new.reshape(out.shape)
    return out


def run(steps: Steps, x: Array, elapsed: Array) -> Array:
    """Rows [S, T, D], or [T, D] of a single stream, with elapsed [S, T], one after the other."""
    alone = x.ndim == 2
    series = x[None] if alone else x
    out = np.empty((*series.shape[:2], steps.output_size), np.float32)
    for t in range(series.shape[1]):
        out[:, t] = steps.step(series[:, t], elapsed[:, t])
    return out[0] if alone else out


def put_back(state: list[NDArray], parts: list[NDArray]) -> None:
    """Write the parts of a state that was kept.

    Raises:
        ValueError: If they have other shapes.
    """
    if [part.shape for part in parts] != [part.shape for part in state]:
        raise ValueError("the parts of the state have other shapes than this stream's.")
    for mine, kept in zip(state, parts, strict=True):
        mine[:] = kept
