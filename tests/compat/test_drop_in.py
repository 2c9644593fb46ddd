"""`liquidtime.compat.ncps` computes, learns and stores what ncps does, right for batches too."""

import copy
import pickle

import ncps.torch
import pytest
import torch
from ncps_layers import (
    ALL,
    CFC,
    LTC,
    B,
    Case,
    D,
    T,
    agree,
    auto_ncp,
    batch,
    flat,
    full,
    gradients,
    loop,
    ncp,
)

from liquidtime import kernels
from liquidtime.compat import ncps as ours


def twin(case, theirs):
    """The drop-in layer with the weights of a layer of ncps, loaded as a state dict."""
    units = getattr(theirs, "wiring", None) or getattr(theirs, "_wiring", None) or case.units()
    layer = getattr(ours, case.kind)(D, units, **case.options).double()
    layer.load_state_dict(theirs.state_dict())
    return layer


@pytest.mark.parametrize("name", ALL)
def test_outputs_states_and_all_gradients(name):
    theirs = ALL[name].theirs()
    layer, given = twin(ALL[name], theirs), batch(theirs)
    expected = flat(*loop(theirs, given))
    got = flat(*layer(given.x, given.state, timespans=given.elapsed))
    agree(got, expected)
    trained = {n: p for n, p in theirs.named_parameters() if p.requires_grad}
    mine = dict(layer.named_parameters())
    assert mine.keys() == trained.keys()
    agree(
        gradients(got, [*given.leaves, *mine.values()]),
        gradients(expected, [*given.leaves, *(trained[n] for n in mine)]),
    )


@pytest.mark.parametrize("name", ALL)
def test_the_same_seed_draws_the_same_weights(name):
    case = ALL[name]
    torch.manual_seed(7)
    theirs = getattr(ncps.torch, case.kind)(D, case.units(), **case.options)
    wiring = getattr(theirs, "wiring", None) or getattr(theirs, "_wiring", None)
    torch.manual_seed(7)
    layer = getattr(ours, case.kind)(D, wiring or case.units(), **case.options)
    stored = layer.state_dict()
    for key, value in theirs.state_dict().items():
        assert torch.equal(stored.pop(key), value), key
    assert not stored


@pytest.mark.parametrize("name", ALL)
def test_ncps_s_own_call_where_it_is_right(name):
    """One series with times, many without; state or none; the last step or all."""
    theirs = ALL[name].theirs()
    layer, given = twin(ALL[name], theirs), batch(theirs)
    zeros = torch.zeros_like(given.h)
    start = zeros if given.c is None else (zeros, zeros)
    agree(flat(*layer(given.x)), flat(*theirs(given.x, start)))
    agree(flat(*layer(given.x, given.state)), flat(*theirs(given.x, given.state)))
    one = batch(theirs, series=1)
    for times in (one.elapsed, one.elapsed.unsqueeze(-1)):
        expected = theirs(one.x, one.state, timespans=times)
        agree(flat(*layer(one.x, one.state, timespans=times)), flat(*expected))
    single = one.h[0] if one.c is None else (one.h[0], one.c[0])
    expected = theirs(one.x[0], single, timespans=one.elapsed[0])
    got = layer(one.x[0], single, timespans=one.elapsed[0])
    agree(flat(*got), flat(*expected))
    assert got[0].dim() == 2
    theirs.return_sequences = layer.return_sequences = False
    agree(flat(*layer(given.x, given.state)), flat(*theirs(given.x, given.state)))
    theirs.batch_first = layer.batch_first = False
    turned = given.x.transpose(0, 1)
    agree(flat(*layer(turned, given.state)), flat(*theirs(turned, given.state)))


@pytest.mark.parametrize("name", ["default", "ltc"])
def test_ncps_is_wrong_for_batches_with_their_own_times(name):
    """The reason for the loop: if this fails, ncps was mended, and the docs are to be changed."""
    theirs = ALL[name].theirs()
    given = batch(theirs)
    with pytest.raises(RuntimeError):
        theirs(given.x, given.state, timespans=given.elapsed)
    square = batch(theirs, series=theirs.state_size)
    wrong = theirs(square.x, square.state, timespans=square.elapsed)[0]
    assert (wrong - loop(theirs, square)[0]).abs().max() > 1e-3


