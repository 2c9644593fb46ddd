"""A connectome: built from lists, searched, cut, given transmitters, told as a table."""

import numpy as np
import pandas
import pytest

from liquidtime.brain import Connectome
from liquidtime.brain.connectome.graph import symmetric
from liquidtime.kernels.network import edges

TABLE = pandas.DataFrame(
    {
        "type": ["S", "I", "I", "M"],
        "group": ["sensory", "inter", "inter", "motor"],
        "transmitter": ["ACh", "GABA", None, "cholinergic"],
    },
    index=["a", "b", "c", "d"],
)


@pytest.fixture
def small():
    return Connectome.from_edges(
        ["a", "a", "b", "c", "a"],
        ["b", "c", "d", "d", "b"],
        [1, 2, 3, 4, 5],
        neurons=TABLE,
        gap_junctions=(["b", "d"], ["c", "a"], [2, 1]),
        name="small",
    )


def edge_list(connectome):
    return set(connectome.to_frame().itertuples(index=False, name=None))


def test_edges_take_the_transmitter_of_their_neuron(small):
    assert len(small) == 4
    assert small.classes == ("acetylcholine", "gaba", "unknown")
    assert edge_list(small) == {
        ("a", "b", 6, "acetylcholine"),
        ("a", "c", 2, "acetylcholine"),
        ("b", "d", 3, "gaba"),
        ("c", "d", 4, "unknown"),
    }
    frame = small.to_frame()
    assert list(frame.columns) == ["pre", "post", "count", "transmitter"]
    assert repr(small).startswith("Connectome('small': 4 neurons, 4 edges with ")
    assert small.nbytes == small.synapses.nbytes + small.gap_junctions.nbytes


def test_edges_may_have_transmitters_of_their_own():
    both = Connectome.from_edges(
        ["a", "a", "a"], ["b", "b", "b"], [1, 2, 3], transmitter=["ach", "gaba", "Acetylcholine"]
    )
    assert edge_list(both) == {("a", "b", 4, "acetylcholine"), ("a", "b", 2, "gaba")}
    one = Connectome.from_edges(["a"], ["b"], transmitter="GABA")
    assert edge_list(one) == {("a", "b", 1, "gaba")}


def test_without_a_table_the_names_that_occur_are_sorted():
    found = Connectome.from_edges(["z", "b"], ["b", "a"], gap_junctions=(["y"], ["a"], [1]))
    assert list(found.neurons.index) == ["a", "b", "y", "z"]
    assert found.classes == ("unknown",)
    numbers = Connectome.from_edges([7, 3], [3, 9])
    assert list(numbers.neurons.index) == [3, 7, 9]
    assert numbers.find(9).tolist() == [2]


def test_neurons_may_be_a_number_or_names():
    number = Connectome.from_edges([0, 1], [1, 3], neurons=5)
    assert len(number) == 5
    assert number.find([3, 1]).tolist() == [3, 1]
    names = Connectome.from_edges(["q"], ["p"], neurons=["p", "q", "r"])
    assert names.synapses.sources.tolist() == [1]
    empty = Connectome.from_edges([], [], neurons=3)
    assert len(empty.synapses) == 0


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ("b", [1]),
        (["d", "a"], [3, 0]),
        (2, [2]),
        ([3, 1], [3, 1]),
        (np.array([True, False, False, True]), [0, 3]),
        ({"group": "inter"}, [1, 2]),
        ({"type": ["S", "M"]}, [0, 3]),
        ({"group": "inter", "transmitter": "GABA"}, [1]),
        ([], []),
    ],
)
def test_find(small, wanted, found):
    assert small.find(wanted).tolist() == found
    assert small.find(wanted).dtype == np.int64


@pytest.mark.parametrize(
    ("wanted", "message"),
    [
        ("x", "1 neurons are not in the table, the first is .*'x'"),
        (["a", "x", "y", "y"], "2 neurons are not in the table"),
        (4, "there is no neuron 4; expected numbers from 0 to 3"),
        (-1, "there is no neuron -1"),
        ([True, False], r"the mask has shape \[2\]"),
        ({"side": "left"}, "no column 'side'; expected one of type, group, transmitter"),
        ({"group": "glia"}, "no neuron has {'group': 'glia'}"),
    ],
)
def test_who_is_not_there_is_not_found(small, wanted, message):
    with pytest.raises(ValueError, match=message):
        small.find(wanted)


