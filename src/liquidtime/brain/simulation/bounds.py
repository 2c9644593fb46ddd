"""Whether what came out can be: potentials beyond what any membrane bears, and no numbers."""

from __future__ import annotations

import warnings

import numpy as np

from liquidtime.brain.experiment.recording import Recording
from liquidtime.brain.figures.comparison import blocks
from liquidtime.kernels.network.catalogue import variables

FARTHEST = 1000.0
"""mV; no membrane bears a tenth of it."""
_MEND = (
    "A stimulus is too strong, a conductance too large, or dt too long: halve it until nothing "
    "changes."
)


def impossible(
    recording: Recording, low: float, high: float, name: str = "potential"
) -> str | None:
    """What cannot be in a record: the first neuron, its value, and when; None if nothing.

    Args:
        recording: Any.
        low: The smallest value of the record, NaN if some are no numbers.
        high: The largest one.
        name: Of the record; another than potentials is only asked whether it holds numbers.
    """
    if name not in recording.series:
        name = next(iter(recording.series))
    series = recording.series[name]
    limit = FARTHEST if series.record.variable == "potential" else np.finfo(np.float64).max
    if -limit <= low and high <= limit:
        return None
    times = recording.times(name)
    for first, samples in blocks(recording, name):
        wrong = ~(np.abs(samples) <= limit)
        if wrong.any():
            step, place, trial = (int(at) for at in np.argwhere(wrong)[0])
            who = recording.connectome.neurons.index[int(series.neurons[place])]
            value = float(samples[step, place, trial])
            return _told(series.record.variable, who, value, f"at {times[first + step]:g} ms")
    return None


def warn_of_the_end(recording: Recording) -> None:
    """Warn if a neuron ends at a potential that cannot be."""
    final = np.asarray(recording.final)
    wrong = ~(np.abs(final) <= FARTHEST)
    if wrong.any():
        neuron, trial = (int(at) for at in np.argwhere(wrong)[0])
        who = recording.connectome.neurons.index[neuron]
        told = _told("potential", who, float(final[neuron, trial]), "at the end")
        warnings.warn(told, UserWarning, stacklevel=3)


def _told(variable: str, who: object, value: float, when: str) -> str:
    units = variables()[variable].units
    if not np.isfinite(value):
        return f"the {variable} of {who} is {value} {when}. {_MEND}"
    return (
        f"the {variable} of {who} is {value:.3g} {units} {when}, beyond ±{FARTHEST:g} {units}, "
        f"which no membrane bears. {_MEND}"
    )
