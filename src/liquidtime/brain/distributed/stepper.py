"""A part of a network, moved in step with the parts of other processes."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from liquidtime.brain.distributed.exchange import Arrivals, Boundary, Format, Ranks
from liquidtime.brain.distributed.partition import Part
from liquidtime.brain.distributed.store import Checkpoints
from liquidtime.kernels.network.cpu import NativeNetwork
from liquidtime.kernels.network.stepper import Drive, Scheme, State, Tap


@dataclass(frozen=True, eq=False)
class Share:
    """What one rank moves, and with whom.

    Attributes:
        part: Of the network.
        owner: [N], the rank of each neuron.
        ranks: The processes.
        form: In which what neurons emit travels.
        delays: [N], of all neurons, steps.
        threads: Of this process.
        block_limits: Where the kernels' blocks of the whole network begin; None for one.
        checkpoints: Is told when a state was asked for; None without a store.
    """

    part: Part
    owner: NDArray[np.int32]
    ranks: Ranks
    form: Format
    delays: NDArray[np.int32]
    threads: int
    block_limits: NDArray[np.int64] | None
    checkpoints: Checkpoints | None


class ShardStepper:
    """A `Stepper` of the neurons of one rank; all ranks must make the same steps.

    Potentials, activations and states are those of its own neurons; drives, taps and events name
    neurons by their numbers in the whole network.
    """

    name = "cpu"
    dtype = np.dtype(np.float32)

    def __init__(self, share: Share, dt: float, delta: float) -> None:
        part, ranks, owner = share.part, share.ranks, share.owner
        constants, trials = part.constants, part.constants.gates.trials
        self._rows, self._delta, self._checkpoints = part.rows, delta, share.checkpoints
        self._row_of = np.full(len(owner), -1, dtype=np.int32)
        self._row_of[part.rows] = np.arange(len(part.rows), dtype=np.int32)
        own = part.place[part.rows]
        self._native = NativeNetwork(
            constants,
            dt,
            threads=share.threads,
            epsilon=delta,
            own=own,
            sources=len(part.sources),
            block_limits=share.block_limits,
        )
        foreign = part.sources[owner[part.sources] != ranks.rank]
        foreign = foreign[np.argsort(owner[foreign], kind="stable")]
        self._foreign = part.place[foreign]
        emitting = _among(self._foreign, constants.synapses.sources)
        touching = _among(
            self._foreign, self._foreign[:0] if constants.gaps is None else constants.gaps.sources
        )
        self._emitting, self._touching = np.flatnonzero(emitting), np.flatnonzero(touching)

        def boundary(wanted: NDArray, form: Format) -> Boundary:
            return Boundary(ranks, wanted, owner, self._row_of, trials, form)

        self._per_synapse = constants.shares is not None
        self._emissions = boundary(
            foreign[emitting], "float32" if self._per_synapse else share.form
        )
        self._contacts = boundary(foreign[touching], "float32")
        self._emissions_cross, self._contacts_cross = (
            self._emissions.crosses,
            self._contacts.crosses,
        )
        delays = share.delays[foreign[emitting]]
        self._arrivals = Arrivals(delays, trials)
        # What is not passed on is known here alone, but counts in the middle of a step.
        sent = constants.delay_steps(dt)[self._emissions.rows]
        self._departures = Arrivals(sent, trials) if delta > 0 else None
        shortest = delays.min(initial=np.iinfo(np.int32).max)
        self._shortest = int(ranks.combined(np.array([shortest]), "min")[0])
        output = constants.gates.output
        gated = output is not None and not self._per_synapse
        self._gate = (
            output[own[self._emissions.rows]].astype(np.float32)
            if gated and output is not None
            else None
        )
        self._pending: list[NDArray[np.float32]] = []
        self._passed_on = np.zeros((len(self._emissions.rows), trials), dtype=np.float32)
        self._came = np.zeros((len(delays), trials), dtype=np.float32)
        self._near = np.zeros((len(self._touching), trials), dtype=np.float32)
        self._delivered = np.zeros((2, len(foreign), trials), dtype=np.float32)

    @property
    def step(self) -> int:
        """Steps made since the start."""
        return self._native.step

    def start(self, potentials: NDArray, activations: NDArray | None = None) -> None:
        """See `Stepper.start`; potentials, and activations, are those of all N neurons."""
        rows = self._rows
        self._native.start(potentials[rows], None if activations is None else activations[rows])
        self._pending.clear()
        emitted = self._emitted(half=False)[None]
        self._came = self._emissions.swap(emitted)[0]
        self._arrivals.fill(self._came)
        if self._departures is not None:
            self._departures.fill(emitted[0])
            self._passed_on[:] = 0
            self._emissions.moved(emitted, self._passed_on, self._delta)
        self._near = self._potentials(half=False)

    def run(
        self,
        steps: int,
        dt: float,
        scheme: Scheme,
        drives: Sequence[Drive],
        taps: Sequence[Tap],
        threshold: float | None,
    ) -> None:
        """See `Stepper.run`."""
        if self._checkpoints is not None:
            self._checkpoints.complete()
        drives = [self._own_drive(drive) for drive in drives]
        taps = [dataclasses.replace(tap, neurons=self._row_of[tap.neurons]) for tap in taps]
        if not self._emissions_cross and not self._contacts_cross:
            self._native.run(steps, dt, scheme, drives, taps, threshold)
            return
        first = self.step
        for step in range(steps):
            outside = [drive.part(step, step + 1) for drive in drives]
            sampled = [tap.part(first, step, step + 1) for tap in taps]
            self._advance(dt, scheme, outside, sampled, threshold)

    def take_events(self) -> NDArray[np.int64]:
        """See `Stepper.take_events`."""
        found = self._native.take_events()
        found[:, 1] = self._rows[found[:, 1]]
        return found

    def potentials(self) -> NDArray[np.float32]:
        """See `Stepper.potentials`."""
        return self._native.potentials()

    def activations(self) -> NDArray[np.float32]:
        """See `Stepper.activations`."""
        return self._native.activations()

    def work_share(self) -> float:
        """See `Stepper.work_share`."""
        return self._native.work_share()

    def delta_error(self) -> float:
        """See `Stepper.delta_error`."""
        return self._native.delta_error()

    def state(self) -> State:
        """See `Stepper.state`."""
        self._pass_on()
        if self._checkpoints is not None:
            self._checkpoints.expect(self.step)
        found = {
            **self._native.state(),
            "arrivals": self._arrivals.tables,
            "passed_on": self._passed_on,
            "came": self._came,
            "near": self._near,
        }
        if self._departures is not None:
            found["departures"] = self._departures.tables
        return found

    def restore(self, state: State) -> None:
        """See `Stepper.restore`."""
        self._native.restore(state)
        self._pending.clear()
        self._arrivals.tables[:] = state["arrivals"]
        self._passed_on[:], self._came[:] = state["passed_on"], state["came"]
        self._near = np.array(state["near"])
        if self._departures is not None:
            self._departures.tables[:] = state["departures"]

    def _advance(
        self,
        dt: float,
        scheme: Scheme,
        drives: list[Drive],
        taps: list[Tap],
        threshold: float | None,
    ) -> None:
        self._deliver(self._arrivals.at(self.step), self._near, half=False)
        jumped = any(drive.jumps is not None and drive.jumps.any() for drive in drives)
        first = jumped or not self._native.network.continued
        if scheme == "midpoint" or (scheme == "ab2" and first):
            self._native.run(1, dt, scheme, drives, [], None, part="first_half")
            self._deliver(self._arriving_in_middle(), self._potentials(half=True), half=True)
            self._native.run(1, dt, scheme, drives, taps, threshold, part="second_half")
        else:
            self._native.run(1, dt, scheme, drives, taps, threshold)
        if self._emissions_cross:
            self._pending.append(self._emitted(half=False))
            if self._departures is not None:
                self._departures.put(self.step, self._pending[-1])
            if len(self._pending) >= max(1, self._shortest):
                self._pass_on()
        self._near = self._potentials(half=False)

    def _deliver(self, arriving: NDArray, near: NDArray, *, half: bool) -> None:
        if not len(self._foreign):
            return
        emitted, potentials = self._delivered
        emitted[self._emitting] = arriving
        potentials[self._touching] = near
        self._native.network.deliver(self._foreign, emitted, potentials, 0, half)

    def _emitted(self, *, half: bool) -> NDArray[np.float32]:
        """[sent, B], what the neurons that others listen to emit."""
        network = self._native.network
        values = network.potentials(half) if self._per_synapse else network.activations(half)
        values = values[self._emissions.rows]
        return values if self._gate is None else values * self._gate

    def _arriving_in_middle(self) -> NDArray[np.float32]:
        if self._departures is not None:
            departing = self._departures.in_middle(self.step, self._emitted(half=True))
            return self._emissions.swap(departing[None])[0]
        if self._shortest > 0:
            return self._arrivals.in_middle(self.step, None)
        emitted = self._emissions.swap(self._emitted(half=True)[None])[0]
        return self._arrivals.in_middle(self.step, emitted)

    def _potentials(self, *, half: bool) -> NDArray[np.float32]:
        """[n, B], those of other ranks' neurons that gap junctions see."""
        if not self._contacts_cross:
            return self._near
        found = self._native.network.potentials(half)[self._contacts.rows]
        return self._contacts.swap(found[None])[0]

    def _pass_on(self) -> None:
        """Let what neurons emitted since the last time travel, and put what comes on its way."""
        if not self._pending:
            return
        values = np.stack(self._pending)
        if self._delta > 0:
            found = self._emissions.swap_moved(values, self._passed_on, self._came, self._delta)
        else:
            found = self._emissions.swap(values)
        for step, emitted in enumerate(found, self.step - len(found) + 1):
            self._arrivals.put(step, emitted)
        self._pending.clear()

    def _own_drive(self, drive: Drive) -> Drive:
        rows = self._row_of[drive.neurons]
        kept = rows >= 0
        values = drive.values if kept.all() else drive.values[:, :, kept]
        return dataclasses.replace(drive, neurons=rows[kept], values=values)


def _among(places: NDArray[np.int32], listed: NDArray[np.int32]) -> NDArray[np.bool_]:
    return np.isin(places, listed, kind="table") if len(listed) else np.zeros(len(places), bool)