def test_neurons_without_names_are_asked_for_by_number():
    numbered = Connectome.from_edges([0], [1], neurons=2)
    with pytest.raises(ValueError, match="no names but numbers from 0 to 1"):
        numbered.find("a")
    with pytest.raises(ValueError, match="it has no columns"):
        numbered.find({"type": "x"})
    with pytest.raises(ValueError, match="there is no neuron 2"):
        Connectome.from_edges([2], [1], neurons=2)


def test_select_keeps_what_lies_among_the_chosen(small):
    part = small.select(["d", "a", "b"])
    assert list(part.neurons.index) == ["a", "b", "d"]
    assert part.classes == small.classes
    assert edge_list(part) == {("a", "b", 6, "acetylcholine"), ("b", "d", 3, "gaba")}
    assert part.gap_junctions.sources.tolist() == [2, 0]
    assert part.gap_junctions.targets().tolist() == [0, 2]
    assert part.name == "small"
    assert edge_list(small.select(np.ones(4, bool))) == edge_list(small)


@pytest.mark.parametrize("kept", [[0, 2, 4], [1, 2, 3], [0, 1, 2], [5, 0]])
def test_select_keeps_the_numbers_of_neurons_as_their_names(kept):
    ring = np.arange(6)
    whole = Connectome.from_edges(ring, (ring + 1) % 6, neurons=6)
    part = whole.select(kept)
    assert list(part.neurons.index) == sorted(kept)
    for place, name in enumerate(sorted(kept)):
        assert part.find(name).tolist() == [place]
    wanted = {(j, (j + 1) % 6, 1, "unknown") for j in kept if (j + 1) % 6 in kept}
    assert edge_list(part) == wanted


def test_a_table_of_which_every_second_row_was_taken_keeps_its_names():
    table = pandas.DataFrame({"type": list("abcdef")}).iloc[::2]
    found = Connectome.from_edges([0, 4], [2, 0], neurons=table)
    assert edge_list(found) == {(0, 2, 1, "unknown"), (4, 0, 1, "unknown")}


def test_other_transmitters_sort_the_edges_anew(small):
    by_name = small.with_transmitters({"a": "glutamate", "c": "ach"})
    assert by_name.classes == ("acetylcholine", "glutamate", "unknown")
    assert edge_list(by_name) == {
        ("a", "b", 6, "glutamate"),
        ("a", "c", 2, "glutamate"),
        ("b", "d", 3, "unknown"),
        ("c", "d", 4, "acetylcholine"),
    }
    assert list(by_name.neurons["transmitter"])[:2] == ["glutamate", "unknown"]
    in_order = small.with_transmitters(["ach", "ach", "gaba", "gaba"])
    assert in_order.classes == ("acetylcholine", "gaba")
    for targets in (by_name, in_order):
        rows = targets.synapses
        keys = list(zip(rows.targets(), rows.classes, rows.sources, strict=True))
        assert keys == sorted(keys)
    assert small.neurons["transmitter"].tolist()[0] == "ACh"


def test_edges_of_two_transmitters_become_one_with_the_sum_of_their_counts():
    both = Connectome.from_edges(
        ["a", "a"], ["b", "b"], [100, 100], transmitter=["ach", "gaba"], neurons=["a", "b"]
    )
    assert edge_list(both.with_transmitters({"a": "ach"})) == {("a", "b", 200, "acetylcholine")}


def test_a_missing_transmitter_is_unknown():
    cells = pandas.array(["ach", pandas.NA], dtype="string")
    table = pandas.DataFrame({"transmitter": cells}, index=["a", "b"])
    found = Connectome.from_edges(["a", "b"], ["b", "a"], neurons=table)
    assert found.classes == ("acetylcholine", "unknown")


