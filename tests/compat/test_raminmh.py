"""Weights of raminmh/CfC as layers of this library, and back."""

import copy

import pytest
import torch
from ncps_layers import B, D, T, agree, gradients
from raminmh_cfc import Cfc
from single_precision import near
from torch.func import functional_call

from liquidtime import kernels, nn
from liquidtime.compat.build import cfc_layer_entries, ltc_layer_entries
from liquidtime.compat.raminmh import from_raminmh, to_raminmh
from liquidtime.nn import RecurrentState
from liquidtime.wirings import AutoNCP

H, K = 6, 4


def hparams(**more):
    return {"backbone_activation": "silu", "backbone_units": 9, "backbone_layers": 1, **more}


CASES = {
    "default": ({"hparams": hparams()}, "gated"),
    "lecun": ({"hparams": hparams(backbone_activation="lecun", backbone_layers=2)}, "gated"),
    "no_gate": (
        {"hparams": hparams(no_gate=True, backbone_dr=0.1, backbone_layers=3)},
        "no_gate",
    ),
    "no_dropout": (
        {"hparams": hparams(backbone_dr=0.0, backbone_layers=3, backbone_activation="tanh")},
        "gated",
    ),
    "minimal": (
        {"hparams": hparams(minimal=True, no_gate=False, backbone_activation="gelu")},
        "closed_form",
    ),
    "mixed": ({"hparams": hparams(backbone_activation="relu"), "use_mixed": True}, "gated"),
    "ltc": ({"use_ltc": True}, None),
    "ltc_mixed": ({"use_ltc": True, "use_mixed": True}, None),
}


def theirs_of(name):
    torch.manual_seed(1)
    return Cfc(D, H, K, **CASES[name][0]).double()


def given(theirs):
    """Inputs, a state, irregular times; all want gradients."""
    x, elapsed = torch.randn(B, T, D).double(), 3 * torch.rand(B, T).double()
    state = [torch.randn(B, H).double() for _ in range(1 + theirs.use_mixed)]
    leaves = [x, elapsed, *state]
    for leaf in leaves:
        leaf.requires_grad_()
    return x, state, elapsed, leaves


def call(layer, x, state, elapsed, entries=None):
    """A converted layer; an LTC with the clock that its weights were trained for."""
    if isinstance(layer, nn.LTC):
        elapsed = elapsed + 1
    whole = RecurrentState(*(part[None] for part in state))
    arguments = (x, whole), {"elapsed": elapsed}
    if entries is None:
        output, after = layer(*arguments[0], **arguments[1])
    else:
        output, after = functional_call(layer, entries, *arguments)
    return [output, after.h[0], *(() if after.c is None else (after.c[0],))]


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("form", ["module", "state_dict"])
def test_outputs_and_states(name, form):
    theirs = theirs_of(name)
    options, variant = CASES[name]
    if form == "module":
        layer = from_raminmh(theirs)
    else:
        layer = from_raminmh(theirs.state_dict(), options.get("hparams"))
    assert variant is None or layer.cells[0].variant == variant
    x, state, elapsed, _ = given(theirs)
    output, after = theirs(x, state, elapsed)
    agree(call(layer.eval(), x, state, elapsed), [output, *after])


@pytest.mark.parametrize("name", CASES)
def test_in_single_precision_on_the_default_backend(name):
    theirs = theirs_of(name)
    layer = from_raminmh(theirs).float().eval()
    assert kernels.explain(layer).chosen == ("reference" if name == "ltc_mixed" else "cpu")
    x, state, elapsed, leaves = given(theirs)
    output, after = theirs(x, state, elapsed)
    truth = gradients([output, *after], leaves)
    x, elapsed, *state = (leaf.detach().float().requires_grad_() for leaf in leaves)
    leaves = [x, elapsed, *state]
    mine = call(layer, x, state, elapsed)
    rounded, rounded_after = copy.deepcopy(theirs).float()(x, state, elapsed)
    near(mine, [rounded, *rounded_after], [output, *after])
    near(gradients(mine, leaves), gradients([rounded, *rounded_after], leaves), truth)
    with torch.no_grad():
        near(call(layer, x, state, elapsed), [rounded, *rounded_after], [output, *after])


