"""What is done in a trial, in plain words: "ablate AVAL,AVAR", "scale gaba=0.5"."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from liquidtime.brain.experiment.condition import CONTROL, Condition
from liquidtime.brain.experiment.neurons import NeuronWords
from liquidtime.brain.experiment.perturbation import Ablate, Hold, ScaleTransmitter, Silence
from liquidtime.errors import InputError


def condition_of(text: str) -> Condition:
    """A condition from its text, which becomes its label.

    Args:
        text: "control", "ablate NEURONS", "silence NEURONS", "hold NEURONS at MV" or "scale
            TRANSMITTER=FACTOR".

    Raises:
        InputError: If it cannot be understood.
    """
    verb, _, rest = text.strip().partition(" ")
    if verb == CONTROL and not rest:
        return Condition(CONTROL)
    if verb not in _VERBS:
        raise InputError(
            f"a trial is {text!r}; expected control, or one of {', '.join(_VERBS)} and what, such "
            'as "ablate AVAL,AVAR".'
        )
    return _VERBS[verb](rest.strip(), f"the trial {text.strip()!r}")


def _ablated(text: str, where: str) -> Condition:
    return Condition(f"ablate {text}", (Ablate(NeuronWords(text, where)),))


def _silenced(text: str, where: str) -> Condition:
    return Condition(f"silence {text}", (Silence(NeuronWords(text, where)),))


def _held(text: str, where: str) -> Condition:
    who, _, potential = text.rpartition(" at ")
    number = _number(potential)
    if number is None or not who.strip():
        raise InputError(f"{where}: expected NEURONS at MV, such as hold AVAL at -40.")
    return Condition(f"hold {text}", (Hold(NeuronWords(who.strip(), where), number),))


def _scaled(text: str, where: str) -> Condition:
    name, _, factor = (part.strip() for part in text.partition("="))
    number = _number(factor)
    if not name or number is None or not number >= 0:
        raise InputError(
            f"{where}: expected TRANSMITTER=FACTOR with a factor of at least 0, such as gaba=0.5."
        )
    return Condition(f"{name} × {number:g}", (ScaleTransmitter(name, number),))


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


_VERBS: Mapping[str, Callable[[str, str], Condition]] = {
    "ablate": _ablated,
    "silence": _silenced,
    "hold": _held,
    "scale": _scaled,
}
