"""What is done in which trial: a control, perturbations beside it, or a screen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from liquidtime.brain.connectome.transmitters import canonical
from liquidtime.brain.experiment.perturbation import Ablate, Perturbation, ScaleTransmitter, Silence
from liquidtime.brain.experiment.stimuli import Stimulus
from liquidtime.brain.experiment.waveforms import OrnsteinUhlenbeck, Poisson, Samples
from liquidtime.brain.experiment.words_neurons import neurons_of
from liquidtime.brain.experiment.words_stimuli import Written
from liquidtime.errors import InputError

if TYPE_CHECKING:
    from liquidtime.brain import Connectome

CONTROL = "control"
MOST_VALUES = 500_000_000
_MOST_SHARED = 60_000_000
_WORDS = {"ablate": Ablate, "silence": Silence}


@dataclass(frozen=True, eq=False)
class Condition:
    """What one condition does."""

    label: str
    perturbation: Perturbation | None = None
    stimulated: int | None = None
    """In a screen of stimuli: the one neuron that is stimulated."""

    @property
    def removed(self) -> list[int]:
        """Indices of the neurons that it ablates."""
        if not isinstance(self.perturbation, Ablate):
            return []
        return np.flatnonzero(np.asarray(self.perturbation.neurons)).tolist()


@dataclass(frozen=True, eq=False)
class Plan:
    """All trials of a simulation: each condition `repeats` times, the control first."""

    conditions: tuple[Condition, ...]
    repeats: int
    screen: str | None

    @property
    def labels(self) -> tuple[str, ...]:
        """Of each trial."""
        return tuple(each.label for each in self.conditions for _ in range(self.repeats))

    @property
    def batch(self) -> list[Perturbation | None]:
        """What is done in each trial."""
        return [each.perturbation for each in self.conditions for _ in range(self.repeats)]


def plan_trials(
    connectome: Connectome,
    stimuli: Sequence[Written],
    *,
    ablate: Sequence[str],
    silence: Sequence[str],
    scale: Sequence[str],
    screen: str | None,
    of: str | None,
    repeats: int,
) -> Plan:
    """The conditions that the options ask for.

    Raises:
        InputError: If a text cannot be understood, options contradict one another, or there are
            more values than memory holds.
    """
    if repeats < 1:
        raise InputError(f"--trials is {repeats}; expected 1 or more.")
    if of is not None and screen not in _WORDS:
        raise InputError("--of names the neurons of --screen ablate or --screen silence; add it.")
    found = [Condition(CONTROL)]
    for option, texts in (("ablate", ablate), ("silence", silence)):
        for text in texts:
            chosen = neurons_of(text, connectome, f"--{option}")
            found.append(Condition(f"{option} {text.strip()}", _WORDS[option](chosen)))
    found += [_scaled(text, connectome) for text in scale]
    labels = connectome.neurons.index
    if screen == "stimulate":
        if not stimuli:
            raise InputError(
                "--screen stimulate stimulates the neurons of --stimulate one by one; expected "
                "such an option."
            )
        every = np.logical_or.reduce([each.neurons for each in stimuli])
        found += [
            Condition(f"stimulate {labels[who]}", stimulated=int(who))
            for who in np.flatnonzero(every)
        ]
    elif screen is not None:
        every = neurons_of("all" if of is None else of, connectome, "--of")
        found += [
            Condition(f"{screen} {labels[who]}", _WORDS[screen](_only(int(who), len(connectome))))
            for who in np.flatnonzero(every)
        ]
    names = [each.label for each in found]
    if len(set(names)) != len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise InputError(f"{twice!r} is asked for twice; expected each condition once.")
    if (values := len(connectome) * len(found) * repeats) > MOST_VALUES:
        raise InputError(
            f"{len(found) * repeats:,} trials of {len(connectome):,} neurons are {values:,} "
            f"potentials; expected {MOST_VALUES:,} at most. Name fewer neurons (--of), or simulate "
            "in several calls."
        )
    return Plan(tuple(found), repeats, screen)


def stimuli_of(
    plan: Plan, written: Sequence[Written], *, duration: float, dt: float
) -> tuple[list[Stimulus], list[str]]:
    """The stimuli of each trial, and notes about them.

    Noise is drawn anew in every trial. Where conditions are compared, all get the same noise
    instead, so that they differ by what is done to them alone.
    """
    found, notes = [], []
    for number, each in enumerate(written):
        if plan.screen == "stimulate":
            found += _one_by_one(plan, each)
            continue
        noise = each.stimulus.waveform
        if len(plan.conditions) == 1 or not isinstance(noise, OrnsteinUhlenbeck | Poisson):
            found.append(each.stimulus)
            continue
        steps, count = round(duration / dt) + 1, int(each.neurons.sum())
        if steps * count * plan.repeats > _MOST_SHARED:
            found.append(each.stimulus)
            notes.append(
                f"{each.text!r}: each trial has noise of its own, as sharing it would take much "
                "memory; part of the differences is noise. --trials averages over several."
            )
            continue
        found += _shared(plan, each.stimulus, noise, number, steps, count, dt)
    return found, notes


def _one_by_one(plan: Plan, written: Written) -> list[Stimulus]:
    found = []
    for number, condition in enumerate(plan.conditions):
        who = condition.stimulated
        if who is None or not written.neurons[who]:
            continue
        trials = range(number * plan.repeats, (number + 1) * plan.repeats)
        chosen = _only(who, len(written.neurons))
        found.append(replace(written.stimulus, neurons=chosen, trials=list(trials)))
    return found


def _shared(
    plan: Plan,
    stimulus: Stimulus,
    noise: OrnsteinUhlenbeck | Poisson,
    number: int,
    steps: int,
    count: int,
    dt: float,
) -> list[Stimulus]:
    found = []
    for repeat in range(plan.repeats):
        generator = np.random.default_rng([noise.seed, number, repeat])
        course, _ = noise.next(steps, dt, noise.first((count,), generator), generator)
        trials = range(repeat, len(plan.labels), plan.repeats)
        found.append(replace(stimulus, waveform=Samples(course, dt), trials=list(trials)))
    return found


def _scaled(text: str, connectome: Connectome) -> Condition:
    name, equals, factor = (part.strip() for part in text.partition("="))
    try:
        number = float(factor)
    except ValueError:
        number = -1.0
    if not equals or not name or not number >= 0:
        raise InputError(
            f"--scale is {text!r}; expected TRANSMITTER=FACTOR with a factor of at least 0, such "
            f"as {connectome.classes[0]}=0. (How large a microcircuit is, --neurons says.)"
        )
    if canonical(name) not in connectome.classes:
        raise InputError(
            f"--scale {text!r}: no edge has the transmitter {name!r}; expected one of "
            f"{', '.join(connectome.classes)}."
        )
    return Condition(f"{name} × {number:g}", ScaleTransmitter(name, number))


def _only(who: int, neurons: int) -> NDArray[np.bool_]:
    chosen = np.zeros(neurons, dtype=bool)
    chosen[who] = True
    return chosen
