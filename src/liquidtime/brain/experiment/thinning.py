"""How often samples are kept, where an experiment does not say."""

from __future__ import annotations

from dataclasses import replace

from liquidtime.brain.connectome.graph import Connectome
from liquidtime.brain.experiment.experiment import Experiment
from liquidtime.brain.experiment.recording import Events, Record
from liquidtime.errors import InputError

MOST_SAMPLES = 25_000_000
"""Values of a record that is thinned by itself: 100 MB."""


def thinned(
    experiment: Experiment, connectome: Connectome, every: float | None = None
) -> tuple[Experiment, list[str]]:
    """An experiment whose records keep fewer samples, and notes about it.

    Args:
        experiment: Before.
        connectome: On which it will be made.
        every: ms between samples of all records; None for as often as 100 MB a record allow.

    Raises:
        InputError: If `every` is no multiple of the time step, or nothing would be kept.
    """
    resolved = experiment.resolved(connectome)
    dt, steps, trials = experiment.dt, experiment.steps, resolved.trials
    found: list[Record | Events] = []
    notes = []
    for record in experiment.records:
        if every is not None:
            found.append(replace(record, every=_interval(every, dt, steps)))
            continue
        count = len(resolved.recorded[record.name])
        interval = max(record.every, -(-steps * count * trials // MOST_SAMPLES))
        interval = min(interval, steps)
        if interval > record.every:
            notes.append(
                f"{record.variable} is kept every {interval * dt:g} ms, as {count:,} neurons at "
                f"all {steps:,} steps and {trials:,} trial(s) are many."
            )
        found.append(replace(record, every=interval))
    if experiment.threshold is not None:
        found.append(Events(experiment.threshold))
    return replace(experiment, record=found), notes


def _interval(every: float, dt: float, steps: int) -> int:
    interval = round(every / dt)
    if interval < 1 or abs(interval * dt - every) > 1e-6 * every:
        raise InputError(
            f"samples are to be kept every {every:g} ms; expected a multiple of dt, {dt:g} ms, "
            f"such as {max(1, interval) * dt:g}."
        )
    if interval > steps:
        raise InputError(
            f"samples are to be kept every {every:g} ms, longer than the simulation, so that "
            "nothing would be kept."
        )
    return interval
