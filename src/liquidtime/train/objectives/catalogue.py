"""Which kinds of target there are.

Kinds are the modules of this folder, what other installed packages name under the entry point
`liquidtime.train.objectives`, and what was handed to `OBJECTIVES.register`.
"""

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from liquidtime.catalogue import Catalogue
from liquidtime.data.series import IrregularSeries
from liquidtime.errors import InputError
from liquidtime.train.config import FitConfig
from liquidtime.train.objectives.contract import Objective

OBJECTIVES: Catalogue[type[Objective]] = Catalogue(
    "liquidtime.train.objectives",
    "OBJECTIVE",
    "kind of target",
    beside=("catalogue", "contract"),
)
"""Their classes, by name."""


def of_training(training: IrregularSeries, config: FitConfig) -> Objective:
    """The objective that suits a configuration, with the constants of the training part.

    Raises:
        InputError: If there is no target, or not the kind that the task needs, or nothing to learn.
    """
    return _kind(training, config).fitted(training, config)


def of_part(part: IrregularSeries, config: FitConfig) -> Objective:
    """Likewise, of a part of the training part: what is rare there may lack in it.

    Raises:
        InputError: Likewise.
    """
    return _kind(part, config).fitted_part(part, config)


def _kind(training: IrregularSeries, config: FitConfig) -> type[Objective]:
    if training.target is None:
        raise InputError("The series have no target; expected one a series or one a step.")
    chosen = [kind for kind in OBJECTIVES.entries().values() if kind.suits(config)]
    if len(chosen) != 1:
        names = ", ".join(kind.name for kind in chosen) or "none"
        raise InputError(f"Task {config.task!r} with these options has the objectives: {names}.")
    return chosen[0]


def from_dict(mapping: Mapping[str, Any]) -> Objective:
    """The objective that `Objective.to_dict` wrote, here or in 0.1.0.

    Raises:
        InputError: If there is no such kind, or it is no whole one.
    """
    parts: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in mapping.items()}
    kind = OBJECTIVES.find(parts.pop("kind"))
    known = {entry.name for entry in fields(kind)}
    # Version 0.1.0 stored the constants of every kind with each.
    given: dict[str, Any] = {k: v for k, v in parts.items() if v is not None or k in known}
    return kind(**given)
