"""The drop-in wirings have ncps's constructors, attributes and numbers of synapses."""

import matplotlib.pyplot as plt
import ncps.wirings
import networkx
import numpy as np
import pytest

from liquidtime import nn
from liquidtime.compat.ncps import wirings
from liquidtime.wirings import Circuit

CASES = {
    "full": ("FullyConnected", (6,), {}),
    "full_motor": ("FullyConnected", (6, 2), {"erev_init_seed": 4, "self_connections": False}),
    "random": ("Random", (9,), {}),
    "random_sparse": ("Random", (9, 4, 0.6), {"random_seed": 3}),
    "ncp": ("NCP", (12, 8, 1, 4, 4, 4, 6), {}),
    "ncp_seed": ("NCP", (), dict(zip(
        ("inter_neurons", "command_neurons", "motor_neurons", "sensory_fanout", "inter_fanout",
         "recurrent_command_synapses", "motor_fanin", "seed"),
        (6, 4, 2, 3, 2, 3, 2, 5), strict=True))),
    "auto_ncp": ("AutoNCP", (19, 3), {}),
    "auto_ncp_sparse": ("AutoNCP", (28, 4), {"sparsity_level": 0.8, "seed": 1}),
}  # fmt: skip


def both(name, inputs=5):
    kind, arguments, options = CASES[name]
    ours = getattr(wirings, kind)(*arguments, **options)
    theirs = getattr(ncps.wirings, kind)(*arguments, **options)
    for wiring in (ours, theirs):
        assert not wiring.is_built()
        wiring.build(inputs)
        assert wiring.is_built()
    return ours, theirs


@pytest.mark.parametrize("name", CASES)
def test_attributes_are_those_of_ncps(name):
    ours, theirs = both(name)
    for attribute in ("units", "input_dim", "output_dim", "num_layers"):
        assert getattr(ours, attribute) == getattr(theirs, attribute), attribute
    for layer in range(theirs.num_layers):
        assert ours.get_neurons_of_layer(layer) == theirs.get_neurons_of_layer(layer)
    for neuron in range(theirs.units):
        assert ours.get_type_of_neuron(neuron) == theirs.get_type_of_neuron(neuron)
    for matrix in ("adjacency_matrix", "sensory_adjacency_matrix"):
        mine, reference = getattr(ours, matrix), getattr(theirs, matrix)
        assert mine.shape == reference.shape and mine.dtype == reference.dtype
        assert set(np.unique(mine)) <= {-1, 0, 1}
        assert (mine < 0).any() and (mine > 0).any()
    assert np.array_equal(ours.erev_initializer(), ours.adjacency_matrix)
    assert np.array_equal(ours.sensory_erev_initializer(), ours.sensory_adjacency_matrix)


@pytest.mark.parametrize("name", ["full", "full_motor", "random", "random_sparse"])
def test_numbers_of_synapses_of_unlayered_wirings(name):
    ours, theirs = both(name)
    assert ours.synapse_count == theirs.synapse_count
    assert ours.sensory_synapse_count == theirs.sensory_synapse_count


@pytest.mark.parametrize("name", ["ncp", "ncp_seed", "auto_ncp", "auto_ncp_sparse"])
def test_synapses_of_an_ncp_run_where_those_of_ncps_run(name):
    """Between the same layers, with the same fan-outs and fan-ins at least."""
    ours, theirs = both(name)
    inter, command, motor = (theirs.get_neurons_of_layer(i) for i in range(3))
    for wiring in (ours, theirs):
        adjacency = wiring.adjacency_matrix != 0
        sensory = wiring.sensory_adjacency_matrix != 0
        recurrent = adjacency[np.ix_(command, command)]
        forward, out = adjacency[np.ix_(inter, command)], adjacency[np.ix_(command, motor)]
        assert sensory[:, inter].sum() == sensory.sum()
        assert forward.sum() + recurrent.sum() + out.sum() == adjacency.sum()
        assert sensory.sum(1).min() >= theirs._sensory_fanout
        assert forward.sum(1).min() == theirs._inter_fanout
        assert out.sum(0).min() >= theirs._motor_fanin
        assert 0 < recurrent.sum() <= theirs._recurrent_command_synapses
        assert sensory[:, inter].any(0).all() and forward.any(0).all() and out.any(1).all()
    command_pairs = ours.adjacency_matrix[np.ix_(command, command)]
    assert np.count_nonzero(command_pairs) == theirs._recurrent_command_synapses


