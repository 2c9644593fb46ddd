"""What is killed, a small fit and a small simulation, and what they come to."""

import csv
import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from liquidtime.cli.__main__ import main
from liquidtime.cli.brain import showing, simulating
from liquidtime.runs.write import write_text
from liquidtime.train.report import write as report

MS_A_CHECKPOINT = 25.0


@dataclass(frozen=True)
class Job:
    """A command.

    Attributes:
        name: "fit" or "simulate".
        words: The command without --out.
        result: What a folder came to, without what may differ: clocks, and when it was made.
        draws: Whether figures are drawn, which takes longer than all else.
    """

    name: str
    words: tuple[str, ...]
    result: Callable[[Path], dict]
    draws: bool = True

    def run(self, folder, *more):
        """Run the command in this process; its exit status."""
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(simulating, "_checkpoint_every", lambda *_: MS_A_CHECKPOINT)
            if not self.draws:
                patch.setattr(report, "write", _write_a_page)
                patch.setattr(showing, "show_simulation", lambda _: None)
            return main([*self.words, "--out", str(folder), *more])


def fit(place, *, draws=True):
    """A fit of a table that is made in a folder."""
    table, random = Path(place) / "table.csv", np.random.default_rng(0)
    rows = ["id,t,a,b,y"]
    for number in range(40):
        level = random.choice([-1.0, 1.0])
        label = "yes" if level > 0 else "no"
        for step in range(4):
            a, b = level + random.normal(), random.normal()
            rows.append(f"s{number},{step},{a:.3f},{b:.3f},{label}")
    table.write_text("\n".join(rows) + "\n")
    words = ("fit", str(table), "--id", "id", "--time", "t", "--features", "a", "b")
    sizes = ("--model.hidden-size", "6", "--model.backbone-units", "5", "--train.epochs", "5")
    return Job("fit", (*words, "--target", "y", *sizes, "--train.batch-size", "8"), _of_fit, draws)


def simulation(*, draws=True):
    """A simulation of a network that is made by chance."""
    network = ("simulate", "random", "--neurons", "20", "--in-degree", "4")
    what = ("--stimulate", "0-4=noise 20 sd 10 tau 5", "--ablate", "7", "--duration", "200")
    kept = ("--record", "potential", "--record", "calcium", "--threshold=-40", "--dt", "0.5")
    return Job("simulate", (*network, *what, *kept), _of_simulation, draws)


def _of_fit(folder):
    with (folder / "history.csv").open(encoding="utf-8", newline="") as lines:
        history = [{**row, "seconds": None} for row in csv.DictReader(lines)]
    metrics = _json(folder / "metrics.json")
    names = ("model.safetensors", "predictions.csv", "predictions-validation.csv", "split.csv")
    found = {name: _digest(folder / name) for name in names}
    assert (folder / "report.html").stat().st_size > 10_000
    assert not (folder / "checkpoints").exists()
    told = _untimed(metrics)
    config = {k: v for k, v in _json(folder / "config.json").items() if k != "created"}
    return found | {"history": history, "metrics": told, "config": config}


def _untimed(found):
    """Without what the clock said, however deep."""
    if not isinstance(found, dict):
        return found
    return {k: _untimed(v) for k, v in found.items() if not k.startswith("seconds")}


def _of_simulation(folder):
    told = {k: v for k, v in _json(folder / "run.json").items() if k != "statistics"}
    files = [path for path in (folder / "recording.zarr").rglob("*") if path.is_file()]
    found = {path.relative_to(folder).as_posix(): _digest(path) for path in files}
    with np.load(folder / "checkpoint.npz") as arrays:
        state = {name: arrays[name].tobytes() for name in arrays.files}
    about = json.loads(state.pop("about"))
    return found | state | {"run": told, "about": about}


def _write_a_page(folder):
    write_text(folder / "report.html", "…" * 10_000)


def _json(path):
    return json.loads(path.read_text(encoding="utf-8"))


def _digest(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()
