"""Stimuli played step by step."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from liquidtime.brain.experiment.clock import at
from liquidtime.brain.experiment.experiment import Resolved
from liquidtime.brain.experiment.placing import Placed
from liquidtime.brain.experiment.stimuli import Stimulus, check_clamp
from liquidtime.brain.experiment.waveforms.contract import BEFORE, Noise, Waveform
from liquidtime.brain.simulation.fingerprint import fingerprint_of_noise
from liquidtime.errors import InputError
from liquidtime.kernels.network.drives import Drive
from liquidtime.kernels.network.stepper import stages


class Player:
    """Stimuli of an experiment played step by step: it knows where each noise stands.

    Args:
        resolved: The experiment; values come at the points of a step that its scheme wants.
    """

    def __init__(self, resolved: Resolved) -> None:
        experiment = resolved.experiment
        self._dt, self._stages = experiment.dt, stages(experiment.scheme)
        self._trials, self._noises = resolved.trials, resolved.noises
        self._stimuli = resolved.stimuli
        for placed in self._stimuli:
            if placed.stimulus.kind == "clamp":
                check_clamp(placed.stimulus, self._dt)
        self._noise = {
            index: self._opened(placed.stimulus.waveform, index, placed)
            for index, placed in enumerate(self._stimuli)
            if isinstance(placed.stimulus.waveform, Noise)
        }

    @property
    def width(self) -> int:
        """Numbers that a step takes."""
        spread = sum(
            len(placed.neurons) * (1 if len(placed.trials) == self._trials else self._trials)
            for placed in self._stimuli
        )
        return 2 * len(self._stages) * spread

    def play(self, first_step: int, steps: int) -> list[Drive]:
        """What comes over the next steps; the first of them must follow on the last call's."""
        limits = at(first_step + np.arange(steps + 1), self._dt)
        return [self._drive(index, limits) for index in range(len(self._stimuli))]

    def state(self) -> dict[str, Any]:
        """Where the noises stand, as JSON can hold it."""
        return {
            str(index): [
                [generator.bit_generator.state, last.tolist()]
                for generator, last in entries.values()
            ]
            for index, entries in self._noise.items()
        }

    def identities(self) -> dict[str, str]:
        """Of each noise in `state`, what tells it from others."""
        return {str(index): fingerprint_of_noise(self._stimuli[index]) for index in self._noise}

    def go_on(self, state: Mapping[str, Any], identities: Mapping[str, str]) -> None:
        """Go on from the state of other stimuli: noises that were among them go on, others begin.

        Args:
            state: Of a player.
            identities: Of the same.
        """
        left = dict(identities)
        for index, own in self.identities().items():
            before = next((old for old, identity in left.items() if identity == own), None)
            if before is None or len(state[before]) != len(self._noise[int(index)]):
                continue
            del left[before]
            self._restore(int(index), state[before])

    def restore(self, state: dict[str, Any]) -> None:
        """Go on from a state."""
        for index in self._noise:
            self._restore(index, state[str(index)])

    def _restore(self, index: int, kept_all: Sequence[Any]) -> None:
        entries = self._noise[index]
        for number, (kept, last) in zip(list(entries), kept_all, strict=True):
            generator, _ = entries[number]
            generator.bit_generator.state = kept
            entries[number] = (generator, np.array(last))

    def _opened(
        self, noise: Noise, index: int, placed: Placed
    ) -> dict[int, tuple[np.random.Generator, NDArray]]:
        """By the number of a noise, which several trials may have, where it stands."""
        found = {}
        for number in dict.fromkeys(self._noises[trial] for trial in placed.trials):
            # By name, since NumPy's default generator may become another; a stream of its own for
            # each stimulus and noise, so that none depends on how many steps the others take.
            generator = np.random.Generator(np.random.PCG64([noise.seed, index, number]))
            found[number] = (generator, noise.first((len(placed.neurons),), generator))
        return found

    def _drive(self, index: int, limits: NDArray) -> Drive:
        placed = self._stimuli[index]
        stimulus, course = placed.stimulus, placed.stimulus.waveform
        if isinstance(course, Noise):
            values = self._drawn(index, course, len(limits) - 1)
        else:
            played = self._held if stimulus.kind == "clamp" else self._flowing
            staged = [
                part[:, None] if part.ndim == 1 else part
                for part in played(stimulus, course, limits[:-1], limits[1:])
            ]
            values = self._spread(placed, np.stack(staged))
            if stimulus.kind != "clamp" and not np.isfinite(values).all():
                raise InputError(
                    "a waveform gave numbers that are not finite; expected "
                    f"{'pA' if stimulus.kind == 'current' else 'nS'}."
                )
        if stimulus.kind == "conductance" and values.min(initial=0) < 0:
            raise InputError("a conductance is negative; expected a waveform of at least 0 nS.")
        return Drive(
            stimulus.kind,
            np.asarray(placed.neurons, dtype=np.int32),
            values,
            float(stimulus.reversal_potential),
            self._jumps(stimulus, limits[:-1]) if stimulus.kind == "clamp" else None,
        )

    def _flowing(
        self, stimulus: Stimulus, course: Waveform, begin: NDArray, end: NDArray
    ) -> list[NDArray]:
        """A current or conductance at the scheme's points; if it is but one, its mean where known.

        At several, where it jumps or bends within a step, its mean, too.
        """
        del stimulus
        mean = course.average(begin, end) if len(self._stages) == 1 else None
        if mean is not None:
            return [mean]
        return [course.within(begin, end, part) for part in self._stages]

    def _held(
        self, stimulus: Stimulus, course: Waveform, begin: NDArray, end: NDArray
    ) -> list[NDArray]:
        """Where neurons are held at the scheme's points; they end a step where they are held."""
        middle = begin + 0.5 * self._dt
        # At its end a stage still sees this step, as does one after which the neuron is free.
        before = course.values(end - BEFORE)
        wide = (-1, *[1] * (before.ndim - 1))
        if len(self._stages) > 1:
            staged = [course.values(begin), course.values(middle), before]
        else:
            stays = course.on(end).reshape(wide)
            staged = [np.where(stays, course.values(end), before), course.values(middle)]
        if not all(np.isfinite(part).all() for part in staged):
            raise InputError(
                "a clamp's waveform gave numbers that are not finite; expected mV. start and stop "
                "say when neurons are free."
            )
        holds = self._holds(stimulus, begin)
        return [
            np.where(holds.reshape(-1, *[1] * (part.ndim - 1)), part, np.nan) for part in staged
        ]

    def _holds(self, stimulus: Stimulus, times: NDArray) -> NDArray[np.bool_]:
        """Whether the steps that begin at these times are held: those with their middle inside."""
        middle = times + 0.5 * self._dt
        assert isinstance(stimulus.waveform, Waveform)
        inside = (middle >= stimulus.start) & (middle < stimulus.stop)
        return inside & stimulus.waveform.on(middle)

    def _jumps(self, stimulus: Stimulus, times: NDArray) -> NDArray[np.bool_]:
        """Steps with a jump, and those after them, whose past still holds what was before it."""
        held = [self._holds(stimulus, times - late * self._dt) for late in range(3)]
        return (held[0] != held[1]) | (held[1] != held[2])

    def _spread(self, placed: Placed, values: NDArray) -> NDArray:
        """[stages, steps, 1 or n] to [stages, steps, n, 1 or B], silent in the other trials."""
        count, chosen = len(placed.neurons), placed.trials
        if values.shape[2] not in (1, count):
            raise InputError(
                f"a waveform has values for {values.shape[2]} neurons, but the stimulus reaches "
                f"{count}; expected one course for all, or one each."
            )
        each = np.broadcast_to(values, (*values.shape[:2], count))[..., None]
        if len(chosen) == self._trials:
            return each
        spread = np.full((*each.shape[:3], self._trials), self._silence(placed.stimulus))
        spread[..., list(chosen)] = each
        return spread

    def _drawn(self, index: int, noise: Noise, steps: int) -> NDArray:
        placed, states = self._stimuli[index], self._noise[index]
        silence = self._silence(placed.stimulus)
        spread = np.full((steps, len(placed.neurons), self._trials), silence)
        for number, (generator, last) in states.items():
            drawn, last = noise.next(steps, self._dt, last, generator)
            same = [trial for trial in placed.trials if self._noises[trial] == number]
            spread[:, :, same] = drawn[..., None]
            states[number] = (generator, last)
        # One draw a step, the same at all its points.
        return np.broadcast_to(spread, (len(self._stages), *spread.shape))

    def _silence(self, stimulus: Stimulus) -> float:
        return np.nan if stimulus.kind == "clamp" else 0.0