@pytest.mark.parametrize("twice", [False, True])
def test_gap_junctions_lie_in_both_directions_with_one_count(twice):
    one, other, counts = [3, 1, 0], [0, 2, 1], [2, 1, 5]
    if twice:
        one, other, counts = one + other, other + one, counts + counts
    found = symmetric(one, other, counts, 5)
    assert len(found) == 6
    matrix = np.zeros((5, 5))
    matrix[found.targets(), found.sources] = found.counts
    np.testing.assert_array_equal(matrix, matrix.T)
    assert (matrix[0, 3], matrix[1, 2], matrix[0, 1]) == (2, 1, 5)


def test_gap_junctions_that_make_no_sense_are_refused():
    with pytest.raises(ValueError, match="joins a neuron to itself"):
        symmetric([1], [1], [1], 2)
    with pytest.raises(ValueError, match="between neurons 0 and 1 comes with two different"):
        symmetric([0, 1], [1, 0], [1, 2], 2)
    with pytest.raises(ValueError, match="negative"):
        symmetric([0], [1], [-1], 2)
    assert len(symmetric([0, 1], [1, 0], [0, 1], 2)) == 2  # a count of 0 is no junction


def test_parts_that_do_not_fit_are_refused():
    table = pandas.DataFrame(index=["a", "b"])
    with pytest.raises(ValueError, match="synapses reach 3 targets, but the table has 2"):
        Connectome(table, edges.none(3))
    with pytest.raises(ValueError, match="gap_junctions reach 1 targets"):
        Connectome(table, edges.none(2), gap_junctions=edges.none(1))
    with pytest.raises(ValueError, match="the neuron 'a' is named twice"):
        Connectome(pandas.DataFrame(index=["a", "a"]), edges.none(2))
    with pytest.raises(ValueError, match="has the class 1, but only 1 classes are named: unknown"):
        Connectome(table, edges.from_pairs([0], [1], 1, 1, 2))
    with pytest.raises(ValueError, match="257 classes; expected at most 256"):
        Connectome(table, edges.none(2), tuple(map(str, range(257))))
    with pytest.raises(ValueError, match="257 different transmitters"):
        Connectome.from_edges([0] * 257, [1] * 257, neurons=2, transmitter=np.arange(257))
    with pytest.raises(ValueError, match=r"not in the table, the first is .*'c'"):
        Connectome.from_edges(["c"], ["a"], neurons=table)
    with pytest.raises(ValueError, match="negative"):
        Connectome.from_edges(["a"], ["b"], [-2], neurons=table)


def test_edges_from_outside_are_refused_in_either_place():
    table = pandas.DataFrame(index=list("abc"))
    beyond = edges.Edges(
        np.array([0, 1, 1, 1]),
        np.array([7], np.int32),
        np.ones(1, np.int8),
        np.zeros(1, np.uint8),
    )
    with pytest.raises(ValueError, match=r"synapses come from neuron 7; .* 0 to 2"):
        Connectome(table, beyond)
    with pytest.raises(ValueError, match="gap_junctions come from neuron 7"):
        Connectome(table, edges.none(3), ("unknown",), beyond)
    one_way = edges.from_pairs([0], [1], 2, 0, 3)
    with pytest.raises(ValueError, match="between neurons 0 and 1 is not there once in each"):
        Connectome(table, edges.none(3), ("unknown",), one_way)
    unlike = edges.from_pairs([0, 1], [1, 0], [2, 3], 0, 3)
    with pytest.raises(ValueError, match="with the same count"):
        Connectome(table, edges.none(3), ("unknown",), unlike)
    itself = edges.from_pairs([1], [1], 2, 0, 3)
    with pytest.raises(ValueError, match="between neurons 1 and 1"):
        Connectome(table, edges.none(3), ("unknown",), itself)


def test_signed_counts_are_classes():
    both = Connectome.from_edges(["a", "b"], ["b", "a"], [-3, 2], signed=True)
    assert edge_list(both) == {("a", "b", 3, "inhibitory"), ("b", "a", 2, "excitatory")}
    with pytest.raises(ValueError, match="both signed and transmitter"):
        Connectome.from_edges(["a"], ["b"], [1], signed=True, transmitter="gaba")
