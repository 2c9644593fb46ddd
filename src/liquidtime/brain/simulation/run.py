"""Simulate a network of graded neurons: stimuli in, recordings out."""

from __future__ import annotations

import contextlib
import dataclasses
import hashlib
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from liquidtime.brain.connectome.graph import Connectome
from liquidtime.brain.connectome.parameters import Parameters
from liquidtime.brain.experiment.perturbation import Trial
from liquidtime.brain.experiment.recording import Events, Record, Recording, Series
from liquidtime.brain.experiment.stimuli import Player, Stimulus
from liquidtime.brain.simulation.network import Machine, Network
from liquidtime.brain.simulation.progress import Progress, shown
from liquidtime.brain.simulation.store import Disk, Memory, Store
from liquidtime.kernels.network.stepper import SCHEMES, Scheme, Stepper, Tap, stages

_BYTES_A_RUN = 32 << 20
_SECONDS_A_RUN = 0.2
_STEPS_BETWEEN_ERRORS = 2000


def simulate(
    connectome: Connectome | Network,
    parameters: Parameters | None = None,
    stimulus: Stimulus | Sequence[Stimulus] = (),
    duration: float = 1000.0,
    dt: float = 0.1,
    *,
    scheme: Scheme = "ab2",
    record: Record | Events | Sequence[Record | Events] | None = None,
    batch: int | Sequence[Trial] = 1,
    initial: NDArray | float | Literal["rest"] | None = None,
    delta: float = 0.0,
    device: str | Machine = "cpu",
    store: Store | str | Path | None = None,
    progress: bool | Progress = False,
) -> Recording:
    """Simulate a connectome of graded, conductance-based neurons; `Parameters` has the equation.

    Args:
        connectome: Who is connected to whom, or a `Network`, which has parameters, trials and
            machine already.
        parameters: Constants of neurons and synapses; by default those of `Parameters`.
        stimulus: What comes from outside; see `stimuli.current`, `conductance` and `clamp`.
        duration: ms; whole steps are made.
        dt: ms. With "ab2" 0.1 to 1 ms are usual.
        scheme: How a step is made; all but rk4 are exact for inputs that stand still, and stable
            at any dt. "ab2": one sweep over the synapses, of second order, inputs extrapolated
            from the last two steps (the first step by "midpoint"). "midpoint": two sweeps, second
            order. "frozen": one sweep, first order; the exponential Euler of other simulators,
            equal to theirs. "rk4": four sweeps, fourth order, unstable where dt is long.
        record: What to keep; by default the potentials of all neurons at every step, which is much
            for a large network.
        batch: Number of trials that run side by side, or what is done in each: a list with one
            perturbation, several or None (control) a trial; see `perturbation`.
        initial: Potentials to begin with: one number, [N] or [N, B] (mV), or "rest" for the
            resting state; by default the leak potentials.
        delta: Neurons pass on what they emit only when it has moved by more than this (send on
            delta; activations run from 0 to 1). 0: always. `Recording.statistics` then says which
            share of the synapses was worked on, and by how much that was wrong.
        device: "cpu", an accelerator such as "cuda", or a `Machine` for more.
        store: Folder to stream samples to, with checkpoints; a run that was cut off goes on from
            its last checkpoint when it is called again, to the same bits.
        progress: Whether to show a progress bar.

    Returns:
        The recording.

    Raises:
        ValueError: If something does not fit together; the message says what and how to mend it.

    Examples:
        >>> from liquidtime.brain import Connectome, Record, Step, current, simulate
        >>> pair = Connectome.from_edges(["a"], ["b"], [20])
        >>> found = simulate(pair, stimulus=current("a", Step(50.0)), duration=100.0)
        >>> found["potential"].sel(neuron="b").shape
        (1, 1000)
    """
    network = _network(connectome, parameters, batch, device)
    if scheme not in SCHEMES:
        raise ValueError(f"the scheme is {scheme!r}; expected one of {', '.join(SCHEMES)}.")
    if not (dt > 0 and np.isfinite(dt)):
        raise ValueError(f"dt is {dt} ms; expected more than 0.")
    if not (duration >= dt and np.isfinite(duration)):
        raise ValueError(f"duration is {duration} ms; expected at least one step of {dt} ms.")
    if delta < 0:
        raise ValueError(f"delta is {delta}; expected 0 or more.")
    stimuli = (stimulus,) if isinstance(stimulus, Stimulus) else tuple(stimulus)
    records, threshold = _wanted(record)
    if isinstance(store, str | Path):
        store = Store(Path(store))
    with contextlib.nullcontext() if store is None else store.claimed():
        run = _Run(
            network, stimuli, records, threshold, duration, dt, scheme, delta, initial, store
        )
        with shown(progress, run.duration) as tell:
            return run.go(tell)


