"""Simulate a network of neurons: an experiment in, a recording out."""

from __future__ import annotations

import importlib
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, overload

import numpy as np
from numpy.typing import NDArray

from liquidtime.brain.connectome.graph import Connectome
from liquidtime.brain.experiment.clock import at
from liquidtime.brain.experiment.experiment import Experiment
from liquidtime.brain.experiment.recording import Record, Recording, Series
from liquidtime.brain.experiment.state import State, calcium_parts
from liquidtime.brain.experiment.waveforms.catalogue import WRITTEN
from liquidtime.brain.neurons.contract import Neurons
from liquidtime.brain.neurons.graded import Parameters
from liquidtime.brain.simulation.bounds import warn_of_the_end
from liquidtime.brain.simulation.fingerprint import fingerprint, fingerprint_of_network
from liquidtime.brain.simulation.going_on import check_goes_on
from liquidtime.brain.simulation.network import Machine
from liquidtime.brain.simulation.player import Player
from liquidtime.brain.simulation.progress import Progress, shown
from liquidtime.brain.simulation.store import CHECKPOINT, Disk, Memory, Store
from liquidtime.brain.simulation.where import Alone, Builder, Where, Worker
from liquidtime.errors import InputError
from liquidtime.kernels.network.catalogue import FORMS
from liquidtime.kernels.network.contract import Form
from liquidtime.kernels.network.play import Rows, play
from liquidtime.kernels.network.readers import Tap
from liquidtime.kernels.network.stepper import LOST, Scheme, Stepper
from liquidtime.runs.interrupts import uninterrupted
from liquidtime.runs.stored import understood

# A process that forks while one of its threads imports leaves the child a lock that nobody opens.
# So what a simulation needs is imported with this module, not in the first call.
FORMS.entries()
WRITTEN.entries()
importlib.import_module("numpy.random")

_BYTES_A_RUN = 32 << 20
_SECONDS_A_RUN = 0.2
# The error takes a sweep over all synapses, which sending on delta is there to spare.
_STEPS_BETWEEN_ERRORS = 2000


@overload
def simulate(
    connectome: Connectome,
    parameters: Neurons | None = None,
    experiment: Experiment | None = None,
    *,
    where: Machine | None = None,
    store: Store | str | Path | None = None,
    progress: bool | Progress = False,
) -> Recording: ...


@overload
def simulate(
    connectome: Connectome | Builder,
    parameters: Neurons | None = None,
    experiment: Experiment | None = None,
    *,
    where: Where,
    store: Store | str | Path | None = None,
    progress: bool | Progress = False,
) -> Recording | None: ...


def simulate(
    connectome: Connectome | Builder,
    parameters: Neurons | None = None,
    experiment: Experiment | None = None,
    *,
    where: Machine | Where | None = None,
    store: Store | str | Path | None = None,
    progress: bool | Progress = False,
) -> Recording | None:
    """Simulate a connectome of neurons, graded ones by default; `Parameters` has their equation.

    On one process or, with a `Spread`, on many, which must all be given the same; the result is the
    same to the bit.

    Args:
        connectome: Who is connected to whom. With a `Spread` also a function that makes one
            process's part of it.
        parameters: Constants of neurons and synapses, which say of what form they are; by default
            those of `Parameters`. Others are classes that keep to `brain.neurons.contract.Neurons`.
        experiment: What is done for how long, and what is kept; by default 1000 ms without
            stimuli.
        where: A `Machine`, by default this one's processor, or a `Spread` over processes.
        store: Folder to stream samples to, with checkpoints; a run that was cut off goes on from
            its last checkpoint when it is called again, to the same bits. `liquidtime show` draws
            what one process has left there.
        progress: Whether to show a progress bar; or a function that is told simulated time (ms).

    Returns:
        The recording; of a `Spread` on rank 0, and None elsewhere.

    Raises:
        InputError: If something does not fit together; the message says what and how to mend it.

    Examples:
        >>> from liquidtime.brain import Connectome, Experiment, simulate
        >>> pair = Connectome.from_edges(["a"], ["b"], [20])
        >>> found = simulate(pair, None, Experiment("a=step 50", duration=100.0))
        >>> found["potential"].sel(neuron="b").shape
        (1, 1000)
    """
    parameters, experiment = parameters or Parameters(), experiment or Experiment()
    if not isinstance(experiment, Experiment):
        raise InputError(
            f"the experiment is {experiment!r}; expected an Experiment, such as "
            'Experiment("PLML=step 20 from 50", duration=200.0).'
        )
    if isinstance(where, str):
        raise InputError(f"where is {where!r}; expected Machine(device={where!r}), or a Spread.")
    where = where or Machine()
    if isinstance(where, Machine):
        worker = Alone.on(where, connectome, parameters, experiment)
    else:
        worker = where.worker(connectome, parameters, experiment)
    with worker.keeping(Store(Path(store)) if isinstance(store, str | Path) else store) as kept:
        run = _Run(worker, kept)
        with shown(progress if worker.leads else False, run.duration) as tell:
            found = run.go(tell)
    # After the block, at whose end the last checkpoint of all processes is whole.
    whole = worker.whole(found)
    if whole is not None:
        warn_of_the_end(whole)
    return whole


