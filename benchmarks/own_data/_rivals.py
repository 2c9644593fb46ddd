"""Rivals, called in an environment of their own, since their packages pin ours."""

import os
import subprocess
import tempfile
from pathlib import Path
from typing import NamedTuple

import numpy as np
from _problems import Problem

from liquidtime.errors import InputError

_SCRIPT = Path(__file__).with_name("_rival.py")
_THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMBA_NUM_THREADS", "MKL_NUM_THREADS")
_HERE = Path(__file__).parents[2] / "build" / "rivals" / "bin" / "python"


class Answer(NamedTuple):
    """What somebody says of the test part.

    Attributes:
        predicted: [M] classes.
        score: [M, K], larger for likelier classes.
        seconds: Of fitting and predicting.
        what: Which model it was in the end.
    """

    predicted: np.ndarray
    score: np.ndarray
    seconds: float
    what: str


def interpreter() -> Path | None:
    """Python of the rivals: that of LIQUIDTIME_RIVALS, or what `make rivals` made."""
    found = Path(os.environ.get("LIQUIDTIME_RIVALS", _HERE))
    return found if found.exists() else None


def rival(problem: Problem, name: str, seed: int) -> Answer:
    """Fit a rival on the problem's regular grid and ask it about the test part."""
    python = interpreter()
    if python is None:
        raise InputError(f"there is no {_HERE}; make it with `make rivals`.")
    with tempfile.TemporaryDirectory() as folder:
        given, out = Path(folder, "problem.npz"), Path(folder, "answer.npz")
        np.savez(
            given,
            values=on_grid(problem),
            target=problem.target,
            train=problem.train,
            test=problem.test,
        )
        command = [str(python), str(_SCRIPT), str(given), name, str(seed), str(out)]
        alone = os.environ | dict.fromkeys(_THREADS, "1")
        done = subprocess.run(command, capture_output=True, text=True, check=False, env=alone)
        if done.returncode:
            raise RuntimeError(f"{name} failed on {problem.name}: {done.stderr[-2000:]}")
        with np.load(out) as found:
            return Answer(found["predicted"], found["score"], float(found["seconds"]), name)


def on_grid(problem: Problem) -> np.ndarray:
    """Every series on one regular grid over its own span, by linear interpolation: [N, T, D]."""
    first = min(float(t[0]) for t in problem.times)
    last = max(float(t[-1]) for t in problem.times)
    grid = np.linspace(first, last, problem.grid)
    return np.stack(
        [
            np.stack([np.interp(grid, t, column) for column in x.T], axis=1)
            for x, t in zip(problem.values, problem.times, strict=True)
        ]
    )
