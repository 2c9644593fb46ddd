"""The user's own data, and how they are split: the same for everybody who is measured."""

import gzip
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from sklearn.model_selection import GroupKFold

ARCHIVE = ("GunPoint", "BasicMotions", "ItalyPowerDemand", "OSULeaf", "ArrowHead")


@dataclass(frozen=True, eq=False)
class Problem:
    """Series with a class each, and which of them teach.

    Attributes:
        name: What to call it.
        values: N arrays [T, D].
        times: N arrays [T].
        target: [N] class numbers from 0.
        train: Numbers of the series that teach.
        test: Numbers of those that are scored.
        groups: [N] who a series belongs to, where that matters.
        grid: Steps of the regular grid that rivals who need one are given, by interpolation.
    """

    name: str
    values: list[np.ndarray]
    times: list[np.ndarray]
    target: np.ndarray
    train: np.ndarray
    test: np.ndarray
    groups: np.ndarray | None = None
    grid: int = 0

    def thinned(self, kept: float, seed: int) -> "Problem":
        """The same with a share of each series' samples, by chance, at their own times."""
        random = np.random.default_rng([seed, 17])
        values, times = [], []
        for x, t in zip(self.values, self.times, strict=True):
            count = max(2, round(kept * len(t)))
            chosen = np.sort(random.choice(len(t), count, replace=False))
            values.append(x[chosen])
            times.append(t[chosen])
        return Problem(**{**vars(self), "values": values, "times": times})


def data(name: str, file: str) -> Path:
    """A file of the data mirror.

    Raises:
        FileNotFoundError: If there is none.
    """
    mirror = os.environ.get("LIQUIDTIME_MIRROR")
    if not mirror or not (found := Path(mirror) / name / file).exists():
        raise FileNotFoundError(
            f"{name}/{file} is missing; expected it in the folder that LIQUIDTIME_MIRROR names."
        )
    return found


def archive(name: str) -> Problem:
    """A set of the UCR and UEA archives, with the split that it came with."""
    parts = [_ts(data("ucr", f"{name}_{part}.ts.gz")) for part in ("TRAIN", "TEST")]
    values = [x for part, _ in parts for x in part]
    labels = [label for _, part in parts for label in part]
    first = len(parts[0][0])
    return Problem(
        name,
        values,
        [np.arange(len(x), dtype=float) for x in values],
        np.unique(labels, return_inverse=True)[1],
        np.arange(first),
        np.arange(first, len(values)),
        grid=max(map(len, values)),
    )


def motion(seed: int) -> list[Problem]:
    """Smartwatch exercises in windows of 4 s, 30 % dropped, three folds by subject."""
    with np.load(data("watch_motion", "seglearn_watch.npz"), allow_pickle=True) as stored:
        signal, lengths, classes = stored["X_flat"], stored["lengths"], stored["y"]
        people = stored["subject"]
    length, rate = 200, 50.0
    values, target, groups = [], [], []
    for start, count, label, person in zip(
        np.cumsum(lengths) - lengths, lengths, classes, people, strict=True
    ):
        for at in range(start, start + count - length + 1, length):
            values.append(signal[at : at + length])
            target.append(label)
            groups.append(person)
    times = [np.arange(length) / rate] * len(values)
    every = Problem(
        "watch_motion", values, times, np.array(target), np.arange(0), np.arange(0), grid=length
    ).thinned(0.7, seed)
    owners = np.array(groups)
    return [
        Problem(**{**vars(every), "train": train, "test": test, "groups": owners})
        for train, test in GroupKFold(3).split(values, target, owners)
    ]


def beats() -> tuple[Problem, np.ndarray, np.ndarray]:
    """MIT-BIH: a window of 0.3 s at each side of a beat; the first 60 % of each record teach.

    Returns:
        The windows (0: normal, 1: ectopic), the record of each beat, and its moment in seconds.
    """
    import wfdb

    values, target, records, moments, train = [], [], [], [], []
    for name in ("100", "101", "113"):
        path = str(data("mitbih", f"{name}.hea").with_suffix(""))
        record, marks = wfdb.rdrecord(path), wfdb.rdann(path, "atr")
        side = round(0.3 * record.fs)
        signal = record.p_signal.astype(np.float32)
        for at, symbol in zip(marks.sample, marks.symbol, strict=True):
            if symbol in "NAaV" and side <= at < len(signal) - side:
                values.append(signal[at - side : at + side + 1])
                target.append(int(symbol != "N"))
                records.append(name)
                moments.append(at / record.fs)
                train.append(at < 0.6 * len(signal))
    teach = np.array(train)
    times = [(np.arange(len(values[0])) - len(values[0]) // 2) / 360.0] * len(values)
    problem = Problem(
        "beats",
        values,
        times,
        np.array(target),
        np.flatnonzero(teach),
        np.flatnonzero(~teach),
        grid=len(values[0]),
    )
    return problem, np.array(records), np.array(moments)


def waves(seed: int = 0) -> Problem:
    """A small made-up problem, to see that everything works."""
    random = np.random.default_rng(seed)
    values, target = [], np.arange(24) % 2
    for label in target:
        phase = random.uniform(0, 2 * np.pi)
        wave = np.sin(np.arange(30) * (0.3 + 0.5 * label) + phase)
        values.append((wave + random.normal(0, 0.1, 30))[:, None])
    times = [np.arange(30.0)] * 24
    return Problem("waves", values, times, target, np.arange(12), np.arange(12, 24), grid=30)


def _ts(path: Path) -> tuple[list[np.ndarray], list[str]]:
    """Series [T, D] and labels of a text file of the archives."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        rows = [line.strip().split(":") for line in _after_header(lines)]
    channels = [[np.array(part.split(","), float) for part in row[:-1]] for row in rows]
    return [np.stack(parts, axis=1) for parts in channels], [row[-1] for row in rows]


def _after_header(lines: Sequence[str] | Iterator[str]) -> Iterator[str]:
    header = True
    for line in lines:
        if not header and line.strip():
            yield line
        header = header and not line.lower().startswith("@data")
