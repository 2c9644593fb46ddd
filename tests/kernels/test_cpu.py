"""The compiled kernels equal the reference: outputs, final state and all gradients."""

import itertools

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from layers import BIDIRECTIONAL, LAYERS, D
from parity import check, outcome

from liquidtime import kernels
from liquidtime.nn import LTC, CfC
from liquidtime.wirings import AutoNCP

EVERY = LAYERS | {f"bidirectional_{name}": make for name, make in BIDIRECTIONAL.items()}
SERVED = [name for name, make in EVERY.items() if kernels.explain(make()).chosen == "cpu"]


def series(batch, steps, inputs=D):
    return torch.randn(batch, steps, inputs), torch.rand(batch, steps) * 2


def test_most_layers_are_served():
    assert len(SERVED) > 20
    assert not [name for name in EVERY if name not in SERVED and not name.count("ltc")]


@pytest.mark.parametrize("name", SERVED)
def test_every_layer(name, isa):
    layer = EVERY[name]()
    x, elapsed = series(7, 5)
    check(layer, x, 0.7)
    check(layer, x, elapsed)
    mask, lengths = torch.rand(7, 5) < 0.7, torch.tensor([5, 0, 3, 1, 5, 2, 4])
    mask[0] = False
    with_gradient = elapsed.requires_grad_("bidirectional" not in name)
    check(layer, x, with_gradient, mask, lengths)


KINDS = ("cfc", "relaxation", "ltc")
SIZES = list(itertools.product(KINDS, [1, 3, 17, 65], [1, 7, 63], [1, 2, 97]))
# The reference of the largest LTCs takes minutes; their blocks are those of smaller ones.
SIZES = [s for s in SIZES if s[0] != "ltc" or s[1] * s[2] * s[3] <= 17 * 63 * 2]


@pytest.mark.parametrize(("kind", "hidden", "batch", "steps"), SIZES)
def test_odd_sizes(kind, hidden, batch, steps):
    if kind == "ltc":
        layer = LTC(D, hidden)
    else:
        variant = "gated" if kind == "cfc" else kind
        layer = CfC(D, hidden, variant=variant, backbone_units=2 * hidden + 1)
    x, elapsed = series(batch, steps)
    check(layer, x, elapsed.requires_grad_())


@pytest.mark.parametrize("activation", ["lecun_tanh", "silu", "relu", "tanh", "gelu"])
@pytest.mark.parametrize("layers", [0, 1, 3])
@pytest.mark.parametrize("variant", ["gated", "no_gate", "closed_form", "relaxation"])
def test_backbones_with_dropout(variant, layers, activation):
    layer = CfC(
        D,
        9,
        variant=variant,
        activation=activation,
        backbone_units=19,
        backbone_layers=layers,
        backbone_dropout=0.4,
    )
    x, elapsed = series(11, 6)
    check(layer, x, elapsed)


@pytest.mark.parametrize(
    "make",
    [
        lambda: CfC(D, 9),
        lambda: CfC(D, 9, variant="relaxation"),
        lambda: LTC(D, wiring=AutoNCP(13, 2)),
    ],
)
def test_more_samples_than_a_slice_and_more_steps_than_a_chunk(make):
    x, elapsed = series(150, 19)
    check(make(), x, elapsed)


@pytest.mark.parametrize("make", [lambda: CfC(D, 9), lambda: LTC(D, 5)])
def test_inputs_of_any_strides(make):
    x, elapsed = series(7, 6)
    layer = make()
    plain = check(layer, x, elapsed)
    turned = check(
        layer, x.transpose(0, 1).contiguous().transpose(0, 1), elapsed.t().contiguous().t()
    )
    for name, part in plain.items():
        assert torch.equal(part, turned[name]), name


REPEATED = ("gated", "memory_as_state", "auto_ncp", "relaxation_memory", "ltc", "ltc_auto_ncp")


