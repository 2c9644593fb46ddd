"""A stimulus in plain words: "PLML,PLMR=step 20 from 50 to 150"."""

from __future__ import annotations

import difflib
import math
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Literal

from liquidtime.brain.experiment.neurons import NeuronWords
from liquidtime.brain.experiment.stimuli import Stimulus, held
from liquidtime.brain.experiment.waveforms.catalogue import WRITTEN
from liquidtime.brain.experiment.waveforms.contract import Waveform, Words, when
from liquidtime.errors import InputError

_NUMBER = re.compile(r"([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)([a-zA-Zµ]*)")
_UNITS = ("pA", "nS", "mV", "ms", "Hz", "s", "V", "A", "nA", "S", "kHz", "µA", "uA")
_UNIT: Mapping[Literal["current", "clamp", "conductance"], str] = {
    "current": "pA",
    "clamp": "mV",
    "conductance": "nS",
}


def stimulus_of(text: str, seed: int = 0) -> Stimulus:
    """A stimulus from its text, "NEURONS=WAVEFORM".

    A waveform is its name, one number (two of a ramp) and words with a number each. A current (pA)
    is meant; `clamp` (mV) or `conductance` (nS) before the name, or before a number for a step, say
    otherwise. A conductance may have `reversal` (mV).

    Args:
        text: Such as "group:sensory=noise 10 sd 5 tau 20" or "AVAL=clamp -20 from 50 to 150".
        seed: Of noise.

    Raises:
        InputError: If it cannot be understood; the message says what was expected.
    """
    text = text.strip()
    who, equals, what = text.rpartition("=")
    if not equals or not who.strip() or not what.strip():
        raise InputError(
            f"a stimulus is {text!r}; expected NEURONS=WAVEFORM, such as "
            '"PLML,PLMR=step 20 from 50 to 150".'
        )
    where = f"the stimulus {text!r}"
    kind, words, tokens = _begin(what, where)
    plain, numbers = _numbers_of(kind, words, tokens, where)
    try:
        course = words.build(plain, numbers, seed)
    except InputError as error:
        raise InputError(f"{where}: {error}") from error
    start, stop = when(numbers)
    try:
        found = Stimulus(
            kind,
            NeuronWords(who.strip(), where),
            course,
            numbers.get("reversal", 0.0),
            start=start,
            stop=stop,
            text=text,
        )
    except InputError as error:
        raise InputError(f"{where}: {error}") from error
    if kind == "clamp" and isinstance(course, Waveform):
        return replace(held(found), waveform=course.endless)
    return found


def _begin(
    what: str, where: str
) -> tuple[Literal["current", "clamp", "conductance"], Words, list[str]]:
    """Its kind, its waveform, and what stands behind the name."""
    tokens = what.replace(",", " ").split()
    kind: Literal["current", "clamp", "conductance"] = "current"
    for known in _UNIT:
        if tokens and tokens[0].lower() == known:
            kind = known
            tokens = tokens[1:]
            break
    if not tokens or _NUMBER.fullmatch(tokens[0]):
        tokens = ["step", *tokens]
    name = tokens[0].lower()
    if name not in (known := WRITTEN.entries()):
        every = [*known, "clamp", "conductance"]
        close = difflib.get_close_matches(name, every, n=1)
        hint = f" Did you mean {close[0]}?" if close else ""
        raise InputError(
            f"{where}: there is no waveform {name!r}; expected one of {', '.join(every)}.{hint}"
        )
    return kind, known[name], tokens[1:]


def _numbers_of(
    kind: Literal["current", "clamp", "conductance"], form: Words, tokens: list[str], where: str
) -> tuple[list[float], dict[str, float]]:
    """The numbers right behind the name, and those of the words."""
    unit = _UNIT[kind]
    allowed = {word: unit_of or unit for word, unit_of in form.keywords.items()}
    if kind == "conductance":
        allowed["reversal"] = "mV"
    example = f"{'' if kind == 'current' else f'{kind} '}{form.example}"
    need = "a number" if form.plain == 1 else f"{form.plain} numbers"
    plain = [
        _number(tokens, unit, where, f"{form.name} needs {need} ({unit})", example)
        for _ in range(form.plain)
    ]
    words: dict[str, float] = {}
    while tokens:
        word = tokens.pop(0).lower()
        if word not in allowed:
            raise InputError(
                f"{where}: {form.name} knows no {word!r}; it takes {', '.join(allowed)}, such as "
                f"{example!r}."
            )
        if word in words:
            raise InputError(f"{where}: {word!r} stands there twice; expected it once.")
        words[word] = _number(
            tokens, allowed[word], where, f"{word!r} needs a number ({allowed[word]})", example
        )
    if missing := [word for word in form.needed if word not in words]:
        raise InputError(f"{where}: {form.name} needs {missing[0]!r}, such as {example!r}.")
    if words.get("to", math.inf) <= words.get("from", 0.0):
        raise InputError(
            f"{where}: it ends at {words['to']:g} ms, not after its beginning at "
            f"{words.get('from', 0.0):g} ms."
        )
    return plain, words


def _number(tokens: list[str], unit: str, where: str, need: str, example: str) -> float:
    """Take a number, and its unit if it is written, from the front."""
    match = _NUMBER.fullmatch(tokens[0]) if tokens else None
    if match is None:
        came = f"came {tokens[0]!r}" if tokens else "nothing came"
        raise InputError(f"{where}: {need}, but {came}; such as {example!r}.")
    tokens.pop(0)
    written = match[2]
    if not written and tokens and tokens[0] in _UNITS:
        written = tokens.pop(0)
    if written and written != unit:
        raise InputError(f"{where}: {need}, but came {match[1]} {written}; expected {unit}.")
    return float(match[1])
