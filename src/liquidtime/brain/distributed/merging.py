"""The recording of all processes, put together from that of each."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from liquidtime.brain.distributed.exchange import Ranks
from liquidtime.brain.distributed.store import Scattered
from liquidtime.brain.experiment.recording import Record, Recording, Series
from liquidtime.brain.experiment.state import State
from liquidtime.brain.simulation.samples import Samples
from liquidtime.errors import InputError


def merged(
    found: Recording,
    wanted: Mapping[str, tuple[Record, NDArray[np.int32]]],
    owner: NDArray[np.int32],
    edges: int,
    ranks: Ranks,
    folder: Path | None,
) -> Recording | None:
    """The recording of all processes on rank 0, None elsewhere.

    Args:
        found: That of this process.
        wanted: Each record by name, with the numbers of all its neurons.
        owner: [N], the rank of each neuron.
        edges: Of this process.
        ranks: The processes.
        folder: Where all keep their samples; None in memory.
    """
    # Has all ranks come here, their samples on disk.
    statistics = _statistics(found.statistics, edges, ranks)
    series = {}
    for name, (record, neurons) in wanted.items():
        columns = [np.flatnonzero(owner[neurons] == rank) for rank in range(ranks.size)]
        if folder is None:
            samples = _gathered(found.series[name].samples, columns, ranks)
        else:
            samples = _opened(name, columns, folder) if ranks.rank == 0 else None
        series[name] = Series(record, neurons, samples)
    events = ranks.to_first(found.event_table)
    final = _merged_state(found.final, owner, ranks)
    if events is None or final is None:
        return None
    table = np.concatenate(events)
    return dataclasses.replace(
        found,
        series=series,
        # By step, neuron and trial, as one process finds them.
        event_table=table[np.lexsort((table[:, 2], table[:, 1], table[:, 0]))],
        final=final,
        statistics=statistics,
        store=folder,
    )


def own_part(state: State, owner: NDArray[np.int32], ranks: Ranks) -> State:
    """What a rank goes on from, of what `merged` has put together.

    Raises:
        InputError: If it was made by other ranks, or neurons were dealt out otherwise.
    """
    made = state.about.get("ranks", [])
    if len(made) != ranks.size or state.about.get("owner") != _digest(owner):
        raise InputError(
            f"the state was made by {max(1, len(made))} processes; expected one that was made by "
            f"{ranks.size}, with neurons dealt out as they are now."
        )
    prefix = _prefix(ranks.rank)
    parts = {
        name.removeprefix(prefix): part
        for name, part in state.parts.items()
        if name.startswith(prefix)
    }
    return State(parts, made[ranks.rank])


def _merged_state(own: State, owner: NDArray[np.int32], ranks: Ranks) -> State | None:
    told = ranks.everyones((own.about, {name: part.shape for name, part in own.parts.items()}))
    parts: dict[str, NDArray] = {}
    for name in sorted(own.parts):
        found = ranks.to_first(np.ascontiguousarray(own.parts[name]).reshape(-1))
        for rank, part in enumerate(found or []):
            parts[_prefix(rank) + name] = part.reshape(told[rank][1][name])
    if ranks.rank != 0:
        return None
    abouts = [about for about, _ in told]
    potentials = np.empty((len(owner), own.shape[1]), dtype=np.float32)
    for rank, about in enumerate(abouts):
        potentials[owner == rank] = parts[f"{_prefix(rank)}potential"].reshape(about["shape"])
    about = {**own.about, "shape": list(potentials.shape), "ranks": abouts, "owner": _digest(owner)}
    return State({"potential": potentials, **parts}, about)


def _prefix(rank: int) -> str:
    return f"rank{rank}:"


def _digest(owner: NDArray[np.int32]) -> str:
    return hashlib.sha256(owner.tobytes()).hexdigest()[:32]


def _gathered(samples: NDArray, columns: list[NDArray], ranks: Ranks) -> NDArray | None:
    neurons = sum(len(found) for found in columns)
    shape = (len(samples), neurons, samples.shape[2])
    whole = np.empty(shape, dtype=samples.dtype) if ranks.rank == 0 else None
    for piece, parts in ranks.columns_to_first(samples):
        if whole is not None and parts is not None:
            for found, part in zip(columns, parts, strict=True):
                whole[piece, found] = part
    return whole


def _opened(name: str, columns: list[NDArray], folder: Path) -> Scattered:
    parts = [Samples(folder / f"rank{rank}", name) for rank in range(len(columns))]
    return Scattered(parts, columns)


def _statistics(own: Any, edges: int, ranks: Ranks) -> dict[str, Any]:
    # The share of all is the mean of the shares, weighted by edges.
    work = own.get("work_share", 0.0) * edges
    told = ranks.everyones((work, edges, own.get("delta_error", 0.0), ranks.bytes_sent))
    passed, onto, errors, sent = zip(*told, strict=True)
    found = {**own, "ranks": ranks.size, "bytes_sent": sum(sent), "exchange_seconds": ranks.seconds}
    if "work_share" in own:
        found |= {"work_share": sum(passed) / max(1, sum(onto)), "delta_error": max(errors)}
    return found
