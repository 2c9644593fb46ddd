"""What a transmitter does to the cell that it reaches: the reversal potential of its channels."""

import difflib
from collections.abc import Iterable, Mapping

import numpy as np
from numpy.typing import NDArray

from liquidtime.errors import InputError

UNKNOWN = "unknown"

REVERSAL_POTENTIALS: Mapping[str, float] = {
    "acetylcholine": 0.0,
    "gaba": -70.0,
    "glutamate": 0.0,
    "histamine": -70.0,
    "dopamine": 0.0,
    "serotonin": 0.0,
    "octopamine": 0.0,
    "tyramine": -70.0,
    "excitatory": 0.0,
    "inhibitory": -70.0,
    UNKNOWN: 0.0,
}
"""mV. Excitatory 0, inhibitory -70, as in c302. `FLY` and `WORM` are the tables of two animals."""

FLY: Mapping[str, float] = {**REVERSAL_POTENTIALS, "glutamate": -70.0}
"""In the fly most glutamate opens chloride channels (GluCl)."""

WORM: Mapping[str, float] = REVERSAL_POTENTIALS
"""In the worm the receptor decides about glutamate; where it is not known, it excites."""

_SYNONYMS = {
    "ach": "acetylcholine",
    "cholinergic": "acetylcholine",
    "acetylcholine": "acetylcholine",
    "gaba": "gaba",
    "gabaergic": "gaba",
    "glut": "glutamate",
    "glutamatergic": "glutamate",
    "glutamate": "glutamate",
    "da": "dopamine",
    "dopaminergic": "dopamine",
    "dopamine": "dopamine",
    "5ht": "serotonin",
    "5-ht": "serotonin",
    "ser": "serotonin",
    "serotonergic": "serotonin",
    "serotonin": "serotonin",
    "oct": "octopamine",
    "octopamine": "octopamine",
    "tyr": "tyramine",
    "tyramine": "tyramine",
    "his": "histamine",
    "histamine": "histamine",
    **dict.fromkeys(("exc", "e", "excit", "1", "+1", "1.0", "+"), "excitatory"),
    **dict.fromkeys(("inh", "i", "inhib", "-1", "−1", "-1.0", "-", "−"), "inhibitory"),
    "": UNKNOWN,
    "nan": UNKNOWN,
    "none": UNKNOWN,
    "<na>": UNKNOWN,
    "unclear": UNKNOWN,
    "unknown": UNKNOWN,
}


def canonical(name: object) -> str:
    """The usual name of a transmitter: "ACh" becomes "acetylcholine", an empty cell "unknown".

    Signs are names too: "exc" and 1 become "excitatory", "inh" and -1 "inhibitory".
    """
    text = str(name).strip().lower()
    return _SYNONYMS.get(text, text)


def check_names(what: str, given: Iterable[str], classes: Iterable[str]) -> None:
    """Raise InputError where a table by transmitter has a name that nothing can have."""
    every = list(dict.fromkeys([*classes, *REVERSAL_POTENTIALS]))
    for name in given:
        if canonical(name) not in every:
            close = difflib.get_close_matches(canonical(name), every, n=1)
            hint = f" Did you mean {close[0]}?" if close else ""
            raise InputError(
                f"{what} names the transmitter {name!r}, which no edge has; expected transmitters "
                f"of the connectome, {', '.join(classes) or 'none'}, or other known ones.{hint}"
            )


def reversal_potentials(
    classes: Iterable[str], table: Mapping[str, float] | None = None
) -> NDArray[np.float64]:
    """The reversal potential of each class of edges.

    Args:
        classes: Names of transmitters.
        table: Transmitter to reversal potential in mV; what it leaves out comes from
            `REVERSAL_POTENTIALS`.

    Raises:
        InputError: If neither table has a class, `table` has a name that is neither a class nor in
            `REVERSAL_POTENTIALS`, or a potential is not finite.
    """
    names = [canonical(name) for name in classes]
    check_names("reversal_potential", table or {}, names)
    known = {**REVERSAL_POTENTIALS, **{canonical(k): float(v) for k, v in (table or {}).items()}}
    if missing := [name for name in names if name not in known]:
        raise InputError(
            f"no reversal potential is known for {', '.join(map(repr, missing))}; expected one in "
            "the table, such as {'nitric oxide': 0.0} (mV)."
        )
    found = np.array([known[name] for name in names], dtype=np.float64)
    if not np.isfinite(found).all():
        raise InputError("a reversal potential is not finite; expected numbers in mV.")
    return found
