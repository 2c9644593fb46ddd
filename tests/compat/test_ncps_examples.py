"""Programs written for ncps run unchanged with the drop-in, and learn the same step by step."""

import ncps.torch
import ncps.wirings
import numpy as np
import pytest
import torch
from torch import nn

from liquidtime.compat import ncps as ours

PACKAGES = ("ncps", "liquidtime.compat.ncps")

SINE = """
from ncps.torch import CfC, LTC
from ncps.wirings import NCP, AutoNCP, FullyConnected

phase = torch.linspace(0, 3 * torch.pi, 48)
inputs = torch.stack([phase.sin(), phase.cos()], -1)[None]
targets = (2 * phase).sin()[None, :, None]
losses = {}
for name, model in {
    "cfc": CfC(2, 32, proj_size=1, batch_first=True),
    "cfc, mixed memory": CfC(2, 32, proj_size=1, mixed_memory=True),
    "wired cfc": CfC(2, NCP(
        inter_neurons=16, command_neurons=8, motor_neurons=1, sensory_fanout=12,
        inter_fanout=4, recurrent_command_synapses=5, motor_fanin=8)),
    "wired cfc, mixed memory": CfC(2, AutoNCP(16, 1), mixed_memory=True),
    "ltc": LTC(2, FullyConnected(8, 1)),
    "ncp": LTC(2, AutoNCP(16, 1), batch_first=True),
}.items():
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    history = []
    for _ in range(15):
        prediction, hidden = model(inputs)
        loss = nn.MSELoss()(prediction, targets)
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        history.append(loss.item())
    losses[name] = history
"""

STACKED = """
import ncps.torch
from ncps.wirings import NCP

wiring = NCP(
    inter_neurons=12, command_neurons=8, motor_neurons=1, sensory_fanout=4, inter_fanout=4,
    recurrent_command_synapses=4, motor_fanin=6,
)

class Pilot(nn.Module):
    def __init__(self):
        super().__init__()
        self.head = nn.Sequential(
            nn.Conv1d(1, 6, 5, stride=3), nn.ReLU(), nn.Conv1d(6, 8, 5, stride=2), nn.ReLU(),
            nn.AdaptiveAvgPool1d(4), nn.Flatten(), nn.Linear(32, 8),
        )
        self.rnn = ncps.torch.LTC(8, wiring, batch_first=True)

    def forward(self, scans, hx=None):
        series, steps = scans.shape[:2]
        features = self.head(scans.flatten(0, 1)[:, None]).unflatten(0, (series, steps))
        return self.rnn(features, hx)

scans = torch.rand(4, 6, 61)
steering = scans[..., :30].mean(-1, keepdim=True) - scans[..., 31:].mean(-1, keepdim=True)
pilot = Pilot()
optimizer = torch.optim.Adam(pilot.parameters(), lr=0.01)
history = []
for _ in range(15):
    commands, _ = pilot(scans)
    loss = nn.functional.mse_loss(commands, steering)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    history.append(loss.item())
losses = {"stacked": history}

hx = None
for scan in scans[0]:  # closed loop, one scan at a time
    command, hx = pilot(scan[None, None], hx)
assert torch.allclose(command, pilot(scans[:1])[0][:, -1:], atol=1e-5)
assert hx.shape == (1, 21)
assert wiring.get_graph().number_of_nodes() == 21 + 8
"""

CLIPPED = """
from ncps.torch import LTCCell
from ncps.wirings import FullyConnected

class Sequence(nn.Module):
    def __init__(self, rnn_cell):
        super().__init__()
        self.rnn_cell = rnn_cell

    def forward(self, x):
        h = torch.zeros(x.size(0), self.rnn_cell.state_size)
        outputs = []
        for t in range(x.size(1)):
            output, h = self.rnn_cell.forward(x[:, t], h)
            outputs.append(output)
        return torch.stack(outputs, dim=1)

phase = torch.linspace(0, 3 * torch.pi, 24)
inputs = torch.stack([phase.sin(), phase.cos()], -1)[None]
targets = (2 * phase).sin()[None, :, None]
model = Sequence(LTCCell(FullyConnected(8, 1), 2))
optimizer = torch.optim.Adam(model.parameters(), lr=0.05)
history = []
for _ in range(15):
    loss = nn.functional.mse_loss(model(inputs), targets)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    model.rnn_cell.apply_weight_constraints()
    history.append(loss.item())
losses = {"clipped": history}
assert (model.rnn_cell.w >= 0).all() and (model.rnn_cell.w == 0).any()
"""


def run(program, package):
    """Run a program with another package in the place of ncps; its losses."""
    program = program.replace("import ncps.torch", f"import {package} as ncps")
    program = program.replace("from ncps.", f"from {package}.")
    assert package == "ncps" or "from ncps" not in program
    torch.manual_seed(0)
    space = {"torch": torch, "nn": nn, "__name__": "program"}
    exec(compile(program, package, "exec"), space)
    return space["losses"]


@pytest.mark.parametrize("program", [SINE, STACKED, CLIPPED], ids=["sine", "stacked", "clipped"])
@pytest.mark.parametrize("package", PACKAGES)
def test_it_runs_and_learns(program, package):
    for name, losses in run(program, package).items():
        assert min(losses) < losses[0], name


MODELS = {
    "cfc": ("CfC", 12, {"proj_size": 1, "backbone_units": 20}),
    "cfc_memory": ("CfC", 8, {"proj_size": 1, "mixed_memory": True}),
    "cfc_pure": ("CfC", 12, {"proj_size": 1, "mode": "pure"}),
    "wired_cfc": ("CfC", (16, 1), {}),
    "wired_cfc_memory": ("CfC", (16, 1), {"mixed_memory": True}),
    "ltc": ("LTC", (16, 1), {}),
    "ltc_memory": ("LTC", (9, 1), {"mixed_memory": True}),
    "ltc_explicit": ("LTC", (9, 1), {"implicit_param_constraints": False}),
}


def learn(model, inputs, targets):
    """Losses of some training steps, from a zero state in float64 (that of ncps is float32)."""
    h = inputs.new_zeros(len(inputs), model.state_size)
    state = (h, h) if model.use_mixed else h
    trained = [p for p in model.parameters() if p.requires_grad]
    optimizer = torch.optim.AdamW(trained, lr=0.02, weight_decay=0.1)
    losses = []
    for _ in range(10):
        loss = nn.functional.mse_loss(model(inputs, state)[0], targets)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        if hasattr(model.rnn_cell, "apply_weight_constraints"):
            model.rnn_cell.apply_weight_constraints()
        losses.append(loss.item())
    return losses


@pytest.mark.parametrize("name", MODELS)
def test_losses_agree_step_by_step(name):
    """Same seed, wiring, optimiser and data in float64: the same run to 1e-9."""
    kind, units, options = MODELS[name]
    units = ncps.wirings.AutoNCP(*units) if isinstance(units, tuple) else units
    inputs, targets = torch.randn(4, 9, 2).double(), torch.rand(4, 9, 1).double()
    losses = []
    for package in (ncps.torch, ours.torch):
        torch.manual_seed(3)
        model = getattr(package, kind)(2, units, **options).double()
        losses.append(learn(model, inputs, targets))
    np.testing.assert_allclose(losses[1], losses[0], rtol=0, atol=1e-9)
    assert losses[0][-1] < losses[0][0]
