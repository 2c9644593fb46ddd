"""Gradient boosting as plain arrays, so that a run keeps it and needs no pickle to use it again."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from liquidtime.runs.stored import understood
from liquidtime.runs.write import write_atomically
from liquidtime.train.baseline.ahead import LearnedAhead, Lines
from liquidtime.train.baseline.contract import Array, Material, Predictor
from liquidtime.train.baseline.learned import Learned
from liquidtime.train.baseline.levels import Levelled

NAME = "boosting"
_AHEAD, _APART = "ahead", "apart"
# So few that their cells stay near while all trees are asked.
_ROWS_AT_ONCE = 8192
_NODES = {
    "feature": "feature_idx",
    "threshold": "num_threshold",
    "missing_left": "missing_go_to_left",
    "left": "left",
    "right": "right",
    "leaf": "is_leaf",
    "value": "value",
}
"""Arrays of the trees [G, M], and what scikit-learn calls these fields of a node."""


def keep(path: Path, name: str, predictor: Predictor) -> bool:
    """Write a fitted baseline, and tell whether it is one that can be kept."""
    if name != NAME:
        return False
    found: dict[str, Any] = {}
    if isinstance(predictor, Levelled):
        found, predictor = {_APART: predictor.apart}, predictor.predict
    if isinstance(predictor, LearnedAhead):
        lines = predictor.lines
        found |= _trees(predictor.models)
        found |= {"kind": np.array(_AHEAD), "seen": predictor.seen, **lines._asdict()}
    elif isinstance(predictor, Learned):
        found |= _trees(predictor.models)
        classes = predictor.models[0].classes_ if predictor.kind == "classes" else []
        found |= {
            "seen": predictor.seen,
            "classes": np.asarray(classes, np.int64),
            "labels": np.array(predictor.labels),
            "kind": np.array(predictor.kind),
        }
    else:
        return False

    def write(beside: Path) -> None:
        with beside.open("wb") as file:
            np.savez_compressed(file, **found)

    write_atomically(path, write)
    return True


def read(path: Path) -> Predictor:
    """A baseline that `keep` wrote.

    Raises:
        InputError: If the file is damaged.
    """
    with understood(path), np.load(path, allow_pickle=False) as file:
        arrays = dict(file)
        trees = _Trees(
            {name: arrays[name] for name in _NODES},
            arrays["output"],
            arrays["start"],
            arrays["fixed"],
        )
        kind, seen = str(arrays["kind"]), arrays["seen"]
        if kind == _AHEAD:
            lines = Lines(*(arrays[name] for name in Lines._fields))
            found: Predictor = LearnedAhead(seen, lines, trees.each())
        else:
            found = _Answers(kind, seen, trees, arrays["classes"], int(arrays["labels"]))
        return Levelled(found, arrays[_APART]) if _APART in arrays else found


@dataclass(frozen=True, eq=False)
class _Trees:
    """Trees of all outputs.

    Attributes:
        nodes: The arrays of `_NODES`, each [G, M].
        output: [G], the output that each tree adds to.
        start: What an output begins with.
        fixed: What it is, where there are no trees to it; else NaN.
    """

    nodes: dict[str, NDArray]
    output: NDArray
    start: Array
    fixed: Array

    def sums(self, table: Array) -> Array:
        """[N, outputs]."""
        found = np.tile(self.start, (len(table), 1))
        for first in range(0, len(table), _ROWS_AT_ONCE):
            rows = slice(first, first + _ROWS_AT_ONCE)
            some = np.ascontiguousarray(table[rows])
            holes = bool(np.isnan(some).any())
            for tree, output in enumerate(self.output):
                nodes = {name: each[tree] for name, each in self.nodes.items()}
                found[rows, output] += _walk(nodes, some, holes)
        return found

    def predict(self, table: NDArray) -> Array:
        """Of one output, [N]."""
        return self.sums(np.asarray(table, np.float64))[:, 0]

    def each(self) -> "list[_Trees]":
        """Those of each output alone."""
        found = []
        for output in range(len(self.start)):
            own = self.output == output
            nodes = {name: each[own] for name, each in self.nodes.items()}
            one = slice(output, output + 1)
            found.append(_Trees(nodes, np.zeros(own.sum(), int), self.start[one], self.fixed[one]))
        return found


@dataclass(frozen=True, eq=False)
class _Answers:
    """What the trees say of the summaries, as `Learned` says it."""

    kind: str
    seen: NDArray[np.bool_]
    trees: _Trees
    classes: NDArray[np.int64]
    labels: int

    def __call__(self, part: Material) -> Array:
        raw = self.trees.sums(part.summaries[:, self.seen].astype(np.float64))
        fixed = self.trees.fixed
        if self.kind == "values":
            return np.where(np.isnan(fixed), raw, fixed)
        if self.kind == "labels":
            return np.where(np.isnan(fixed), _sigmoid(raw), fixed)
        found = np.zeros((len(raw), self.labels))
        one = _sigmoid(raw)
        two = raw.shape[1] == 1
        found[:, self.classes] = (
            np.hstack([1 - one, one]) if two else torch.from_numpy(raw).softmax(1).numpy()
        )
        return found


def _trees(models: Sequence[Any]) -> dict[str, Any]:
    """Trees of all models, padded to one number of nodes, and what is made of their sums."""
    trees, output, start, fixed = [], [], [], []
    for model in models:
        if isinstance(model, float):
            start.append(0.0)
            fixed.append(model)
            continue
        first = len(start)
        own = np.ravel(model._baseline_prediction)
        start += own.tolist()
        fixed += [np.nan] * len(own)
        for iteration in model._predictors:
            trees += [tree.nodes for tree in iteration]
            output += range(first, first + len(iteration))
    most = max((len(nodes) for nodes in trees), default=1)
    found: dict[str, Any] = {
        name: np.stack([np.resize(nodes[field], most) for nodes in trees])
        if trees
        else np.zeros((0, most))
        for name, field in _NODES.items()
    }
    return found | {
        "output": np.array(output, np.int64),
        "start": np.array(start),
        "fixed": np.array(fixed),
    }


def _walk(tree: dict[str, NDArray], table: Array, holes: bool) -> Array:
    """What one tree says of each row; whoever is at a leaf stays there until all are."""
    leaf, own = tree["leaf"].astype(bool), np.arange(len(tree["leaf"]))
    feature = np.where(leaf, 0, tree["feature"]).astype(np.int64)
    sides = np.stack([np.where(leaf, own, tree[side]) for side in ("right", "left")], axis=1)
    cells, next_of = table.ravel(), sides.astype(np.int64).ravel()
    row, at = np.arange(len(table)) * table.shape[1], np.zeros(len(table), np.int64)
    while True:
        value = cells.take(row + feature.take(at))
        left = value <= tree["threshold"].take(at)
        if holes:
            left |= np.isnan(value) & (tree["missing_left"].take(at) != 0)
        then = next_of.take(2 * at + left)
        if np.array_equal(then, at):
            return tree["value"].take(at)
        at = then


def _sigmoid(raw: Array) -> Array:
    return torch.from_numpy(raw).sigmoid().numpy()
