"""NaN and infinity come out of the compiled kernels where they come out of the reference."""

import copy
import math

import numpy as np
import pytest
import torch
from layers import LAYERS, D

from liquidtime import kernels
from liquidtime.deploy import Stream, numpy_steps
from liquidtime.deploy.network import Network
from liquidtime.kernels.backends.cpu import BFLOAT16
from liquidtime.nn import RecurrentState

VALUES = (math.nan, math.inf, -math.inf)
# What the default backend serves; the others are the reference itself.
SERVED = [name for name, make in LAYERS.items() if kernels.explain(make()).chosen == "cpu"]
B, T = 2, 3


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


def first_cell(layer, backend, x, state, elapsed, active=None):
    """States and final state of the first cell, without a layer's checks."""
    layer.backend = backend
    memory = layer.memories[0] if layer.memory_layout else None
    layout = layer.memory_layout or "state"
    output, final = layer.cells[0].sequence(x, state, elapsed, active, memory, layout)
    return output, *final


class Pair:
    """A layer, and its reference in float64.

    Not in float32, where PyTorch's gelu of infinity depends on how many numbers there are.
    """

    def __init__(self, name):
        self.layer = LAYERS[name]()
        self.double = copy.deepcopy(self.layer).double()

    @torch.no_grad()
    def check(self, x, state, elapsed):
        """Both give the same; returns ours."""
        ours = first_cell(self.layer, "cpu", x, state, elapsed)
        double = x.double(), tuple(part.double() for part in state), elapsed.double()
        wanted = first_cell(self.double, "reference", *double)
        alike(ours, [part.float() for part in wanted])
        return ours


@pytest.mark.parametrize("name", SERVED)
def test_inputs_gaps_and_states(name, isa):
    pair = Pair(name)
    x, state, elapsed = torch.randn(B, T, D), start(pair.layer), torch.rand(B, T)
    for value in VALUES:
        for places in ((0, 1), (0, 1, 0), (1, T - 1, D - 1)):
            pair.check(spoilt(x, value, *places), state, elapsed)
        pair.check(x, state, spoilt(elapsed, abs(value), 1, 1))
        for i in range(len(state)):
            bad = list(state)
            bad[i] = spoilt(state[i], value, 1, 0)
            pair.check(x, tuple(bad), elapsed)
    output, *_ = pair.check(spoilt(x, math.nan, 0, 1), state, elapsed)
    assert output[0, 1:].isnan().any()
    assert not output[1].isnan().any()


@pytest.mark.parametrize("name", SERVED)
def test_one_number_of_each_parameter(name, isa):
    pair = Pair(name)
    x, state, elapsed = torch.randn(B, T, D), start(pair.layer), torch.rand(B, T)
    for both in zip(pair.layer.parameters(), pair.double.parameters(), strict=True):
        kept = both[0].data.view(-1)[0].item()
        for value in (*VALUES, kept):
            for parameter in both:
                parameter.data.view(-1)[0] = value
            pair.check(x, state, elapsed)


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


