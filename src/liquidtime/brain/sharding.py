"""Simulate a network that is spread over several processes, each with its own neurons' edges."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from liquidtime.brain import partition as partitions
from liquidtime.brain.connectome import Connectome, Indices
from liquidtime.brain.exchange import Arrivals, Boundary, Format, Ranks
from liquidtime.brain.native_network import NativeNetwork
from liquidtime.brain.network import Machine, Network
from liquidtime.brain.parameters import Parameters
from liquidtime.brain.partition import Part
from liquidtime.brain.perturbation import Trial
from liquidtime.brain.recording import Events, Record, Recording, Series
from liquidtime.brain.simulation import simulate
from liquidtime.brain.stepper import Drive, Scheme, State, Stepper, Tap
from liquidtime.brain.stimuli import Stimulus
from liquidtime.brain.store import CHECKPOINT, RUN, SAMPLES, Store
from liquidtime.errors import InputError
from liquidtime.native import native
from liquidtime.optional import require
from liquidtime.train.atomic import write_json

if TYPE_CHECKING:
    from torch.distributed import ProcessGroup

Builder = Callable[[int, int], Connectome]
MARKER = "checkpoint.json"
_EMITTERS_OF_ONE_BLOCK = 4096
"""Up to so many the kernels take one block for each class of edges, in a part as in the whole."""


def simulate_sharded(
    connectome: Connectome | Builder,
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
    partition: Literal["blocks", "metis"] | NDArray = "blocks",
    exchange: Format = "float32",
    threads: int | None = None,
    store: Store | str | Path | None = None,
    progress: bool = False,
    group: ProcessGroup | None = None,
) -> Recording | None:
    """Simulate a connectome on several processes; `simulate` explains what is not explained here.

    Call it with the same arguments in each process of `torchrun --nproc-per-node … script.py`. A
    process holds the edges onto its own neurons; what others' neurons emit travels to those that
    listen to them, once a step or, where all of these have axonal delays, once in as many steps as
    the shortest delay has. The result equals that of `simulate` to the bit, on any number of
    processes, as long as float32 is exchanged.

    Args:
        connectome: The whole of it, in each process; or a function that is called with a rank and
            the number of ranks and gives a connectome of all N neurons that need only hold the
            edges, and gap junctions, onto the neurons of this rank. Without a partition of yours
            these are the ones of `partition.even(N, ranks)`. Classes must be the same everywhere.
        parameters: Of all N neurons.
        stimulus: For all neurons; each process plays all of it and keeps its part, so noise is the
            same on any number of processes.
        duration: ms.
        dt: ms.
        scheme: Any but rk4.
        record: What to keep, of any neurons.
        batch: As in `simulate`.
        initial: [N] or [N, B]; "rest" only where the whole connectome is given.
        delta: Neurons pass on what they emit only when it has moved by more than this, within a
            process and between them. The statistics' `delta_error` leaves out by how much what
            came from other processes was wrong, which is at most delta a source.
        partition: "blocks" (contiguous, as many edges onto each), "metis" (few edges between
            them), or the rank of each neuron [N].
        exchange: "bfloat16" halves what travels; activations are then off by up to 2⁻⁹ of
            themselves. Potentials, which gap junctions and synapses with constants of their own
            need, always travel as float32.
        threads: Of each process; by default as many as PyTorch uses, 1 under torchrun.
        store: Folder that all processes reach; each writes to its own folder `rank<k>` in it. A
            run that was cut off, on any rank, goes on from the last checkpoint that all had
            written, to the same bits: use `torchrun --max-restarts`, and on several machines
            TORCH_DISABLE_SHARE_RDZV_TCP_STORE=1 with it, or PyTorch's new processes look for the
            dead ones.
        progress: Whether rank 0 shows a progress bar.
        group: Processes of the backend gloo; by default all.

    Returns:
        The recording on rank 0, None elsewhere.

    Raises:
        ValueError: If something does not fit together, or ranks were given different things.

    Examples:
        >>> from liquidtime.brain import Connectome, Step, current
        >>> pair = Connectome.from_edges(["a"], ["b"], [20])
        >>> found = simulate_sharded(pair, stimulus=current("a", Step(50.0)), duration=100.0)
        >>> found["potential"].sel(neuron="b").shape
        (1, 1000)
    """
    ranks = Ranks(group)
    built = not isinstance(connectome, Connectome)
    whole = connectome(ranks.rank, ranks.size) if built else connectome
    if built and parameters is not None and parameters.synapses is not None:
        raise ValueError(
            "synapses have constants of their own, but each rank builds its own edges; expected "
            "constants of neurons. Give the whole connectome instead."
        )
    if built and isinstance(initial, str):
        raise ValueError(
            f"initial is {initial!r}, but no rank has the whole network; expected potentials."
        )
    owner = _owner(whole, partition, ranks, built)
    machine = Machine(backend="cpu", threads=threads)
    trials = int(batch) if isinstance(batch, int | np.integer) else len(batch)
    network = Network(
        whole,
        parameters,
        trials=trials,
        perturbations=None if isinstance(batch, int | np.integer) else batch,
        machine=machine,
    )
    machine.chosen(scheme, network.constants.shares is not None, delta)
    _agree(ranks, owner, whole.classes, duration, dt, scheme, delta, trials, exchange)
    folder = None if store is None else store.folder if isinstance(store, Store) else Path(store)
    checkpoints = None if folder is None else Checkpoints(folder, ranks)
    shard = Shard(network, owner, ranks, exchange, checkpoints)
    records = _listed(record)
    mine = [_own_part(entry, whole, owner == ranks.rank) for entry in records]
    if checkpoints is not None:
        checkpoints.prepare()
        every = store.checkpoint_every if isinstance(store, Store) else Store.checkpoint_every
        store = Store(checkpoints.own, every)
    found = simulate(
        shard,
        None,
        stimulus,
        duration,
        dt,
        scheme=scheme,
        record=mine,
        initial=initial,
        delta=delta,
        store=store,
        progress=progress and ranks.rank == 0,
    )
    if checkpoints is not None:
        checkpoints.complete()
    return _merged(found, shard, records, folder)


class Shard(Network):
    """The part of a network that one rank moves; neurons keep the numbers of the whole.

    Args:
        whole: The network, of which the edges onto the neurons of this rank are used.
        owner: [N], the rank of each neuron.
        ranks: The processes.
        form: In which what neurons emit travels.
        checkpoints: Is told when a state was asked for; None without a store.
    """

    def __init__(
        self,
        whole: Network,
        owner: NDArray[np.int32],
        ranks: Ranks,
        form: Format,
        checkpoints: Checkpoints | None,
    ) -> None:
        self.connectome, self.parameters = whole.connectome, whole.parameters
        self.trials, self.machine = whole.trials, whole.machine
        self.whole, self.owner, self.ranks = whole, owner, ranks
        self.form: Format = form
        self.checkpoints = checkpoints
        self.part = Part.of(whole.constants, owner == ranks.rank)
        self.constants = self.part.constants
        self.block_limits = _block_limits(self.part, len(owner), ranks)

    def stepper(self, dt: float, scheme: Scheme = "ab2", delta: float = 0.0) -> Stepper:
        """See `Network.stepper`."""
        self.machine.chosen(scheme, self.constants.shares is not None, delta)
        return ShardStepper(self, dt, delta)

    def initial(self, given: NDArray | float | Literal["rest"] | None) -> NDArray[np.float64]:
        """See `Network.initial`."""
        return self.whole.initial(given)


class ShardStepper:
    """A `Stepper` of the neurons of one rank; all ranks must make the same steps.

    Potentials, activations and states are those of its own neurons; drives, taps and events name
    neurons by their numbers in the whole network.
    """

    name = "cpu"
    dtype = np.dtype(np.float32)

    def __init__(self, shard: Shard, dt: float, delta: float) -> None:
        part, ranks, trials = shard.part, shard.ranks, shard.trials
        constants, owner = shard.constants, shard.owner
        self._rows, self._delta, self._checkpoints = part.rows, delta, shard.checkpoints
        self._row_of = np.full(len(owner), -1, dtype=np.int32)
        self._row_of[part.rows] = np.arange(len(part.rows), dtype=np.int32)
        own = part.place[part.rows]
        self._native = NativeNetwork(
            constants,
            dt,
            threads=shard.threads,
            epsilon=delta,
            own=own,
            sources=len(part.sources),
            block_limits=shard.block_limits,
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
            foreign[emitting], "float32" if self._per_synapse else shard.form
        )
        self._contacts = boundary(foreign[touching], "float32")
        self._emissions_cross, self._contacts_cross = (
            self._emissions.crosses,
            self._contacts.crosses,
        )
        delays = shard.whole.constants.delay_steps(dt)[foreign[emitting]]
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
        for now in range(first, first + steps):
            place = slice(now - first, now - first + 1)
            outside = [_step_of(drive, place) for drive in drives]
            sampled = [dataclasses.replace(tap, out=_samples(tap, first, now)) for tap in taps]
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


class Checkpoints:
    """Checkpoints of all ranks, of which only those count that every rank has written.

    A rank's own checkpoint becomes `checkpoint-<step>.npz` when it is written. When all ranks have
    theirs, rank 0 names the step in `checkpoint.json`; then older ones are removed. So whichever
    process is killed when, one whole set is there.

    Args:
        folder: Of the simulation.
        ranks: The processes.
    """

    def __init__(self, folder: Path, ranks: Ranks) -> None:
        self.folder, self.own = folder, folder / f"rank{ranks.rank}"
        self._ranks = ranks
        self._expected: int | None = None

    def prepare(self) -> None:
        """Put this rank's part of the last whole checkpoint where its run looks for one.

        Raises:
            InputError: If the folder is of another number of ranks, or of none.
        """
        marker: dict[str, Any] | None = None
        if self._ranks.rank == 0 and (self.folder / MARKER).exists():
            marker = json.loads((self.folder / MARKER).read_text(encoding="utf-8"))
        marker = self._ranks.everyones(marker)[0]
        if (self.folder / RUN).exists():
            raise InputError(
                f"{self.folder} holds a simulation of one process; give another folder, or go on "
                "with simulate()."
            )
        if marker is not None and marker["ranks"] != self._ranks.size:
            raise InputError(
                f"{self.folder} holds a simulation of {marker['ranks']} ranks; there are "
                f"{self._ranks.size}. Start as many, or give another folder."
            )
        last = None if marker is None else self._tagged(marker["step"])
        for path in self.own.glob("checkpoint*.npz"):
            if path != last:
                path.unlink()
        if last is not None:
            shutil.copyfile(last, self.own / CHECKPOINT)

    def expect(self, step: int) -> None:
        """Note that a checkpoint of this step is being written."""
        self._expected = step

    def complete(self) -> None:
        """Make the checkpoint that was written the one to go on from, when all have theirs."""
        if self._expected is None:
            return
        tagged = self._tagged(self._expected)
        (self.own / CHECKPOINT).replace(tagged)
        self._ranks.wait()
        if self._ranks.rank == 0:
            write_json(self.folder / MARKER, {"step": self._expected, "ranks": self._ranks.size})
        self._ranks.wait()
        for path in self.own.glob("checkpoint-*.npz"):
            if path != tagged:
                path.unlink()
        self._expected = None

    def _tagged(self, step: int) -> Path:
        return self.own / f"checkpoint-{step}.npz"


class Spread:
    """Samples [T, n, B] that lie rank by rank on disk, put together where they are read.

    Args:
        parts: Of each rank, [T, n of the rank, B].
        columns: Of each rank, which of the n neurons are its.
    """

    def __init__(self, parts: Sequence[Any], columns: Sequence[NDArray]) -> None:
        self._parts, self._columns = parts, columns
        neurons = sum(len(found) for found in columns)
        self.shape = (parts[0].shape[0], neurons, parts[0].shape[2])
        self.dtype = np.dtype(np.float32)

    def __len__(self) -> int:
        return self.shape[0]

    def __getitem__(self, key: Any) -> NDArray[np.float32]:
        """As of an array; only the first index, a number or a slice, spares reading."""
        time, *others = key if isinstance(key, tuple) else (key,)
        pieces = [part[time] for part in self._parts]
        found = np.empty((*pieces[0].shape[:-2], *self.shape[1:]), dtype=self.dtype)
        for columns, piece in zip(self._columns, pieces, strict=True):
            found[..., columns, :] = piece
        return found[(..., slice(None), slice(None))] if not others else self._of(found, others)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> NDArray:
        del copy
        return self[:].astype(dtype or self.dtype, copy=False)

    @staticmethod
    def _of(found: NDArray, others: list[Any]) -> NDArray:
        ahead = [slice(None)] * (found.ndim - 2)
        return found[(*ahead, *others)]


def _merged(
    found: Recording, shard: Shard, records: Sequence[Record | Events], folder: Path | None
) -> Recording | None:
    ranks = shard.ranks
    # Has all ranks come here, their samples on disk.
    statistics = _statistics(found.statistics, shard)
    series = {}
    for record in records:
        if not isinstance(record, Record):
            continue
        wanted = record.indices(shard.connectome)
        columns = [np.flatnonzero(shard.owner[wanted] == rank) for rank in range(ranks.size)]
        if folder is None:
            samples = _gathered(found.series[record.name].samples, columns, ranks)
        else:
            samples = _opened(record.name, columns, folder) if ranks.rank == 0 else None
        series[record.name] = Series(record, wanted, samples)
    events = ranks.to_first(found.event_table)
    ends = ranks.to_first(found.final)
    if events is None or ends is None:
        return None
    table = np.concatenate(events)
    final = np.empty((len(shard.owner), shard.trials), dtype=np.float32)
    for rank, part in enumerate(ends):
        final[shard.owner == rank] = part
    return dataclasses.replace(
        found,
        series=series,
        event_table=table[np.lexsort((table[:, 2], table[:, 1], table[:, 0]))],
        final=final,
        statistics=statistics,
        store=folder,
    )


def _gathered(samples: NDArray, columns: list[NDArray], ranks: Ranks) -> NDArray | None:
    neurons = sum(len(found) for found in columns)
    shape = (len(samples), neurons, samples.shape[2])
    whole = np.empty(shape, dtype=samples.dtype) if ranks.rank == 0 else None
    for piece, parts in ranks.columns_to_first(samples):
        if whole is not None and parts is not None:
            for found, part in zip(columns, parts, strict=True):
                whole[piece, found] = part
    return whole


def _opened(name: str, columns: list[NDArray], folder: Path) -> Spread:
    zarr = require("zarr", extra="brain")
    parts = [
        zarr.open_group(folder / f"rank{rank}" / SAMPLES, mode="r")[name]
        for rank in range(len(columns))
    ]
    return Spread(parts, columns)


def _statistics(own: Any, shard: Shard) -> dict[str, Any]:
    ranks, edges = shard.ranks, len(shard.constants.synapses)
    work = own.get("work_share", 0.0) * edges
    told = ranks.everyones((work, edges, own.get("delta_error", 0.0), ranks.bytes_sent))
    passed, onto, errors, sent = zip(*told, strict=True)
    found = {**own, "ranks": ranks.size, "bytes_sent": sum(sent), "exchange_seconds": ranks.seconds}
    if "work_share" in own:
        found |= {"work_share": sum(passed) / max(1, sum(onto)), "delta_error": max(errors)}
    return found


def _owner(
    whole: Connectome, partition: str | NDArray, ranks: Ranks, built: bool
) -> NDArray[np.int32]:
    if not isinstance(partition, str):
        return partitions.checked(partition, len(whole), ranks.size)
    if partition == "blocks":
        size = ranks.size
        return partitions.even(len(whole), size) if built else partitions.blocks(whole, size)
    if partition != "metis":
        raise ValueError(
            f"the partition is {partition!r}; expected 'blocks', 'metis' or a rank a neuron [N]."
        )
    if built:
        raise ValueError(
            "METIS needs the whole connectome, but each rank builds its own edges; expected "
            "'blocks' or a rank a neuron [N], which your function then builds for."
        )
    found = partitions.metis(whole, ranks.size) if ranks.rank == 0 else None
    return ranks.everyones(found)[0]


def _agree(ranks: Ranks, owner: NDArray, *given: Any) -> None:
    digest = hashlib.sha256(owner.tobytes()).hexdigest()
    told = ranks.everyones((digest, *given))
    if any(other != told[0] for other in told):
        raise ValueError(
            f"ranks were given different networks or options: {sorted(set(map(repr, told)))}; "
            "expected the same in each process."
        )


def _listed(
    record: Record | Events | Sequence[Record | Events] | None,
) -> tuple[Record | Events, ...]:
    if record is None:
        return (Record(),)
    return (record,) if isinstance(record, Record | Events) else tuple(record)


def _own_part(
    entry: Record | Events, whole: Connectome, mine: NDArray[np.bool_]
) -> Record | Events:
    if isinstance(entry, Events):
        return entry
    wanted = entry.indices(whole)
    return dataclasses.replace(entry, neurons=wanted[mine[wanted]].view(Indices))


def _block_limits(part: Part, neurons: int, ranks: Ranks) -> NDArray[np.int64] | None:
    """Where the kernels' blocks of the whole network begin, as class · S + source; None for one."""
    synapses = part.constants.synapses
    per_synapse = part.constants.shares is not None
    heard = np.zeros((1 if per_synapse else part.constants.class_count, neurons), dtype=np.uint8)
    heard[0 if per_synapse else synapses.classes, part.sources[synapses.sources]] = 1
    heard = ranks.combined(heard, "max")
    edges = int(ranks.combined(np.array([len(synapses)]), "sum")[0])
    emitters = int(heard.sum())
    extension = native()
    if emitters <= _EMITTERS_OF_ONE_BLOCK or extension is None:
        return None
    width = extension.block_width(neurons, edges, emitters, per_synapse)
    return np.concatenate(
        [
            kind * len(part.sources)
            + np.searchsorted(part.sources, np.flatnonzero(sources)[::width])
            for kind, sources in enumerate(heard)
        ]
    ).astype(np.int64)


def _among(places: NDArray[np.int32], listed: NDArray[np.int32]) -> NDArray[np.bool_]:
    return np.isin(places, listed, kind="table") if len(listed) else np.zeros(len(places), bool)


def _samples(tap: Tap, first: int, now: int) -> NDArray:
    """The sample of one step of a run that began at `first`, or none."""
    before = first // tap.every
    return tap.out[now // tap.every - before : (now + 1) // tap.every - before]


def _step_of(drive: Drive, place: slice) -> Drive:
    jumps = None if drive.jumps is None else drive.jumps[place]
    return dataclasses.replace(drive, values=drive.values[:, place], jumps=jumps)