def test_what_the_page_for_people_from_ncps_says_of_it():
    """If one of these fails, ncps was mended, and docs/how-to/from-ncps.md is to be changed."""
    cell = ncps.torch.LTC(D, auto_ncp()).rnn_cell
    assert cell.sensory_synapse_count == cell.synapse_count != cell._wiring.sensory_synapse_count
    wiring = auto_ncp()
    wiring.build(D)
    before = wiring.synapse_count, wiring.sensory_synapse_count
    wiring.build(D)
    assert (wiring.synapse_count, wiring.sensory_synapse_count) != before
    config = ncp().get_config()
    with pytest.raises((TypeError, ValueError)):
        type(ncp()).from_config(config)
    with pytest.raises(RuntimeError, match="dtype"):
        ncps.torch.CfC(D, 4, mixed_memory=True).double()(torch.randn(2, 3, D).double())
    assert ncps.torch.CfC(D, full())(torch.randn(2, 3, D))[0].shape[-1] == 6 != full().output_dim


def test_counts_of_synapses():
    theirs = ALL["ltc_auto_ncp"].theirs()
    layer = twin(ALL["ltc_auto_ncp"], theirs)
    wired = ours.WiredCfCCell(None, theirs._wiring)
    for counted in (layer, layer.rnn_cell, wired):
        assert counted.synapse_count == theirs._wiring.synapse_count
        assert counted.sensory_synapse_count == theirs._wiring.sensory_synapse_count
        assert (counted.state_size, counted.motor_size, counted.sensory_size) == (13, 2, D)


@pytest.mark.parametrize("name", ["memory_pure", "wired_memory", "ltc_wired_memory"])
def test_forms_of_time_and_layout(name):
    theirs = ALL[name].theirs()
    layer, given = twin(ALL[name], theirs), batch(theirs)
    expected = flat(*layer(given.x, given.state, given.elapsed))
    agree(flat(*layer(given.x, given.state, given.elapsed[..., None])), expected)
    layer.batch_first = False
    output, state = layer(given.x.transpose(0, 1), given.state, given.elapsed.T)
    agree(flat(output.transpose(0, 1), state), expected)
    layer.batch_first = True
    shared = given.elapsed[0]
    same = flat(*layer(given.x, given.state, shared.expand(B, T)))
    agree(flat(*layer(given.x, given.state, shared)), same)
    half = flat(*layer(given.x, given.state, torch.full((B, T), 0.5)))
    agree(flat(*layer(given.x, given.state, 0.5)), half)


@pytest.mark.parametrize("name", ["memory", "wired", "ltc_auto_ncp"])
def test_the_state_continues_a_series(name):
    theirs = ALL[name].theirs()
    layer, given = twin(ALL[name], theirs), batch(theirs)
    whole, end = layer(given.x, None, given.elapsed)
    first, between = layer(given.x[:, :3], None, given.elapsed[:, :3])
    rest, last = layer(given.x[:, 3:], between, given.elapsed[:, 3:])
    agree(flat(torch.cat([first, rest], dim=1), last), flat(whole, end))


def test_dropout_acts_behind_every_layer_but_the_first():
    x = torch.randn(2, 3, D)
    alone = ours.CfC(D, 4, backbone_dropout=0.5)
    assert torch.equal(alone(x)[0], alone.eval()(x)[0])
    deep = ours.CfC(D, 4, backbone_layers=2, backbone_dropout=0.5)
    assert not torch.equal(deep(x)[0], deep.eval()(x)[0])
    dropped = deep.train().rnn_cell._draw_dropout(torch.ones(1, 2, D))
    assert torch.equal(dropped[0], torch.ones(1, 2, 128))
    assert set(dropped[1].unique().tolist()) == {0.0, 2.0}


def test_a_step_without_elapsed_time_leaves_potentials_alone():
    layer = ours.LTC(D, 4)
    h = torch.randn(2, 4)
    x = torch.randn(2, 1, D)
    torch.testing.assert_close(layer(x, h, torch.zeros(2, 1))[1], h)
    assert ncps.torch.LTC(D, 4)(x[:1], h[:1], torch.zeros(1, 1))[1].isnan().all()


def test_weight_constraints_clip_in_place():
    cell = ours.LTCCell(ours.wirings.AutoNCP(13, 2), D)
    with torch.no_grad():
        for name in ("w", "sensory_w", "cm", "gleak", "mu"):
            cell.get_parameter(name).sub_(0.5)
    before = cell.w.clone()
    cell.apply_weight_constraints()
    assert torch.equal(cell.w, before.clamp(min=0))
    assert (cell.mu < 0).any()
    implicit = ours.LTC(D, 5).rnn_cell
    with torch.no_grad():
        implicit.w.fill_(-1.0)
    implicit.apply_weight_constraints()
    assert (implicit.w == -1).all()


