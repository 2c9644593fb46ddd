"""Simulate a network that is spread over several processes, each with its own neurons' edges."""

from __future__ import annotations

import contextlib
import dataclasses
import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from liquidtime.brain.connectome.graph import Connectome, Indices
from liquidtime.brain.connectome.parameters import Parameters
from liquidtime.brain.distributed import partition as partitions
from liquidtime.brain.distributed.exchange import Format, Ranks
from liquidtime.brain.distributed.shard import Shard
from liquidtime.brain.distributed.store import Checkpoints, Spread
from liquidtime.brain.experiment.perturbation import Trial
from liquidtime.brain.experiment.recording import Events, Record, Recording, Series
from liquidtime.brain.experiment.stimuli import Stimulus
from liquidtime.brain.simulation.network import Machine, Network
from liquidtime.brain.simulation.run import simulate
from liquidtime.brain.simulation.store import SAMPLES, Store
from liquidtime.kernels.network.stepper import Scheme
from liquidtime.optional import require

if TYPE_CHECKING:
    from torch.distributed import ProcessGroup

Builder = Callable[[int, int], Connectome]


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
        every = store.checkpoint_every if isinstance(store, Store) else Store.checkpoint_every
        store = Store(checkpoints.own, every)
    with contextlib.nullcontext() if checkpoints is None else checkpoints.open():
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
    return _merged(found, shard, records, folder)


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
