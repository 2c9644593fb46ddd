"""Compressed rows: sorted, merged, counted, checked; compiled and in NumPy alike."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from liquidtime.kernels.network import edges
from liquidtime.kernels.network.edges import Edges, from_pairs, narrowed


def listed(found):
    """Edges as a dictionary (target, class, source) → count."""
    keys = zip(
        found.targets().tolist(), found.classes.tolist(), found.sources.tolist(), strict=True
    )
    return dict(zip(keys, found.counts.tolist(), strict=True))


def arrays(found):
    return found.offsets, found.sources, found.counts, found.classes


def test_rows_are_sorted_by_target_class_and_source_and_equal_edges_merged():
    found = from_pairs([2, 0, 1, 0, 2], [1, 1, 0, 1, 1], [1, 2, 3, 4, 5], [0, 1, 0, 0, 0], 4)
    assert found.offsets.tolist() == [0, 1, 4, 4, 4]
    assert found.sources.tolist() == [1, 0, 2, 0]
    assert found.counts.tolist() == [3, 4, 6, 2]
    assert found.classes.tolist() == [0, 0, 0, 1]
    assert found.neurons == 4
    assert len(found) == 4
    assert found.total == 15
    assert found.in_degree.tolist() == [1, 3, 0, 0]
    assert found.out_degree().tolist() == [2, 1, 1, 0]
    assert found.out_degree(6).tolist() == [2, 1, 1, 0, 0, 0]
    assert found.targets().tolist() == [0, 1, 1, 1]
    assert found.nbytes == 5 * 8 + 4 * (4 + 1 + 1)


def test_one_count_and_one_class_serve_all_edges_and_count_0_is_no_edge():
    found = from_pairs([0, 1], [1, 0], 3, 2, 2)
    assert found.counts.tolist() == [3, 3]
    assert found.classes.tolist() == [2, 2]
    assert listed(from_pairs([0, 1, 1], [1, 0, 1], [0, 2, 0], 0, 2)) == {(0, 0, 1): 2}


@pytest.mark.parametrize("neurons", [0, 3])
def test_no_edges(neurons):
    for found in (edges.none(neurons), from_pairs([], [], [], [], neurons)):
        assert (len(found), found.neurons, found.total) == (0, neurons, 0)
        assert found.in_degree.tolist() == found.out_degree().tolist() == [0] * neurons
        assert found.counts.dtype == np.int8


@given(data=st.data())
@settings(max_examples=60)
def test_the_compiled_sort_is_that_of_numpy(data):
    neurons = data.draw(st.integers(1, 40))
    number = data.draw(st.integers(0, 300))
    random = np.random.default_rng(data.draw(st.integers(0, 1000)))
    pre, post = random.integers(0, neurons, (2, number)).astype(np.int32)
    # Whole numbers, whose sums are exact in any order.
    counts = random.integers(0, data.draw(st.sampled_from([2, 100, 40_000])), number)
    classes = random.integers(0, data.draw(st.integers(1, 256)), number)
    found = from_pairs(pre, post, counts, classes, neurons)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(edges, "native", lambda: None)
        fallback = from_pairs(pre, post, counts, classes, neurons)
    for one, other in zip(arrays(found), arrays(fallback), strict=True):
        assert one.dtype == other.dtype
        np.testing.assert_array_equal(one, other)
    wanted = {}
    for edge in zip(post.tolist(), classes.tolist(), pre.tolist(), counts.tolist(), strict=True):
        if edge[3]:
            wanted[edge[:3]] = wanted.get(edge[:3], 0) + edge[3]
    assert listed(found) == wanted
    assert list(listed(found)) == sorted(wanted)


def test_equal_edges_are_added_in_their_order():
    weights = np.random.default_rng(0).random(50).astype(np.float32)
    found = from_pairs(np.zeros(50, int), np.zeros(50, int), weights, 0, 1)
    assert found.counts[0] == np.cumsum(weights)[-1]  # cumsum adds one by one


@pytest.mark.parametrize(
    ("counts", "dtype"),
    [
        ([0, 127], np.int8),
        ([128], np.int16),
        ([32_767], np.int16),
        ([32_768], np.float32),
        ([1.0, 127.0], np.int8),
        ([0.5], np.float32),
        ([200.5], np.float32),
        ([], np.int8),
    ],
)
def test_counts_take_the_smallest_type_that_holds_them(counts, dtype):
    found = narrowed(np.array(counts))
    assert found.dtype == dtype
    assert found.tolist() == counts


def test_counts_that_grow_by_merging_get_room():
    assert from_pairs([0, 0], [1, 1], [100, 100], 0, 2).counts.dtype == np.int16
    assert from_pairs([0, 0], [1, 1], [30_000, 30_000], 0, 2).counts.tolist() == [60_000]
    assert from_pairs([0, 0], [1, 1], [0.5, 0.5], 0, 2).counts.dtype == np.int8


def test_where_and_with_classes():
    found = from_pairs([0, 1, 2, 0], [1, 1, 1, 2], [1, 2, 3, 4], [0, 1, 1, 0], 3)
    kept = found.where(found.counts != 2)
    assert listed(kept) == {(1, 0, 0): 1, (1, 1, 2): 3, (2, 0, 0): 4}
    assert kept.offsets.tolist() == [0, 0, 2, 3]
    turned = found.with_classes((1 - found.classes).astype(np.uint8))
    assert listed(turned) == {(1, 0, 1): 2, (1, 0, 2): 3, (1, 1, 0): 1, (2, 1, 0): 4}
    twice = from_pairs([0, 0], [1, 1], [100, 100], [0, 1], 2)
    assert twice.with_classes(np.zeros(2, np.uint8)).counts.tolist() == [200]


@pytest.mark.parametrize("size", [1, 3, 7, 1000])
def test_rows_come_in_chunks_that_cover_each_target_once(size):
    random = np.random.default_rng(1)
    found = from_pairs(*random.integers(0, 9, (2, 40)), 1, 0, 12)
    ranges = list(found.rows(size))
    assert [first for first, _ in ranges] == [0, *[last for _, last in ranges[:-1]]]
    assert ranges[-1][1] == 12
    for first, last in ranges:
        edges_inside = found.offsets[last] - found.offsets[first]
        assert last == first + 1 or edges_inside <= size


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"sources": [-1]}, "sources hold -1; expected indices from 0 to 1"),
        ({"targets": [2]}, "targets hold 2; expected indices from 0 to 1"),
        ({"sources": [0.0]}, "sources are float64"),
        ({"sources": [[0]]}, "expected whole numbers in one dimension"),
        ({"sources": [0, 1]}, "2 sources and 1 targets"),
        ({"counts": [-1]}, "negative or non-finite"),
        ({"counts": [np.nan]}, "negative or non-finite"),
        ({"counts": [np.inf]}, "negative or non-finite"),
    ],
)
def test_wrong_lists_are_refused(change, message):
    given = {"sources": [0], "targets": [1], "counts": [1], "classes": [0]} | change
    with pytest.raises(ValueError, match=message):
        from_pairs(**given, neurons=2)


def test_classes_beyond_a_byte_are_refused():
    with pytest.raises((ValueError, OverflowError)):
        from_pairs([0], [1], 1, np.array([300]), 2)


GOOD = {
    "offsets": np.array([0, 1, 1]),
    "sources": np.array([1], np.int32),
    "counts": np.array([1], np.int8),
    "classes": np.array([0], np.uint8),
}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"offsets": np.array([0, 1, 1], np.int32)}, "offsets is int32"),
        ({"sources": np.array([1])}, "sources is int64"),
        ({"counts": np.array([1.0])}, "expected int8 or int16 or float32"),
        ({"classes": np.array([0])}, "classes is int64"),
        ({"sources": np.array([[1]], np.int32)}, "in one dimension"),
        ({"offsets": np.array([0, 1, 2])}, "offsets end at 2"),
        ({"offsets": np.array([1, 1, 1])}, "expected as many"),
        ({"counts": np.array([1, 1], np.int8)}, "2 counts"),
    ],
)
def test_wrong_arrays_are_refused(change, message):
    Edges(**GOOD)
    with pytest.raises(ValueError, match=message):
        Edges(**GOOD | change)


THREE = {
    "offsets": np.array([0, 1, 2, 3]),
    "sources": np.array([1, 2, 0], np.int32),
    "counts": np.ones(3, np.float32),
    "classes": np.zeros(3, np.uint8),
}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"offsets": np.array([0, 1000, 3, 3])}, "neuron 1 are 1000 to 3; .* do not fall"),
        ({"offsets": np.array([0, 10**9, 3, 3])}, "neuron 1 .* do not fall"),
        ({"offsets": np.array([0, 3, 1, 3])}, "neuron 1 are 3 to 1"),
        ({"offsets": np.array([0, -1, 2, 3])}, "neuron 0 are 0 to -1"),
        ({"offsets": np.zeros(0, np.int64)}, "offsets are empty"),
        ({"counts": np.array([1, np.nan, 1], np.float32)}, "from neuron 2 to neuron 1 .* nan"),
        ({"counts": np.array([1, 1, np.inf], np.float32)}, "from neuron 0 to neuron 2 .* inf"),
        ({"counts": np.array([-1, 1, 1], np.int8)}, "from neuron 1 to neuron 0 has the count -1"),
        ({"sources": np.array([1, -2, 0], np.int32)}, "from neuron -2 .* has no source"),
        (
            {"offsets": np.array([0, 2, 2, 3]), "sources": np.array([1, 1, 0], np.int32)},
            "from neuron 1 to neuron 0 comes twice",
        ),
    ],
)
def test_edges_that_no_network_can_have_are_refused(change, message):
    with pytest.raises(ValueError, match=message):
        Edges(**THREE | change)


@pytest.mark.parametrize("counts", [[-200, 5], [np.nan, 1.0], [np.inf], [-1.5]])
def test_counts_are_never_wrapped(counts):
    with pytest.raises(ValueError, match="expected finite numbers"):
        narrowed(np.array(counts))
