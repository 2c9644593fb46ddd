"""Weights of ncps as layers of this library, and back: same outputs, states and gradients."""

import copy
import pickle
import warnings

import ncps.torch
import numpy as np
import pytest
import torch
from ncps import wirings
from ncps_layers import ALL, CFC, LTC, WIRED, B, D, T, agree, batch, flat, gradients, loop
from torch.func import functional_call

from liquidtime import nn
from liquidtime.compat import ncps as ours
from liquidtime.compat.build import cfc_layer_entries, ltc_layer_entries, partly_wired_entries
from liquidtime.compat.partly_wired import PartlyWiredCfC
from liquidtime.nn import RecurrentState
from liquidtime.wirings import NCP, AutoNCP, Circuit


def settings(case):
    """What a state dict does not tell, as arguments of `from_ncps`."""
    known = ("mode", "activation", "epsilon", "ode_unfolds", "implicit_param_constraints")
    told = {name: value for name, value in case.options.items() if name in known}
    if case.kind == "LTC" and case.options.get("output_mapping", "affine") is None:
        told["output_size"] = case.units().output_dim
    return told


def run(layer, given):
    """A converted layer on the given batch, its state in ncps's form."""
    output, state = layer(given.x, ours.state_from_ncps(layer, given.state), elapsed=given.elapsed)
    return flat(output, ours.state_to_ncps(layer, state))


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize("form", ["module", "state_dict"])
def test_outputs_and_states(name, form):
    theirs = ALL[name].theirs()
    if form == "module":
        layer = ours.from_ncps(theirs)
    else:
        layer = ours.from_ncps(theirs.state_dict(), **settings(ALL[name]))
    assert isinstance(layer, PartlyWiredCfC if name in WIRED else getattr(nn, ALL[name].kind))
    given = batch(theirs)
    agree(run(layer, given), flat(*loop(theirs, given)))


@pytest.mark.parametrize("name", ALL)
def test_all_gradients(name):
    """After the weights that ncps keeps: the conversion is differentiated along with the layer."""
    theirs = ALL[name].theirs()
    layer, given = ours.from_ncps(theirs), batch(theirs)
    trained = {n: p for n, p in theirs.named_parameters() if p.requires_grad}
    if name in CFC:
        entries = cfc_layer_entries(trained)
    elif name in WIRED:
        entries = partly_wired_entries(trained, layer.cells[0].circuit)
    else:
        cell = theirs.rnn_cell
        entries = ltc_layer_entries(
            trained,
            layer.cells[0].circuit,
            implicit=cell._implicit_param_constraints,
            epsilon=cell._epsilon,
        )
    assert entries.keys() >= dict(layer.named_parameters()).keys()
    state = ours.state_from_ncps(layer, given.state)
    output, after = functional_call(layer, entries, (given.x, state), {"elapsed": given.elapsed})
    got = flat(output, ours.state_to_ncps(layer, after))
    expected = flat(*loop(theirs, given))
    leaves = [*given.leaves, *trained.values()]
    agree(gradients(got, leaves), gradients(expected, leaves))


@pytest.mark.parametrize("name", ALL)
def test_there_and_back(name):
    theirs = ALL[name].theirs()
    stored = ours.to_ncps(ours.from_ncps(theirs))
    expected = theirs.state_dict()
    assert stored.keys() == expected.keys()
    agree([stored[key] for key in expected], expected.values())
    again = copy.deepcopy(theirs)
    for parameter in again.parameters():
        parameter.data.fill_(torch.nan)
    again.load_state_dict(stored)
    given = batch(theirs)
    agree(flat(*loop(again, given)), flat(*loop(theirs, given)))


