import copy
import pickle

import numpy as np
import pytest

from liquidtime.wirings import Circuit


def chain() -> Circuit:
    """Input → 2 → 1 → 0, and 1 onto itself, inhibiting."""
    return Circuit.from_edges(
        [(2, 1), (1, 0, -1), (1, 1, -1)],
        [(0, 2)],
        units=3,
        input_size=1,
        output_size=1,
        layers=[(2,), (1,), (0,)],
        layer_names=("inter", "command", "motor"),
    )


def test_edges_land_at_source_row_and_target_column():
    circuit = chain()
    assert circuit.adjacency.tolist() == [[0, 0, 0], [-1, -1, 0], [0, 1, 0]]
    assert circuit.sensory_adjacency.tolist() == [[0, 0, 1]]
    assert (circuit.units, circuit.input_size, circuit.output_size) == (3, 1, 1)
    assert (circuit.synapse_count, circuit.sensory_synapse_count) == (3, 1)


def test_one_layer_by_default():
    circuit = Circuit(np.eye(3), np.ones((2, 3)), 3)
    assert circuit.layers == ((0, 1, 2),)
    assert circuit.layer_names == ("neurons",)
    assert circuit.adjacency.dtype == np.int8


def test_arrays_are_copied_and_read_only():
    given = np.eye(3, dtype=np.int8)
    circuit = Circuit(given, np.ones((2, 3)), 3)
    given[0, 1] = 1
    assert circuit.synapse_count == 3
    with pytest.raises(ValueError, match="read-only"):
        circuit.adjacency[0, 1] = 1


@pytest.mark.parametrize("twin", [copy.deepcopy, lambda c: pickle.loads(pickle.dumps(c))])
def test_copies_are_equal_and_stay_read_only(twin):
    other = twin(chain())
    assert other == chain()
    assert hash(other) == hash(chain())
    assert not other.adjacency.flags.writeable
    assert not other.sensory_adjacency.flags.writeable


def test_another_sign_is_another_circuit():
    circuit = chain()
    other = Circuit(
        -circuit.adjacency, circuit.sensory_adjacency, 1, circuit.layers, circuit.layer_names
    )
    assert other != circuit
    assert circuit != "a circuit"


def test_build_gives_itself_and_refuses_another_number_of_inputs():
    circuit = chain()
    assert circuit.build(1) is circuit
    with pytest.raises(ValueError, match="wired to 1 inputs, but the layer has 2"):
        circuit.build(2)


def test_synapses_that_run_back_are_refused_with_the_way_out():
    with pytest.raises(ValueError, match=r"from neuron 0 \(late\) to neuron 1 \(early\)") as caught:
        Circuit([[0, 1], [0, 0]], np.ones((1, 2)), 1, ((1,), (0,)), ("early", "late"))
    assert "leaving `layers` out makes one layer" in str(caught.value)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((np.ones((2, 3)), np.ones((1, 3)), 1), r"shape \[2, 3\]; expected \[N, N\]"),
        ((np.ones((2, 2)), np.ones((1, 3)), 1), r"expected \[M, N\] = \[inputs, 2\]"),
        ((np.ones(2), np.ones((1, 2)), 1), "expected a matrix"),
        ((np.ones((2, 2)) * 0.5, np.ones((1, 2)), 1), r"np.sign\(weights\)"),
        ((np.ones((2, 2)), np.ones((1, 2)), 3), "the circuit has 2 neurons"),
        ((np.ones((2, 2)), np.ones((1, 2)), 0), "at least 1"),
        ((np.ones((2, 2)), np.ones((1, 2)), 1, ((0,),)), "exactly once"),
        ((np.ones((2, 2)), np.ones((1, 2)), 1, ((0, 1), (1,))), "exactly once"),
        ((np.ones((2, 2)), np.ones((1, 2)), 1, ((0, 1), ())), "no layer may be empty"),
        ((np.ones((2, 2)), np.ones((1, 2)), 1, ((0, 1),), ("a", "b")), "one a layer"),
        ((np.zeros((2, 2)), np.ones((1, 2)), 1, ((0,), (1,)), ("a", "a")), "different names"),
        ((np.zeros((0, 0)), np.ones((1, 0)), 1), "at least one neuron"),
    ],
)
def test_what_does_not_fit_is_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        Circuit(*arguments)


@pytest.mark.parametrize(
    ("edges", "message"),
    [
        ([(0, 1), (0, 1, -1)], "twice"),
        ([(0, 2)], "targets from 0 to 1"),
        ([(-1, 0)], "sources from 0 to 1"),
        ([(0, 1, 2)], "polarity 2"),
        ([(0,)], r"expected \(source, target\)"),
    ],
)
def test_broken_edges_are_refused(edges, message):
    with pytest.raises(ValueError, match=message):
        Circuit.from_edges(edges, [], units=2, input_size=1, output_size=1)


def test_summary_counts_each_block():
    lines = chain().summary().splitlines()
    assert lines[0].startswith("1 inputs, 3 neurons (1 inter, 1 command, 1 motor), 1 outputs")
    rows = [line.split() for line in lines[2:]]
    assert rows == [
        ["inputs", "inter", "1", "1", "0", "100%"],
        ["inter", "command", "1", "1", "0", "100%"],
        ["command", "command", "1", "0", "1", "100%"],
        ["command", "motor", "1", "0", "1", "100%"],
    ]


def test_networkx_graph_has_the_same_synapses():
    pytest.importorskip("networkx")
    graph = chain().to_networkx()
    assert graph.number_of_nodes() == 4
    assert graph.edges[("neuron", 1), ("neuron", 0)]["polarity"] == -1
    assert graph.edges[("input", 0), ("neuron", 2)]["polarity"] == 1
    assert graph.number_of_edges() == 4
    assert graph.nodes[("neuron", 2)]["layer"] == "inter"
