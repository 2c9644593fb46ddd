"""`liquidtime fit` as a user types it: the defaults first, then what the run itself recommends."""

import contextlib
import io
import shlex
import time
from pathlib import Path
from typing import Any, NamedTuple

from liquidtime.cli.__main__ import main
from liquidtime.train.baseline.together import By, answering
from liquidtime.train.run import Run

BASELINES = ("--baselines", "all")


class Tried(NamedTuple):
    """A run and how it came about.

    Attributes:
        run: The run.
        seconds: Of the whole command.
        how: The options that were added to the first try.
        by: Who of the run answers, as `liquidtime predict --by` has it.
    """

    run: Run
    seconds: float
    how: str
    by: By = "network"

    @property
    def test(self) -> dict[str, Any]:
        """Each metric of the test part: `value`, `low`, `high`."""
        metrics = self.run.metrics
        own = metrics if self.by == "network" else metrics["baselines"][self.by]
        return own["test"]["metrics"]


def fit(arguments: list[str], out: Path, how: str = "") -> Tried:
    """Run the command.

    Raises:
        RuntimeError: If it fails; with what it said.
    """
    began = time.perf_counter()
    _run(["fit", *arguments, *shlex.split(how), "--out", str(out)])
    return Tried(Run.load(out), time.perf_counter() - began, how)


def command(arguments: list[str], to: Path) -> None:
    """Run another command that writes a file.

    Raises:
        RuntimeError: If it fails; with what it said.
    """
    _run([*arguments, "--to", str(to)])


def _run(arguments: list[str]) -> None:
    said = io.StringIO()
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
        status = main(arguments)
    if status:
        raise RuntimeError(f"liquidtime {shlex.join(arguments)}: {said.getvalue()[-2000:]}")


def first_and_recommended(arguments: list[str], folder: Path) -> list[Tried]:
    """The first try, and a second one where its validation part speaks for something else.

    That is an answer by what the run keeps, or, where it does not keep it, another fit.
    """
    first = fit([*arguments, *BASELINES], folder / "first")
    metrics = first.run.metrics
    advice = metrics.get("recommendation") or {}
    baselines = metrics.get("baselines") or {}
    best = baselines["together"]["with"] if advice.get("together") else advice.get("use", "network")
    entry = baselines.get(best, {})
    if not entry.get("kept") and (usage := entry.get("usage", "")).startswith("--"):
        return [first, fit(arguments, folder / "second", usage)]
    by = answering("recommended", metrics)
    return [first] if by == "network" else [first, first._replace(how=f"predict --by {by}", by=by)]
