"""Which models there are, and a model's options as a dictionary and back. Imports no torch.

Models are the modules of the `models` folder, what other installed packages name under the entry
point `liquidtime.models`, and what was handed to `MODELS.register`.
"""

import dataclasses
from collections.abc import Mapping
from typing import Any

from liquidtime.catalogue import Catalogue
from liquidtime.models.contract import ModelConfig
from liquidtime.runs.options import from_dict as options_from

MODELS: Catalogue[type[ModelConfig]] = Catalogue(
    "liquidtime.models", "Config", "model", beside=("catalogue", "common", "contract")
)
"""The classes of their options, by name."""
DEFAULT = "cfc"


def to_dict(config: ModelConfig) -> dict[str, Any]:
    """The name, as `kind`, and the options, JSON-able."""
    return {"kind": config.name, **dataclasses.asdict(config)}  # pyright: ignore


def from_dict(mapping: Mapping[str, Any]) -> ModelConfig:
    """The options that `to_dict` wrote, or version 0.1.0.

    Raises:
        InputError: If there is no such model or it has no such option.
    """
    options = dict(mapping)
    config = MODELS.find(options.pop("kind", DEFAULT))
    if options.keys() == _IN_0_1_0:
        known = {entry.name for entry in dataclasses.fields(config)}  # pyright: ignore
        options = {name: value for name, value in options.items() if name in known}
    return options_from(config, options)


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
