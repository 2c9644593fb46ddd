"""What each synapse of a circuit did to an output: how the output changes with its strength.

The influence of a synapse of strength w is w ∂f/∂w: make it 1 % stronger, and the output changes
by 1 % of its influence. For a wired CfC this is, summed over the steps, the gradient at the target
times the activity that the synapse carries.
"""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from liquidtime.explain.layer import liquid_cell
from liquidtime.explain.question import Question
from liquidtime.nn.cfc_cell import CfCCell
from liquidtime.nn.cfc_group import CfCGroup
from liquidtime.nn.ltc_cell import LTCCell
from liquidtime.nn.members import members
from liquidtime.nn.synapses import SynapseParameters
from liquidtime.nn.wired import groups_of
from liquidtime.wirings import Circuit


@dataclass(frozen=True, eq=False)
class Synapses:
    """Influence of every synapse on one output, in the unit of the output.

    Attributes:
        circuit: Which there are.
        input_names: Of the F inputs.
        sensory: [F, N], row an input, column the neuron it goes to; 0 where there is no synapse.
        internal: [N, N], row the source, column the target.
        variables: Of the F inputs: the variable that each is made of.
    """

    circuit: Circuit
    input_names: tuple[str, ...]
    sensory: np.ndarray
    internal: np.ndarray
    variables: tuple[str, ...]

    @property
    def by_variable(self) -> tuple[np.ndarray, tuple[str, ...]]:
        """[V, N], sensory influence by variable, all its inputs together; and V names."""
        names = tuple(dict.fromkeys(self.variables))
        own = np.array([[name == one for one in self.variables] for name in names])
        return own @ self.sensory, names

    @property
    def by_source(self) -> np.ndarray:
        """[N], of all synapses that leave a neuron, together."""
        return self.internal.sum(1)


def synapses_of(asked: Question) -> Synapses | None:
    """The influence of every synapse; None of networks without, or of several layers."""
    cell = liquid_cell(asked.about)
    if cell is None or cell.circuit is None:
        return None
    weights = _weights(cell)
    network = asked.about.model.network
    training = network.training
    network.eval()
    batch = asked.encoded.batch([0])
    try:
        with torch.enable_grad():
            value = asked.score(network(batch), batch.index)
        slopes = torch.autograd.grad(value.sum(), weights)
    finally:
        network.train(training)
    if isinstance(cell, CfCCell):
        sensory, internal = _of_groups(cell, slopes)
    else:
        sensory, internal = (
            _of_conductances(part, slope)
            for part, slope in zip((cell.sensory, cell.recurrent), slopes, strict=True)
        )
    known = asked.about.preprocessor
    variables = tuple(
        (known.static_variables if kind == "static" else known.variables)[number]
        for kind, number in known.input_sources
    )
    found = (sensory.numpy(), internal.numpy(), variables)
    return Synapses(cell.circuit, known.input_names, *found)


def _weights(cell: CfCCell | LTCCell) -> list[Tensor]:
    if isinstance(cell, CfCCell):
        return [group.heads.weight for group in members(cell.groups, CfCGroup)]
    return [cell.sensory.raw_conductance, cell.recurrent.raw_conductance]


def _of_groups(cell: CfCCell, slopes: tuple[Tensor, ...]) -> tuple[Tensor, Tensor]:
    circuit = cell.circuit
    assert circuit is not None
    found = torch.zeros(circuit.input_size + circuit.units, circuit.units, dtype=torch.float64)
    rows = np.arange(circuit.input_size)
    groups = zip(members(cell.groups, CfCGroup), groups_of(circuit), slopes, strict=True)
    for group, part, slope in groups:
        amounts = (slope * group.weights().heads.weight.detach()).double()
        # One row a target and head; columns are the sources, then the group's own neurons.
        by_target = amounts.reshape(-1, len(part.neurons), amounts.shape[1]).sum(0)
        own = circuit.input_size + part.neurons
        sources = torch.tensor(np.concatenate([rows[part.sources], own]))
        found[sources[:, None], torch.tensor(part.neurons)[None]] += by_target.T
        rows = np.concatenate([rows, own])
    return found[: circuit.input_size], found[circuit.input_size :]


def _of_conductances(part: SynapseParameters, slope: Tensor) -> Tensor:
    raw = part.raw_conductance.detach().double()
    # The conductance is the softplus of what is stored, whose slope is the sigmoid.
    amounts = slope.double() / torch.sigmoid(raw) * torch.nn.functional.softplus(raw)
    matrix = torch.zeros(part.polarity.shape, dtype=torch.float64)
    return matrix.index_put((part.source, part.target), amounts)
