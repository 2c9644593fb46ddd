"""What reaches neurons from outside: currents, conductances, voltage clamps, trial by trial."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from liquidtime.brain.connectome.graph import Connectome, Neurons
from liquidtime.brain.experiment.waveforms import Noise, OrnsteinUhlenbeck, Poisson, Waveform
from liquidtime.kernels.network.play import Drive


@dataclass(frozen=True, eq=False)
class Stimulus:
    """One waveform into some neurons; see `current`, `conductance` and `clamp`."""

    kind: Literal["current", "conductance", "clamp"]
    neurons: Neurons
    waveform: Waveform | Noise
    reversal_potential: float = 0.0
    trials: Sequence[int] | None = None
    start: float = 0.0
    stop: float = np.inf


def current(neurons: Neurons, waveform: Waveform | Noise, *, trials: Any = None) -> Stimulus:
    """Inject a current.

    Args:
        neurons: Into which, each; see `Connectome.find`.
        waveform: Its course, pA.
        trials: Numbers of the trials that get it; all by default.
    """
    return Stimulus("current", neurons, waveform, trials=trials)


def conductance(
    neurons: Neurons,
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
    neurons: Neurons,
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


class Player:
    """Stimuli played step by step: it knows where each noise stands.

    Args:
        connectome: Whose neurons they reach.
        stimuli: What is played.
        trials: B.
        dt: ms.
        stages: Points of each step, from 0 to 1, at which values are wanted.

    Raises:
        ValueError: If a neuron or a trial does not exist.
    """

    def __init__(
        self,
        connectome: Connectome,
        stimuli: Sequence[Stimulus],
        trials: int,
        dt: float,
        stages: tuple[float, ...],
    ) -> None:
        self._dt, self._stages, self._trials = dt, stages, trials
        self._stimuli = tuple(stimuli)
        self._neurons = [connectome.find(stimulus.neurons) for stimulus in self._stimuli]
        self._in_trials = [self._chosen(stimulus.trials) for stimulus in self._stimuli]
        self._noise: dict[int, list[tuple[np.random.Generator, NDArray]]] = {}
        for index, stimulus in enumerate(self._stimuli):
            noise = stimulus.waveform
            if isinstance(noise, OrnsteinUhlenbeck | Poisson):
                self._noise[index] = [
                    self._opened(noise, index, trial, len(self._neurons[index]))
                    for trial in self._in_trials[index]
                ]

    @property
    def width(self) -> int:
        """Numbers that a step takes."""
        sizes = zip(self._neurons, self._in_trials, strict=True)
        spread = sum(
            len(neurons) * (1 if len(chosen) == self._trials else self._trials)
            for neurons, chosen in sizes
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
                [generator.bit_generator.state, last.tolist()] for generator, last in entries
            ]
            for index, entries in self._noise.items()
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Go on from a state."""
        for index, entries in self._noise.items():
            for place, (kept, last) in enumerate(state[str(index)]):
                entries[place][0].bit_generator.state = kept
                entries[place] = (entries[place][0], np.array(last))

    def _opened(
        self, noise: Noise, index: int, trial: int, neurons: int
    ) -> tuple[np.random.Generator, NDArray]:
        generator = np.random.Generator(np.random.PCG64([noise.seed, index, trial]))
        return generator, noise.first((neurons,), generator)

    def _chosen(self, trials: Sequence[int] | None) -> list[int]:
        if trials is None:
            return list(range(self._trials))
        listed = np.atleast_1d(np.asarray(trials))
        if listed.dtype == bool:
            listed = np.flatnonzero(listed) if listed.shape == (self._trials,) else listed - 2
        chosen = sorted({int(trial) for trial in listed})
        if any(not 0 <= trial < self._trials for trial in chosen):
            raise ValueError(
                f"a stimulus is for the trials {chosen}; expected numbers from 0 to "
                f"{self._trials - 1}. simulate(batch=…) says how many trials there are."
            )
        return chosen

    def _drive(self, index: int, times: NDArray) -> Drive:
        stimulus, neurons = self._stimuli[index], self._neurons[index]
        if index in self._noise:
            values = self._drawn(index, len(times))
        else:
            assert not isinstance(stimulus.waveform, OrnsteinUhlenbeck | Poisson)
            staged = [self._course(stimulus, times, stage) for stage in self._stages_of(stimulus)]
            values = self._spread(stimulus, np.stack(staged), index)
            if stimulus.kind != "clamp" and not np.isfinite(values).all():
                raise ValueError(
                    "a waveform gave numbers that are not finite; expected "
                    f"{'pA' if stimulus.kind == 'current' else 'nS'}."
                )
        if stimulus.kind == "conductance" and values.min(initial=0) < 0:
            raise ValueError("a conductance is negative; expected a waveform of at least 0 nS.")
        return Drive(
            stimulus.kind,
            np.asarray(neurons, dtype=np.int32),
            values,
            float(stimulus.reversal_potential),
            self._jumps(stimulus, times) if stimulus.kind == "clamp" else None,
        )

    def _course(self, stimulus: Stimulus, times: NDArray, stage: float) -> NDArray:
        assert not isinstance(stimulus.waveform, OrnsteinUhlenbeck | Poisson)
        values = stimulus.waveform.values(times + stage * self._dt)
        values = values[:, None] if values.ndim == 1 else values
        if stimulus.kind != "clamp":
            return values
        if not np.isfinite(values).all():
            raise ValueError(
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

    def _spread(self, stimulus: Stimulus, values: NDArray, index: int) -> NDArray:
        """[stages, steps, 1 or n] to [stages, steps, n, 1 or B], silent in the other trials."""
        count, chosen = len(self._neurons[index]), self._in_trials[index]
        if values.shape[2] not in (1, count):
            raise ValueError(
                f"a waveform has values for {values.shape[2]} neurons, but the stimulus reaches "
                f"{count}; expected one course for all, or one each."
            )
        each = np.broadcast_to(values, (*values.shape[:2], count))[..., None]
        if len(chosen) == self._trials:
            return each
        spread = np.full((*each.shape[:3], self._trials), self._silence(stimulus))
        spread[..., chosen] = each
        return spread

    def _drawn(self, index: int, steps: int) -> NDArray:
        stimulus, count = self._stimuli[index], len(self._neurons[index])
        noise = stimulus.waveform
        assert isinstance(noise, OrnsteinUhlenbeck | Poisson)
        spread = np.full((steps, count, self._trials), self._silence(stimulus))
        for place, trial in enumerate(self._in_trials[index]):
            generator, last = self._noise[index][place]
            spread[:, :, trial], last = noise.next(steps, self._dt, last, generator)
            self._noise[index][place] = (generator, last)
        return np.broadcast_to(spread, (len(self._stages), *spread.shape))

    def _silence(self, stimulus: Stimulus) -> float:
        return np.nan if stimulus.kind == "clamp" else 0.0
