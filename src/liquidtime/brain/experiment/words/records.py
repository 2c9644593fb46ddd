"""What to keep, in plain words: "potential", "calcium of group:motor"."""

from __future__ import annotations

from liquidtime.brain.experiment.neurons import NeuronWords
from liquidtime.brain.experiment.recording import Record
from liquidtime.errors import InputError
from liquidtime.kernels.network.catalogue import variables


def record_of(text: str) -> Record:
    """A record of every step from its text.

    Args:
        text: A variable, for some neurons with "of", such as "calcium of group:motor".

    Raises:
        InputError: If there is no such variable.
    """
    variable, of, who = (part.strip() for part in text.partition(" of "))
    if variable not in variables() or bool(of) != bool(who):
        raise InputError(
            f"a record is {text!r}; expected one of {', '.join(variables())}, for some neurons "
            "with of, such as 'calcium of group:motor'."
        )
    neurons = NeuronWords(who, f"the record {text!r}") if who else None
    return Record(variable, neurons)
