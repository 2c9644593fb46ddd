"""What reaches neurons from outside: drives, and one block of numbers a kind."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from liquidtime.kernels.network.stepper import Given, Outside


@dataclass(frozen=True, eq=False)
class Drive:
    """What reaches some neurons from outside over a number of steps."""

    kind: Literal["current", "conductance", "clamp"]
    """pA, nS or mV; a clamp of NaN leaves the neuron free."""
    neurons: NDArray[np.int32]
    """[n], of the whole network."""
    values: NDArray[np.floating]
    """[stages, steps, n, 1 or B]: at the points of each step that `stages` of the scheme names; of
    a clamp, where that is one point, at its end and in its middle."""
    reversal_potential: float = 0.0
    """mV, of a conductance."""
    jumps: NDArray[np.bool_] | None = None
    """[steps], where a clamp takes or leaves hold: the past is then no guide to the next step."""


def jumps(drives: Sequence[Drive], steps: int) -> NDArray[np.bool_]:
    """[steps], before which a clamp took or left hold."""
    jumped = np.zeros(steps, dtype=bool)
    for drive in drives:
        if drive.jumps is not None:
            jumped |= drive.jumps
    return jumped


def together(
    drives: Sequence[Drive],
    steps: int,
    held: NDArray[np.floating] | None,
    trials: int,
    dtype: np.dtype | str,
) -> Outside:
    """All that comes from outside, in one block for each kind.

    Args:
        drives: What comes over the steps; they name rows.
        steps: How many.
        held: [R, B], mV, where neurons are held for good, NaN where free; None if none is.
        trials: B.
        dtype: Of the blocks.
    """
    currents, conductances, clamps = (
        [drive for drive in drives if drive.kind == kind]
        for kind in ("current", "conductance", "clamp")
    )
    if held is not None:
        # First, so that a clamp for a while rules over it.
        rows = np.flatnonzero(~np.isnan(held).all(axis=1)).astype(np.int32)
        # Of as many points as the clamps that are laid over it; it is the same at each.
        points = len(clamps[0].values) if clamps else 1
        values = np.broadcast_to(held[rows], (points, steps, len(rows), trials))
        clamps.insert(0, Drive("clamp", rows, values))
    kind = np.dtype(dtype)
    return Outside(
        _sum([(drive, 1.0) for drive in currents], kind),
        _sum([(drive, 1.0) for drive in conductances], kind),
        _sum([(drive, drive.reversal_potential) for drive in conductances], kind),
        _latest(clamps, kind),
    )


def _sum(drives: Sequence[tuple[Drive, float]], dtype: np.dtype) -> Given | None:
    """What reaches each neuron: of all drives of a kind, times their factors, in their order."""
    if not drives:
        return None
    scaled = [drive.values.astype(dtype) * dtype.type(factor) for drive, factor in drives]
    if len(drives) == 1 and _once(drives[0][0].neurons):
        return Given(drives[0][0].neurons, scaled[0])
    neurons, places, block = _room([drive for drive, _ in drives], dtype, 0.0)
    for place, values in zip(places, scaled, strict=True):
        if _once(place):
            block[:, :, place] += values
        else:
            # A neuron that is named twice gets it twice.
            everywhere = (slice(None), slice(None), place)
            np.add.at(block, everywhere, values)  # pyright: ignore[reportArgumentType]
    return Given(neurons, block)


def _latest(clamps: Sequence[Drive], dtype: np.dtype) -> Given | None:
    """Where neurons are held: of several clamps that hold one, the last rules."""
    if not clamps:
        return None
    neurons, places, block = _room(clamps, dtype, np.nan)
    for clamp, place in zip(clamps, places, strict=True):
        values = clamp.values.astype(dtype)
        block[:, :, place] = np.where(np.isnan(values), block[:, :, place], values)
    return Given(neurons, block)


def _room(
    drives: Sequence[Drive], dtype: np.dtype, rest: float
) -> tuple[NDArray[np.int32], list[NDArray[np.intp]], NDArray]:
    """Neurons of all drives, where those of each are among them, and a block for their values."""
    named = [np.asarray(drive.neurons, dtype=np.int32) for drive in drives]
    neurons, place = np.unique(np.concatenate(named), return_inverse=True)
    places = np.split(place, np.cumsum([len(one) for one in named])[:-1])
    points, steps = drives[0].values.shape[:2]
    # 1 where no drive differs between trials: it is spread over them where it is used.
    trials = max(drive.values.shape[3] for drive in drives)
    return neurons, places, np.full((points, steps, len(neurons), trials), rest, dtype=dtype)


def _once(neurons: NDArray) -> bool:
    return len(np.unique(neurons)) == len(neurons)
