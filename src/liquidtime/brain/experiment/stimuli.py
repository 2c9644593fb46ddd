"""What reaches neurons from outside: currents, conductances, voltage clamps, trial by trial."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np

from liquidtime.brain.experiment.clock import at
from liquidtime.brain.experiment.neurons import Chosen
from liquidtime.brain.experiment.waveforms.contract import ROUNDING, Noise, Waveform
from liquidtime.brain.experiment.waveforms.pulses import Pulses
from liquidtime.errors import InputError


@dataclass(frozen=True, eq=False)
class Stimulus:
    """One waveform into some neurons; see `current`, `conductance` and `clamp`.

    Attributes:
        kind: What it is.
        neurons: Into which.
        waveform: Its course, in pA, nS or mV.
        reversal_potential: mV, of a conductance.
        trials: Numbers of the trials that get it; None for all.
        start: ms, of a clamp.
        stop: The same.
        text: How it was written, if it was.
    """

    kind: Literal["current", "conductance", "clamp"]
    neurons: Chosen
    waveform: Waveform | Noise
    reversal_potential: float = 0.0
    trials: Sequence[int] | None = None
    start: float = 0.0
    stop: float = np.inf
    text: str = ""

    def __post_init__(self) -> None:
        if self.kind == "clamp" and isinstance(self.waveform, Noise):
            raise InputError(
                f"a clamp is given {type(self.waveform).__name__}, which is noise; expected a "
                "course, such as Step(-20), or numbers of your own as Samples. Noise may be a "
                "current or a conductance."
            )

    @property
    def span(self) -> tuple[float, float]:
        """When it is on, ms; the end may be infinite."""
        if self.kind == "clamp":
            return self.start, self.stop
        return self.waveform.span if isinstance(self.waveform, Waveform) else (0.0, np.inf)


def current(neurons: Chosen, waveform: Waveform | Noise, *, trials: Any = None) -> Stimulus:
    """Inject a current.

    Args:
        neurons: Into which, each; see `Connectome.find`.
        waveform: Its course, pA.
        trials: Numbers of the trials that get it; all by default.
    """
    return Stimulus("current", neurons, waveform, trials=trials)


def conductance(
    neurons: Chosen,
    waveform: Waveform | Noise,
    reversal_potential: float = 0.0,
    *,
    trials: Any = None,
) -> Stimulus:
    """Open a conductance.

    Args:
        neurons: In which.
        waveform: Its course, nS, not negative.
        reversal_potential: mV to which it pulls.
        trials: Numbers of the trials that get it; all by default.
    """
    return Stimulus("conductance", neurons, waveform, reversal_potential, trials)


def clamp(
    neurons: Chosen,
    waveform: Waveform,
    start: float = 0.0,
    stop: float = np.inf,
    *,
    trials: Any = None,
) -> Stimulus:
    """Hold neurons at a potential.

    Steps are held whole, those whose middle lies inside; at the end of each the neuron is where the
    waveform is then. A clamp that begins or ends within a step is warned of.

    Args:
        neurons: Which.
        waveform: The potential, mV; where it is off, as between pulses, neurons are free.
        start: ms, from when on.
        stop: ms, until when; free outside.
        trials: Numbers of the trials that get it; all by default.

    Raises:
        InputError: If the waveform is noise.
    """
    return held(Stimulus("clamp", neurons, waveform, trials=trials, start=start, stop=stop))


def held(stimulus: Stimulus) -> Stimulus:
    """A clamp that is free where its waveform is off, and does not end in a potential of 0 mV."""
    course = stimulus.waveform
    if not isinstance(course, Waveform):
        return stimulus
    begin, end = course.span
    if begin <= stimulus.start and end >= stimulus.stop:
        return stimulus
    start, stop = max(begin, stimulus.start), min(end, stimulus.stop)
    return replace(stimulus, waveform=course.endless, start=start, stop=stop)


def check_clamp(stimulus: Stimulus, dt: float) -> None:
    """Warn of a clamp that begins or ends within a step, for steps are held whole.

    Raises:
        InputError: If it holds no step.
    """
    window = [time for time in (stimulus.start, stimulus.stop) if np.isfinite(time)]
    course = stimulus.waveform
    marks = [*window, *(course.marks if isinstance(course, Waveform) else ())]
    off = [mark for mark in marks if abs(mark - round(mark / dt) * dt) > ROUNDING]
    if not off:
        return
    told = f"a clamp of {stimulus.start:g} to {stimulus.stop:g} ms"
    # A step is held if its middle lies inside.
    first, last = (np.ceil(time / dt - 0.5) for time in (stimulus.start, stimulus.stop))
    too_short = isinstance(course, Pulses) and course.width < dt
    if too_short or last - first < 1:
        raise InputError(
            f"{told} holds no whole step of {dt:g} ms; expected one at least. Take a shorter dt, "
            "or times that are multiples of it."
        )
    until = f"{at(int(last), dt):g} ms" if np.isfinite(last) else "the end"
    warnings.warn(
        f"{told} has {off[0]:g} ms, which is no whole number of steps of {dt:g} ms. Steps are held "
        f"whole: from {at(int(first), dt):g} ms to {until}. Take times that are multiples of dt.",
        stacklevel=2,
    )
