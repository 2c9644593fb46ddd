"""An experiment: what is done to a network, for how long, and what is kept of it."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal, cast

import numpy as np
from numpy.typing import NDArray

from liquidtime.brain.connectome.graph import Connectome
from liquidtime.brain.experiment.clock import at
from liquidtime.brain.experiment.condition import Condition
from liquidtime.brain.experiment.neurons import without_words
from liquidtime.brain.experiment.perturbation import Perturbation
from liquidtime.brain.experiment.placing import Placed, placed, recorded
from liquidtime.brain.experiment.recording import Events, Record
from liquidtime.brain.experiment.state import State
from liquidtime.brain.experiment.stimuli import Stimulus
from liquidtime.brain.experiment.trials import Done, Screen, Trials
from liquidtime.brain.experiment.waveforms.contract import ROUNDING
from liquidtime.brain.experiment.words.records import record_of
from liquidtime.brain.experiment.words.stimuli import stimulus_of
from liquidtime.errors import InputError
from liquidtime.kernels.network.stepper import SCHEMES, Scheme

MOST_STEPS = 1e12
"""Far more than anybody waits for; the clock stays exact to less than a step."""


@dataclass(frozen=True, eq=False)
class Experiment:
    """What is done to a network, for how long, and what is kept of it.

    Stimuli, records and trials may be values or plain words; words become values at once, and the
    neurons that they name are looked up when a connectome is there.

    Attributes:
        stimuli: What comes from outside; see `current`, `conductance` and `clamp`. Or texts, such
            as "PLML,PLMR=step 20 from 50 to 150"; see `words.stimuli.stimulus_of`.
        duration: ms; whole steps are made.
        dt: ms. With "ab2" 0.1 to 1 ms are usual.
        scheme: How a step is made; all but rk4 are exact for inputs that stand still, and stable
            at any dt. "ab2": one sweep over the synapses, of second order, inputs extrapolated
            from the last two steps (the first step by "midpoint"). "midpoint": two sweeps, second
            order. "frozen": one sweep, first order; the exponential Euler of other simulators,
            equal to theirs. "rk4": four sweeps, fourth order, unstable where dt is long.
        record: What to keep: a `Record`, `Events`, a text such as "calcium of group:motor", or
            several; by default the potentials of all neurons at every step, which is much for a
            large network.
        trials: How many trials run side by side, or what is done in each: perturbations, texts
            such as "ablate AVAL", None for a control; a mapping from labels to these; a `Screen`;
            or `Trials`, which has repeats.
        initial: Potentials to begin with: one number, [N] or [N, B] (mV), or "rest" for the
            resting state; by default the leak potentials. Or a `State`, such as
            `Recording.final`, to go on from: the duration is then that of this part, and the clock
            goes on, so stimuli and records are at times since the very beginning.
        delta: Neurons pass on what they emit only when it has moved by more than this (send on
            delta; activations run from 0 to 1). 0: always. `Recording.statistics` then says which
            share of the synapses was worked on, and by how much that was wrong.
        seed: Of the noise in texts.

    Raises:
        InputError: If something cannot be; the message says what and how to mend it.

    Examples:
        >>> from liquidtime.brain import Ablate, Experiment, Step, current
        >>> touch = Experiment("PLML=step 20 from 50", duration=200.0, trials=[None, "ablate AVAL"])
        >>> same = Experiment(
        ...     current("PLML", Step(20.0, 50.0)), duration=200.0, trials=[None, Ablate("AVAL")]
        ... )
        >>> touch.steps
        2000
    """

    stimuli: Stimulus | str | Sequence[Stimulus | str] = ()
    duration: float = 1000.0
    dt: float = 0.1
    scheme: Scheme = "ab2"
    record: Record | Events | str | Sequence[Record | Events | str] = "potential"
    trials: Trials | Screen | int | Sequence[Done] | Mapping[str, Done] = 1
    initial: NDArray | float | Literal["rest"] | State | None = None
    delta: float = 0.0
    seed: int = 0

    def __post_init__(self) -> None:
        if self.scheme not in SCHEMES:
            raise InputError(
                f"the scheme is {self.scheme!r}; expected one of {', '.join(SCHEMES)}."
            )
        if not (self.dt > 0 and np.isfinite(self.dt)):
            raise InputError(f"dt is {self.dt} ms; expected more than 0.")
        if not (self.duration >= self.dt and np.isfinite(self.duration)):
            raise InputError(
                f"duration is {self.duration} ms; expected at least one step of {self.dt} ms."
            )
        if self.duration / self.dt > MOST_STEPS:
            raise InputError(
                f"duration is {self.duration:g} ms, {self.duration / self.dt:.3g} steps of "
                f"{self.dt:g} ms; expected at most {MOST_STEPS:.0e}. Take a longer dt."
            )
        if not self.delta >= 0:
            raise InputError(f"delta is {self.delta}; expected 0 or more.")
        for name, value in (
            ("stimuli", _stimuli(self.stimuli, self.seed)),
            ("record", _records(self.record)),
            ("trials", Trials.of(self.trials)),
            ("initial", _initial(self.initial)),
        ):
            object.__setattr__(self, name, value)
        if told := self.too_late():
            warnings.warn(told, UserWarning, stacklevel=3)

    @property
    def steps(self) -> int:
        """How many are made."""
        return round(self.duration / self.dt)

    def too_late(self) -> str | None:
        """Which stimulus begins only after the end, in words; None if none does."""
        end = at(self.first_step + self.steps, self.dt)
        for stimulus in cast("tuple[Stimulus, ...]", self.stimuli):
            if stimulus.span[0] >= end - ROUNDING:
                told = f"the stimulus {stimulus.text!r}" if stimulus.text else "a stimulus"
                return (
                    f"{told} begins at {stimulus.span[0]:g} ms, but the simulation ends at {end:g} "
                    "ms; simulate for longer, or leave it out."
                )
        return None

    @property
    def first_step(self) -> int:
        """Steps that were made before."""
        return self.initial.step if isinstance(self.initial, State) else 0

    @property
    def records(self) -> tuple[Record, ...]:
        """What is kept of variables."""
        kept = cast("tuple[Record | Events, ...]", self.record)
        return tuple(entry for entry in kept if isinstance(entry, Record))

    @property
    def screens(self) -> tuple[Screen, ...]:
        """What is screened."""
        return tuple(each for each in Trials.of(self.trials).entries if isinstance(each, Screen))

    @property
    def threshold(self) -> float | None:
        """mV, whose crossings are noted."""
        kept = cast("tuple[Record | Events, ...]", self.record)
        return next((entry.threshold for entry in kept if isinstance(entry, Events)), None)

    def resolved(self, connectome: Connectome) -> Resolved:
        """The experiment on a connectome: names have become indices.

        Raises:
            InputError: If there is no such neuron, column, trial or transmitter.
        """
        records = tuple(
            record
            if record.neurons is None
            else replace(record, neurons=without_words(record.neurons, connectome))
            for record in self.records
        )
        return Resolved(
            self,
            records,
            {record.name: recorded(record, connectome) for record in records},
            *placed(cast("tuple[Stimulus, ...]", self.stimuli), Trials.of(self.trials), connectome),
        )


@dataclass(frozen=True, eq=False)
class Resolved:
    """An experiment on one connectome, in which neurons are indices.

    Attributes:
        experiment: As it was given.
        records: What is kept of variables.
        recorded: Of each record by name, [n], the neurons.
        stimuli: Where each goes.
        conditions: What is done, one after the other.
        repeats: Of each condition.
        noises: [B], of each trial the number of its noise.
    """

    experiment: Experiment
    records: tuple[Record, ...]
    recorded: Mapping[str, NDArray[np.int32]]
    stimuli: tuple[Placed, ...]
    conditions: tuple[Condition, ...]
    repeats: int
    noises: tuple[int, ...]

    @property
    def trials(self) -> int:
        """B."""
        return len(self.noises)

    @property
    def labels(self) -> tuple[str, ...]:
        """Of each trial; none where conditions have no names."""
        if not any(each.label for each in self.conditions):
            return ()
        return tuple(each.label for each in self.conditions for _ in range(self.repeats))

    @property
    def perturbations(self) -> tuple[tuple[Perturbation, ...], ...]:
        """What is done in each trial."""
        return tuple(each.perturbations for each in self.conditions for _ in range(self.repeats))


def _stimuli(given: Stimulus | str | Sequence[Stimulus | str], seed: int) -> tuple[Stimulus, ...]:
    if not isinstance(given, Stimulus | str | Sequence):
        raise InputError(f"stimuli are {given!r}; expected current(…) or a text, or several.")
    found = []
    for entry in (given,) if isinstance(given, Stimulus | str) else given:
        if not isinstance(entry, Stimulus | str):
            raise InputError(
                f"a stimulus is {entry!r}; expected current(…), conductance(…), clamp(…) or a "
                'text such as "PLML=step 20 from 50 to 150".'
            )
        found.append(stimulus_of(entry, seed) if isinstance(entry, str) else entry)
    return tuple(found)


def _records(
    given: Record | Events | str | Sequence[Record | Events | str],
) -> tuple[Record | Events, ...]:
    if not isinstance(given, Record | Events | str | Sequence):
        raise InputError(f"the record is {given!r}; expected Record, Events or a text, or several.")
    found: list[Record | Events] = []
    for entry in (given,) if isinstance(given, Record | Events | str) else given:
        if not isinstance(entry, Record | Events | str):
            raise InputError(
                f"a record is {entry!r}; expected Record, Events or a text such as 'potential'."
            )
        found.append(_in_words(entry, found) if isinstance(entry, str) else entry)
    names = [entry.name for entry in found if isinstance(entry, Record)]
    if len(set(names)) != len(names):
        raise InputError(f"two records have one name: {', '.join(names)}. Give each a `name`.")
    if sum(isinstance(entry, Events) for entry in found) > 1:
        raise InputError("several thresholds are given; expected Events once.")
    return tuple(found)


def _in_words(text: str, others: Sequence[Record | Events]) -> Record:
    """A record from its text; the second of a variable is called potential_2."""
    record = record_of(text)
    alike = sum(isinstance(each, Record) and each.variable == record.variable for each in others)
    return replace(record, name=f"{record.variable}_{alike + 1}") if alike else record


def _initial(
    given: NDArray | float | Literal["rest"] | State | None,
) -> NDArray | float | Literal["rest"] | State | None:
    if isinstance(given, str):
        if given != "rest":
            raise InputError(f"initial is {given!r}; expected 'rest', numbers or None.")
        return given
    if given is None or isinstance(given, State):
        return given
    found = np.array(given)
    if found.dtype.kind not in "iuf" or not np.isfinite(found).all():
        raise InputError("initial holds numbers that are not finite; expected mV.")
    found.flags.writeable = False
    return found if found.ndim else float(found)
