"""The recurrent layer inside a network, where it is one that can be looked into."""

from typing import NamedTuple

import torch
from torch import Tensor, nn

from liquidtime.data.batch import Batch
from liquidtime.errors import InputError
from liquidtime.explain.explainable import Explainable
from liquidtime.models.common.predictor import Predictor
from liquidtime.nn import LTC, CfC
from liquidtime.nn.cell import state_dtype
from liquidtime.nn.cfc_cell import CfCCell
from liquidtime.nn.ltc_cell import LTCCell


class Walk(NamedTuple):
    """One series along a layer of N neurons.

    Attributes:
        cell: Its cell.
        inputs: [T, F], in the dtype of the state.
        elapsed: [T], in units of the time scale.
        states: [T, N], after each step.
        before: [T, N], before each.
    """

    cell: CfCCell | LTCCell
    inputs: Tensor
    elapsed: Tensor
    states: Tensor
    before: Tensor


def read_out_of(about: Explainable) -> Predictor:
    """The network, if it is a recurrent layer with a linear read-out.

    Raises:
        InputError: If it is another.
    """
    network = about.model.network
    if hasattr(network, "members"):
        raise InputError(
            f"{about.name} is an ensemble, whose members have neurons of their own; expected one "
            "network. Fit with ensemble=1, and a model that is no ensemble."
        )
    if not isinstance(network, Predictor):
        raise InputError(
            f"{about.name} is no recurrent layer with a linear read-out, so its output is not "
            "shared among neurons; expected such as CfC, LTC, GRU or LSTM."
        )
    if not isinstance(network.head, nn.Linear):
        raise InputError(
            f"{about.name} has a head with hidden units, so its output is not shared among "
            "neurons; expected a linear one. Fit with head_units=0."
        )
    return network


def liquid_cell(about: Explainable) -> CfCCell | LTCCell | None:
    """The one cell of a liquid network of one layer in one direction; None of other networks."""
    network = about.model.network
    layer = network.recurrent if isinstance(network, Predictor) else None
    if not isinstance(layer, CfC | LTC) or len(layer.cells) != 1:
        return None
    cell = layer.cells[0]
    return cell if isinstance(cell, CfCCell | LTCCell) else None


@torch.no_grad()
def walk(about: Explainable, batch: Batch, kind: type[CfCCell] | type[LTCCell]) -> Walk:
    """Run one series through the layer and keep all its states.

    Args:
        about: The network.
        batch: One series with at least one step.
        kind: The cell that is asked for.

    Raises:
        InputError: If the network is another, or has more layers, directions or memories.
    """
    cell, network = liquid_cell(about), about.model.network
    layer = network.recurrent if isinstance(network, Predictor) else None
    if not isinstance(cell, kind) or getattr(layer, "memory_layout", None) is not None:
        word = "LTC" if kind is LTCCell else "CfC"
        raise InputError(
            f"{about.name} cannot be looked into that far; expected a {word} of one layer and one "
            "direction, without mixed memory."
        )
    steps = int(batch.lengths[0])
    parameter = next(cell.parameters())
    dtype = state_dtype(parameter)
    training = cell.training
    cell.eval()
    try:
        start = batch.inputs.new_zeros(1, cell.hidden_size, dtype=dtype)
        past = getattr(cell, "past_size", 0)
        if past:
            raise InputError(
                f"{about.name} steps along a line between inputs, so no membrane stands still to "
                "be told; expected another integrator than 'closed_form_linear'."
            )
        elapsed = batch.elapsed[:, :steps].to(dtype)
        states, _ = cell.sequence(batch.inputs[:, :steps], (start,), elapsed, None)
    finally:
        cell.train(training)
    before = torch.cat([start, states[0, :-1]])
    return Walk(cell, batch.inputs[0, :steps].to(dtype), elapsed[0], states[0], before)