@pytest.mark.parametrize("name", CASES)
def test_all_gradients(name):
    theirs = theirs_of(name)
    layer = from_raminmh(theirs).eval()
    weights = dict(theirs.named_parameters())
    if isinstance(layer, nn.LTC):
        circuit = layer.cells[0].circuit
        entries = ltc_layer_entries(weights, circuit, implicit=False, epsilon=1e-8)
    else:
        entries = cfc_layer_entries(weights)
    x, state, elapsed, leaves = given(theirs)
    output, after = theirs(x, state, elapsed)
    leaves = [*leaves, *weights.values()]
    agree(
        gradients(call(layer, x, state, elapsed, entries), leaves),
        gradients([output, *after], leaves),
    )


@pytest.mark.parametrize("name", CASES)
def test_there_and_back(name):
    theirs = theirs_of(name)
    stored = to_raminmh(from_raminmh(theirs), CASES[name][0].get("hparams"))
    expected = theirs.state_dict()
    assert stored.keys() == expected.keys()
    agree([stored[key] for key in expected], expected.values())


def test_the_clock_of_the_ltc_runs_one_unit_ahead():
    theirs = theirs_of("ltc")
    layer = from_raminmh(theirs)
    x, state, elapsed, _ = given(theirs)
    plain, _ = layer(x, RecurrentState(state[0][None]), elapsed=elapsed)
    assert (plain - theirs(x, state, elapsed)[0]).abs().max() > 1e-3


def test_dropout_is_kept_where_there_is_any():
    assert from_raminmh(theirs_of("no_gate")).cells[0].backbone_dropout == 0.1
    single = Cfc(D, H, K, hparams(backbone_dr=0.5))
    assert from_raminmh(single).cells[0].backbone_dropout == 0.0


def test_clipped_values_are_named_where_the_caller_stands():
    theirs = theirs_of("ltc")
    with torch.no_grad():
        theirs.rnn_cell.gleak[0] = -1.0
    with pytest.warns(UserWarning, match="gleak have negative") as said:
        from_raminmh(theirs)
    assert said[0].filename == __file__


def test_layers_of_ours_go_there():
    layer = nn.LTC(D, H, proj_size=K, output_mapping=None).double()
    theirs = Cfc(D, H, K, use_ltc=True).double()
    theirs.load_state_dict(to_raminmh(layer))
    x, state, elapsed, _ = given(theirs)
    output, after = theirs(x, state, elapsed)
    agree(call(layer, x, state, elapsed), [output, *after])
    layer = nn.CfC(D, H, backbone_units=9, backbone_layers=2, proj_size=K).double()
    theirs = Cfc(D, H, K, hparams(backbone_activation="lecun", backbone_layers=2)).double()
    theirs.load_state_dict(to_raminmh(layer))
    output, after = theirs(x, state, elapsed)
    agree(call(layer, x, state, elapsed), [output, *after])


STATE = theirs_of("default").state_dict()


@pytest.mark.parametrize(
    ("source", "options", "words"),
    [
        (STATE, None, "hparams are missing"),
        (STATE, hparams(backbone_activation="sin"), "'sin'"),
        (STATE, hparams(minimal=True), "not those of the minimal"),
        ({k: v for k, v in STATE.items() if "ff2.bias" not in k}, hparams(), "ff2.bias"),
        ({f"net.{k}": v for k, v in STATE.items()}, hparams(), "part that is the Cfc"),
    ],
)
def test_what_cannot_be_read(source, options, words):
    with pytest.raises(ValueError, match=words):
        from_raminmh(source, options)


@pytest.mark.parametrize(
    ("layer", "words"),
    [
        (nn.CfC(D, H), "read-out"),
        (nn.CfC(D, H, 2, proj_size=K), "read-out"),
        (nn.CfC(D, H, proj_size=K, mixed_memory="input"), "'state'"),
        (nn.CfC(D, H, proj_size=K, backbone_layers=0), "without a backbone"),
        (nn.CfC(D, wiring=AutoNCP(H, 2), proj_size=K), "neither wirings"),
        (nn.LTC(D, H, proj_size=K), "no output mapping"),
        (nn.LTC(D, wiring=AutoNCP(H, 2), proj_size=K, output_mapping=None), "fully connected"),
    ],
)
def test_what_it_does_not_have(layer, words):
    with pytest.raises(ValueError, match=words):
        to_raminmh(layer)
