"""First and second derivatives against finite differences, in float64."""

import pytest
import torch
from torch.autograd import gradcheck, gradgradcheck

from liquidtime.nn import LTC, CfC, DiagonalCfC, RecurrentState
from liquidtime.wirings import AutoNCP

B, T, D = 2, 3, 2
LAYERS = {
    "gated": lambda: CfC(D, 3, backbone_units=4),
    "no_gate": lambda: CfC(D, 3, variant="no_gate", backbone_units=4, activation="gelu"),
    "closed_form": lambda: CfC(D, 3, variant="closed_form", backbone_units=4),
    "relaxation": lambda: CfC(D, 3, variant="relaxation", backbone_units=4),
    "memory": lambda: CfC(D, 3, backbone_units=4, mixed_memory=True),
    "diagonal": lambda: DiagonalCfC(D, 3, 2),
    "wired": lambda: CfC(D, wiring=AutoNCP(7, 2)),
    "bidirectional": lambda: CfC(D, 2, backbone_layers=0, bidirectional=True),
    "ltc": lambda: LTC(D, 3, unfolds=2),
    "ltc_exponential": lambda: LTC(D, 3, integrator="exponential", unfolds=2),
    "ltc_line": lambda: LTC(D, 3, integrator="closed_form_linear", unfolds=1),
    "ltc_line_extrapolated": lambda: LTC(
        D, 3, integrator="closed_form_linear", unfolds=2, nodes=2, sources="extrapolated"
    ),
    "ltc_line_iterated": lambda: LTC(
        D, 3, integrator="closed_form_linear", unfolds=1, nodes=2, sources="iterated"
    ),
    "ltc_wired": lambda: LTC(D, wiring=AutoNCP(7, 2), unfolds=2),
}


@pytest.mark.parametrize("name", LAYERS)
def test_first_and_second_derivatives(name):
    rnn = LAYERS[name]().double()
    layers, memory = len(rnn.cells), rnn.memory_layout is not None
    # Steps of lines are graphs several times as large.
    steps = 2 if "line" in name else T
    mask = torch.tensor([[True, False, True][:steps], [True] * steps])

    def run(x, elapsed, h, *parameters):
        state = RecurrentState(h, h if memory else None)
        names = [name for name, _ in rnn.named_parameters()]
        output, final = torch.func.functional_call(
            rnn,
            dict(zip(names, parameters, strict=True)),
            (x, state),
            {"elapsed": elapsed, "mask": mask, "lengths": torch.tensor([steps, steps - 1])},
        )
        return output, final.h

    inputs = [
        torch.randn(B, steps, D, dtype=torch.float64),
        0.2 + torch.rand(B, steps, dtype=torch.float64),
        torch.randn(layers, B, rnn.hidden_size, dtype=torch.float64),
        # No two reversal potentials equal: where they are, the smallest of them has a kink.
        *(p.detach() + 0.02 * torch.rand_like(p) for p in rnn.parameters()),
    ]
    inputs = [tensor.requires_grad_() for tensor in inputs]
    assert gradcheck(run, inputs, fast_mode=True)
    assert gradgradcheck(run, inputs, fast_mode=True)
