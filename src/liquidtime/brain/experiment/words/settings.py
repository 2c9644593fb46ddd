"""Constants of neurons and synapses in plain words: "unit_conductance.gaba=0.2"."""

from __future__ import annotations

import dataclasses
import difflib
from collections.abc import Mapping, Sequence
from typing import Any

from liquidtime.brain.connectome.graph import Connectome
from liquidtime.brain.connectome.transmitters import canonical
from liquidtime.brain.neurons.graded import Parameters
from liquidtime.errors import InputError

_CONSTANTS = tuple(
    field.name for field in dataclasses.fields(Parameters) if field.name != "synapses"
)
_BY_TRANSMITTER = ("unit_conductance", "reversal_potential")


def with_settings(
    parameters: Parameters, settings: Sequence[str], connectome: Connectome
) -> Parameters:
    """Constants with some of them set.

    Args:
        parameters: Before.
        settings: Such as "leak_potential=-55" or "unit_conductance.gaba=0.2".
        connectome: Its transmitters can be named.

    Raises:
        InputError: If there is no such constant or transmitter, or the value is no number.
    """
    changes: dict[str, Any] = {}
    for text in settings:
        left, equals, right = (part.strip() for part in text.partition("="))
        name, dot, transmitter = left.partition(".")
        try:
            value = float(right)
        except ValueError:
            value = None
        if not equals or value is None:
            raise InputError(
                f"a setting is {text!r}; expected CONSTANT=NUMBER, such as leak_potential=-55 or "
                "unit_conductance.gaba=0.2."
            )
        if name not in _CONSTANTS:
            close = difflib.get_close_matches(name, _CONSTANTS, n=1)
            hint = f" Did you mean {close[0]}?" if close else ""
            raise InputError(
                f"the setting {text!r}: there is no constant {name!r}; expected one of "
                f"{', '.join(_CONSTANTS)}.{hint}"
            )
        if not dot:
            changes[name] = value
            continue
        if name not in _BY_TRANSMITTER:
            raise InputError(
                f"the setting {text!r}: {name} has no values by transmitter; only "
                f"{' and '.join(_BY_TRANSMITTER)} have."
            )
        if canonical(transmitter) not in connectome.classes:
            raise InputError(
                f"the setting {text!r}: no edge has the transmitter {transmitter!r}; expected one "
                f"of {', '.join(connectome.classes)}."
            )
        before: Any = changes.get(name, getattr(parameters, name))
        if not isinstance(before, Mapping):
            # A number holds for all; None leaves it to the table of transmitters.
            before = {} if before is None else dict.fromkeys(connectome.classes, before)
        changes[name] = {**before, canonical(transmitter): value}
    return parameters.replace(**changes)