@pytest.mark.parametrize("name", CASES)
def test_building_twice_changes_nothing(name):
    """In ncps it draws more synapses."""
    ours, _ = both(name)
    before = ours.adjacency_matrix.copy(), ours.sensory_adjacency_matrix.copy()
    circuit = ours.build(5)
    assert np.array_equal(before[0], ours.adjacency_matrix)
    assert np.array_equal(before[1], ours.sensory_adjacency_matrix)
    assert isinstance(circuit, Circuit) and circuit.input_size == 5
    with pytest.raises(ValueError, match="built for 5 inputs"):
        ours.build(6)


@pytest.mark.parametrize("name", CASES)
def test_configurations_go_there_and_back(name):
    """An NCP of ncps does not survive this."""
    ours, _ = both(name)
    again = type(ours).from_config(ours.get_config())
    again.build(5)
    assert np.array_equal(again.adjacency_matrix, ours.adjacency_matrix)
    assert np.array_equal(again.sensory_adjacency_matrix, ours.sensory_adjacency_matrix)
    assert again.get_config() == ours.get_config()


def test_a_wiring_by_hand():
    wiring = wirings.Wiring(4)
    wiring.set_output_dim(1)
    with pytest.raises(ValueError, match=r"call build"):
        wiring.add_sensory_synapse(0, 0, 1)
    wiring.build(2)
    wiring.add_synapse(3, 0, -1)
    wiring.add_sensory_synapse(1, 3, 1)
    assert (wiring.synapse_count, wiring.sensory_synapse_count) == (1, 1)
    assert wiring.adjacency_matrix[3, 0] == -1
    again = wirings.Wiring.from_config(wiring.get_config())
    assert np.array_equal(again.adjacency_matrix, wiring.adjacency_matrix)
    assert again.output_dim == 1 and again.input_dim == 2
    for wrong in ((4, 0, 1), (0, -1, 1), (0, 0, 2)):
        with pytest.raises(ValueError, match="expected"):
            wiring.add_synapse(*wrong)


def test_layers_of_this_library_take_them_too():
    wiring = wirings.AutoNCP(19, 3)
    rnn = nn.LTC(5, wiring=wiring)
    assert rnn.output_size == 3
    assert np.array_equal(rnn.cells[0].circuit.adjacency, wiring.adjacency_matrix)
    assert rnn.cells[0].circuit.layer_names == ("inter", "command", "motor")


@pytest.mark.parametrize("name", ["full_motor", "ncp"])
def test_graphs_are_those_of_ncps(name):
    ours, theirs = both(name)
    theirs.adjacency_matrix[:] = ours.adjacency_matrix
    theirs.sensory_adjacency_matrix[:] = ours.sensory_adjacency_matrix
    assert networkx.utils.graphs_equal(ours.get_graph(), theirs.get_graph())
    assert len(ours.get_graph(include_sensory_neurons=False)) == ours.units


def test_the_picture():
    ours, theirs = both("ncp_seed")
    figure, axes = plt.subplots()
    handles = ours.draw_graph(layout="circular", neuron_colors={"command": "tab:cyan"})
    assert axes.collections
    labels = {handle.get_label() for handle in handles}
    plt.close(figure)
    figure, _ = plt.subplots()
    reference = theirs.draw_graph(layout="circular", neuron_colors={"command": "tab:cyan"})
    assert labels == {handle.get_label() for handle in reference}
    ours.draw_graph(synapse_colors="black", draw_labels=True)
    plt.close(figure)
    with pytest.raises(ValueError, match="layout is 'square'"):
        ours.draw_graph(layout="square")
