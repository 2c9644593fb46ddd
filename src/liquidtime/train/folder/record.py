"""The files `config.json` and `metrics.json` of a run, read when they may be damaged."""

from typing import Any, NamedTuple

from liquidtime.data.preprocess import Preprocessor
from liquidtime.errors import InputError
from liquidtime.runs.folder import Folder
from liquidtime.runs.stored import NUMBER, check_like, read_json, understood
from liquidtime.train.config import FitConfig
from liquidtime.train.folder.files import METRICS, RECORD
from liquidtime.train.folder.stored import preprocessor_from
from liquidtime.train.objectives import catalogue as objectives
from liquidtime.train.objectives.contract import Objective

_MAYBE = (*NUMBER, None)
_SPREAD = ({str: NUMBER}, None)
_RECORD = {
    "format": int,
    "config": {"task": str, "model": {"kind": str}, "train": {}},
    "objective": {"kind": str, "per_step": bool, "labels": [str]},
    "preprocessor": {
        "variables": [str],
        "mean": [NUMBER],
        "std": [NUMBER],
        "static_variables": [str],
        "static_mean": [NUMBER],
        "static_std": [NUMBER],
        "time_scale": NUMBER,
        "features": [str],
        "clip": _MAYBE,
    },
    "schema": ({}, None),
    "about": {"title": str, "data": str, "split": str, "time_unit": str},
    "data": {
        "series": int,
        "steps": int,
        "steps_per_series": _SPREAD,
        "span": _SPREAD,
        "parts": {"train": int, "validation": int, "test": int},
        "static_variables": list,
        "variables": [{"name": str, "observed": NUMBER, "never": NUMBER}],
    },
    "fingerprint": str,
    "created": str,
    "versions": {"liquidtime": str, str: (str, None)},
    "machine": {str: (str, *NUMBER, None)},
    "git": ({"commit": str, "changed": bool}, None),
}
_SCORE = {"value": _MAYBE, "low": _MAYBE, "high": _MAYBE}
_RATE = {**_SCORE, "of": int}
_RATES = dict.fromkeys(("sensitivity", "specificity", "ppv", "npv", "alarms"), _RATE)
_PART = ({"series": int, "targets": int, "metrics": {str: _SCORE}}, None)
_METRICS = {
    "task": str,
    "selection": {"metric": str, "best_epoch": int},
    "epochs": int,
    "stopped_early": bool,
    "seconds_per_epoch": NUMBER,
    "seconds_total": NUMBER,
    "parameters": int,
    "validation": _PART,
    "test": _PART,
}
# What 0.1.0 did not store, with what stands for it in a run of then.
_SINCE: dict[str, tuple[Any, Any]] = {
    "baselines": ({}, {str: {"title": str, "usage": str}}),
    "baselines_left_out": ({}, {str: NUMBER}),
    "refit": (None, ({"series": int, "steps": int}, None)),
    "recommendation": (
        None,
        ({"metric": str, "best": str, "verdict": str, "use": str, "usage": str, "text": str}, None),
    ),
    "operating_points": ([], [{"class": str, "rule": str, "threshold": NUMBER, **_RATES}]),
    "importance": (
        None,
        ({"metric": str, "part": str, "variables": [{"name": str, **_SCORE}]}, None),
    ),
    "moved": (None, ({"series": str, "part": str, "left_out": str}, None)),
}
_BASELINE = ({"metrics": {str: _SCORE}, "difference": {str: _SCORE}}, None)


class Record(NamedTuple):
    """What a run was told, and what it took from its data.

    Attributes:
        config: The options.
        preprocessor: Fitted on its training part.
        objective: What its outputs mean.
        mapping: All that `config.json` holds.
    """

    config: FitConfig
    preprocessor: Preprocessor
    objective: Objective
    mapping: dict[str, Any]


def read_record(folder: Folder) -> Record:
    """Read `config.json`.

    Raises:
        InputError: If it is damaged; the message names the file and the place in it.
    """
    path = folder.path / RECORD
    folder.check(RECORD)
    mapping = read_json(path, _RECORD)
    with understood(path):
        found = Record(
            FitConfig.from_dict(mapping["config"]),
            preprocessor_from(mapping["preprocessor"], mapping["schema"]),
            objectives.from_dict(mapping["objective"]),
            mapping,
        )
        _check_sizes(found)
    return found


def read_metrics(folder: Folder) -> dict[str, Any]:
    """Read `metrics.json`.

    Raises:
        InputError: If it is damaged; the message names the file and the place in it.
    """
    path = folder.path / METRICS
    folder.check(METRICS)
    found = read_json(path, _METRICS)
    if found["validation"] is None:
        check_like(None, _PART[0], path, "validation")
    for name, (absent, like) in _SINCE.items():
        check_like(found.setdefault(name, absent), like, path, name)
    for name, entry in found["baselines"].items():
        for part in ("validation", "test"):
            check_like(entry.get(part), _BASELINE, path, f"baselines.{name}.{part}")
    return found


def _check_sizes(record: Record) -> None:
    inputs = record.preprocessor
    variables, static = len(inputs.variables), len(inputs.static_variables)
    sizes = [
        ("preprocessor.mean", inputs.mean, variables),
        ("preprocessor.std", inputs.std, variables),
        ("preprocessor.static_mean", inputs.static_mean, static),
        ("preprocessor.static_std", inputs.static_std, static),
    ]
    for name, value, size in sizes:
        if len(value) != size:
            raise InputError(f"{name} has {len(value)} numbers; expected {size}.")
    for name in ("time_scale", "clip"):
        if not getattr(inputs, name) > 0:
            raise InputError(
                f"preprocessor.{name} is {getattr(inputs, name)}; expected a number above 0."
            )
