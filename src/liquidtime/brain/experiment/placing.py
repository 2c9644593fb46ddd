"""Where an experiment reaches a connectome: neurons and trials become numbers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from liquidtime.brain.connectome.graph import Connectome, Indices
from liquidtime.brain.experiment.condition import Condition
from liquidtime.brain.experiment.neurons import indices_of, without_words
from liquidtime.brain.experiment.perturbation import (
    Ablate,
    Perturbation,
    ScaleTransmitter,
    Silence,
)
from liquidtime.brain.experiment.recording import Record
from liquidtime.brain.experiment.stimuli import Stimulus
from liquidtime.brain.experiment.trials import Screen, Trials
from liquidtime.errors import InputError

MOST_VALUES = 500_000_000
"""Potentials of all trials; above, a typing error in a screen would fill the memory."""
_SCREENED = {"ablate": Ablate, "silence": Silence}


@dataclass(frozen=True, eq=False)
class Placed:
    """A stimulus, and where it goes."""

    stimulus: Stimulus
    neurons: Indices
    """[n]."""
    trials: tuple[int, ...]


def recorded(record: Record, connectome: Connectome) -> NDArray[np.int32]:
    """[n], the neurons of a record."""
    if record.neurons is None:
        return np.arange(len(connectome), dtype=np.int32)
    return np.asarray(indices_of(record.neurons, connectome), dtype=np.int32)


def placed(
    stimuli: Sequence[Stimulus], trials: Trials, connectome: Connectome
) -> tuple[tuple[Placed, ...], tuple[Condition, ...], int, tuple[int, ...]]:
    """Stimuli where they go, all conditions, how often each comes, and each trial's noise.

    Raises:
        InputError: If there is no such neuron or trial, a condition comes twice, or there are more
            values than memory holds.
    """
    reached = [indices_of(stimulus.neurons, connectome) for stimulus in stimuli]
    conditions = _conditions(trials, connectome, reached)
    count, repeats = len(conditions) * trials.repeats, trials.repeats
    if (values := len(connectome) * count) > MOST_VALUES:
        raise InputError(
            f"{count:,} trials of {len(connectome):,} neurons are {values:,} potentials; expected "
            f"{MOST_VALUES:,} at most. Screen fewer neurons, or simulate in several calls."
        )
    singly = any(each.stimulated is not None for each in conditions)
    found: list[Placed] = []
    for stimulus, neurons in zip(stimuli, reached, strict=True):
        given = replace(stimulus, neurons=without_words(stimulus.neurons, connectome))
        chosen = _chosen(given.trials, count)
        if not singly:
            found.append(Placed(given, neurons, tuple(chosen)))
            continue
        for number, condition in enumerate(conditions):
            if condition.stimulated is None:
                continue
            who = np.intersect1d(neurons, indices_of(condition.stimulated, connectome))
            if who.size:
                own = range(number * repeats, (number + 1) * repeats)
                mask = np.isin(np.arange(len(connectome)), who)
                some = tuple(trial for trial in chosen if trial in own)
                one = replace(given, neurons=mask, trials=list(some))
                found.append(Placed(one, who.view(Indices), some))
    noises = tuple(trial % repeats if trials.same_noise else trial for trial in range(count))
    return tuple(found), conditions, repeats, noises


def _conditions(
    trials: Trials, connectome: Connectome, reached: Sequence[Indices]
) -> tuple[Condition, ...]:
    found: list[Condition] = []
    for entry in trials.entries:
        if isinstance(entry, Screen):
            found += _screened(entry, connectome, reached)
        else:
            done = tuple(_resolved(each, connectome) for each in entry.perturbations)
            found.append(replace(entry, perturbations=done))
    names = Counter(each.label for each in found if each.label)
    if twice := next((name for name, times in names.items() if times > 1), None):
        raise InputError(f"{twice!r} is asked for twice; expected each condition once.")
    return tuple(found)


def _screened(
    screen: Screen, connectome: Connectome, reached: Sequence[Indices]
) -> list[Condition]:
    if screen.of is not None:
        every = np.unique(indices_of(screen.of, connectome))
    elif screen.what == "stimulate":
        every = np.unique(np.concatenate([np.zeros(0, np.int64), *reached]))
    else:
        every = np.arange(len(connectome))
    if not every.size or (screen.what == "stimulate" and not reached):
        raise InputError(
            "a screen of stimuli stimulates the neurons of each stimulus one by one; expected a "
            "stimulus."
        )
    names = connectome.neurons.index
    found = []
    for one in every:
        who, label = np.array([one]).view(Indices), f"{screen.what} {names[one]}"
        if screen.what == "stimulate":
            found.append(Condition(label, stimulated=who))
        else:
            found.append(Condition(label, (_SCREENED[screen.what](who),)))
    return found


def _resolved(perturbation: Perturbation, connectome: Connectome) -> Perturbation:
    if isinstance(perturbation, ScaleTransmitter):
        return perturbation
    return replace(perturbation, neurons=indices_of(perturbation.neurons, connectome))


def _chosen(trials: Sequence[int] | None, count: int) -> list[int]:
    if trials is None:
        return list(range(count))
    listed = np.atleast_1d(np.asarray(trials))
    if listed.dtype == bool and listed.shape == (count,):
        listed = np.flatnonzero(listed)
    whole = not listed.size or listed.dtype.kind in "iu"
    chosen = sorted({int(trial) for trial in listed}) if whole else [-1]
    if any(not 0 <= trial < count for trial in chosen):
        raise InputError(
            f"a stimulus is for the trials {np.asarray(trials).tolist()}; expected numbers from 0 "
            f"to {count - 1}. Experiment(trials=…) says how many trials there are."
        )
    return chosen
