"""Batches of series of nearly equal length, the same on one process and on many."""

from collections.abc import Iterator, Sequence

import numpy as np
from torch import Tensor

from liquidtime.data.batch import Batch
from liquidtime.data.encoded import EncodedSeries
from liquidtime.errors import InputError

CHUNK = 16


def collate(
    encoded: EncodedSeries,
    index: Sequence[int] | np.ndarray | Tensor,
    global_size: int | None = None,
) -> Batch:
    """Pad some series into a batch: `encoded.batch(index, global_size)`."""
    return encoded.batch(index, global_size)


class BucketBatches:
    """Batches of series numbers, near-equal lengths together; a batch sampler.

    The series are shuffled, cut into chunks of 16 batches, sorted by length inside each chunk and
    cut into batches, whose order is shuffled again. Little is padded, yet no series meets
    the same company twice. The order depends on (seed, epoch) and on nothing else: not on the
    number of processes, nor on how often the sampler was read.

    The batches are as equal as whole series allow, `batch_size` at most (100 series in batches
    of 64 make 50 + 50), so that no epoch ends in a step on a handful of series.

    Args:
        lengths: [N] rows per series.
        batch_size: Largest number of series in a batch, over all processes together.
        seed: Of the shuffle.
        shuffle: False gives one fixed order, sorted by length: least padding, for evaluation.
            `Batch.index` says which series a prediction belongs to.
        rank: This process.
        world_size: Number of processes; each gets a share of every batch.

    Raises:
        InputError: If a number is out of range, or a batch would leave a process without series.
    """

    def __init__(
        self,
        lengths: Tensor | np.ndarray | Sequence[int],
        batch_size: int,
        seed: int = 0,
        shuffle: bool = True,
        rank: int = 0,
        world_size: int = 1,
    ) -> None:
        self.lengths = np.asarray(lengths, dtype=np.int64)
        if self.lengths.ndim != 1:
            raise InputError(f"lengths has shape {list(self.lengths.shape)}; expected [N].")
        if batch_size < 1:
            raise InputError(f"batch_size is {batch_size}; expected 1 or more.")
        if not 0 <= rank < world_size:
            raise InputError(f"rank is {rank} of world_size {world_size}; expected 0 <= rank < it.")
        count = len(self.lengths)
        # As even as can be: a small last batch would weigh as much in the fit as a full one.
        pieces = -(-count // batch_size)
        sizes = np.full(pieces, count // pieces if pieces else 0)
        sizes[: count - sizes.sum()] += 1
        if pieces and sizes.min() < world_size:
            raise InputError(
                f"{count} series in batches of at most {batch_size} leave a batch of {sizes.min()} "
                f"for {world_size} processes; expected a series for each. Raise the batch size or "
                "use fewer processes."
            )
        self._sizes = sizes
        self.seed = seed
        self.shuffle = shuffle
        self.rank = rank
        self.world_size = world_size
        self.epoch = 0

    def set_epoch(self, epoch: int) -> None:
        """Choose the order of this epoch; call it on every process before reading."""
        self.epoch = epoch

    def __len__(self) -> int:
        return len(self._sizes)

    def __iter__(self) -> Iterator[list[int]]:
        for batch in self._global_batches():
            # A batch is sorted by length: every so many-th gives each process long and short ones.
            yield batch[self.rank :: self.world_size].tolist()

    def of_epoch(self) -> list[tuple[list[int], int]]:
        """The batches of this epoch, each with its number of series over all processes."""
        return [
            (batch[self.rank :: self.world_size].tolist(), len(batch))
            for batch in self._global_batches()
        ]

    @property
    def global_sizes(self) -> list[int]:
        """Series in each batch of this epoch over all processes, in the order of the batches."""
        return [len(batch) for batch in self._global_batches()]

    def _global_batches(self) -> list[np.ndarray]:
        if not len(self._sizes):
            return []
        cuts = np.cumsum(self._sizes)[:-1]
        if not self.shuffle:
            return np.split(np.argsort(self.lengths, kind="stable"), cuts)
        random = np.random.default_rng([self.seed, self.epoch])
        order = random.permutation(len(self.lengths))
        chunks = np.split(order, cuts[CHUNK - 1 :: CHUNK])
        ordered = np.concatenate(
            [chunk[np.argsort(self.lengths[chunk], kind="stable")] for chunk in chunks]
        )
        batches = np.split(ordered, cuts)
        return [batches[number] for number in random.permutation(len(batches))]
