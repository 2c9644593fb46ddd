"""Kill a command, go on with it, and see that it comes to what it would have come to."""

import json
import shutil
import signal
from collections import Counter
from dataclasses import dataclass, field

import numpy as np
from forks import changes, forked

FINISHED = "already holds a finished"
SIGNALS = {signal.SIGKILL: 0.8, signal.SIGINT: 0.1, signal.SIGTERM: 0.1}
_ENDS = {0, -signal.SIGKILL, -signal.SIGTERM, 130}


@dataclass
class Unbroken:
    """A command that nobody stopped.

    Attributes:
        job: The command.
        folder: For the folders of those that are stopped.
        result: What it came to.
        seconds: How long it took.
        changes: How often it changed something in its folder.
        figures: What happened to those that were stopped.
    """

    job: object
    folder: object
    result: dict = field(default_factory=dict)
    seconds: float = 0.0
    changes: int = 0
    figures: Counter = field(default_factory=Counter)

    def __post_init__(self):
        # In this process, so that what it imports need not be imported in each that is forked.
        whole = self.folder / "whole"
        self.changes = changes(lambda: self.job.run(whole), whole)
        self.result = self.job.result(whole)

    def repeat(self):
        """Do it once more, and take the time."""
        again = self.folder / "again"
        self.seconds = forked(lambda: self.job.run(again), self.folder / "said").seconds
        _check_same(self.job.result(again), self.result, "the command does not repeat itself")

    def kill(self, name, **moment):
        """Kill, go on until it is finished, compare; what happened, in words."""
        folder, said = self.folder / name, self.folder / "said"
        ended = forked(lambda: self.job.run(folder), said, folder=folder, **moment)
        assert ended.status in _ENDS, ended.said
        assert "Traceback" not in ended.said or ended.status != 0, ended.said
        what = "ended before the kill" if ended.status == 0 else "killed"
        before = _state(folder)
        gone_on = forked(lambda: self.job.run(folder, "--resume"), said)
        if gone_on.status == 2 and FINISHED in gone_on.words:
            what = f"{what}, was finished"
            if self.job.name == "simulate" and self.job.draws:
                drawn = forked(lambda: _show(folder), said)
                assert drawn.status == 0, drawn.said
        else:
            assert gone_on.status == 0, f"{before}\n{gone_on.said}"
            what = f"{what}, gone on from {before}"
        _check_same(self.job.result(folder), self.result, f"{before}: {gone_on.said}")
        left = [path.name for path in folder.rglob(".*")]
        assert not left, left
        shutil.rmtree(folder)
        self.figures[what] += 1
        return what

    def moments(self, count, seed):
        """Moments by chance: every other at a change in the folder, the others at any time."""
        random = np.random.default_rng(seed)
        kinds, shares = list(SIGNALS), list(SIGNALS.values())
        for number in range(count):
            if number % 2:
                yield {"change": int(random.integers(1, self.changes + 1))}
            else:
                after = float(random.uniform(0, self.seconds))
                yield {"after": after, "sent": kinds[random.choice(len(kinds), p=shares)]}


def _check_same(found, expected, said):
    other = [name for name in {**found, **expected} if found.get(name) != expected.get(name)]
    assert not other, f"{', '.join(other)} differ. {said}"


def _show(folder):
    from liquidtime.cli.__main__ import main

    return main(["show", str(folder)])


def _state(folder):
    if not folder.exists():
        return "nothing"
    names = {path.name for path in folder.iterdir()}
    if "run.json" in names:
        if json.loads((folder / "run.json").read_text())["finished"]:
            return "the end"
        return "a checkpoint" if "checkpoint.npz" in names else "the start"
    if "metrics.json" in names:
        return "the report"
    if (folder / "checkpoints" / "last.pt").exists():
        return "a checkpoint"
    return "the start" if "config.json" in names else "a claim"
