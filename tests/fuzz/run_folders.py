"""Run folders with one file damaged: flipped, cut, emptied, swapped, rewritten."""

import json
import pickle
import shutil
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

from contract import Case, Outcome
from grids import Spelling
from tables import COLUMNS, QUICK, close, predictions, study
from warm import stopped, warm

_SIMULATE = ("--stimulate", "a=step 20 from 1", "--dt", "0.5", "--set", "unit_conductance=0.02")
_EDGES = "pre,post,count\na,b,3\nb,c,2\nc,a,4\n"
# What a hostile or a broken program may have put in place of a value.
_VALUES: tuple[Any, ...] = (
    None,
    -1,
    0,
    10**6,
    10**18,
    1.5,
    "",
    "x",
    [],
    {},
    [1],
    True,
    float("nan"),
)


class RunFolders:
    """Fits and simulations, finished and stopped, and what is read of them."""

    name = "run folders"
    share = 0.2

    def prepare(self, folder: Path) -> None:
        """Make one of each, and note what they give as they are."""
        self._table = Spelling().write(Spelling().text(study()), folder, "base")
        self._edges = folder / "edges.csv"
        self._edges.write_text(_EDGES)
        self._fit = folder / "fit"
        warm("fit", self._table, *COLUMNS, *QUICK, "--out", self._fit)
        warm("predict", self._fit, self._table, "--to", folder / "p.csv")
        warm("show", self._fit)
        warm("export", self._fit, folder / "net.safetensors")
        self._predicted = predictions(folder / "p.csv")
        self._half_fit = folder / "half-fit"
        self._fitting = ("fit", self._table, *COLUMNS, *QUICK, "--train.epochs", "60")
        stopped((*self._fitting, "--out", self._half_fit), (self._half_fit / "history.csv").exists)
        self._whole = folder / "whole"
        warm(*self._fitting, "--out", self._whole)
        self._simulation = folder / "simulation"
        self._simulating = ("simulate", self._edges, *_SIMULATE, "--duration", "20")
        warm(*self._simulating, "--out", self._simulation)
        warm("show", self._simulation)

    def case(self, random: Random, folder: Path) -> Case:
        """One of the folders, one of its files damaged, one reader."""
        make = random.choices([self._finished, self._resumed, self._simulated], [5, 2, 2])[0]
        return make(random, folder)

    def _finished(self, random: Random, folder: Path) -> Case:
        run = folder / "run"
        shutil.copytree(self._fit, run)
        sealed = random.random() < 0.5
        if not sealed:
            # As runs of the first release: their readers have only the content to go by.
            (run / "digests.json").unlink()
        what, changed = _damage(random, run)
        verb = random.choice(["predict", "predict", "show", "export"])
        if verb == "predict":
            out = folder / "predictions.csv"
            arguments = ("predict", run, self._table, "--to", out)
            right = self._same_as_before(out, exactly=sealed or changed == "report.html")
        elif verb == "show":
            arguments, right, out = ("show", run), _anything, folder / "nothing"
        else:
            out = folder / "net.safetensors"
            arguments, right = ("export", run, out), _anything
        return Case(f"{verb}: {what}", _text(arguments), right, (), (out,))

    def _resumed(self, random: Random, folder: Path) -> Case:
        run = folder / "run"
        shutil.copytree(self._half_fit, run)
        what, _ = _damage(random, run)
        arguments = (*self._fitting, "--out", run, "--resume")

        def right(_: Outcome) -> str | None:
            weights = [path / "model.safetensors" for path in (run, self._whole)]
            same = weights[0].read_bytes() == weights[1].read_bytes()
            return None if same else "other weights than those of the unbroken run"

        return Case(f"fit --resume: {what}", _text(arguments), right, ())

    def _simulated(self, random: Random, folder: Path) -> Case:
        run = folder / "run"
        shutil.copytree(self._simulation, run)
        if random.random() < 0.5:
            (run / "digests.json").unlink(missing_ok=True)
        what, _ = _damage(random, run)
        return Case(f"show: {what}", ("show", str(run)), _anything, ())

    def _same_as_before(self, out: Path, *, exactly: bool) -> Callable[[Outcome], str | None]:
        def right(_: Outcome) -> str | None:
            found = predictions(out)
            if not all(0 <= value <= 1 for value in found.values()):
                return "probabilities that are none"
            if exactly and not close(found, self._predicted):
                return "other predictions"
            return None

        return right


def _damage(random: Random, folder: Path) -> tuple[str, str]:
    """Damage one file; what was done in words, and the file's name."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    path = random.choice(files)
    name = str(path.relative_to(folder))
    if path.suffix == ".json" and random.random() < 0.7:
        return f"{name}, {_rewrite(random, path)}", name
    whole = path.read_bytes()
    act = random.choice(
        ["flip", "flip", "cut", "empty", "pickle", "absent", "zeros", "swap", "text"]
    )
    if act == "flip" and whole:
        place = random.randrange(len(whole))
        changed = bytes([whole[place] ^ 1 << random.randrange(8)])
        path.write_bytes(whole[:place] + changed + whole[place + 1 :])
    elif act == "cut":
        path.write_bytes(whole[: random.randrange(len(whole) + 1)])
    elif act == "pickle":
        path.write_bytes(pickle.dumps({"weights": [1.0] * 9}))
    elif act == "absent":
        path.unlink()
    elif act == "zeros":
        path.write_bytes(bytes(len(whole)))
    elif act == "swap":
        path.write_bytes(random.choice(files).read_bytes())
    elif act == "text":
        path.write_text("not what it was\n")
    else:
        path.write_bytes(b"")
    return f"{name}, {act}", name


def _rewrite(random: Random, path: Path) -> str:
    """Drop or replace one value of a JSON file, or nest it past all bounds."""
    if random.random() < 0.1:
        path.write_text(random.choice(["[" * 50_000, '{"a":' * 50_000, "9" * 6_000, "{}", "null"]))
        return "another document"
    content = json.loads(path.read_text())
    holder, key = _place(random, content)
    if random.random() < 0.4:
        del holder[key]
        what = f"{key} away"
    else:
        value = random.choice(_VALUES)
        holder[key] = value
        what = f"{key} is {value!r}"
    path.write_text(json.dumps(content))
    return what


def _place(random: Random, content: Any) -> tuple[Any, Any]:
    holder, key = content, random.choice(list(content))
    while isinstance(holder[key], dict | list) and holder[key] and random.random() < 0.8:
        holder = holder[key]
        key = random.choice(list(holder) if isinstance(holder, dict) else range(len(holder)))
    return holder, key


def _anything(_: Outcome) -> None:
    return None


def _text(arguments: tuple[object, ...]) -> tuple[str, ...]:
    return tuple(map(str, arguments))
