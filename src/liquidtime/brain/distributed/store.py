"""A sharded simulation on disk: checkpoints that all ranks have, samples rank by rank."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from liquidtime.brain.distributed.exchange import Ranks
from liquidtime.brain.simulation.store import CHECKPOINT, RUN
from liquidtime.errors import InputError
from liquidtime.runs.claim import claimed
from liquidtime.runs.digests import DIGESTS
from liquidtime.runs.stored import read_json
from liquidtime.runs.write import write_json

MARKER = "checkpoint.json"


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

    @contextmanager
    def open(self) -> Iterator[None]:
        """Claim the folder for all ranks and prepare; a block that ends well completes the last.

        Raises:
            InputError: On all ranks, if another process writes there; see also `prepare`.
        """
        with ExitStack() as held:
            refused = None
            if self._ranks.rank == 0:
                try:
                    held.enter_context(claimed(self.folder))
                except InputError as error:
                    refused = str(error)
            # Told to all: the others would wait for rank 0 until their patience ends.
            refused = self._ranks.everyones(refused)[0]
            if refused is not None:
                raise InputError(refused)
            self.prepare()
            yield
            self.complete()

    def prepare(self) -> None:
        """Put this rank's part of the last whole checkpoint where its run looks for one.

        Raises:
            InputError: If the folder is of another number of ranks, or of none.
        """
        marker: dict[str, Any] | None = None
        if self._ranks.rank == 0 and (self.folder / MARKER).exists():
            marker = read_json(self.folder / MARKER)
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
            # A copy: the named one is what is gone on from until the next one is whole.
            shutil.copyfile(last, self.own / CHECKPOINT)
            # This rank may have finished when another died: it goes on from what all had written.
            (self.own / DIGESTS).unlink(missing_ok=True)

    def expect(self, step: int) -> None:
        """Note that a checkpoint of this step is being written."""
        self._expected = step

    def complete(self) -> None:
        """Make the checkpoint that was written the one to go on from, when all have theirs."""
        if self._expected is None:
            return
        tagged = self._tagged(self._expected)
        (self.own / CHECKPOINT).replace(tagged)
        # Before its step is named, all have written it.
        self._ranks.wait()
        if self._ranks.rank == 0:
            write_json(self.folder / MARKER, {"step": self._expected, "ranks": self._ranks.size})
        # Before anyone removes an older one, it is named.
        self._ranks.wait()
        for path in self.own.glob("checkpoint-*.npz"):
            if path != tagged:
                path.unlink()
        self._expected = None

    def _tagged(self, step: int) -> Path:
        return self.own / f"checkpoint-{step}.npz"


class Scattered:
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
