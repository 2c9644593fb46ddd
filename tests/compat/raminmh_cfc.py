"""The networks of raminmh/CfC in this test's own words, with the names of its parameters.

The package is on no index. What is restated here are the formulas of its PyTorch cells: the gated
CfC, the one without gate, the minimal one, an LTC whose clock runs one unit ahead, the LSTM in
front of either, and a linear read-out.
"""

import torch
from torch import nn


def squash(x):
    return 1.7159 * torch.tanh(0.666 * x)


ACTIVATIONS = {
    "silu": nn.functional.silu,
    "relu": torch.relu,
    "tanh": torch.tanh,
    "gelu": nn.functional.gelu,
    "lecun": squash,
}


class CfcCell(nn.Module):
    def __init__(self, inputs, units, hparams):
        super().__init__()
        self.hparams = hparams
        width, layers = hparams["backbone_units"], hparams["backbone_layers"]
        self.backbone, place = nn.ModuleDict(), 0
        for depth in range(layers):
            self.backbone[str(place)] = nn.Linear(width if depth else inputs + units, width)
            place += 3 if depth and "backbone_dr" in hparams else 2
        heads = ["ff1"] if hparams.get("minimal") else ["ff1", "ff2", "time_a", "time_b"]
        for head in heads:
            self.add_module(head, nn.Linear(width, units))
        if hparams.get("minimal"):
            self.w_tau = nn.Parameter(torch.randn(1, units))
            self.A = nn.Parameter(torch.randn(1, units))

    def forward(self, x, h, elapsed):
        z = torch.cat([x, h], dim=1)
        for layer in self.backbone.values():
            z = ACTIVATIONS[self.hparams["backbone_activation"]](layer(z))
        dt, f = elapsed[:, None], self.ff1(z)
        if self.hparams.get("minimal"):
            return self.A * (1 - f * torch.exp(-(self.w_tau.abs() + f.abs()) * dt))
        gate = torch.sigmoid(self.time_a(z) * dt + self.time_b(z))
        kept = torch.tanh(f) * (1 if self.hparams.get("no_gate") else 1 - gate)
        return kept + gate * torch.tanh(self.ff2(z))


class LTCCell(nn.Module):
    def __init__(self, inputs, units, ode_unfolds=6, epsilon=1e-8):
        super().__init__()
        self._ode_unfolds, self._epsilon = ode_unfolds, epsilon
        for kind, sources in (("", units), ("sensory_", inputs)):
            self.register_parameter(f"{kind}w", nn.Parameter(torch.rand(sources, units)))
            self.register_parameter(f"{kind}mu", nn.Parameter(torch.rand(sources, units)))
            self.register_parameter(f"{kind}sigma", nn.Parameter(3 + torch.rand(sources, units)))
            self.register_parameter(f"{kind}erev", nn.Parameter(torch.randn(sources, units)))
        self.gleak = nn.Parameter(torch.rand(units))
        self.vleak = nn.Parameter(torch.randn(units))
        self.cm = nn.Parameter(0.4 + torch.rand(units))
        self.input_w = nn.Parameter(torch.randn(inputs))
        self.input_b = nn.Parameter(torch.randn(inputs))

    def forward(self, x, v, elapsed):
        def opened(kind, before):
            w, mu, sigma = (getattr(self, kind + n) for n in ("w", "mu", "sigma"))
            return w * torch.sigmoid(sigma * (before[:, :, None] - mu))

        capacity = self.cm * self._ode_unfolds / (elapsed[:, None] + 1)
        sensed = opened("sensory_", x * self.input_w + self.input_b)
        for _ in range(self._ode_unfolds):
            inner = opened("", v)
            pull = (inner * self.erev).sum(1) + (sensed * self.sensory_erev).sum(1)
            conductance = capacity + self.gleak + inner.sum(1) + sensed.sum(1)
            v = (capacity * v + self.gleak * self.vleak + pull) / (conductance + self._epsilon)
        return v


class Memory(nn.Module):
    def __init__(self, inputs, units):
        super().__init__()
        self.input_map = nn.Linear(inputs, 4 * units)
        self.recurrent_map = nn.Linear(units, 4 * units, bias=False)

    def forward(self, x, h, c):
        new, write, forget, show = (self.input_map(x) + self.recurrent_map(h)).chunk(4, 1)
        c = c * torch.sigmoid(1 + forget) + torch.sigmoid(write) * torch.tanh(new)
        return torch.sigmoid(show) * torch.tanh(c), c


class Cfc(nn.Module):
    """As the original, but that it also takes and gives the state and puts out every step."""

    def __init__(self, inputs, units, outputs, hparams=None, use_mixed=False, use_ltc=False):
        super().__init__()
        self.rnn_cell = LTCCell(inputs, units) if use_ltc else CfcCell(inputs, units, hparams)
        self.use_mixed = use_mixed
        if use_mixed:
            self.lstm = Memory(inputs, units)
        self.fc = nn.Linear(units, outputs)

    def forward(self, x, state, elapsed):
        h, *c = state
        outputs = []
        for t in range(x.shape[1]):
            if self.use_mixed:
                h, *c = self.lstm(x[:, t], h, *c)
            h = self.rnn_cell(x[:, t], h, elapsed[:, t])
            outputs.append(self.fc(h))
        return torch.stack(outputs, dim=1), (h, *c)
