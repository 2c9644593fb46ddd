"""Walker2D kinematics (Lechner and Hasani, 2020): predict the next state of a walking robot.

400 roll-outs of policies for the MuJoCo task Walker2d, each [T, 17] with T from 131 to 1,000.
A tenth of the steps is dropped at random, so that the time between observations varies; the
target of a kept step is the state one step later, whether that step was kept or not. Everything
stays in raw units, and so does the published error.

The roll-outs are fetched from their source and never shipped. Cite: M. Lechner, R. Hasani,
"Learning long-term dependencies in irregularly-sampled time series", arXiv:2006.04418.
"""

import io
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
import torch

from liquidtime.data.series import IrregularSeries
from liquidtime.data.sources import Source, fetch, members
from liquidtime.data.splits import Split, split_by_series
from liquidtime.errors import InputError

ROLLOUTS = Source(
    "walker",
    "walker.zip",
    "http://pub.ist.ac.at/~mlechner/datasets/walker.zip",
    "acc45258eacbde2eb0ef1ce325264b5182045d99a860f6fe1cd46277df6912ef",
    digest="contents",
)
_JOINTS = (
    *("right_thigh", "right_leg", "right_foot"),
    *("left_thigh", "left_leg", "left_foot"),
)
FEATURES = (
    "torso_height",
    "torso_angle",
    *(f"{joint}_angle" for joint in _JOINTS),
    "forward_velocity",
    "vertical_velocity",
    "torso_angular_velocity",
    *(f"{joint}_angular_velocity" for joint in _JOINTS),
)
WINDOW = 64
STRIDE = 16
KEEP = 0.9


@dataclass(frozen=True, eq=False)
class _Thinned:
    """One roll-out after dropping steps: kept states, the true next states, and the kept steps."""

    name: str
    states: np.ndarray
    following: np.ndarray
    steps: np.ndarray


def load(
    protocol: Literal["published", "clean"] = "published", *, seed: int = 0
) -> tuple[IrregularSeries, Split]:
    """The windows of a protocol, and its parts; fetches the roll-outs (33 MB) where needed.

    "published" is the recipe of the published tables, with its random numbers: roll-outs split
    75 / 10 / 15 % by file, windows of 64 kept steps that begin every 16 steps in all three parts
    (so that a step counts up to four times in the test error), what does not fill a window left
    out. It gives 9,684 / 1,272 / 1,937 windows.

    "clean" has the same shares by file from a seed of one's own, and counts every step of the
    validation and test parts exactly once: their windows follow each other without overlap, the
    last one of a roll-out is as long as it happens to be. Training windows still begin every 16
    steps. Dropped steps depend on (seed, roll-out) alone.

    In both, no roll-out has windows in two parts. Statistics are not taken here: fit the
    `Preprocessor` on `series.select(split.train)`.

    Args:
        protocol: Which one.
        seed: Of the clean protocol; the published one has its own.

    Returns:
        The windows, training then validation then test, and the split that says so. Times count
        steps since the last kept step before the window, so that the first time is the published
        elapsed time of the first step. Target: [R, 17] per step, the next state. Ids such as
        "rollout_017:48": roll-out and first kept step.

    Raises:
        InputError: If the protocol is unknown or the file is not at hand.
    """
    if protocol not in ("published", "clean"):
        raise InputError(f'protocol is {protocol!r}; expected "published" or "clean".')
    return windows(fetch(ROLLOUTS), protocol, seed=seed)


def windows(
    path: Path, protocol: Literal["published", "clean"], *, seed: int = 0
) -> tuple[IrregularSeries, Split]:
    """Like `load`, from a file of the same format: a zip of `<name>.npy`, each [T, 17]."""
    rollouts = _read(path)
    if protocol == "published":
        parts = _published(rollouts)
        strides = (STRIDE, STRIDE, STRIDE)
    else:
        parts = _clean(rollouts, seed)
        strides = (STRIDE, WINDOW, WINDOW)
    every: list[tuple[_Thinned, slice]] = []
    counts = []
    for part, stride in zip(parts, strides, strict=True):
        cut = [
            (rollout, where)
            for rollout in part
            for where in _cut(len(rollout.steps), stride, whole=protocol == "published")
        ]
        every += cut
        counts.append(len(cut))
    ends = np.cumsum(counts)
    return _series(every), Split(*np.split(np.arange(ends[-1]), ends[:2]))


