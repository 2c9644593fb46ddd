"""What reaches neurons from outside: currents, conductances, voltage clamps, trial by trial."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from liquidtime.brain.experiment.neurons import Chosen
from liquidtime.brain.experiment.waveforms.contract import Noise, Waveform


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

    Args:
        neurons: Which.
        waveform: The potential, mV.
        start: ms, from when on.
        stop: ms, until when; free outside.
        trials: Numbers of the trials that get it; all by default.
    """
    return Stimulus("clamp", neurons, waveform, trials=trials, start=start, stop=stop)
