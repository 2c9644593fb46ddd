"""A stimulus in plain words: "PLML,PLMR=step 20 from 50 to 150"."""

from __future__ import annotations

import difflib
import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from liquidtime.brain.experiment import waveforms
from liquidtime.brain.experiment.stimuli import Stimulus
from liquidtime.brain.experiment.words_neurons import neurons_of, some_names
from liquidtime.errors import InputError

if TYPE_CHECKING:
    from liquidtime.brain import Connectome

_NUMBER = re.compile(r"([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)([a-zA-Zµ]*)")
_UNITS = ("pA", "nS", "mV", "ms", "Hz", "s", "V", "A", "nA", "S", "kHz", "µA", "uA")


@dataclass(frozen=True)
class _Form:
    """How a waveform is written.

    Attributes:
        plain: How many numbers stand right behind its name, in the unit of the stimulus.
        words: Keyword to the unit of its number; "" for that of the stimulus, "1" for none.
        needed: Keywords that must be there.
        example: Of it.
        build: The waveform from the plain numbers, the keywords' numbers and a seed.
    """

    plain: int
    words: Mapping[str, str]
    needed: tuple[str, ...]
    example: str
    build: Callable[[list[float], dict[str, float], int], Any]


_WHEN = {"from": "ms", "to": "ms"}
_FORMS: Mapping[str, _Form] = {
    "step": _Form(
        1, _WHEN, (), "step 20 from 50 to 150",
        lambda plain, words, _: waveforms.Step(plain[0], *_when(words)),
    ),
    "ramp": _Form(
        2, _WHEN, ("from", "to"), "ramp 0 50 from 10 to 200",
        lambda plain, words, _: waveforms.Ramp(plain[0], plain[1], *_when(words)),
    ),
    "sine": _Form(
        1, {"period": "ms", "mean": "", **_WHEN}, ("period",), "sine 10 period 100 mean 5",
        lambda plain, words, _: waveforms.Sine(
            plain[0], words["period"], words.get("mean", 0.0), 0.0, *_when(words)
        ),
    ),
    "pulses": _Form(
        1, {"width": "ms", "period": "ms", "from": "ms", "count": "1"}, ("width", "period"),
        "pulses 20 width 5 period 50 from 100 count 10",
        lambda plain, words, _: waveforms.Pulses(
            plain[0], words["width"], words["period"], words.get("from", 0.0), _count(words)
        ),
    ),
    "noise": _Form(
        1, {"sd": "", "tau": "ms"}, ("sd", "tau"), "noise 10 sd 5 tau 20",
        lambda plain, words, seed: waveforms.OrnsteinUhlenbeck(
            plain[0], words["sd"], words["tau"], seed
        ),
    ),
    "poisson": _Form(
        1, {"rate": "Hz", "tau": "ms"}, ("rate", "tau"), "poisson 20 rate 10 tau 5",
        lambda plain, words, seed: waveforms.Poisson(words["rate"], plain[0], words["tau"], seed),
    ),
}  # fmt: skip
_ALIKE = "step 20 from 50 to 150"


@dataclass(frozen=True, eq=False)
class Written:
    """A stimulus as it was written, and what it means."""

    text: str
    who: str
    neurons: NDArray[np.bool_]
    """[N]."""
    stimulus: Stimulus

    @property
    def span(self) -> tuple[float, float]:
        """When it is on, ms; the end may be infinite."""
        course = self.stimulus.waveform
        if self.stimulus.kind == "clamp":
            return self.stimulus.start, self.stimulus.stop
        start = getattr(course, "start", 0.0)
        if isinstance(course, waveforms.Pulses) and course.count is not None:
            return start, start + course.period * (course.count - 1) + course.width
        return start, getattr(course, "stop", math.inf)