@pytest.mark.parametrize("name", [*WIRED, *LTC])
def test_entries_without_a_synapse_come_back_bit_by_bit(name):
    theirs = ALL[name].theirs()
    with torch.no_grad():
        for parameter in theirs.parameters():
            if parameter.requires_grad:
                parameter.add_(0.1)
    layer = ours.from_ncps(theirs)
    with torch.no_grad():
        for parameter in layer.parameters():
            parameter.add_(0.05)
    for kept in (layer, copy.deepcopy(layer), pickle.loads(pickle.dumps(layer))):
        stored, masked = ours.to_ncps(kept), 0
        for key, value in theirs.state_dict().items():
            *path, last = key.split(".")
            mask = ".".join(
                [*path, "sensory_sparsity_mask" if "sensory_" in last else "sparsity_mask"]
            )
            if name in LTC and value.dim() == 2 and last[-4:] != "mask" and path == ["rnn_cell"]:
                dead = theirs.state_dict()[mask] == 0
                masked += int(dead.sum())
                assert torch.equal(stored[key][dead], value[dead])
                assert not torch.isclose(stored[key][~dead], value[~dead]).any()
        assert masked or name in WIRED or name in ("ltc", "ltc_explicit", "ltc_memory")


def test_dead_entries_of_a_wired_cfc_are_parameters_without_effect():
    theirs = WIRED["wired"].theirs()
    layer, given = ours.from_ncps(theirs), batch(theirs)
    group = layer.cells[0].groups[0]
    assert group.mask[: 2 * 7].logical_not().any()
    assert group.mask[2 * 7 :].all()
    expected = run(layer, given)
    with torch.no_grad():
        group.heads.weight[~group.mask] += 100.0
    agree(run(layer, given), expected)


@pytest.mark.parametrize("name", ["default", "pure", "memory_pure", "deep", "ltc", "ltc_explicit"])
def test_float32(name):
    theirs = ALL[name].theirs()
    given = batch(theirs)
    expected = loop(theirs, given)[0].float()
    layer = ours.from_ncps(theirs.float())
    assert next(layer.parameters()).dtype == torch.float32
    state = ours.state_from_ncps(layer, given.state)
    got = layer(given.x.float(), state, elapsed=given.elapsed)[0]
    torch.testing.assert_close(got, expected, atol=2e-5, rtol=0)


def test_zero_and_negative_values_of_explicit_constraints():
    theirs = LTC["ltc_ncp_explicit"].theirs()
    cell = theirs.rnn_cell
    with torch.no_grad():
        cell.w[::2] = 0.0
        cell.sensory_w[0] = 0.0
        cell.gleak[:4] = 0.0
        cell.cm[4:6] = 0.0
    layer, given = ours.from_ncps(theirs), batch(theirs)
    assert all(p.isfinite().all() for p in layer.parameters())
    agree(run(layer, given), flat(*loop(theirs, given)))
    stored = ours.to_ncps(layer)
    for key, value in theirs.state_dict().items():
        assert torch.equal(stored[key] == 0, value == 0), key
        torch.testing.assert_close(stored[key], value, atol=1e-12, rtol=1e-12)
    with torch.no_grad():
        cell.w[1:3] = -0.4
        cell.cm[7] = -0.1
    with pytest.warns(UserWarning, match="cm, w have negative entries") as said:
        clipped = ours.from_ncps(theirs)
    assert said[0].filename == __file__
    cell.apply_weight_constraints()
    agree(run(clipped, given), flat(*loop(theirs, given)))


def test_negative_entries_without_a_synapse_are_nobody_s_business():
    theirs = LTC["ltc_custom_explicit"].theirs()
    with torch.no_grad():
        theirs.rnn_cell.w[theirs.rnn_cell.sparsity_mask == 0] = -1.0
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        ours.from_ncps(theirs)