def _read(path: Path) -> dict[str, np.ndarray]:
    rollouts = {}
    for name, data in members(path):
        if not name.endswith(".npy"):
            continue
        states = np.load(io.BytesIO(data), allow_pickle=False)
        if states.ndim != 2 or states.shape[1] != len(FEATURES):
            raise InputError(
                f"{path}, {name}: shape {list(states.shape)}; expected [T, {len(FEATURES)}], one "
                "row a step."
            )
        rollouts[name.removesuffix(".npy")] = states.astype(np.float32)
    if not rollouts:
        raise InputError(f"{path} holds no .npy file; expected one for each roll-out.")
    return dict(sorted(rollouts.items()))


def _published(rollouts: dict[str, np.ndarray]) -> tuple[list[_Thinned], ...]:
    # The legacy generators, the seeds, and the order in which the parts are thinned belong to the
    # published recipe: with any other the windows are different ones.
    names = list(rollouts)
    np.random.RandomState(125487).shuffle(names)
    first, second = int(0.15 * len(names)), int((0.15 + 0.1) * len(names))
    test, validation, train = names[:first], names[first:second], names[second:]
    random = np.random.RandomState(891374)

    def thin(part: list[str]) -> list[_Thinned]:
        kept = []
        for name in part:
            states = rollouts[name]
            kept.append(_thin(name, states, random.random_sample(len(states) - 1) < KEEP))
        return kept

    return thin(train), thin(validation), thin(test)


def _clean(rollouts: dict[str, np.ndarray], seed: int) -> tuple[list[_Thinned], ...]:
    thinned = [
        _thin(name, states, np.random.default_rng([seed, n]).random(len(states) - 1) < KEEP)
        for n, (name, states) in enumerate(rollouts.items())
    ]
    split = split_by_series(len(thinned), fractions=(0.75, 0.10, 0.15), seed=seed)
    return tuple([thinned[n] for n in part] for part in (split.train, split.validation, split.test))


def _thin(name: str, states: np.ndarray, kept: np.ndarray) -> _Thinned:
    steps = np.flatnonzero(kept)
    return _Thinned(name, states[steps], states[steps + 1], steps)


def _cut(count: int, stride: int, *, whole: bool) -> list[slice]:
    """Windows over `count` kept steps; whole ones only, in the published way, or with the rest."""
    if whole:
        return [slice(start, start + WINDOW) for start in range(0, count - WINDOW, stride)]
    # One more window than the whole ones, for the steps that those leave at the end.
    last = max(0, -(-(count - WINDOW) // stride))
    starts = range(0, last * stride + 1, stride) if count else range(0)
    return [slice(start, min(start + WINDOW, count)) for start in starts]


def _series(every: list[tuple[_Thinned, slice]]) -> IrregularSeries:
    times = []
    for rollout, where in every:
        before = rollout.steps[where.start - 1] if where.start else -1
        times.append(rollout.steps[where] - before)
    values = torch.from_numpy(np.concatenate([rollout.states[where] for rollout, where in every]))
    following = np.concatenate([rollout.following[where] for rollout, where in every])
    return IrregularSeries(
        values=values,
        times=torch.from_numpy(np.concatenate(times).astype(np.float64)),
        mask=torch.ones_like(values, dtype=torch.bool),
        lengths=torch.tensor([len(part) for part in times]),
        target=torch.from_numpy(following),
        ids=np.array([f"{rollout.name}:{where.start}" for rollout, where in every], dtype=object),
        features=FEATURES,
        target_names=tuple(f"next_{name}" for name in FEATURES),
        per_step=True,
    )