def stimulus_of(text: str, connectome: Connectome, option: str, seed: int) -> Written:
    """A stimulus from its text, "NEURONS=WAVEFORM".

    A waveform is its name, one number (two of a ramp) and words with a number each. A current (pA)
    is meant; `clamp` (mV) or `conductance` (nS) before the name, or before a number for a step, say
    otherwise. A conductance may have `reversal` (mV).

    Args:
        text: Such as "group:sensory=noise 10 sd 5 tau 20" or "AVAL=clamp -20 from 50 to 150".
        connectome: Whose neurons.
        option: Named in messages.
        seed: Of noise.

    Raises:
        InputError: If it cannot be understood; the message says what was expected.
    """
    who, equals, what = text.rpartition("=")
    if not equals or not who.strip() or not what.strip():
        raise InputError(
            f"{option} is {text!r}; expected NEURONS=WAVEFORM, such as "
            f'{option} "{some_names(connectome.neurons)}={_ALIKE}".'
        )
    chosen = neurons_of(who, connectome, option)
    try:
        made = _stimulus(what, chosen, f"{option} {text!r}", seed)
    except InputError:
        raise
    except ValueError as error:
        raise InputError(f"{option} {text!r}: {error}") from error
    return Written(text.strip(), who.strip(), chosen, made)


def _stimulus(what: str, chosen: NDArray[np.bool_], where: str, seed: int) -> Stimulus:
    tokens = what.replace(",", " ").split()
    kind: Literal["current", "clamp", "conductance"] = "current"
    if tokens[0].lower() in ("current", "clamp", "conductance"):
        kind = tokens.pop(0).lower()  # pyright: ignore[reportAssignmentType]
    unit = {"current": "pA", "clamp": "mV", "conductance": "nS"}[kind]
    if not tokens or _NUMBER.fullmatch(tokens[0]):
        tokens.insert(0, "step")
    name = tokens.pop(0).lower()
    if name not in _FORMS:
        every = [*_FORMS, "clamp", "conductance"]
        close = difflib.get_close_matches(name, every, n=1)
        hint = f" Did you mean {close[0]}?" if close else ""
        raise InputError(
            f"{where}: there is no waveform {name!r}; expected one of {', '.join(every)}.{hint}"
        )
    form = _FORMS[name]
    allowed = {word: unit_of or unit for word, unit_of in form.words.items()}
    if kind == "conductance":
        allowed["reversal"] = "mV"
    example = f"{'' if kind == 'current' else f'{kind} '}{form.example}"
    plain = [_number(tokens, unit, where, f"{name} needs {_numbers(form)} ({unit})", example)
             for _ in range(form.plain)]  # fmt: skip
    words: dict[str, float] = {}
    while tokens:
        word = tokens.pop(0).lower()
        if word not in allowed:
            raise InputError(
                f"{where}: {name} knows no {word!r}; it takes {', '.join(allowed)}, such as "
                f"{example!r}."
            )
        if word in words:
            raise InputError(f"{where}: {word!r} stands there twice; expected it once.")
        words[word] = _number(
            tokens, allowed[word], where, f"{word!r} needs a number ({allowed[word]})", example
        )
    if missing := [word for word in form.needed if word not in words]:
        raise InputError(f"{where}: {name} needs {missing[0]!r}, such as {example!r}.")
    if words.get("to", math.inf) <= words.get("from", 0.0):
        raise InputError(
            f"{where}: it ends at {words['to']:g} ms, not after its beginning at "
            f"{words.get('from', 0.0):g} ms."
        )
    course = form.build(plain, words, seed)
    if kind == "clamp":
        course = _everywhere(course)
    start, stop = _when(words)
    return Stimulus(
        kind, chosen, course, words.get("reversal", 0.0), start=start, stop=stop
    )  # fmt: skip


def _everywhere(course: Any) -> Any:
    """A clamp's course without an end, for the clamp has one itself: where it ends, 0 mV is not."""
    if isinstance(course, waveforms.Step):
        return waveforms.Step(course.amplitude, -math.inf)
    if isinstance(course, waveforms.Ramp):
        span, rise = course.stop - course.start, course.last - course.first
        return waveforms.Ramp(
            course.first - rise, course.last + rise, course.start - span, course.stop + span
        )
    if isinstance(course, waveforms.Sine):
        phase = -math.tau * course.start / course.period
        return waveforms.Sine(course.amplitude, course.period, course.mean, phase)
    return course


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


def _numbers(form: _Form) -> str:
    return "a number" if form.plain == 1 else f"{form.plain} numbers"


def _when(words: Mapping[str, float]) -> tuple[float, float]:
    return words.get("from", 0.0), words.get("to", math.inf)


def _count(words: Mapping[str, float]) -> int | None:
    if "count" not in words:
        return None
    if words["count"] != round(words["count"]) or words["count"] < 1:
        raise ValueError(f"the count is {words['count']:g}; expected a whole number from 1 on.")
    return int(words["count"])
