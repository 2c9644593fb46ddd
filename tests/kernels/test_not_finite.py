"""NaN and infinity come out of the compiled kernels where they come out of the reference."""

import copy
import math

import pytest
import torch
from layers import LAYERS, D

from liquidtime import kernels

VALUES = (math.nan, math.inf, -math.inf)
# What the default backend serves; the others are the reference itself.
SERVED = [name for name, make in LAYERS.items() if kernels.explain(make()).chosen == "cpu"]
B, T = 3, 4


def spoilt(tensor, value, *place):
    """A copy with one number changed."""
    tensor = tensor.clone()
    tensor[place] = value
    return tensor


def alike(ours, wanted):
    """Equal, NaN where the other has NaN and infinity where it has infinity."""
    for a, b in zip(ours, wanted, strict=True):
        torch.testing.assert_close(a, b, atol=2e-5, rtol=1e-4, equal_nan=True)


def start(layer):
    """A state of the layer's first cell."""
    shape = (B, layer.hidden_size)
    parts = (0.3 * torch.randn(shape), 0.3 * torch.randn(shape))
    return parts if layer.memory_layout else parts[:1]


def first_cell(layer, backend, x, state, elapsed):
    """States and final state of the first cell, without a layer's checks."""
    layer.backend = backend
    memory = layer.memories[0] if layer.memory_layout else None
    layout = layer.memory_layout or "state"
    output, final = layer.cells[0].sequence(x, state, elapsed, None, memory, layout)
    return output, *final


def outcomes(layer, *given):
    """The same on the compiled kernels and on the reference."""
    x, state, elapsed = given
    with torch.no_grad():
        ours = first_cell(layer, "cpu", *given)
        # In float64, since PyTorch's gelu of infinity in float32 depends on how many there are.
        double = x.double(), tuple(part.double() for part in state), elapsed.double()
        wanted = first_cell(copy.deepcopy(layer).double(), "reference", *double)
    return ours, [part.float() for part in wanted]


@pytest.mark.parametrize("name", SERVED)
def test_inputs_gaps_and_states(name, isa):
    layer = LAYERS[name]()
    x, state, elapsed = torch.randn(B, T, D), start(layer), torch.rand(B, T)
    for value in VALUES:
        for places in ((0, 1), (0, 1, 0), (2, T - 1, D - 1)):
            alike(*outcomes(layer, spoilt(x, value, *places), state, elapsed))
        alike(*outcomes(layer, x, state, spoilt(elapsed, abs(value), 1, 2)))
        for i in range(len(state)):
            bad = list(state)
            bad[i] = spoilt(state[i], value, 1, 0)
            alike(*outcomes(layer, x, tuple(bad), elapsed))
    ours, _ = outcomes(layer, spoilt(x, math.nan, 0, 1), state, elapsed)
    assert ours[0][0, 1:].isnan().any()
    assert not ours[0][1:].isnan().any()


@pytest.mark.parametrize("name", SERVED)
def test_one_number_of_each_parameter(name, isa):
    layer = LAYERS[name]()
    x, state, elapsed = torch.randn(B, T, D), start(layer), torch.rand(B, T)
    for parameter in layer.parameters():
        for value in VALUES:
            kept = parameter.data.clone()
            parameter.data.view(-1)[0] = value
            alike(*outcomes(layer, x, state, elapsed))
            parameter.data.copy_(kept)


@pytest.mark.parametrize("name", SERVED)
def test_parameters_that_are_all_nan(name):
    """A loop that has diverged sees it."""
    layer = LAYERS[name]()
    x = torch.randn(B, T, D)
    for parameter in layer.parameters():
        kept = parameter.data.clone()
        parameter.data.fill_(math.nan)
        layer.backend = "auto"
        ours = layer(x)[0]
        layer.backend = "reference"
        assert torch.equal(ours.isnan(), layer(x)[0].isnan())
        parameter.data.copy_(kept)
    for parameter in layer.parameters():
        parameter.data.fill_(math.nan)
    layer.backend = "auto"
    assert layer(x)[0].isnan().all()