@pytest.mark.parametrize("implicit", [True, False])
@pytest.mark.parametrize("epsilon", [0.0, 1e-8, 1e-2])
def test_any_layer_of_ours_goes_to_ncps(implicit, epsilon):
    """Layers that never came from there: sizes and wiring given, random weights."""
    wiring = wirings.Wiring(6)
    circuit = AutoNCP(6, 2).build(D)
    wiring.set_output_dim(2)
    wiring.build(D)
    wiring.adjacency_matrix[:] = circuit.adjacency
    wiring.sensory_adjacency_matrix[:] = circuit.sensory_adjacency
    layer = nn.LTC(D, wiring=circuit, mixed_memory=True, unfolds=4).double()
    stored = ours.to_ncps(layer, implicit_param_constraints=implicit, epsilon=epsilon)
    theirs = ncps.torch.LTC(
        D,
        wiring,
        mixed_memory=True,
        ode_unfolds=4,
        epsilon=epsilon,
        implicit_param_constraints=implicit,
    ).double()
    theirs.load_state_dict(stored)
    given = batch(theirs)
    expected = flat(*loop(theirs, given))
    agree(run(layer, given), expected)
    dead = {n: (m == 0) for n, m in theirs.state_dict().items() if n.endswith("mask")}
    assert (stored["rnn_cell.mu"][dead["rnn_cell.sparsity_mask"]] == 0).all()


@pytest.mark.parametrize("variant", ["gated", "no_gate", "closed_form"])
def test_any_cfc_of_ours_goes_to_ncps(variant):
    mode = {"gated": "default", "closed_form": "pure"}.get(variant, variant)
    layer = nn.CfC(
        D, 5, variant=variant, backbone_layers=3, backbone_dropout=0.2, proj_size=2
    ).double()
    theirs = ncps.torch.CfC(
        D, 5, proj_size=2, mode=mode, backbone_layers=3, backbone_dropout=0.2
    ).double()
    theirs.load_state_dict(ours.to_ncps(layer))
    given = batch(theirs)
    agree(run(layer.eval(), given), flat(*loop(theirs.eval(), given)))
    back = ours.from_ncps(theirs)
    assert back.cells[0].backbone_dropout == 0.2
    agree(back.state_dict().values(), layer.state_dict().values())


def test_a_leak_weaker_than_epsilon_keeps_its_current():
    layer = nn.LTC(D, 4).double()
    with torch.no_grad():
        layer.cells[0].raw_leak_conductance.fill_(-25.0)  # g = 1e-11, ε = 1e-8
        layer.cells[0].leak_potential.fill_(1e6)
    stored = ours.to_ncps(layer, implicit_param_constraints=False)
    current = layer.cells[0].leak_conductance * 1e6
    torch.testing.assert_close(stored["rnn_cell.gleak"] * stored["rnn_cell.vleak"], current)


@pytest.mark.parametrize("name", ["wired", "wired_ncp", "wired_random", "wired_memory"])
def test_the_circuit_of_a_wired_cfc(name):
    theirs = WIRED[name].theirs()
    known = ours.from_ncps(theirs).cells[0].circuit
    guessed = ours.from_ncps(theirs.state_dict(), **settings(WIRED[name])).cells[0].circuit
    assert np.array_equal(known.adjacency, theirs.wiring.adjacency_matrix)
    assert np.array_equal(known.sensory_adjacency, theirs.wiring.sensory_adjacency_matrix)
    assert known.layers == guessed.layers
    assert known.layer_names == guessed.layer_names
    assert np.array_equal(known.sensory_adjacency != 0, guessed.sensory_adjacency != 0)


def test_a_wired_cfc_whose_mask_was_changed():
    theirs = WIRED["wired_ncp"].theirs()
    with torch.no_grad():
        theirs.rnn_cell.layer_1.sparsity_mask[:, :6] = 0.0
    layer, given = ours.from_ncps(theirs), batch(theirs)
    agree(run(layer, given), flat(*loop(theirs, given)))
    agree(ours.to_ncps(layer).values(), [theirs.state_dict()[k] for k in ours.to_ncps(layer)])


