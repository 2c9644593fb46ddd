"""Stimuli played step by step."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from liquidtime.brain.experiment.experiment import Resolved
from liquidtime.brain.experiment.placing import Placed
from liquidtime.brain.experiment.stimuli import Stimulus
from liquidtime.brain.experiment.waveforms.contract import Noise, Waveform
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
        times = (first_step + np.arange(steps)) * self._dt
        return [self._drive(index, times) for index in range(len(self._stimuli))]

    def state(self) -> dict[str, Any]:
        """Where the noises stand, as JSON can hold it."""
        return {
            str(index): [
                [generator.bit_generator.state, last.tolist()]
                for generator, last in entries.values()
            ]
            for index, entries in self._noise.items()
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Go on from a state."""
        for index, entries in self._noise.items():
            for number, (kept, last) in zip(list(entries), state[str(index)], strict=True):
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

    def _drive(self, index: int, times: NDArray) -> Drive:
        placed = self._stimuli[index]
        stimulus, course = placed.stimulus, placed.stimulus.waveform
        if isinstance(course, Noise):
            values = self._drawn(index, course, len(times))
        else:
            staged = [
                self._course(stimulus, course, times, stage) for stage in self._stages_of(stimulus)
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
            self._jumps(stimulus, times) if stimulus.kind == "clamp" else None,
        )

    def _course(
        self, stimulus: Stimulus, waveform: Waveform, times: NDArray, stage: float
    ) -> NDArray:
        values = waveform.values(times + stage * self._dt)
        values = values[:, None] if values.ndim == 1 else values
        if stimulus.kind != "clamp":
            return values
        if not np.isfinite(values).all():
            raise InputError(
                "a clamp's waveform gave numbers that are not finite; expected mV. start and stop "
                "say when neurons are free."
            )
        return np.where(self._holds(stimulus, times)[:, None], values, np.nan)

    def _stages_of(self, stimulus: Stimulus) -> tuple[float, ...]:
        """A step ends where its neuron is held, whatever the scheme asks of other inputs."""
        if stimulus.kind == "clamp" and len(self._stages) == 1:
            return (1.0, 0.5)
        return self._stages

    def _holds(self, stimulus: Stimulus, times: NDArray) -> NDArray[np.bool_]:
        """Whether the steps that begin at these times are held: those with their middle inside."""
        middle = times + 0.5 * self._dt
        return (middle >= stimulus.start) & (middle < stimulus.stop)

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