@pytest.mark.parametrize("case", [CFC["memory"], LTC["ltc"], Case("CfC", auto_ncp)])
def test_copies_pickles_and_half_precision(case):
    layer = getattr(ours, case.kind)(
        D, ours.wirings.AutoNCP(13, 2) if case.units is auto_ncp else 6
    )
    x = torch.randn(2, 3, D)
    expected = layer(x)[0]
    assert torch.equal(copy.deepcopy(layer)(x)[0], expected)
    assert torch.equal(pickle.loads(pickle.dumps(layer))(x)[0], expected)
    half = layer.bfloat16()(x.bfloat16())
    assert half[0].dtype == torch.bfloat16
    torch.testing.assert_close(half[0].float(), expected, atol=0.1, rtol=0)


@pytest.mark.parametrize("name", ["memory", "wired", "ltc_auto_ncp"])
def test_layers_compile_in_one_graph(name):
    theirs = ALL[name].theirs()
    layer, given = twin(ALL[name], theirs), batch(theirs, series=2, steps=3)
    compiled = torch.compile(layer, fullgraph=True, backend="eager")
    expected = flat(*layer(given.x, given.state, given.elapsed))
    agree(flat(*compiled(given.x, given.state, given.elapsed)), expected)


def test_masks_are_not_parameters():
    theirs = ncps.torch.CfC(D, auto_ncp())
    layer = ours.CfC(D, auto_ncp())
    frozen = sum(p.numel() for p in theirs.parameters() if not p.requires_grad)
    assert frozen > 0
    count = sum(p.numel() for p in layer.parameters())
    assert count == sum(p.numel() for p in theirs.parameters()) - frozen


def test_a_wiring_of_ncps_that_is_built_is_left_alone():
    wiring = auto_ncp()
    wiring.build(D)
    drawn = wiring.sensory_adjacency_matrix.copy(), wiring.adjacency_matrix.copy()
    ours.LTC(D, wiring), ours.CfC(D, wiring)
    assert (drawn[0] == wiring.sensory_adjacency_matrix).all()
    assert (drawn[1] == wiring.adjacency_matrix).all()
    with pytest.raises(ValueError, match="built for 3 inputs"):
        ours.LTC(D + 1, wiring)


def test_a_layer_of_cells_of_the_drop_in():
    """The cells alone, in ncps's forms."""
    theirs = ncps.torch.LTCCell(auto_ncp(), D).double()
    cell = ours.LTCCell(theirs._wiring, D).double()
    cell.load_state_dict(theirs.state_dict())
    x, h = torch.randn(4, D).double(), torch.randn(4, 13).double()
    agree(cell(x, h), theirs(x, h))
    elapsed = torch.rand(4, 1).double()
    agree(cell(x, h, elapsed), theirs(x, h, elapsed))
    group = ncps.torch.CfCCell(D, 5, mode="no_gate").double()
    own = ours.CfCCell(D, 5, mode="no_gate").double()
    own.load_state_dict(group.state_dict())
    agree(own(x, h[:, :5], elapsed), group(x, h[:, :5], elapsed))


def test_kernels_explain():
    assert "cfc (no_gate)" in str(kernels.explain(ours.CfC(D, 4, mode="no_gate")))
    assert "ltc (fused)" in str(kernels.explain(ours.LTC(D, 4)))
    assert "wiring" in str(kernels.explain(ours.CfC(D, ours.wirings.AutoNCP(13, 2))))


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: ours.CfC(D, 4, mode="gated"), "mode is 'gated'"),
        (lambda: ours.CfC(D, 4, activation="sin"), "activation is 'sin'"),
        (lambda: ours.CfC(D, auto_ncp(), backbone_units=4), "backbone_units is 4"),
        (lambda: ours.CfC(D, 4.0), "units is a float"),
        (lambda: ours.LTC(D, 4, input_mapping="square"), "input_mapping is 'square'"),
        (lambda: ours.LTCCell(ours.wirings.AutoNCP(13, 2)), "number of inputs"),
    ],
)
def test_wrong_arguments(make, words):
    with pytest.raises(ValueError, match=words):
        make()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((torch.randn(2, 3, D + 1),), "features"),
        ((torch.randn(2, 0, D),), "no steps"),
        ((torch.randn(2, 3, D), torch.zeros(2, 4)), "hx holds 1"),
        ((torch.randn(2, 3, D), (torch.zeros(2, 5), torch.zeros(2, 4))), r"\[2, 5\]"),
        ((torch.randn(2, 3, D), None, torch.rand(2)), "timespans"),
        ((torch.randn(2, 3, D), None, torch.rand(3, 2)), "transposed"),
        ((torch.randn(2, 3, D), None, -torch.rand(2, 3)), "elapsed"),
        ((torch.randn(2, 3, D).double(),), "dtype"),
        ((torch.full((2, 3, D), torch.nan),), "NaN"),
    ],
)
def test_wrong_calls(arguments, words):
    with pytest.raises(ValueError, match=words):
        ours.CfC(D, 4, mixed_memory=True)(*arguments)