@pytest.mark.parametrize("name", REPEATED)
def test_repeats_to_the_bit_and_no_sample_looks_at_another(name, isa):
    layer = LAYERS[name]()
    x, elapsed = series(37, 4)
    mask = torch.rand(37, 4) < 0.8
    first = outcome(layer, "cpu", torch.float32, x, elapsed, mask, None)
    again = outcome(layer, "cpu", torch.float32, x, elapsed, mask, None)
    torch.set_num_threads(2)
    two = outcome(layer, "cpu", torch.float32, x, elapsed, mask, None)
    torch.set_num_threads(1)
    for part, wanted in first.items():
        assert torch.equal(again[part], wanted), part
        torch.testing.assert_close(
            two[part], wanted, rtol=1e-5, atol=1e-5 * float(wanted.abs().max())
        )
    for part in ("output", "h", "of x"):
        assert torch.equal(two[part], first[part]), part
    layer.backend = "cpu"
    for i in (0, 8, 36):
        alone, _ = layer(x[i : i + 1], elapsed=elapsed[i : i + 1], mask=mask[i : i + 1])
        assert torch.equal(alone[0], first["output"][i])


@pytest.mark.parametrize("name", ["gated", "closed_form", "auto_ncp", "ltc", "memory_as_input"])
def test_skipped_steps_may_hold_anything(name):
    layer = LAYERS[name]()
    x, elapsed = series(5, 4)
    mask = torch.tensor([[1, 0, 1, 1], [0, 0, 0, 0], [1, 1, 1, 1], [0, 1, 0, 1], [1, 1, 0, 0]]) > 0
    wanted = check(layer, x, elapsed, mask)
    x = torch.where(mask[..., None], x, torch.nan)
    layer.backend = "cpu"
    output, _ = layer(x, elapsed=elapsed, mask=mask)
    assert torch.equal(output, wanted["output"])


@pytest.mark.parametrize(
    "make", [lambda: CfC(D, 9), lambda: CfC(D, wiring=AutoNCP(13, 2)), lambda: LTC(D, 5)]
)
@pytest.mark.parametrize("shape", [(0, 3), (3, 0)])
def test_nothing_to_do(make, shape):
    layer = make()
    layer.backend = "cpu"
    x = torch.randn(*shape, D, requires_grad=True)
    output, state = layer(x, elapsed=0.5)
    (output.sum() + state.h.sum()).backward()
    assert output.shape[:2] == shape
    assert not state.h.any()
    assert all(not p.grad.any() for p in layer.parameters() if p.grad is not None)


@pytest.mark.parametrize("extreme", [0.0, 1e-30, 1e6, 1e30])
@pytest.mark.parametrize(
    "name",
    [
        "gated",
        "no_gate",
        "closed_form",
        "relaxation",
        "auto_ncp",
        "relaxation_auto_ncp",
        "ltc",
        "ltc_exponential",
    ],
)
def test_extreme_gaps(name, extreme):
    layer = LAYERS[name]()
    x, _ = series(3, 4)
    layer.backend = "cpu"
    ours, _ = layer(x, elapsed=torch.full((3, 4), extreme))
    layer.backend = "reference"
    wanted, _ = layer(x, elapsed=torch.full((3, 4), extreme))
    torch.testing.assert_close(ours, wanted, atol=2e-5, rtol=0)


@given(data=st.data())
@settings(max_examples=40)
def test_any_shape(data):
    draw = data.draw
    hidden, inputs = draw(st.integers(1, 40)), draw(st.integers(1, 40))
    batch, steps = draw(st.integers(1, 70)), draw(st.integers(1, 12))
    torch.manual_seed(draw(st.integers(0, 99)))
    if draw(st.booleans()):
        layer = CfC(
            inputs,
            hidden,
            variant=draw(st.sampled_from(["gated", "no_gate", "closed_form", "relaxation"])),
            backbone_units=draw(st.integers(1, 70)),
            backbone_layers=draw(st.integers(0, 2)),
            mixed_memory=draw(st.sampled_from([False, "state", "input"])),
        )
    else:
        layer = LTC(
            inputs, min(hidden, 12), integrator=draw(st.sampled_from(["fused", "exponential"]))
        )
    mask = torch.rand(batch, steps) < 0.8 if draw(st.booleans()) else None
    lengths = torch.randint(0, steps + 1, (batch,)) if draw(st.booleans()) else None
    elapsed = torch.rand(batch, steps) if draw(st.booleans()) else 0.3
    check(layer, torch.randn(batch, steps, inputs), elapsed, mask, lengths)
