"""A part of a network, moved in step with the parts of other processes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from liquidtime.brain.distributed.exchange import Arrivals, Boundary, Format, Ranks
from liquidtime.brain.distributed.partition import Part
from liquidtime.brain.distributed.store import Checkpoints
from liquidtime.kernels.network.cpu import CPUStepper
from liquidtime.kernels.network.stepper import Delta, Outside, Place, State, Task, Trace


@dataclass(frozen=True, eq=False)
class Share:
    """What one rank moves, and with whom.

    Attributes:
        part: Of the network.
        owner: [N], the rank of each neuron.
        ranks: The processes.
        form: In which what neurons emit travels.
        delays: [N], of all neurons, steps.
        block_limits: Where the kernels' blocks of the whole network begin; None for one.
        checkpoints: Is told when a state was asked for; None without a store.
    """

    part: Part
    owner: NDArray[np.int32]
    ranks: Ranks
    form: Format
    delays: NDArray[np.int32]
    block_limits: NDArray[np.int64] | None
    checkpoints: Checkpoints | None


class ShardStepper:
    """A `Stepper` of the neurons of one rank; all ranks must make the same steps."""

    name = "cpu"
    dtype = np.dtype(np.float32)

    def __init__(self, share: Share, task: Task) -> None:
        part, ranks, owner = share.part, share.ranks, share.owner
        constants, trials, dt = part.constants, part.constants.gates.trials, task.dt
        self.neurons: NDArray[np.int32] | None = part.rows
        self.held: NDArray[np.floating] | None = constants.gates.held
        self.trials, self.dt = trials, dt
        self._scheme, self._delta, self._checkpoints = task.scheme, task.delta, share.checkpoints
        row_of = np.full(len(owner), -1, dtype=np.int32)
        row_of[part.rows] = np.arange(len(part.rows), dtype=np.int32)
        own = part.place[part.rows]
        place = Place(own, len(part.sources), share.block_limits)
        self._native = CPUStepper(constants, task, place=place)
        self.delta: Delta | None = self._native.delta
        foreign = part.sources[owner[part.sources] != ranks.rank]
        # By rank, as their pieces come; stable, so that both sides have a rank's neurons in one
        # order.
        foreign = foreign[np.argsort(owner[foreign], kind="stable")]
        self._foreign = part.place[foreign]
        emitting = _among(self._foreign, constants.synapses.sources)
        touching = _among(
            self._foreign, self._foreign[:0] if constants.gaps is None else constants.gaps.sources
        )
        self._emitting, self._touching = np.flatnonzero(emitting), np.flatnonzero(touching)

        def boundary(wanted: NDArray, form: Format) -> Boundary:
            return Boundary(ranks, wanted, owner, row_of, trials, form)

        self._per_synapse = constants.shares is not None
        # Constants of each synapse need potentials of sources, for which bfloat16 is too coarse.
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
        self._departures = Arrivals(sent, trials) if task.delta > 0 else None
        shortest = delays.min(initial=np.iinfo(np.int32).max)
        # The same on all ranks, for they must swap at the same steps.
        self._shortest = int(ranks.combined(np.array([shortest]), "min")[0])
        output = constants.gates.output
        # With constants of each synapse the gate is behind the sigmoid, at the receiver.
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
        rows = self.neurons
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

    def advance(self, steps: int, outside: Outside, traces: Sequence[Trace]) -> None:
        """See `Stepper.advance`."""
        if self._checkpoints is not None:
            # Here, because a run writes its checkpoint after it was given the state.
            self._checkpoints.complete()
        if not self._emissions_cross and not self._contacts_cross:
            self._native.advance(steps, outside, traces)
            return
        began = self.step
        for step in range(steps):
            some = [trace.part(began, step, step + 1) for trace in traces]
            self._advance(outside.part(step, step + 1), some)

    def potentials(self) -> NDArray[np.float32]:
        """See `Stepper.potentials`."""
        return self._native.potentials()

    def activations(self) -> NDArray[np.float32]:
        """See `Stepper.activations`."""
        return self._native.activations()

    def state(self) -> State:
        """See `Stepper.state`."""
        # Nothing may be on its way in a state; all ranks save at the same step and swap here
        # together.
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

    def adopt(self) -> None:
        """See `Stepper.adopt`; all ranks must do it together."""
        self._native.adopt()
        emitted = self._emitted(half=False)
        self._came = self._emissions.swap(emitted[None])[0]
        self._arrivals.put(self.step, self._came)
        if self._departures is not None:
            self._departures.put(self.step, emitted)
            self._passed_on[:] = emitted
        self._near = self._potentials(half=False)

    def _advance(self, outside: Outside, traces: list[Trace]) -> None:
        self._deliver(self._arrivals.at(self.step), self._near, half=False)
        # Without a step before it, ab2 goes by the middle, where others' neurons are seen, too.
        first = outside.jump or not self._native.network.continued
        if self._scheme == "midpoint" or (self._scheme == "ab2" and first):
            self._native.advance(1, outside, [], "first_half")
            self._deliver(self._arriving_in_middle(), self._potentials(half=True), half=True)
            self._native.advance(1, outside, traces, "second_half")
        else:
            self._native.advance(1, outside, traces)
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
        # The last of them left at the end of the present step.
        for step, emitted in enumerate(found, self.step - len(found) + 1):
            self._arrivals.put(step, emitted)
        self._pending.clear()


def _among(places: NDArray[np.int32], listed: NDArray[np.int32]) -> NDArray[np.bool_]:
    return np.isin(places, listed, kind="table") if len(listed) else np.zeros(len(places), bool)
