"""ncps's layers of every kind with random weights, and its cells looped as the oracle.

Its layers squeeze each step's elapsed times to [B], which does not fit [B, units]: batches with
their own times fail or mix up series and units. Its cells are right, given [B, 1].
"""

from collections.abc import Callable
from dataclasses import dataclass, field

import ncps.torch
import torch
from ncps import wirings

B, T, D = 5, 7, 3


@dataclass(frozen=True)
class Case:
    kind: str
    units: Callable[[], object]
    options: dict = field(default_factory=dict)

    def theirs(self):
        """A layer of ncps, in float64, all of its weights random."""
        layer = getattr(ncps.torch, self.kind)(D, self.units(), **self.options).double()
        with torch.no_grad():
            for name, parameter in layer.named_parameters():
                if parameter.requires_grad:
                    parameter.add_(0.3 * torch.randn_like(parameter))
                    if self.explicit and name.split(".")[-1] in ("w", "sensory_w", "cm", "gleak"):
                        parameter.abs_().add_(0.01)
        return layer

    @property
    def explicit(self):
        return self.options.get("implicit_param_constraints") is False


def custom():
    """A wiring by hand: synapses both ways, some neurons without any."""
    wiring = wirings.Wiring(6)
    wiring.set_output_dim(2)
    wiring.build(D)
    for source, target, polarity in [(2, 0, 1), (0, 2, -1), (3, 1, 1), (1, 1, -1), (4, 3, 1)]:
        wiring.add_synapse(source, target, polarity)
    for source, target, polarity in [(0, 4, 1), (1, 2, -1), (2, 3, 1)]:
        wiring.add_sensory_synapse(source, target, polarity)
    return wiring


def number():
    return 6


def auto_ncp():
    return wirings.AutoNCP(13, 2)


def ncp():
    return wirings.NCP(6, 4, 2, 3, 2, 3, 2)


def sparse():
    return wirings.Random(9, 4, sparsity_level=0.6)


def full():
    return wirings.FullyConnected(6, 2, self_connections=False)


CFC = {
    "default": Case("CfC", number),
    "pure": Case("CfC", number, {"mode": "pure", "activation": "silu"}),
    "no_gate": Case("CfC", number, {"mode": "no_gate", "activation": "gelu"}),
    "deep": Case("CfC", number, {"backbone_layers": 3, "backbone_units": 9, "activation": "relu"}),
    "no_backbone": Case("CfC", number, {"backbone_layers": 0}),
    "tanh": Case("CfC", number, {"activation": "tanh", "backbone_units": 20}),
    "projected": Case("CfC", number, {"proj_size": 4}),
    "memory": Case("CfC", number, {"mixed_memory": True}),
    "memory_pure": Case("CfC", number, {"mixed_memory": True, "mode": "pure", "proj_size": 2}),
}
WIRED = {
    "wired": Case("CfC", auto_ncp),
    "wired_ncp": Case("CfC", ncp, {"mode": "no_gate"}),
    "wired_pure": Case("CfC", auto_ncp, {"mode": "pure"}),
    "wired_random": Case("CfC", sparse),
    "wired_full": Case("CfC", full, {"mode": "pure"}),
    "wired_custom": Case("CfC", custom),
    "wired_memory": Case("CfC", auto_ncp, {"mixed_memory": True, "proj_size": 3}),
    "wired_memory_pure": Case("CfC", ncp, {"mixed_memory": True, "mode": "pure"}),
}
LTC = {
    "ltc": Case("LTC", number),
    "ltc_explicit": Case("LTC", number, {"implicit_param_constraints": False}),
    "ltc_auto_ncp": Case("LTC", auto_ncp),
    "ltc_ncp_explicit": Case("LTC", ncp, {"implicit_param_constraints": False, "ode_unfolds": 3}),
    "ltc_random": Case("LTC", sparse, {"input_mapping": "linear", "output_mapping": "linear"}),
    "ltc_full": Case("LTC", full, {"input_mapping": None, "output_mapping": None}),
    "ltc_custom": Case("LTC", custom, {"epsilon": 1e-3}),
    "ltc_custom_explicit": Case(
        "LTC", custom, {"implicit_param_constraints": False, "epsilon": 1e-3}
    ),
    "ltc_memory": Case("LTC", number, {"mixed_memory": True}),
    "ltc_wired_memory": Case(
        "LTC", auto_ncp, {"mixed_memory": True, "implicit_param_constraints": False}
    ),
}
ALL = CFC | WIRED | LTC


@dataclass(frozen=True)
class Batch:
    """Inputs, initial state and irregular times of a batch; all want gradients."""

    x: torch.Tensor
    h: torch.Tensor
    c: torch.Tensor | None
    elapsed: torch.Tensor

    @property
    def state(self):
        return self.h if self.c is None else (self.h, self.c)

    @property
    def leaves(self):
        return [t for t in (self.x, self.h, self.c, self.elapsed) if t is not None]


def batch(layer, series=B, steps=T):
    def leaf(values):
        return values.double().requires_grad_()

    shape = series, layer.state_size
    return Batch(
        leaf(torch.randn(series, steps, D)),
        leaf(0.5 * torch.randn(*shape)),
        leaf(torch.randn(*shape)) if layer.use_mixed else None,
        leaf(torch.rand(series, steps) * 3 + 0.01),
    )


def loop(layer, given):
    """The cells of an ncps layer over a batch with its own times: outputs and final state."""
    h, c, outputs = given.h, given.c, []
    for x, elapsed in zip(given.x.unbind(1), given.elapsed.unbind(1), strict=True):
        if layer.use_mixed:
            h, c = layer.lstm(x, (h, c))
        output, h = layer.rnn_cell(x, h, elapsed.unsqueeze(1))
        outputs.append(layer.fc(output) if hasattr(layer, "fc") else output)
    return torch.stack(outputs, dim=1), h if c is None else (h, c)


def flat(output, state):
    """Outputs and states as a list of tensors."""
    return [output, *((state,) if isinstance(state, torch.Tensor) else state)]


def score(tensors):
    """One number that depends on every entry."""
    total = 0
    for i, tensor in enumerate(tensors):
        weights = torch.arange(1, tensor.numel() + 1, dtype=tensor.dtype).reshape(tensor.shape)
        total = total + (torch.sin(weights + i) * tensor).sum()
    return total


def gradients(tensors, leaves):
    """Gradients of the score; zeros where a leaf has no effect."""
    found = torch.autograd.grad(score(tensors), leaves, allow_unused=True)
    return [torch.zeros_like(x) if g is None else g for g, x in zip(found, leaves, strict=True)]


def agree(ours, theirs):
    """Equal to 1e-9, one by one."""
    for a, b in zip(ours, theirs, strict=True):
        assert a.dtype == torch.float64
        torch.testing.assert_close(a, b, atol=1e-9, rtol=0)
