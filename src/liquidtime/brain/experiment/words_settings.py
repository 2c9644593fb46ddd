"""Constants (`--set`) and records (`--record`) in the user's words."""

from __future__ import annotations

import dataclasses
import difflib
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from liquidtime.brain.connectome.parameters import Parameters
from liquidtime.brain.connectome.transmitters import canonical
from liquidtime.brain.experiment.recording import Record
from liquidtime.brain.experiment.words_neurons import neurons_of
from liquidtime.errors import InputError
from liquidtime.kernels.network.catalogue import units

if TYPE_CHECKING:
    from liquidtime.brain import Connectome

MOST_SAMPLES = 25_000_000
"""Values of a record that is thinned by itself: 100 MB."""
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
                f"--set is {text!r}; expected CONSTANT=NUMBER, such as leak_potential=-55 or "
                "unit_conductance.gaba=0.2."
            )
        if name not in _CONSTANTS:
            close = difflib.get_close_matches(name, _CONSTANTS, n=1)
            hint = f" Did you mean {close[0]}?" if close else ""
            raise InputError(
                f"--set {text!r}: there is no constant {name!r}; expected one of "
                f"{', '.join(_CONSTANTS)}.{hint}"
            )
        if not dot:
            changes[name] = value
            continue
        if name not in _BY_TRANSMITTER:
            raise InputError(
                f"--set {text!r}: {name} has no values by transmitter; only "
                f"{' and '.join(_BY_TRANSMITTER)} have."
            )
        if canonical(transmitter) not in connectome.classes:
            raise InputError(
                f"--set {text!r}: no edge has the transmitter {transmitter!r}; expected one of "
                f"{', '.join(connectome.classes)}."
            )
        before: Any = changes.get(name, getattr(parameters, name))
        if not isinstance(before, Mapping):
            # A number holds for all; None leaves it to the table of transmitters.
            before = {} if before is None else dict.fromkeys(connectome.classes, before)
        changes[name] = {**before, canonical(transmitter): value}
    try:
        return parameters.replace(**changes)
    except ValueError as error:
        raise InputError(f"--set: {error}") from error


def records_of(
    texts: Sequence[str],
    every: float | None,
    connectome: Connectome,
    *,
    trials: int,
    steps: int,
    dt: float,
) -> tuple[list[Record], list[str]]:
    """What to keep, and notes about it.

    Args:
        texts: Such as "potential" or "calcium of group:motor".
        every: ms between samples; None for as often as 100 MB allow.
        connectome: Whose neurons.
        trials: B.
        steps: Of the simulation.
        dt: ms.

    Raises:
        InputError: If there is no such variable or neuron, or `every` does not fit.
    """
    found, notes = [], []
    for text in texts:
        variable, of, who = (part.strip() for part in text.partition(" of "))
        if variable not in units() or bool(of) != bool(who):
            raise InputError(
                f"--record is {text!r}; expected one of {', '.join(units())}, for some neurons "
                "with of, such as 'calcium of group:motor'."
            )
        chosen = neurons_of(who, connectome, "--record") if who else None
        count = len(connectome) if chosen is None else int(chosen.sum())
        if every is None:
            interval = max(1, -(-steps * count * trials // MOST_SAMPLES))
            interval = min(interval, steps)
            if interval > 1:
                notes.append(
                    f"{variable} is kept every {interval * dt:g} ms, as {count:,} neurons at "
                    f"all {steps:,} steps and {trials:,} trial(s) are many; --every changes it."
                )
        else:
            interval = _interval(every, dt, steps)
        same = sum(record.variable == variable for record in found)
        name = f"{variable}_{same + 1}" if same else variable
        found.append(Record(variable, chosen, interval, name=name))
    return found, notes


def _interval(every: float, dt: float, steps: int) -> int:
    interval = round(every / dt)
    if interval < 1 or abs(interval * dt - every) > 1e-6 * every:
        raise InputError(
            f"--every is {every:g} ms; expected a multiple of --dt, {dt:g} ms, such as "
            f"{max(1, interval) * dt:g}."
        )
    if interval > steps:
        raise InputError(
            f"--every is {every:g} ms, longer than the simulation, so that nothing would be kept."
        )
    return interval
