"""The options that set the first weights, as published settings have them."""

import pytest
import torch

from liquidtime.models import cfc
from liquidtime.models.contract import Shape
from liquidtime.nn import CfC
from liquidtime.wirings import AutoNCP


def seeded(**options):
    torch.manual_seed(3)
    return CfC(5, 7, backbone_units=6, backbone_layers=2, **options)


def test_the_gain_multiplies_matrices_and_nothing_else():
    plain, scaled = seeded(mixed_memory=True), seeded(mixed_memory=True, initial_gain=0.5)
    for (name, one), other in zip(plain.named_parameters(), scaled.parameters(), strict=True):
        inside = name.startswith("cells") and one.dim() == 2
        assert torch.allclose(other, one * (0.5 if inside else 1.0)), name


def test_the_gain_reaches_wired_cells_and_stays_when_drawn_anew():
    wired = CfC(3, wiring=AutoNCP(12, 2), initial_gain=1e-6)
    wired.reset_parameters()
    assert max(p.abs().max() for p in wired.parameters() if p.dim() == 2) < 1e-5


@pytest.mark.parametrize("bias", [-1.0, 0.6, 2.1])
def test_the_forget_gates_begin_with_the_bias(bias):
    layer = seeded(mixed_memory="input", forget_bias=bias)
    layer.reset_parameters()
    (memory,) = layer.memories
    candidate, write, forget, output = memory.bias.detach().chunk(4)
    assert torch.equal(forget, torch.full_like(forget, bias))
    for others in (candidate, write, output):
        assert not others.any()


def test_the_defaults_are_what_they_were():
    plain, same = seeded(mixed_memory=True), seeded(mixed_memory=True, initial_gain=1.0)
    for one, other in zip(plain.parameters(), same.parameters(), strict=True):
        assert torch.equal(one, other)
    assert torch.equal(plain.memories[0].bias.detach()[14:21], torch.ones(7))


def test_bad_numbers_are_refused():
    with pytest.raises(ValueError, match="initial_gain is 0"):
        CfC(2, 3, initial_gain=0.0)
    with pytest.raises(ValueError, match="forget_bias is nan"):
        CfC(2, 3, mixed_memory=True, forget_bias=float("nan"))


def test_the_options_of_the_model_reach_the_layer():
    config = cfc.Config(
        mixed_memory=True, memory_layout="input", forget_bias=2.1, initial_gain=0.1, hidden_size=8
    )
    layer = config.build(Shape(inputs=3, variables=3, outputs=2)).network.recurrent
    assert layer.memory_layout == "input"
    assert float(layer.memories[0].bias.detach()[16]) == pytest.approx(2.1)
    assert layer.cells[0].groups[0].initial_gain == 0.1
    assert cfc.Config(memory_layout="input").build(Shape(inputs=1, variables=1, outputs=1))
