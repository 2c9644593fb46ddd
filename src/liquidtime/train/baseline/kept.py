"""Gradient boosting as plain arrays, so that a run keeps it and needs no pickle to use it again."""

from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from liquidtime.runs.stored import understood
from liquidtime.runs.write import write_atomically
from liquidtime.train.baseline.contract import Array, Material, Predictor
from liquidtime.train.baseline.learned import Learned

NAME = "boosting"
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
    if name != NAME or not isinstance(predictor, Learned):
        return False
    arrays = _arrays(predictor)

    def write(beside: Path) -> None:
        with beside.open("wb") as file:
            np.savez_compressed(file, **arrays)

    write_atomically(path, write)
    return True


def read(path: Path) -> Predictor:
    """A baseline that `keep` wrote.

    Raises:
        InputError: If the file is damaged.
    """
    with understood(path), np.load(path, allow_pickle=False) as file:
        arrays = dict(file)
        kind, classes = str(arrays.pop("kind")), arrays.pop("classes")
        labels, seen = int(arrays.pop("labels")), arrays.pop("seen")
        start, fixed = arrays.pop("start"), arrays.pop("fixed")

    def predict(part: Material) -> Array:
        table = part.summaries[:, seen].astype(np.float64)
        raw = np.tile(start, (len(table), 1))
        for tree, output in enumerate(arrays["output"]):
            raw[:, output] += _walk({name: arrays[name][tree] for name in _NODES}, table)
        if kind == "values":
            return np.where(np.isnan(fixed), raw, fixed)
        if kind == "labels":
            return np.where(np.isnan(fixed), _sigmoid(raw), fixed)
        found = np.zeros((len(table), labels))
        one = _sigmoid(raw)
        two = raw.shape[1] == 1
        found[:, classes] = (
            np.hstack([1 - one, one]) if two else torch.from_numpy(raw).softmax(1).numpy()
        )
        return found

    return predict


def _arrays(learned: Learned) -> dict[str, Any]:
    """Trees of all models, padded to one number of nodes, and what is made of their sums."""
    trees, output, start, fixed = [], [], [], []
    classes = np.arange(0)
    for model in learned.models:
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
        if learned.kind == "classes":
            classes = np.asarray(model.classes_, np.int64)
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
        "seen": learned.seen,
        "classes": classes,
        "labels": np.array(learned.labels),
        "kind": np.array(learned.kind),
    }


def _walk(tree: dict[str, NDArray], table: Array) -> Array:
    """What one tree says of each row."""
    at, rows = np.zeros(len(table), np.int64), np.arange(len(table))
    going = rows
    while len(going := going[~tree["leaf"][at[going]].astype(bool)]):
        here = at[going]
        value = table[going, tree["feature"][here]]
        left = np.where(
            np.isnan(value), tree["missing_left"][here] != 0, value <= tree["threshold"][here]
        )
        at[going] = np.where(left, tree["left"][here], tree["right"][here])
    return tree["value"][at]


def _sigmoid(raw: Array) -> Array:
    return torch.from_numpy(raw).sigmoid().numpy()
