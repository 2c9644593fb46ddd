"""Trained ncps weights as layers of this library."""

from collections.abc import Mapping
from typing import Any, cast

import numpy as np
import torch
from torch import Tensor, nn

from liquidtime.compat.build import build_cfc, build_ltc, build_partly_wired, ltc_circuit
from liquidtime.compat.entries import Entries, under
from liquidtime.compat.ncps.cfc_cell import ACTIVATIONS, VARIANTS, Mode
from liquidtime.compat.ncps.settings import Settings, read_source
from liquidtime.compat.ncps.wirings.anyones import circuit_of
from liquidtime.compat.partly_wired import PartlyWiredCfC, layer_masks
from liquidtime.kernels.cfc.reference import ActivationName
from liquidtime.nn import LTC, CfC
from liquidtime.wirings import Circuit


def from_ncps(
    source: nn.Module | Mapping[str, Tensor],
    *,
    mode: Mode | None = None,
    activation: ActivationName | None = None,
    backbone_dropout: float | None = None,
    output_size: int | None = None,
    ode_unfolds: int | None = None,
    epsilon: float | None = None,
    implicit_param_constraints: bool | None = None,
    batch_first: bool | None = None,
) -> CfC | LTC | PartlyWiredCfC:
    """Make a layer of this library that computes what an ncps 1.0.1 PyTorch layer computes.

    Outputs, states and gradients agree to rounding, for `elapsed` in place of `timespans`.

    Args:
        source: A layer or cell of `ncps.torch` or `liquidtime.compat.ncps`, or its state dict. A
            module tells everything; the other arguments are for a state dict alone, which does
            not know them, and default to those of ncps's layers.
        mode: `"default"` or `"no_gate"`, whose weights look alike; `"pure"` is recognised.
        activation: Of the backbone; `"lecun_tanh"`.
        backbone_dropout: 0.
        output_size: Motor neurons of an LTC without output mapping, which nothing else tells.
        ode_unfolds: Of an LTC; 6.
        epsilon: ε of an LTC's solver; 1e-8. It is taken into the leak, exactly.
        implicit_param_constraints: Whether an LTC's positive parameters stand before a softplus;
            True, as in ncps's layer (its cell alone has False). Ours always do: explicit ones go
            through the inverse of softplus, zeros as 1e-12, negative ones as zeros.
        batch_first: True.

    Returns:
        A `CfC` or `LTC` of one layer. For a wired CfC a `liquidtime.compat.partly_wired` layer,
        because ncps makes something else of a wiring than `liquidtime.nn.CfC`. Entries without a
        synapse are kept aside for `to_ncps`.

    Raises:
        ValueError: If the weights are not those of an ncps layer, or an argument does not fit.

    Note:
        A layer puts out every step, whatever `return_sequences` was: take `output[:, -1]`.
        Dropout in the backbone acts behind every layer of it here, in ncps behind every layer
        but the first.

    Examples:
        >>> import torch
        >>> from liquidtime.compat import ncps
        >>> theirs = ncps.torch.CfC(3, 8, mode="no_gate")
        >>> rnn = ncps.from_ncps(theirs)
        >>> output, state = rnn(torch.randn(2, 5, 3), elapsed=torch.rand(2, 5))
        >>> output.shape, state.h.shape
        (torch.Size([2, 5, 8]), torch.Size([1, 2, 8]))
    """
    given = {
        "mode": mode,
        "activation": activation,
        "backbone_dropout": backbone_dropout,
        "output_size": output_size,
        "ode_unfolds": ode_unfolds,
        "epsilon": epsilon,
        "implicit_param_constraints": implicit_param_constraints,
        "batch_first": batch_first,
    }
    state, settings = read_source(source, given)
    try:
        return _build(state, settings)
    except KeyError as missing:
        raise ValueError(
            f"the entry {missing} is missing; expected the whole state dict of an ncps layer."
        ) from missing


def _build(state: Entries, settings: Settings) -> CfC | LTC | PartlyWiredCfC:
    if "rnn_cell.gleak" in state:
        return build_ltc(
            state,
            _ltc_circuit(under(state, "rnn_cell."), settings),
            unfolds=settings.ode_unfolds,
            implicit=settings.implicit_param_constraints,
            epsilon=settings.epsilon,
            batch_first=settings.batch_first,
        )
    variant = VARIANTS[cast("Mode", settings.mode)]
    if "rnn_cell.layer_0.ff1.weight" in state:
        return build_partly_wired(
            state,
            cfc_circuit(state, settings.wiring),
            variant=variant,
            batch_first=settings.batch_first,
        )
    if settings.activation not in ACTIVATIONS:
        raise ValueError(
            f"activation is {settings.activation!r}; expected one of "
            f"{', '.join(map(repr, ACTIVATIONS))}."
        )
    return build_cfc(
        state,
        variant=variant,
        activation=cast("ActivationName", settings.activation),
        backbone_dropout=settings.backbone_dropout,
        batch_first=settings.batch_first,
    )


def cfc_circuit(state: Entries, wiring: Any) -> Circuit:
    """The circuit of ncps's wired CfC.

    That of its wiring, if known and true to the masks. Otherwise, one that the masks tell, with
    all synapses excitatory, which has no effect on a CfC. Neurons are numbered as in the wiring;
    where it is not known from the last layer, the motor neurons, to the first.
    """
    masks = []
    while (name := f"rnn_cell.layer_{len(masks)}.sparsity_mask") in state:
        masks.append(state[name].cpu().numpy() != 0)
    sizes = [len(mask) for mask in masks]
    units = sum(sizes)
    ends = units - np.concatenate([[0], np.cumsum(sizes)])
    layers = [tuple(range(ends[i + 1], ends[i])) for i in range(len(sizes))]
    if wiring is not None:
        circuit = circuit_of(wiring)
        expected = [mask for mask, _ in layer_masks(circuit)]
        if len(expected) == len(masks) and all(map(np.array_equal, expected, masks)):
            return circuit
        layers = [tuple(wiring.get_neurons_of_layer(i)) for i in range(len(sizes))]
    adjacency = np.zeros((units, units), dtype=np.int8)
    for i in range(1, len(sizes)):
        adjacency[np.ix_(layers[i - 1], layers[i])] = masks[i][:, : sizes[i - 1]].T
    inputs = masks[0].shape[1] - sizes[0]
    sensory = np.zeros((inputs, units), dtype=np.int8)
    sensory[:, list(layers[0])] = masks[0][:, :inputs].T
    names = ("inter", "command", "motor") if len(sizes) == 3 else ()
    return Circuit(adjacency, sensory, sizes[-1], tuple(layers), names)


def _ltc_circuit(cell: Entries, settings: Settings) -> Circuit:
    wiring, output_size = settings.wiring, settings.output_size
    if wiring is not None:
        circuit = circuit_of(wiring)
        masks = torch.tensor(circuit.adjacency != 0), torch.tensor(circuit.sensory_adjacency != 0)
        stored = cell["sparsity_mask"].cpu(), cell["sensory_sparsity_mask"].cpu()
        if all(torch.equal(a, b != 0) for a, b in zip(masks, stored, strict=True)):
            return circuit
        output_size = circuit.output_size
    if "output_w" in cell:
        output_size = len(cell["output_w"])
    if output_size is None:
        raise ValueError(
            "the number of motor neurons is not known, since the LTC has no output mapping; pass "
            "output_size."
        )
    return ltc_circuit(cell, output_size)
