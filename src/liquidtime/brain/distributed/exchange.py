"""What the processes of a sharded simulation say to each other."""

from __future__ import annotations

import atexit
import os
import time
from collections.abc import Iterator
from typing import Any, Literal, cast

import numpy as np
import torch
import torch.distributed as dist
from numpy.typing import NDArray
from torch.distributed.rendezvous import rendezvous

from liquidtime.errors import InputError

Format = Literal["float32", "bfloat16"]
# 64 MiB: what rank 0 holds beside the samples it puts together.
_NUMBERS_A_PIECE = 1 << 24


class Ranks:
    """The processes that share a network; a lone process is one rank of one.

    Args:
        group: Processes of the backend gloo. By default all: under torchrun a group is opened
            where there is none, and stays open until the process ends.

    Raises:
        InputError: If the group does not carry arrays of the processor.
    """

    def __init__(self, group: dist.ProcessGroup | None = None) -> None:
        if group is None and int(os.environ.get("WORLD_SIZE", "1")) > 1:
            if not dist.is_initialized():
                _open_group()
            elif dist.get_backend() != "gloo":
                # The group that is open may be one that carries tensors of GPUs alone.
                group = cast("dist.ProcessGroup", dist.new_group(backend="gloo"))
        elif group is not None and dist.get_backend(group) != "gloo":
            raise InputError(
                f"the group's backend is {dist.get_backend(group)!r}; expected 'gloo': the "
                "kernels run on the processor. Leave group out to have one opened."
            )
        self._group = group
        alone = not dist.is_initialized()
        self.rank = 0 if alone else dist.get_rank(group)
        self.size = 1 if alone else dist.get_world_size(group)
        self.bytes_sent, self.seconds = 0, 0.0

    def everyones(self, value: Any) -> list[Any]:
        """What each rank gives, in the order of ranks."""
        found = [value] * self.size
        if self.size > 1:
            dist.all_gather_object(found, value, group=self._group)
        return found

    def combined(self, values: NDArray, how: Literal["sum", "min", "max"]) -> NDArray:
        """Arrays of all ranks put together, number by number."""
        if self.size == 1:
            return values
        tensor = torch.from_numpy(np.array(values))
        dist.all_reduce(tensor, getattr(dist.ReduceOp, how.upper()), group=self._group)
        return tensor.numpy()

    def wait(self) -> None:
        """Go on when all have come here."""
        if self.size > 1:
            dist.barrier(group=self._group)

    def swap(
        self, values: NDArray, sent: list[int], received: list[int], form: Format = "float32"
    ) -> NDArray:
        """Give each rank its part of `values`, and take theirs.

        Args:
            values: One-dimensional, the part of each rank behind that of the one before.
            sent: How many numbers go to each rank.
            received: How many come from each.
            form: In which float numbers travel.

        Returns:
            [sum of received], of the dtype of `values`.
        """
        if self.size == 1:
            return values[:0]
        outgoing = torch.from_numpy(np.ascontiguousarray(values))
        rounded = form == "bfloat16"
        outgoing = outgoing.to(torch.bfloat16) if rounded else outgoing
        incoming = torch.empty(sum(received), dtype=outgoing.dtype)
        began = time.perf_counter()
        dist.all_to_all_single(incoming, outgoing, received, sent, group=self._group)
        self.seconds += time.perf_counter() - began
        self.bytes_sent += outgoing.nbytes
        return (incoming.float() if rounded else incoming).numpy()

    def swap_sizes(self, sizes: NDArray[np.int64]) -> NDArray[np.int64]:
        """[P], how much comes from each rank, if `sizes` [P] goes to each."""
        ones = [1] * self.size
        return sizes if self.size == 1 else self.swap(sizes, ones, ones)

    def to_first(self, values: NDArray) -> list[NDArray] | None:
        """Arrays that differ in their first dimension, on rank 0 all of them; None elsewhere."""
        lengths = [shape[0] for shape in self.everyones(values.shape)]
        if self.size == 1:
            return [values]
        width = int(np.prod(values.shape[1:]))
        sent = [values.size] + [0] * (self.size - 1)
        first = self.rank == 0
        received = [length * width if first else 0 for length in lengths]
        found = self.swap(values.reshape(-1), sent, received)
        if not first:
            return None
        ends = np.cumsum(received)
        shaped = [(length, *values.shape[1:]) for length in lengths]
        return [
            part.reshape(shape)
            for part, shape in zip(np.split(found, ends[:-1]), shaped, strict=True)
        ]

    def columns_to_first(self, samples: NDArray) -> Iterator[tuple[slice, list[NDArray] | None]]:
        """Arrays [T, n, B] of different n, piece by piece along T, on rank 0; None elsewhere."""
        widths = self.everyones(samples.shape[1])
        length = max(1, _NUMBERS_A_PIECE // max(1, sum(widths) * samples.shape[2]))
        for begin in range(0, len(samples), length):
            piece = slice(begin, begin + length)
            found = self.to_first(np.ascontiguousarray(samples[piece].transpose(1, 0, 2)))
            yield piece, None if found is None else [part.transpose(1, 0, 2) for part in found]


class Boundary:
    """Neurons that others listen to: which of its own a rank sends to whom, and what comes.

    Args:
        ranks: The processes.
        wanted: [n], neurons of other ranks that this one listens to, by their rank.
        owner: [N], the rank of each neuron.
        row_of: [N], where each neuron stands on its rank.
        trials: B.
        form: In which numbers travel.

    Attributes:
        rows: Rows that are sent, those for one rank behind those for the one before.
    """

    def __init__(
        self,
        ranks: Ranks,
        wanted: NDArray,
        owner: NDArray[np.int32],
        row_of: NDArray[np.int32],
        trials: int,
        form: Format,
    ) -> None:
        self._ranks, self._trials = ranks, trials
        self._form: Format = form
        self._incoming = np.bincount(owner[wanted], minlength=ranks.size)
        self._outgoing = ranks.swap_sizes(self._incoming)
        asked = ranks.swap(
            wanted.astype(np.int64), self._incoming.tolist(), self._outgoing.tolist()
        )
        self.rows = row_of[asked]
        self._sent_limits = np.concatenate([[0], np.cumsum(self._outgoing)])
        self._came_limits = np.concatenate([[0], np.cumsum(self._incoming)])

    @property
    def crosses(self) -> bool:
        """Whether anything is sent between any two ranks; the same answer on all of them."""
        return bool(self._ranks.combined(np.array([len(self.rows)]), "max")[0])

    def swap(self, values: NDArray[np.float32]) -> NDArray[np.float32]:
        """Values [m, sent, B] of m steps for [m, n, B] of those that are listened to."""
        steps, trials = len(values), self._trials
        parts = [values[:, begin:end].ravel() for begin, end in _pairs(self._sent_limits)]
        sent, received = self._outgoing * steps * trials, self._incoming * steps * trials
        found = self._ranks.swap(
            np.concatenate(parts), sent.tolist(), received.tolist(), self._form
        )
        pieces = np.split(found, np.cumsum(received)[:-1])
        return np.concatenate([piece.reshape(steps, -1, trials) for piece in pieces], axis=1)

    def swap_moved(
        self,
        values: NDArray[np.float32],
        sent: NDArray[np.float32],
        kept: NDArray[np.float32],
        delta: float,
    ) -> NDArray[np.float32]:
        """As `swap`, but only what moved by more than `delta` in a trial travels.

        Args:
            values: [m, sent, B].
            sent: [sent, B], what was passed on last; is brought up to date.
            kept: [n, B], what came last; is brought up to date.
            delta: Sizes are exchanged first, then which neurons moved, then their values.
        """
        moved = self.moved(values, sent, delta)
        steps, trials = len(values), self._trials
        where = [np.flatnonzero(moved[:, begin:end]) for begin, end in _pairs(self._sent_limits)]
        parts = [
            values[:, begin:end].reshape(-1, trials)[index].ravel()
            for (begin, end), index in zip(_pairs(self._sent_limits), where, strict=True)
        ]
        sizes = np.array([len(index) for index in where], dtype=np.int64)
        coming = self._ranks.swap_sizes(sizes)
        place = self._ranks.swap(
            np.concatenate(where).astype(np.int32), sizes.tolist(), coming.tolist()
        )
        numbers = self._ranks.swap(
            np.concatenate(parts),
            (sizes * trials).tolist(),
            (coming * trials).tolist(),
            self._form,
        ).reshape(-1, trials)
        origin = np.repeat(np.arange(len(coming)), coming)
        widths = np.maximum(self._incoming, 1)[origin]
        step, column = place // widths, self._came_limits[:-1][origin] + place % widths
        found = np.empty((steps, *kept.shape), dtype=np.float32)
        for now in range(steps):
            fresh = step == now
            kept[column[fresh]] = numbers[fresh]
            found[now] = kept
        return found

    def moved(
        self, values: NDArray[np.float32], sent: NDArray[np.float32], delta: float
    ) -> NDArray[np.bool_]:
        """[m, sent], which values [m, sent, B] are passed on; `sent` [sent, B] follows them."""
        found = np.empty(values.shape[:2], dtype=bool)
        for flags, now in zip(found, values, strict=True):
            # In float32, as the kernels compare, so that both pass on the same.
            flags[:] = (np.abs(now - sent) > np.float32(delta)).any(axis=1)
            sent[flags] = now[flags]
        return found


class Arrivals:
    """What is on its way from other ranks' neurons, by the step at which it arrives.

    Args:
        delays: [n], steps.
        trials: B.
    """

    def __init__(self, delays: NDArray[np.int32], trials: int) -> None:
        self.delays = delays
        # The usual case, in which a step is one plain copy.
        self._same = len(np.unique(delays)) <= 1
        self._columns = np.arange(len(delays))
        depth = int(delays.max(initial=0)) + 1
        self.tables = np.zeros((depth, len(delays), trials), dtype=np.float32)

    def fill(self, values: NDArray[np.float32]) -> None:
        """As if neurons had emitted these values [n, B] for ever."""
        self.tables[:] = values

    def put(self, step: int, values: NDArray[np.float32]) -> None:
        """What neurons emit [n, B] after so many steps."""
        if self._same:
            delay = int(self.delays[0]) if len(self.delays) else 0
            self.tables[(step + delay) % len(self.tables)] = values
        else:
            self.tables[(step + self.delays) % len(self.tables), self._columns] = values

    def at(self, step: int) -> NDArray[np.float32]:
        """[n, B], what arrives in a step."""
        return self.tables[step % len(self.tables)]

    def in_middle(self, step: int, emitted: NDArray[np.float32] | None) -> NDArray[np.float32]:
        """[n, B], what arrives in the middle of a step.

        Args:
            step: Its number.
            emitted: [n, B], what neurons emit in its middle; None if all of them have delays, for
                what is on its way is known at both ends of the step.
        """
        between = np.float32(0.5) * (self.at(step) + self.at(step + 1))
        if emitted is None:
            return between
        return np.where(self.delays[:, None] > 0, between, emitted)


def _open_group() -> None:
    store, rank, size = next(rendezvous("env://"))
    if os.environ.get("LOCAL_WORLD_SIZE") == str(size):
        # Restarted processes find their predecessors' addresses in torchrun's store.
        attempt = os.environ.get("TORCHELASTIC_RESTART_COUNT", "0")
        store = dist.PrefixStore(attempt, store)  # pyright: ignore[reportPrivateImportUsage]
    dist.init_process_group("gloo", store=store, rank=rank, world_size=size)
    atexit.register(_close_group)


def _close_group() -> None:
    """Gloo's threads must have ended before the process does, or they abort it."""
    if dist.is_initialized():
        dist.destroy_process_group()


def _pairs(limits: NDArray) -> list[tuple[int, int]]:
    return list(zip(limits[:-1].tolist(), limits[1:].tolist(), strict=True))
