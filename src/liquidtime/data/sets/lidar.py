"""LiDAR imitation (Lechner and others, 2020): steer a robot around obstacles, as a human did.

29 traces of a wheeled robot that was driven by hand between obstacles, 66 to 432 steps each, 8,113
in all: the number of the step, two numbers of the robot's own state, 541 beams of a laser scanner
over 270 degrees, in metres, and the steering that the driver chose, from -1 to 1.

The traces are fetched from their source (GPL-3.0) and never shipped. Cite: M. Lechner, R. Hasani,
D. Rus, R. Grosu, "Gershgorin loss stabilizes the recurrent neural network compartment of an
end-to-end robot learning scheme", ICRA 2020.
"""

import io
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from liquidtime.data.series import IrregularSeries
from liquidtime.data.sources import Source, fetch, members
from liquidtime.data.splits import Split
from liquidtime.errors import InputError

TRACES = Source(
    "lidar",
    "training_data.zip",
    "https://github.com/mlech26l/icra_lds/archive/23dd5ff8afdc9ddbbb497e0e6b96f3df57c3c219.zip",
    "e8ba9652a0af1bec24a3dba64cbca8e83fc955ee011b4b83f244eed4ce7a76ac",
    digest="contents",
    folder="training_data",
)
BEAMS = 541
SECTORS = 18
STATES = ("state_1", "state_2")
WINDOW = 64
STRIDE = 32
FAR = 8.0


@dataclass(frozen=True, eq=False)
class _Trace:
    """One trace: times [T], inputs [T, 2 + SECTORS], steering [T]."""

    name: str
    times: np.ndarray
    inputs: np.ndarray
    steering: np.ndarray


def load() -> tuple[IrregularSeries, Split]:
    """Windows for training, whole traces for validation and test; fetches them where needed.

    The split is the published one, by trace: 20 / 4 / 5 traces drawn with its random numbers. Each
    training trace is also there mirrored, left for right, as in the published recipe. Training
    traces are cut into windows of 64 steps that begin every 32 steps, so that a step counts up to
    twice; validation and test traces stay whole, and unmirrored.

    Each sector is 15 degrees, 31 beams, those at its two edges shared with its neighbours. What is
    kept of it is the nearest echo, in metres, which is what a robot must steer clear of; a beam
    without an echo reads 0 in the file and does not count (1.3 % of the readings).

    Returns:
        The series and the split that says which is which. Features: the two states, then the
        sectors in the order of the beams. Times count steps. Target: [R, 1] per step, the
        steering. Ids such as "trace_0017:32" or "trace_0017 mirrored:32": trace and first step.

    Note:
        The published network sees all 541 beams through a convolution. Eighteen numbers are enough
        to study how a trained neuron moves, and small enough to train in minutes on one core.

    Raises:
        InputError: If the file is not at hand, or is not of this form.
    """
    return windows(fetch(TRACES))


def windows(path: Path) -> tuple[IrregularSeries, Split]:
    """Like `load`, from a file of the same format: an archive of `training_data/trace_*.csv`."""
    traces = _read(path)
    # The generator, its seed and the shuffled order belong to the published recipe.
    names = list(traces)
    np.random.RandomState(1239234).shuffle(names)
    if len(names) < 10:
        raise InputError(
            f"{path} holds {len(names)} traces; expected at least 10, of which 5 are for the test "
            "and 4 for the validation."
        )
    train = [turned for name in names[9:] for turned in (traces[name], _mirrored(traces[name]))]
    cut = [(trace, where) for trace in train for where in _cut(len(trace.times))]
    whole = [(traces[name], slice(0, len(traces[name].times))) for name in names[5:9] + names[:5]]
    order = np.arange(len(cut) + len(whole))
    parts = np.split(order, [len(cut), len(cut) + 4])
    return _series(cut + whole), Split(*parts)


def pool(beams: np.ndarray) -> np.ndarray:
    """The nearest echo of each sector.

    Args:
        beams: Distances in metres, [T, 541]; 0 where no echo came back.

    Returns:
        [T, 18] metres, at most 8; 8 for a sector without any echo.
    """
    echo = np.where(beams > 0, beams, FAR)
    width = (BEAMS - 1) // SECTORS
    parts = [echo[:, k * width : (k + 1) * width + 1].min(axis=1) for k in range(SECTORS)]
    return np.minimum(np.stack(parts, axis=1), FAR)


def _read(path: Path) -> dict[str, _Trace]:
    traces = {}
    width = 1 + len(STATES) + BEAMS + 1
    for name, data in members(path, TRACES.folder):
        if not name.endswith(".csv"):
            continue
        rows = np.loadtxt(io.BytesIO(data), delimiter=",", ndmin=2)
        if rows.shape[1] != width or not np.isfinite(rows).all():
            raise InputError(
                f"{path}, {name}: {rows.shape[1]} columns; expected {width} finite numbers a row: "
                f"the step, {len(STATES)} states, {BEAMS} beams and the steering."
            )
        inputs = np.concatenate([rows[:, 1:3], pool(rows[:, 3:-1])], axis=1)
        stem = name.removesuffix(".csv")
        traces[stem] = _Trace(stem, rows[:, 0], inputs, rows[:, -1])
    return dict(sorted(traces.items()))


def _mirrored(trace: _Trace) -> _Trace:
    states, sectors = np.split(trace.inputs, [len(STATES)], axis=1)
    inputs = np.concatenate([-states, sectors[:, ::-1]], axis=1)
    return _Trace(f"{trace.name} mirrored", trace.times, inputs, -trace.steering)


def _cut(count: int) -> list[slice]:
    """Windows over `count` steps, the last one as long as it happens to be."""
    last = max(0, -(-(count - WINDOW) // STRIDE))
    return [slice(k * STRIDE, min(k * STRIDE + WINDOW, count)) for k in range(last + 1)]


def _series(every: list[tuple[_Trace, slice]]) -> IrregularSeries:
    values = np.concatenate([trace.inputs[where] for trace, where in every])
    steering = np.concatenate([trace.steering[where] for trace, where in every])
    steps = torch.from_numpy(values.astype(np.float32))
    return IrregularSeries(
        values=steps,
        times=torch.from_numpy(np.concatenate([trace.times[where] for trace, where in every])),
        mask=torch.ones_like(steps, dtype=torch.bool),
        lengths=torch.tensor([where.stop - where.start for _, where in every]),
        target=torch.from_numpy(steering.astype(np.float32)).unsqueeze(1),
        ids=np.array([f"{trace.name}:{where.start}" for trace, where in every], dtype=object),
        features=(*STATES, *(f"sector_{k + 1}" for k in range(SECTORS))),
        target_names=("steering",),
        per_step=True,
    )