class _Run:
    def __init__(self, worker: Worker, store: Store | None) -> None:
        resolved, experiment = worker.resolved, worker.resolved.experiment
        self.worker, self.network, self.resolved = worker, worker.network, resolved
        self.records, self.neurons = resolved.records, resolved.recorded
        self.dt, self.delta = experiment.dt, experiment.delta
        self.scheme: Scheme = experiment.scheme
        self.threshold, self.first = experiment.threshold, experiment.first_step
        self.steps = self.first + experiment.steps
        self.duration = at(experiment.steps, self.dt)
        self.store = store
        _refuse(self.records, FORMS.find(self.network.constants.form))
        self.stepper: Stepper = worker.stepper()
        self.player = Player(resolved)
        self.calcium = {
            record.name: np.zeros((len(self.neurons[record.name]), self.network.trials))
            for record in self.records
            if record.variable == "calcium"
        }
        self.delta_error = 0.0
        self.fingerprints = fingerprint_of_network(worker.constants)
        self.sink = self._sink()
        self.final: State | None = None
        self._begin()
        self.statistics: dict[str, Any] = {}

    def go(self, tell: Callable[[float], object]) -> Recording:
        began, first = time.perf_counter(), self.stepper.step
        # Nobody knows yet how long a step takes.
        length = 1
        while self.stepper.step < self.steps:
            now = self.stepper.step
            steps = min(length, self.steps - now, self._steps_to_checkpoint(now))
            started = time.perf_counter()
            self._advance(steps)
            seconds = time.perf_counter() - started
            tell(at(self.stepper.step - self.first, self.dt))
            length = self._next_length(steps, seconds)
            # A whole interval is ahead, so the last step ended one.
            if isinstance(self.sink, Disk) and self._steps_to_checkpoint(self.stepper.step) == (
                self._interval()
            ):
                self.sink.save(self._state())
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
        events = play(self.stepper, steps, drives, taps, self.threshold)
        for record, tap in zip(self.records, taps, strict=True):
            self.sink.append(record.name, tap.out)
        if self.threshold is not None:
            self.sink.append_events(events)
        delta = self.stepper.delta
        if delta is not None and (
            now == self.first
            or now // _STEPS_BETWEEN_ERRORS != (now + steps) // _STEPS_BETWEEN_ERRORS
            or now + steps == self.steps
        ):
            self.delta_error = max(self.delta_error, delta.error())

    def _next_length(self, steps: int, seconds: float) -> int:
        """As many steps as take a fifth of a second and do not need much memory."""
        trials = self.network.trials
        width = (
            sum(len(self.neurons[record.name]) / record.every for record in self.records) * trials
        )
        most = max(1, int(_BYTES_A_RUN / max(1.0, 4 * (width + self.player.width))))
        # At most eight times as many, for one quick piece says little.
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

    def _begin(self) -> None:
        initial = self.resolved.experiment.initial
        if isinstance(self.sink, Disk) and (found := self.sink.load()) is not None:
            # Makes room for what is restored; the experiment's own start may be a rest that takes
            # long to find.
            self.stepper.start(self.network.initial(None))
            with understood(self.sink.folder / CHECKPOINT):
                for name in self.calcium:
                    self.calcium[name][:] = found.parts[f"calcium:{name}"]
                self.player.restore(found.about["noise"])
                self.delta_error = found.about["delta_error"]
                _check_state(found.of_stepper, self.stepper.state())
                self.stepper.restore(found.of_stepper)
            # Version 0.1.0 said less of what it kept.
            said = self._about() | {"step": self.stepper.step, "noises": self.player.identities()}
            self.final = State(found.parts, {**said, **found.about})
            return
        self.stepper.start(self.network.initial(None if isinstance(initial, State) else initial))
        if not isinstance(initial, State):
            self._begin_calcium()
            return
        own = self.worker.own(initial)
        check_goes_on(own, self._about(), self.network.connectome.name)
        self.stepper.restore(own.of_stepper)
        if own.about["constants"] != self.fingerprints[1]:
            self.stepper.adopt()
        self._begin_calcium(own)
        self.player.go_on(own.about["noise"], own.about["noises"])

    def _begin_calcium(self, before: State | None = None) -> None:
        """Where it was, or as if activations had been for ever what they are at the start."""
        for record in self.records:
            if record.variable != "calcium":
                continue
            neurons = self.neurons[record.name]
            known = before and before.calcium(neurons, record.time_constant)
            if known is None:
                activations = self.stepper.activations()
                known = activations[Rows(self.stepper.neurons).of(neurons)]
            self.calcium[record.name][:] = known

    def _state(self) -> State:
        parts = dict(self.stepper.state())
        parts |= calcium_parts(self.calcium, {name: self.neurons[name] for name in self.calcium})
        about = self._about() | {
            "step": self.stepper.step,
            "noise": self.player.state(),
            "noises": self.player.identities(),
            "delta_error": self.delta_error,
        }
        # Copied: the stepper, and the taps, go on to change their own.
        return State({name: np.array(part) for name, part in parts.items()}, about)

    def _about(self) -> dict[str, Any]:
        """What tells whether a run can go on from a state."""
        return {
            "kind": "state",
            "shape": list(self.stepper.potentials().shape),
            "dt": self.dt,
            "backend": self.stepper.name,
            "dtype": str(self.stepper.dtype),
            "on delta": self.delta > 0,
            "wiring": self.fingerprints[0],
            "constants": self.fingerprints[1],
            "calcium": {
                record.name: record.time_constant
                for record in self.records
                if record.variable == "calcium"
            },
        }

    def _sink(self) -> Memory | Disk:
        trials = self.network.trials
        if self.store is None:
            shapes = {
                record.name: (
                    self.steps // record.every - self.first // record.every,
                    len(self.neurons[record.name]),
                    trials,
                )
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
            "fingerprint": fingerprint(self.worker.constants, self.resolved),
            **({"first_step": self.first} if self.first else {}),
        }
        connectome = self.network.connectome
        with uninterrupted():
            disk = Disk(self.store, connectome, self.records, self.neurons, trials, about)
        self.worker.describe(self.store)
        return disk

    def _finish(self, seconds: float, steps: int) -> None:
        # Called again after its end: the statistics are those of the run that made it.
        if steps == 0 and isinstance(self.sink, Disk) and self.sink.statistics is not None:
            self.statistics = self.sink.statistics
            return
        self.final = self._state()
        simulated = steps * self.dt / 1000
        self.statistics = {
            "backend": self.stepper.name,
            "scheme": self.scheme,
            "wall_seconds": seconds,
            "steps": steps,
            "simulated_per_wall": simulated / seconds if seconds > 0 else float("inf"),
        }
        if self.stepper.delta is not None:
            self.statistics["work_share"] = self.stepper.delta.work_share()
            self.statistics["delta_error"] = self.delta_error
        if isinstance(self.sink, Disk):
            # The end is a checkpoint, too, so that a call after it finds its state.
            self.sink.save(self.final)
            self.sink.finish(self.statistics)

    def _recording(self) -> Recording:
        series = {
            record.name: Series(record, self.neurons[record.name], self.sink.samples(record.name))
            for record in self.records
        }
        assert self.final is not None
        return Recording(
            self.network.connectome,
            self.dt,
            self.duration,
            series,
            self.sink.events(),
            self.final,
            self.statistics,
            None if self.store is None else self.store.folder,
            self.resolved.labels,
            self.first,
        )


def _check_state(found: Mapping[str, NDArray], own: Mapping[str, NDArray]) -> None:
    """Raise InputError if a state cannot be this network's; after a step it holds more."""
    for name, array in own.items():
        # Not kept by version 0.1.0, nor where steps are long.
        if name in LOST and name not in found:
            continue
        expected = np.asarray(array)
        came = found[name]
        if came.dtype.kind != expected.dtype.kind or came.ndim != expected.ndim:
            raise InputError(
                f"{name} is {came.dtype} {list(came.shape)}; expected {expected.dtype} "
                f"{list(expected.shape)}."
            )


def _refuse(records: tuple[Record, ...], neurons: Form) -> None:
    for record in records:
        if why := neurons.refusal(record.variable):
            raise InputError(f"{record.variable!r} cannot be recorded: {why}.")