@pytest.mark.parametrize("name", ["ltc_auto_ncp", "ltc_custom", "ltc_random"])
def test_the_circuit_of_an_ltc(name):
    theirs = LTC[name].theirs()
    circuit = ours.from_ncps(theirs).cells[0].circuit
    assert np.array_equal(circuit.adjacency, theirs._wiring.adjacency_matrix)
    assert circuit.output_size == theirs._wiring.output_dim
    with torch.no_grad():
        theirs.rnn_cell.erev.neg_()
    guessed = ours.from_ncps(theirs.state_dict(), **settings(LTC[name])).cells[0].circuit
    assert np.array_equal(guessed.adjacency != 0, circuit.adjacency != 0)
    present = circuit.adjacency != 0
    signs = np.sign(theirs.rnn_cell.erev.detach().numpy())
    assert np.array_equal(guessed.adjacency[present], signs[present])


@pytest.mark.parametrize("name", ["wired_memory", "ltc_wired_memory", "memory"])
def test_states_go_both_ways(name):
    theirs = ALL[name].theirs()
    layer, given = ours.from_ncps(theirs), batch(theirs)
    state = ours.state_from_ncps(layer, given.state)
    assert isinstance(state, RecurrentState) and state.h.shape == (1, B, theirs.state_size)
    for back, was in zip(ours.state_to_ncps(layer, state), given.state, strict=True):
        assert torch.equal(back, was)
    single = ours.state_from_ncps(layer, (given.h[0], given.c[0]))
    torch.testing.assert_close(single.h, state.h[:, 0])
    if name == "wired_memory":  # motor neurons last there, first here
        assert torch.equal(state.h[0, :, :2], given.h[:, -2:])
        assert torch.equal(layer.cells[0].readout(state.h[0]), given.h[:, -2:])


def test_the_face_of_a_partly_wired_layer():
    """Masks, lengths, times and steps, as any layer of `liquidtime.nn` takes them."""
    theirs = WIRED["wired_memory"].theirs()
    layer, given = ours.from_ncps(theirs), batch(theirs)
    whole, end = layer(given.x, elapsed=given.elapsed)
    state, outputs = None, []
    for t in range(T):
        output, state = layer.step(given.x[:, t], state, given.elapsed[:, t])
        outputs.append(output)
    torch.testing.assert_close(torch.stack(outputs, 1), whole)
    torch.testing.assert_close(state.h, end.h)
    lengths = torch.tensor([7, 3, 5, 1, 7])
    padded, _ = layer(given.x, times=given.elapsed.cumsum(1), lengths=lengths)
    assert (padded[1, 3:] == 0).all()
    before = copy.deepcopy(layer.state_dict())
    layer.reset_parameters()
    for key, value in layer.state_dict().items():
        buffer = key.split(".")[-1].startswith(("mask", "neurons", "sources"))
        assert key.startswith("projection") or torch.equal(before[key], value) == buffer, key


def test_a_partly_wired_layer_differs_from_a_wired_one_by_its_masks():
    circuit = NCP(6, 4, 2, 3, 2, 3, 2).build(D)
    dense, sparse = PartlyWiredCfC(D, circuit), nn.CfC(D, wiring=circuit)
    for ours_, clean in zip(dense.cells[0].groups, sparse.cells[0].groups, strict=True):
        assert ours_.mask.shape == clean.mask.shape
        assert ours_.mask.sum() > clean.mask.sum()
        f, g, a, b = ours_.mask.chunk(4)
        units = len(f)
        assert torch.equal(f, g) and a.all() and b.all()
        assert torch.equal(f[:, :-units], clean.mask[:units, :-units])
        assert f[:, -units:].all()
    assert dense.output_size == sparse.output_size == 2


def test_cells_and_drop_in_layers_are_sources_too():
    theirs = ncps.torch.CfCCell(D, 5, mode="no_gate", backbone_activation="gelu").double()
    layer = ours.from_ncps(theirs)
    x, h = torch.randn(4, D).double(), torch.randn(4, 5).double()
    output, _ = layer.step(x, RecurrentState(h[None]), 0.7)
    agree([output], [theirs(x, h, 0.7)[0]])
    for name in ("deep", "wired", "ltc_ncp_explicit"):
        case = ALL[name]
        theirs = case.theirs()
        drop_in = getattr(ours, case.kind)(
            D, getattr(theirs, "wiring", None) or getattr(theirs, "_wiring", 6), **case.options
        ).double()
        drop_in.load_state_dict(theirs.state_dict())
        a, b = ours.from_ncps(drop_in), ours.from_ncps(theirs)
        agree(a.parameters(), b.parameters())
        drop_in.load_state_dict(ours.to_ncps(a))


