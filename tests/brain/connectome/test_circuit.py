"""Connectomes and the wirings of layers, both ways."""

import numpy as np
import pytest
import torch

from liquidtime.brain import Connectome, from_circuit, to_circuit
from liquidtime.nn import LTC
from liquidtime.wirings import AutoNCP


@pytest.fixture
def chain():
    return Connectome.from_edges(
        ["s", "i", "i", "m", "s"],
        ["i", "m", "m", "i", "m"],
        [3, 2, 5, 1, 4],
        transmitter=["ach", "ach", "gaba", "gaba", "ach"],
    )


def test_signs_and_order(chain):
    circuit = to_circuit(chain, inputs="s", outputs="m")
    # m first, then i and s; i excites m twice and inhibits it five times.
    assert circuit.output_size == 1
    assert circuit.adjacency.tolist() == [[0, -1, 0], [-1, 0, 0], [1, 1, 0]]
    assert circuit.sensory_adjacency.tolist() == [[0, 0, 1]]


def test_trains_as_a_layer(chain):
    layer = LTC(1, wiring=to_circuit(chain, inputs="s", outputs="m"))
    output, _ = layer(torch.randn(2, 5, 1), elapsed=0.1)
    output.sum().backward()
    assert output.shape == (2, 5, 1)
    assert all(torch.isfinite(p.grad).all() for p in layer.parameters() if p.grad is not None)


def test_part_of_it(chain):
    circuit = to_circuit(chain, inputs="s", outputs="m", among=["s"])
    assert circuit.units == 2
    assert circuit.adjacency.tolist() == [[0, 0], [1, 0]]


def test_reversal_potentials_decide(chain):
    shifted = to_circuit(
        chain, inputs="s", outputs="m", reversal_potential={"gaba": 0.0}, excites_above=-40.0
    )
    assert (shifted.adjacency >= 0).all()


def test_there_and_back():
    circuit = AutoNCP(20, 3).build(4)
    connectome = from_circuit(circuit)
    assert len(connectome) == 24
    inputs = [f"input {i}" for i in range(4)]
    outputs = [f"neuron {i}" for i in range(3)]
    again = to_circuit(connectome, inputs=inputs, outputs=outputs)
    assert again.synapse_count == circuit.synapse_count + circuit.sensory_synapse_count
    neurons = [0, 1, 2, *range(7, 24)]  # the outputs first, then the table's order
    inner = np.ix_(neurons, neurons)
    assert np.array_equal(again.adjacency[inner], circuit.adjacency)
