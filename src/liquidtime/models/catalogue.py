"""Which models there are, and a model's options as a dictionary and back. Imports no torch.

Models are the modules of the `models` folder, what other installed packages name under the entry
point `liquidtime.models`, and what was handed to `register`.
"""

import dataclasses
import importlib
import pkgutil
from collections.abc import Mapping
from functools import cache
from importlib.metadata import entry_points
from typing import Any

from liquidtime import models
from liquidtime.errors import InputError
from liquidtime.models.contract import ModelConfig
from liquidtime.runs.options import from_dict as options_from

GROUP = "liquidtime.models"
DEFAULT = "cfc"
_BESIDE = ("catalogue", "contract")

_registered: dict[str, type[ModelConfig]] = {}


def catalogue() -> dict[str, type[ModelConfig]]:
    """The models' options by kind, sorted, the default first."""
    found = _found() | _registered
    return {kind: found[kind] for kind in sorted(found, key=lambda kind: (kind != DEFAULT, kind))}


def register(config: type[ModelConfig]) -> None:
    """Add a model of one's own.

    Args:
        config: The class of its options, as `contract.ModelConfig` says.

    Raises:
        ValueError: If its kind is taken.
    """
    taken = catalogue().get(config.kind)
    if taken not in (None, config):
        raise ValueError(f"there is a model {config.kind!r} already; choose another kind.")
    _registered[config.kind] = config


def config_class(kind: str) -> type[ModelConfig]:
    """The class of a model's options.

    Raises:
        InputError: If there is no such model.
    """
    known = catalogue()
    if kind not in known:
        raise InputError(f"kind is {kind!r}; expected one of: {', '.join(known)}.")
    return known[kind]


def to_dict(config: ModelConfig) -> dict[str, Any]:
    """The kind and the options, JSON-able."""
    return {"kind": config.kind, **dataclasses.asdict(config)}  # pyright: ignore


def from_dict(mapping: Mapping[str, Any]) -> ModelConfig:
    """The options that `to_dict` wrote, or version 0.1.0.

    Raises:
        InputError: If there is no such model or it has no such option.
    """
    options = dict(mapping)
    config = config_class(options.pop("kind", DEFAULT))
    if options.keys() == _IN_0_1_0:
        known = {entry.name for entry in dataclasses.fields(config)}  # pyright: ignore
        options = {name: value for name, value in options.items() if name in known}
    return options_from(config, options)


@cache
def _found() -> dict[str, type[ModelConfig]]:
    here = [
        importlib.import_module(f"{models.__name__}.{name}").Config
        for _, name, is_package in pkgutil.iter_modules(models.__path__)
        if not is_package and name not in _BESIDE
    ]
    elsewhere = [point.load() for point in entry_points(group=GROUP)]
    return {config.kind: config for config in (*elsewhere, *here)}


# Version 0.1.0 stored the options of every model with each; those of the others mean nothing.
_IN_0_1_0 = {
    "hidden_size",
    "num_layers",
    "variant",
    "activation",
    "backbone_units",
    "backbone_layers",
    "backbone_dropout",
    "mixed_memory",
    "bidirectional",
    "integrator",
    "unfolds",
    "wiring",
    "wiring_outputs",
    "readout",
    "dropout",
    "backend",
}