class _Run:
    def __init__(
        self,
        network: Network,
        stimuli: tuple[Stimulus, ...],
        records: tuple[Record, ...],
        threshold: float | None,
        duration: float,
        dt: float,
        scheme: Scheme,
        delta: float,
        initial: NDArray | float | Literal["rest"] | None,
        store: Store | None,
    ) -> None:
        connectome = network.connectome
        self.network, self.records, self.threshold = network, records, threshold
        self.dt, self.delta = dt, delta
        self.scheme: Scheme = scheme
        self.steps = round(duration / dt)
        self.duration = self.steps * dt
        self.store = store
        self.neurons = {record.name: record.indices(connectome) for record in records}
        if network.constants.shares is not None:
            _refuse_activations(records)
        self.stepper: Stepper = network.stepper(dt, scheme, delta)
        self.player = Player(connectome, stimuli, network.trials, dt, stages(scheme))
        self.calcium = {
            record.name: np.zeros(
                (len(self.neurons[record.name]), network.trials), self.stepper.dtype
            )
            for record in records
            if record.variable == "calcium"
        }
        self.delta_error = 0.0
        self.sink = self._sink(store, stimuli, initial)
        self._begin(initial)
        self.statistics: dict[str, Any] = {}

    def go(self, tell: Callable[[float], object]) -> Recording:
        began, first = time.perf_counter(), self.stepper.step
        length = 1
        while self.stepper.step < self.steps:
            now = self.stepper.step
            steps = min(length, self.steps - now, self._steps_to_checkpoint(now))
            started = time.perf_counter()
            self._advance(steps)
            seconds = time.perf_counter() - started
            tell(self.stepper.step * self.dt)
            length = self._next_length(steps, seconds)
            if isinstance(self.sink, Disk) and self._steps_to_checkpoint(self.stepper.step) == (
                self._interval()
            ):
                self._save(self.sink)
        self._finish(time.perf_counter() - began, self.stepper.step - first)
        return self._recording()

    def _advance(self, steps: int) -> None:
        now, trials = self.stepper.step, self.network.trials
        taps = [
            Tap(
                record.variable,
                self.neurons[record.name],
                np.empty(
                    (
                        (now + steps) // record.every - now // record.every,
                        len(self.neurons[record.name]),
                        trials,
                    ),
                    self.stepper.dtype,
                ),
                record.every,
                record.time_constant,
                self.calcium.get(record.name),
            )
            for record in self.records
        ]
        drives = self.player.play(now, steps)
        self.stepper.run(steps, self.dt, self.scheme, drives, taps, self.threshold)
        for record, tap in zip(self.records, taps, strict=True):
            self.sink.append(record.name, tap.out)
        if self.threshold is not None:
            self.sink.append_events(self.stepper.take_events())
        if self.delta > 0 and (
            now == 0
            or now // _STEPS_BETWEEN_ERRORS != (now + steps) // _STEPS_BETWEEN_ERRORS
            or now + steps == self.steps
        ):
            self.delta_error = max(self.delta_error, self.stepper.delta_error())

    def _next_length(self, steps: int, seconds: float) -> int:
        """As many steps as take a fifth of a second and do not need much memory."""
        trials = self.network.trials
        width = (
            sum(len(self.neurons[record.name]) / record.every for record in self.records) * trials
        )
        most = max(1, int(_BYTES_A_RUN / max(1.0, 4 * (width + self.player.width))))
        wanted = int(steps * min(8.0, _SECONDS_A_RUN / max(seconds, 1e-6)))
        return max(1, min(wanted, most))

    def _interval(self) -> int:
        assert self.store is not None
        return max(1, round(self.store.checkpoint_every / self.dt))

    def _steps_to_checkpoint(self, now: int) -> int:
        if self.store is None:
            return self.steps
        interval = self._interval()
        return interval - now % interval

    def _begin(self, initial: NDArray | float | Literal["rest"] | None) -> None:
        if isinstance(self.sink, Disk):
            found = self.sink.load()
            if found is not None:
                state, about = found
                for name in self.calcium:
                    self.calcium[name][:] = state.pop(f"calcium:{name}")
                self.player.restore(about["noise"])
                self.delta_error = about["delta_error"]
                self.stepper.start(self.network.initial(None))
                self.stepper.restore(state)
                return
        self.stepper.start(self.network.initial(initial))

    def _save(self, disk: Disk) -> None:
        state = dict(self.stepper.state())
        state.update({f"calcium:{name}": kept for name, kept in self.calcium.items()})
        disk.save(state, {"noise": self.player.state(), "delta_error": self.delta_error})

    def _sink(
        self,
        store: Store | None,
        stimuli: tuple[Stimulus, ...],
        initial: NDArray | float | Literal["rest"] | None,
    ) -> Memory | Disk:
        trials = self.network.trials
        if store is None:
            shapes = {
                record.name: (self.steps // record.every, len(self.neurons[record.name]), trials)
                for record in self.records
            }
            return Memory(shapes, self.stepper.dtype)
        about = {
            "kind": "simulation",
            "connectome": self.network.connectome.name,
            "neurons": len(self.network.connectome),
            "edges": len(self.network.connectome.synapses),
            "duration": self.duration,
            "dt": self.dt,
            "scheme": self.scheme,
            "delta": self.delta,
            "batch": trials,
            "backend": self.stepper.name,
            "dtype": str(self.stepper.dtype),
            "records": {
                record.name: [record.variable, len(self.neurons[record.name]), record.every]
                for record in self.records
            },
            "threshold": self.threshold,
            "fingerprint": _fingerprint(
                self.network, stimuli, initial, self.records, list(self.neurons.values())
            ),
        }
        connectome = self.network.connectome
        return Disk(store, connectome, self.records, self.neurons, trials, about)

    def _finish(self, seconds: float, steps: int) -> None:
        if steps == 0 and isinstance(self.sink, Disk) and self.sink.statistics is not None:
            self.statistics = self.sink.statistics
            return
        simulated = steps * self.dt / 1000
        self.statistics = {
            "backend": self.stepper.name,
            "scheme": self.scheme,
            "wall_seconds": seconds,
            "steps": steps,
            "simulated_per_wall": simulated / seconds if seconds > 0 else float("inf"),
        }
        if self.delta > 0:
            self.statistics["work_share"] = self.stepper.work_share()
            self.statistics["delta_error"] = self.delta_error
        if isinstance(self.sink, Disk):
            self._save(self.sink)
            self.sink.finish(self.statistics)

    def _recording(self) -> Recording:
        series = {
            record.name: Series(record, self.neurons[record.name], self.sink.samples(record.name))
            for record in self.records
        }
        return Recording(
            self.network.connectome,
            self.dt,
            self.duration,
            series,
            self.sink.events(),
            self.stepper.potentials(),
            self.statistics,
            None if self.store is None else self.store.folder,
        )


def _network(
    connectome: Connectome | Network,
    parameters: Parameters | None,
    batch: int | Sequence[Trial],
    device: str | Machine,
) -> Network:
    if isinstance(connectome, Network):
        if parameters is not None or batch != 1 or device != "cpu":
            raise ValueError(
                "parameters, batch and device belong to the Network that is given; leave them out."
            )
        return connectome
    machine = device if isinstance(device, Machine) else Machine(device=device)
    if isinstance(batch, int | np.integer):
        return Network(connectome, parameters, trials=batch, machine=machine)
    return Network(connectome, parameters, trials=len(batch), perturbations=batch, machine=machine)


def _wanted(
    record: Record | Events | Sequence[Record | Events] | None,
) -> tuple[tuple[Record, ...], float | None]:
    listed: tuple[Record | Events, ...]
    if record is None:
        listed = (Record(),)
    else:
        listed = (record,) if isinstance(record, Record | Events) else tuple(record)
    records = tuple(entry for entry in listed if isinstance(entry, Record))
    names = [entry.name for entry in records]
    if len(set(names)) != len(names):
        raise ValueError(f"two records have one name: {', '.join(names)}. Give each a `name`.")
    thresholds = [entry.threshold for entry in listed if isinstance(entry, Events)]
    if len(thresholds) > 1:
        raise ValueError("several thresholds are given; expected Events once.")
    return records, thresholds[0] if thresholds else None


def _refuse_activations(records: Sequence[Record]) -> None:
    for record in records:
        if record.variable in ("activation", "calcium"):
            raise ValueError(
                f"{record.variable!r} cannot be recorded: each synapse has constants of its own, "
                "so a neuron has no one activation. Record its potential."
            )


def _fingerprint(network: Network, *parts: Any) -> str:
    """Of all that a simulation comes from; of functions only their names."""
    digest = hashlib.sha256()
    _feed(digest, network.constants)
    _feed(digest, parts)
    return digest.hexdigest()[:32]


def _feed(digest: Any, value: Any) -> None:
    if isinstance(value, np.ndarray) and value.dtype.hasobject:
        _feed(digest, value.tolist())
    elif isinstance(value, np.ndarray):
        digest.update(np.ascontiguousarray(value).view(np.uint8).data if value.size else b"")
    elif isinstance(value, list | tuple):
        for entry in value:
            _feed(digest, entry)
    elif isinstance(value, Mapping):
        _feed(digest, sorted(value.items(), key=str))
    elif callable(value):
        digest.update(getattr(value, "__qualname__", type(value).__name__).encode())
    elif dataclasses.is_dataclass(value):
        for field in dataclasses.fields(value):
            digest.update(field.name.encode())
            _feed(digest, getattr(value, field.name))
    else:
        digest.update(repr(value).encode())