@pytest.mark.parametrize("name", ["gated", "closed_form", "memory_as_state", "auto_ncp", "ltc"])
def test_compiled_and_exported(name):
    """Where values are not looked at, NaN is not refused: it comes out."""
    layer = LAYERS[name]()
    x, elapsed = torch.randn(B, T, D), torch.rand(B, T)
    zeros = tuple(torch.zeros_like(part) for part in start(layer))

    class Model(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.rnn = layer

        def forward(self, x, elapsed):
            return self.rnn(x, elapsed=elapsed)[0]

    cases = [(spoilt(x, value, 0, 1), elapsed) for value in VALUES]
    cases += [(x, spoilt(elapsed, math.nan, 0, 1)), (x, spoilt(elapsed, math.inf, 0, 1))]
    with torch.no_grad():
        exported = torch.export.export(Model(), (x, elapsed)).module()
        compiled = torch.compile(Model(), backend="eager")
        for given, gaps in cases:
            states, *_ = first_cell(layer, "reference", given, zeros, gaps)
            wanted = layer.cells[0].readout(states)
            layer.backend = "auto"
            alike([compiled(given, gaps), exported(given, gaps)], [wanted, wanted])
            with pytest.raises(ValueError, match=r"is NaN or infinite|elapsed is"):
                layer(given, elapsed=gaps)


@pytest.mark.parametrize("name", ["gated", "closed_form", "memory_as_input", "auto_ncp", "ltc"])
@pytest.mark.parametrize("plain", [False, True])
def test_streams(name, plain):
    layer = LAYERS[name]()
    layer.backend = "reference"
    row = torch.randn(1, D)
    state = [0.3 * torch.randn(1, layer.hidden_size) for _ in range(1 + bool(layer.memory_layout))]

    def outputs(h):
        stream = Stream.from_module(layer)
        if plain:
            network = Network.of(stream._architecture, stream._arrays)
            stream._steps = numpy_steps.NumpySteps(network, 1)
        stream.state = [part.numpy() for part in h]
        with torch.no_grad():
            wanted, _ = layer(row.unsqueeze(1), RecurrentState(*(part[None] for part in h)))
        return torch.from_numpy(stream._steps.step(row.numpy(), 1.0)), wanted[:, 0]

    for value in VALUES:
        with np.errstate(all="ignore"):
            alike(*zip(outputs([spoilt(state[0], value, 0, 0), *state[1:]]), strict=True))
            for parameter in layer.parameters():
                kept = parameter.data.clone()
                parameter.data.view(-1)[0] = value
                alike(*zip(outputs(state), strict=True))
                parameter.data.copy_(kept)


@pytest.mark.skipif(not BFLOAT16, reason="the processor does not multiply bfloat16")
@pytest.mark.parametrize("name", ["gated", "closed_form", "memory_as_state", "one_unit"])
def test_bfloat16(name):
    layer = LAYERS[name]().bfloat16()
    x, state, elapsed = torch.randn(B, T, D).bfloat16(), start(layer), torch.rand(B, T)

    def nan_of(given):
        with torch.no_grad():
            ours, wanted = (
                first_cell(layer, backend, given, state, elapsed)[0].isnan()
                for backend in ("cpu", "reference")
            )
        assert torch.equal(ours, wanted)
        return ours

    for value in VALUES:
        nan_of(spoilt(x, value, 0, 1))
    assert nan_of(spoilt(x, math.nan, 0, 1))[0, 1:].all()
    for parameter in layer.parameters():
        for value in VALUES:
            kept = parameter.data.clone()
            parameter.data.view(-1)[0] = value
            nan_of(x)
            parameter.data.copy_(kept)


@pytest.mark.parametrize("name", SERVED)
def test_gradients_of_nan_are_nan(name, isa):
    """What comes from above as NaN reaches every parameter that it reaches in the reference."""
    layer = LAYERS[name]()
    x, elapsed = torch.randn(B, T, D), torch.rand(B, T)
    found = []
    for backend in ("cpu", "reference"):
        layer.backend = backend
        layer.zero_grad()
        given, gaps = x.clone().requires_grad_(), elapsed.clone().requires_grad_()
        output, _ = layer(given, elapsed=gaps)
        upstream = torch.ones_like(output)
        upstream[1, T - 1] = math.nan
        output.backward(upstream)
        found.append([given.grad, gaps.grad, *(p.grad for p in layer.parameters())])
    for ours, wanted in zip(*found, strict=True):
        assert not ours[wanted.isnan()].isfinite().any()
    assert found[0][0][1].isnan().any()
    assert found[0][0][0].isfinite().all()


@pytest.mark.parametrize("name", SERVED)
def test_skipped_steps_may_hold_anything_in_both_directions(name, isa):
    """Below the layers, which blank what is skipped: NaN in x and gaps, and finite gradients."""
    layer = LAYERS[name]()
    state = start(layer)
    active = torch.tensor([[True, False, True], [False, True, True]])
    outcomes = []
    for filling in (0.0, math.nan, math.inf):
        x, elapsed = torch.randn(B, T, D, generator=torch.manual_seed(1)), torch.full((B, T), 0.5)
        x = x.masked_fill(~active[..., None], filling).requires_grad_()
        elapsed = elapsed.masked_fill(~active, filling).requires_grad_()
        layer.zero_grad()
        output, *_ = first_cell(layer, "cpu", x, state, elapsed, active)
        output.sum().backward()
        parts = [output, x.grad, elapsed.grad]
        # Inputs are mapped outside of the kernels.
        named = layer.cells[0].named_parameters()
        parts += [p.grad for n, p in named if p.grad is not None and "input_map" not in n]
        assert all(part.isfinite().all() for part in parts)
        outcomes.append(parts)
    for other in outcomes[1:]:
        assert all(map(torch.equal, outcomes[0], other))
