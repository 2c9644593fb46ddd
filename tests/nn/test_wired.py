"""A wired layer connects what the wiring connects, and nothing else."""

import numpy as np
import pytest
import torch

from liquidtime.nn import LTC, CfC, RecurrentState
from liquidtime.wirings import NCP, AutoNCP, Circuit, FullyConnected, Random

M = 4
WIRINGS = {
    "auto_ncp": AutoNCP(15, 3),
    "ncp": NCP(6, 4, 2, 3, 2, 5, 2),
    "random": Random(10, 3, sparsity_level=0.7),
    "full": FullyConnected(6, 2),
}


def jacobians(rnn, units):
    """Derivatives of the next state after the state, and after the input: [to, from]."""
    x, h = torch.randn(1, M, dtype=torch.float64), torch.rand(1, units, dtype=torch.float64)

    def step(x, h):
        return rnn.step(x, RecurrentState(h[None]), 0.4)[1].h[0, 0]

    by_x, by_h = torch.autograd.functional.jacobian(step, (x, h))
    return by_x[:, 0], by_h[:, 0]


@pytest.mark.parametrize("name", WIRINGS)
@pytest.mark.parametrize("variant", ["gated", "no_gate", "closed_form"])
def test_cfc_sees_its_synapses_its_own_state_and_nothing_else(name, variant):
    rnn = CfC(M, wiring=WIRINGS[name], variant=variant).double()
    circuit = rnn.cells[0].circuit
    by_x, by_h = jacobians(rnn, circuit.units)
    adjacency, sensory = circuit.adjacency != 0, circuit.sensory_adjacency != 0
    rank = np.empty(circuit.units, dtype=int)
    for i, layer in enumerate(circuit.layers):
        rank[list(layer)] = i
    same_layer = rank[:, None] == rank[None]
    direct = (adjacency & same_layer) | np.eye(circuit.units, dtype=bool)
    onward = adjacency & ~same_layer
    reach_x, reach_h = sensory.copy(), direct.copy()
    for _ in circuit.layers:
        reach_x, reach_h = reach_x | (reach_x @ onward), reach_h | (reach_h @ onward)
    assert np.array_equal(by_x.numpy() != 0, reach_x.T)
    assert np.array_equal(by_h.numpy() != 0, reach_h.T)


@pytest.mark.parametrize("name", WIRINGS)
def test_ltc_sees_its_synapses_and_its_own_membrane(name):
    rnn = LTC(M, wiring=WIRINGS[name], unfolds=1).double()
    circuit = rnn.cells[0].circuit
    by_x, by_h = jacobians(rnn, circuit.units)
    own = np.eye(circuit.units, dtype=bool)
    assert np.array_equal(by_x.numpy() != 0, (circuit.sensory_adjacency != 0).T)
    assert np.array_equal(by_h.numpy() != 0, ((circuit.adjacency != 0) | own).T)


def test_ltc_polarity_is_the_sign_of_the_reversal_potential():
    rnn = LTC(M, wiring=AutoNCP(15, 3))
    cell = rnn.cells[0]
    dense = cell.recurrent.dense(torch.float32)
    assert np.array_equal(dense.reversal_potential.detach().numpy(), cell.circuit.adjacency)
    missing = torch.from_numpy(cell.circuit.adjacency == 0)
    assert (dense.conductance[missing] == 0).all()
    assert (dense.conductance[~missing] > 0).all()


def test_output_is_the_motor_neurons():
    rnn = CfC(M, wiring=AutoNCP(15, 3))
    output, state = rnn(torch.randn(2, 5, M))
    assert torch.equal(output[:, -1], state.h[0, :, :3])


def test_parameters_start_in_the_published_ranges():
    cell = LTC(M, 40).cells[0]
    for values, low, high in [
        (cell.membrane_capacitance, 0.4, 0.6),
        (cell.leak_conductance, 0.001, 1.0),
        (cell.leak_potential, -0.2, 0.2),
        (cell.recurrent.conductance, 0.001, 1.0),
        (cell.recurrent.midpoint, 0.3, 0.8),
        (cell.recurrent.steepness, 3.0, 8.0),
    ]:
        assert values.min() >= low - 1e-4
        assert values.max() <= high + 1e-4
        assert abs(values.mean() - (low + high) / 2) < 0.15 * (high - low)


def test_a_circuit_given_synapse_by_synapse():
    adjacency = np.array([[0, 0], [1, 0]], dtype=np.int8)
    sensory = np.array([[0, -1]], dtype=np.int8)
    circuit = Circuit(adjacency, sensory, 1, ((1,), (0,)), ("relay", "motor"))
    rnn = CfC(1, wiring=circuit)
    output, _ = rnn(torch.ones(1, 3, 1))
    assert output.shape == (1, 3, 1)
    with pytest.raises(ValueError, match=r"input"):
        CfC(2, wiring=circuit)
