"""Torch datasets and data loaders over irregular series."""

from collections.abc import Callable, Iterator
from typing import Any

from torch.utils.data import DataLoader, Dataset, Sampler

from liquidtime.data.batching import Batch, BucketBatches, collate
from liquidtime.data.encoded import EncodedSeries
from liquidtime.data.series import IrregularSeries, PaddedSeries


class SeriesDataset(Dataset[IrregularSeries]):
    """A torch dataset whose items are single series; `SeriesDataset.collate` pads a list of them.

    Args:
        series: The series; item n is `series[n]`.
    """

    def __init__(self, series: IrregularSeries) -> None:
        self.series = series

    def __len__(self) -> int:
        return len(self.series)

    def __getitem__(self, index: int) -> IrregularSeries:
        return self.series[index]

    def __getitems__(self, index: list[int]) -> list[IrregularSeries]:
        """Torch asks for a whole batch at once; one selection is faster than one a series."""
        return [self.series.select(index)]

    @staticmethod
    def collate(items: list[IrregularSeries]) -> PaddedSeries:
        """For `DataLoader(dataset, collate_fn=SeriesDataset.collate)`."""
        return IrregularSeries.concatenate(items).pad()


class _Batched(Dataset[Any]):
    """A dataset that is asked for (series numbers, global size) and answers with a batch."""

    def __init__(self, make: Callable[[list[int], int], Any]) -> None:
        self.make = make

    def __getitem__(self, index: tuple[list[int], int]) -> Any:
        return self.make(*index)


class _Sized(Sampler[tuple[list[int], int]]):
    """The batches with their global sizes; a `Trainer` finds `set_epoch` here."""

    def __init__(self, batches: BucketBatches) -> None:
        self.batches = batches

    def set_epoch(self, epoch: int) -> None:
        self.batches.set_epoch(epoch)

    def __len__(self) -> int:
        return len(self.batches)

    def __iter__(self) -> Iterator[tuple[list[int], int]]:
        return zip(self.batches, self.batches.global_sizes, strict=True)


class _Collate:
    def __init__(self, encoded: EncodedSeries) -> None:
        self.encoded = encoded

    def __call__(self, index: list[int], global_size: int) -> Batch:
        return collate(self.encoded, index, global_size)


class _Pad:
    def __init__(self, series: IrregularSeries) -> None:
        self.series = series

    def __call__(self, index: list[int], global_size: int) -> PaddedSeries:
        return self.series.select(index).pad()


def batch_loader(
    encoded: EncodedSeries,
    batches: BucketBatches,
    *,
    num_workers: int = 0,
    pin_memory: bool = False,
) -> "DataLoader[Batch]":
    """A data loader of padded batches of encoded series.

    Args:
        encoded: From `Preprocessor.encode`.
        batches: Which series go together. Call `loader.sampler.set_epoch(e)` or
            `batches.set_epoch(e)` before each epoch; Lightning does so by itself (give its Trainer
            `use_distributed_sampler=False`, the batches are split over the processes already).
        num_workers: Processes that prepare batches; 0 is fastest for data that fits in memory.
        pin_memory: Whether to pin the batches for a faster copy to an accelerator.

    Returns:
        A loader of `Batch`.
    """
    return DataLoader(
        _Batched(_Collate(encoded)),
        batch_size=None,
        sampler=_Sized(batches),
        num_workers=num_workers,
        pin_memory=pin_memory,
    )


def series_loader(
    series: IrregularSeries,
    batch_size: int,
    *,
    seed: int = 0,
    shuffle: bool = True,
    num_workers: int = 0,
) -> "DataLoader[PaddedSeries]":
    """A data loader of padded raw series, for a training loop of one's own.

    Args:
        series: The series.
        batch_size: Largest number of series in a batch.
        seed: Of the shuffle.
        shuffle: False sorts by length; see `BucketBatches`.
        num_workers: Processes that prepare batches.

    Returns:
        A loader of `PaddedSeries`; call `loader.sampler.set_epoch(e)` before each epoch, or every
        epoch has the same order.
    """
    batches = BucketBatches(series.lengths, batch_size, seed=seed, shuffle=shuffle)
    return DataLoader(
        _Batched(_Pad(series)), batch_size=None, sampler=_Sized(batches), num_workers=num_workers
    )
