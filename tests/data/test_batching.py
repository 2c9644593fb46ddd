from itertools import chain

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from liquidtime.data import BucketBatches, PaddedSeries, Preprocessor, batch_loader, collate
from liquidtime.data.loaders import SeriesDataset, series_loader
from liquidtime.errors import InputError

LENGTHS = np.random.default_rng(0).integers(1, 200, 1000)


def orders(**settings):
    batches = BucketBatches(LENGTHS, 32, **settings)
    return batches, list(batches)


def test_every_series_comes_once():
    _, found = orders(seed=3)
    assert sorted(chain(*found)) == list(range(1000))


def test_the_order_depends_on_seed_and_epoch_alone():
    batches, first = orders(seed=3)
    assert list(batches) == first
    batches.set_epoch(1)
    second = list(batches)
    assert second != first
    batches.set_epoch(0)
    assert list(batches) == first
    assert orders(seed=4)[1] != first


def test_the_company_changes_with_the_epoch():
    batches, first = orders(seed=0)
    batches.set_epoch(1)
    together = {frozenset(batch) for batch in first} & {frozenset(batch) for batch in batches}
    assert not together


@given(
    count=st.integers(0, 300),
    batch_size=st.integers(4, 70),
    world_size=st.integers(1, 4),
    shuffle=st.booleans(),
    epoch=st.integers(0, 3),
)
def test_ranks_together_make_the_batches_of_one_process(
    count, batch_size, world_size, shuffle, epoch
):
    lengths = LENGTHS[:count]

    def read(rank, world):
        batches = BucketBatches(lengths, batch_size, 7, shuffle, rank, world)
        batches.set_epoch(epoch)
        return list(batches), batches.global_sizes, len(batches)

    whole, sizes, number = read(0, 1)
    assert sizes == [len(batch) for batch in whole]
    assert number == len(whole) == -(-count // batch_size)
    assert sorted(chain(*whole)) == list(range(count))
    if not sizes:
        return
    assert max(sizes) <= batch_size
    assert max(sizes) - min(sizes) <= 1
    if min(sizes) < world_size:
        with pytest.raises(InputError, match="processes"):
            read(0, world_size)
        return
    shares = [read(rank, world_size) for rank in range(world_size)]
    assert all(share[1] == sizes for share in shares)
    for step, batch in enumerate(whole):
        parts = [share[0][step] for share in shares]
        assert all(parts)
        assert sorted(chain(*parts)) == sorted(batch)


def test_little_is_padded():
    lengths = np.random.default_rng(1).geometric(0.02, 4000)

    def waste(batches):
        return sum(len(b) * lengths[b].max() for b in batches) / lengths.sum()

    at_random = np.array_split(np.random.default_rng(2).permutation(4000), 63)
    assert waste(BucketBatches(lengths, 64)) < 1.3 < waste(at_random)
    assert waste(BucketBatches(lengths, 64, shuffle=False)) < 1.1


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"batch_size": 0}, "batch_size is 0"),
        ({"batch_size": 4, "rank": 2, "world_size": 2}, "rank is 2"),
        ({"batch_size": 1, "world_size": 2}, "for 2 processes"),
    ],
)
def test_impossible_batches_are_refused(settings, message):
    with pytest.raises(InputError, match=message):
        BucketBatches([3, 4, 5], **settings)


@pytest.mark.parametrize("target", ["class", "values"])
@pytest.mark.parametrize("per_step", [False, True])
def test_collate_pads_each_series(build, target, per_step):
    series = build([4, 0, 6, 1], target=target, per_step=per_step)
    encoded = Preprocessor.fit(series).encode(series)
    batch = collate(encoded, [2, 0, 1])
    assert batch.inputs.shape == (3, 6, 11)
    assert batch.elapsed.shape == (3, 6)
    assert batch.lengths.tolist() == [6, 4, 0]
    assert batch.index.tolist() == [2, 0, 1]
    assert batch.global_size == 3
    for b, n in enumerate([2, 0, 1]):
        start, end = int(encoded.offsets[n]), int(encoded.offsets[n + 1])
        length = end - start
        assert torch.equal(batch.inputs[b, :length], encoded.inputs[start:end])
        assert not batch.inputs[b, length:].any()
        assert torch.equal(batch.elapsed[b, :length], encoded.elapsed[start:end])
        assert not batch.elapsed[b, length:].any()
        if per_step:
            assert torch.equal(batch.target[b, :length], encoded.target[start:end])
            rest = batch.target[b, length:]
            assert (rest == -1).all() if target == "class" else rest.isnan().all()
        else:
            assert torch.equal(batch.target[b], encoded.target[n])


def test_batch_loader_gives_the_batches_and_their_global_sizes(build):
    series = build([1, 5, 2, 8, 3, 3, 9])
    encoded = Preprocessor.fit(series).encode(series)
    sizes = []
    for rank in range(2):
        batches = BucketBatches(encoded.lengths, 4, seed=1, rank=rank, world_size=2)
        loader = batch_loader(encoded, batches)
        loader.sampler.set_epoch(5)
        found = list(loader)
        assert len(loader) == len(found) == 2
        assert [b.index.tolist() for b in found] == list(batches)
        assert [b.global_size for b in found] == batches.global_sizes
        sizes.append([len(b.index) for b in found])
    assert (np.sum(sizes, axis=0) == batches.global_sizes).all()


def test_batch_loader_with_a_worker_process(build):
    series = build([3, 4, 5, 6])
    encoded = Preprocessor.fit(series).encode(series)
    batches = BucketBatches(encoded.lengths, 2)
    alone = [b.inputs for b in batch_loader(encoded, batches)]
    helped = [b.inputs for b in batch_loader(encoded, batches, num_workers=1)]
    assert all(torch.equal(a, b) for a, b in zip(alone, helped, strict=True))


def test_series_loader_gives_padded_series(build):
    series = build([3, 4, 5, 6, 1])
    found = list(series_loader(series, 2, shuffle=False))
    assert all(isinstance(part, PaddedSeries) for part in found)
    assert torch.cat([part.lengths for part in found]).tolist() == [1, 3, 4, 5, 6]


def test_series_dataset_with_a_plain_loader(build):
    series = build([3, 4, 5, 6, 1])
    dataset = SeriesDataset(series)
    assert len(dataset) == 5
    assert dataset[2].equals(series[2])
    loader = torch.utils.data.DataLoader(dataset, 2, collate_fn=SeriesDataset.collate)
    first = next(iter(loader))
    assert torch.equal(first.values, series.select([0, 1]).pad().values)
