"""The reference recurrences against the papers' equations, written out scalar by scalar."""

import math

import pytest
import torch

from liquidtime.nn import LTC, CfC

D, H, U, K = 2, 3, 4, 5


def sigmoid(z):
    return 1 / (1 + math.exp(-z))


def affine(weight, bias, inputs):
    return [
        sum(w * v for w, v in zip(row, inputs, strict=True)) + b
        for row, b in zip(weight.tolist(), bias.tolist(), strict=True)
    ]


@pytest.mark.parametrize("variant", ["gated", "no_gate", "closed_form", "relaxation"])
def test_cfc(variant):
    cell = CfC(D, H, variant=variant, backbone_units=U).double().cells[0]
    if variant == "closed_form":
        torch.nn.init.normal_(cell.groups[0].decay)
        torch.nn.init.normal_(cell.groups[0].target)
    x, h, dt = [0.3, -1.2], [0.5, -0.1, 0.9], 0.37
    group = cell.groups[0]
    z = affine(group.backbone[0].weight, group.backbone[0].bias, [*x, *h])
    z = [1.7159 * math.tanh(0.666 * v) for v in z]
    heads = affine(group.heads.weight, group.heads.bias, z)
    expected = []
    for i in range(H):
        if variant == "closed_form":
            f, w, a = heads[i], group.decay[i].item(), group.target[i].item()
            expected.append(a - a * math.exp(-dt * (abs(w) + abs(f))) * f)
            continue
        if variant == "relaxation":
            target, rate = math.tanh(heads[i]), math.log(1 + math.exp(heads[H + i]))
            expected.append(target + (h[i] - target) * math.exp(-rate * dt))
            continue
        f, g, a, b = (heads[head * H + i] for head in range(4))
        s = sigmoid(a * dt + b)
        keep = 1 - s if variant == "gated" else 1
        expected.append(math.tanh(f) * keep + math.tanh(g) * s)
    got = cell(torch.tensor(x).double(), torch.tensor(h).double(), dt)
    torch.testing.assert_close(got, torch.tensor(expected).double(), atol=1e-7, rtol=0)


@torch.no_grad()
def test_ltc_fused():
    cell = LTC(D, H, unfolds=K).double().cells[0]
    torch.nn.init.uniform_(cell.input_map.weight, 0.5, 2.0)
    torch.nn.init.normal_(cell.input_map.bias)
    x, v, dt = [0.3, -1.2], [0.5, -0.1, 0.9], 0.37
    weights = cell.weights()
    u = [
        a * value + b
        for a, value, b in zip(
            cell.input_map.weight.tolist(), x, cell.input_map.bias.tolist(), strict=True
        )
    ]

    def opening(synapses, sources, j, i):
        s, m = float(synapses.steepness[j, i]), float(synapses.midpoint[j, i])
        return float(synapses.conductance[j, i]) * sigmoid(s * (sources[j] - m))

    for _ in range(K):
        new = []
        for i in range(H):
            c, g = float(weights.membrane_capacitance[i]), float(weights.leak_conductance[i])
            top = c / (dt / K) * v[i] + g * float(weights.leak_potential[i])
            bottom = c / (dt / K) + g
            for synapses, sources in ((weights.recurrent, v), (weights.sensory, u)):
                for j in range(len(sources)):
                    n = opening(synapses, sources, j, i)
                    top += n * float(synapses.reversal_potential[j, i])
                    bottom += n
            new.append(top / bottom)
        v = new
    got = cell(torch.tensor(x).double(), torch.tensor([0.5, -0.1, 0.9]).double(), dt)
    torch.testing.assert_close(got, torch.tensor(v).double(), atol=1e-7, rtol=0)


@pytest.mark.parametrize("layout", ["state", "input"])
def test_mixed_memory(layout):
    rnn = CfC(D, H, mixed_memory=layout).double()
    lstm = torch.nn.LSTMCell(D, H).double()
    memory, order = rnn.memories[0], [1, 2, 0, 3]

    def as_torch(parameter):
        return torch.cat([parameter.chunk(4)[gate] for gate in order])

    with torch.no_grad():
        lstm.weight_ih.copy_(as_torch(memory.input_weight))
        lstm.weight_hh.copy_(as_torch(memory.recurrent_weight))
        lstm.bias_ih.copy_(as_torch(memory.bias))
        lstm.bias_hh.zero_()
    x, elapsed = torch.randn(2, 4, D).double(), torch.rand(2, 4).double()
    h = c = torch.zeros(2, H).double()
    for t in range(4):
        remembered, c = lstm(x[:, t], (h, c))
        if layout == "state":
            h = rnn.cells[0](x[:, t], remembered, elapsed[:, t])
        else:
            h = rnn.cells[0](remembered, h, elapsed[:, t])
    _, state = rnn(x, elapsed=elapsed)
    torch.testing.assert_close(state.h[0], h, atol=1e-12, rtol=0)
    torch.testing.assert_close(state.c[0], c, atol=1e-12, rtol=0)