def test_conversion_draws_no_circle():
    """No gradient history, no shared memory."""
    theirs = CFC["default"].theirs()
    layer = ours.from_ncps(theirs)
    expected = theirs.rnn_cell.backbone[0].weight.clone()
    with torch.no_grad():
        layer.cells[0].groups[0].backbone[0].weight.zero_()
    assert torch.equal(theirs.rnn_cell.backbone[0].weight, expected)
    assert all(p.is_leaf and p.requires_grad for p in layer.parameters())


STATE = CFC["default"].theirs().state_dict()


@pytest.mark.parametrize(
    ("source", "options", "words"),
    [
        (CFC["default"].theirs(), {"mode": "no_gate"}, "given along with a module"),
        ({f"net.{k}": v for k, v in STATE.items()}, {}, "removeprefix"),
        (STATE, {"mode": "pure"}, "weights are those of 'default' or 'no_gate'"),
        (STATE, {"mode": "gated"}, "mode is 'gated'"),
        (STATE, {"activation": "sin"}, "activation is 'sin'"),
        (LTC["ltc_full"].theirs().state_dict(), {}, "pass output_size"),
        ({k: v for k, v in STATE.items() if "ff1.bias" not in k}, {}, "ff1.bias.*is missing"),
    ],
)
def test_what_cannot_be_read(source, options, words):
    with pytest.raises(ValueError, match=words):
        ours.from_ncps(source, **options)


@pytest.mark.parametrize(
    ("layer", "words"),
    [
        (nn.CfC(D, 4, 2), "stacked"),
        (nn.CfC(D, 4, bidirectional=True), "both directions"),
        (nn.CfC(D, 4, mixed_memory="input"), "'input'"),
        (nn.LTC(D, 4, integrator="rk4"), "'rk4'"),
        (nn.LTC(D, 4, proj_size=2), "projection"),
        (nn.CfC(D, wiring=AutoNCP(6, 2)), "time gates"),
    ],
)
def test_what_ncps_does_not_have(layer, words):
    with pytest.raises(ValueError, match=words):
        ours.to_ncps(layer)


def test_motor_neurons_with_a_custom_order_of_layers():
    """A wiring whose layers run against its numbers keeps the numbers of its neurons."""

    class Chain(wirings.Wiring):
        num_layers = 2

        def get_neurons_of_layer(self, layer_id):
            return [[3, 1], [0, 2]][layer_id]

    wiring = Chain(4)
    wiring.set_output_dim(2)
    wiring.build(D)
    for i, target in enumerate((3, 1, 3)):
        wiring.add_sensory_synapse(i, target, 1)
    wiring.add_synapse(3, 0, 1)
    wiring.add_synapse(1, 2, -1)
    theirs = ncps.torch.CfC(D, wiring).double()
    layer, given = ours.from_ncps(theirs), batch(theirs)
    assert layer.cells[0].circuit.layers == ((3, 1), (0, 2))
    assert isinstance(layer.cells[0].circuit, Circuit)
    agree(run(layer, given), flat(*loop(theirs, given)))
    state = ours.state_from_ncps(layer, given.h)
    assert torch.equal(state.h[0], given.h[:, [2, 1, 3, 0]])
    with torch.no_grad():
        theirs.rnn_cell.layer_0.sparsity_mask[0, 0] = 0.0
    pruned = ours.from_ncps(theirs)
    assert pruned.cells[0].circuit.layers == ((3, 1), (0, 2))
    agree(run(pruned, given), flat(*loop(theirs, given)))
