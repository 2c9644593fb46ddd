"""The drop-in and converted layers against the real ncps, as users run them.

That is in float32 and bfloat16, on the default backend.
"""

import copy
import dataclasses

import pytest
import torch
from ncps_layers import ALL, LTC, batch, flat, gradients, loop
from single_precision import near

from liquidtime import kernels
from liquidtime.compat import ncps as ours

MEMORY_LTC = [name for name in LTC if "memory" in name]


def lowered(given, dtype=torch.float32):
    """A batch in another dtype, as leaves of their own."""
    parts = {field.name: getattr(given, field.name) for field in dataclasses.fields(given)}
    return type(given)(
        **{
            name: None if part is None else part.detach().to(dtype).requires_grad_()
            for name, part in parts.items()
        }
    )


def twin(name, theirs):
    """The drop-in with the weights of a layer of ncps, in float32."""
    case = ALL[name]
    units = getattr(theirs, "wiring", None) or getattr(theirs, "_wiring", None) or case.units()
    layer = getattr(ours, case.kind)(3, units, **case.options)
    layer.load_state_dict(theirs.float().state_dict())
    return layer


def outcome(run, module, given):
    """Outputs and states, and the gradients of all leaves and weights by name."""
    got = flat(*run(module, given))
    trained = {n: p for n, p in module.named_parameters() if p.requires_grad}
    found = gradients(got, [*given.leaves, *trained.values()])
    return (
        got,
        found[: len(given.leaves)],
        dict(zip(trained, found[len(given.leaves) :], strict=True)),
    )


def dropped_in(layer, given):
    return layer(given.x, given.state, timespans=given.elapsed)


def converted(layer, given):
    state = ours.state_from_ncps(layer, given.state)
    output, after = layer(given.x, state, elapsed=given.elapsed)
    return output, ours.state_to_ncps(layer, after)


@pytest.mark.parametrize("name", ALL)
def test_the_drop_in_with_all_gradients(name):
    theirs = ALL[name].theirs()
    given = batch(theirs)
    exact = outcome(loop, theirs, given)
    layer = twin(name, copy.deepcopy(theirs))
    assert kernels.explain(layer).chosen == ("reference" if name in MEMORY_LTC else "cpu")
    single = lowered(given)
    rounded = outcome(loop, copy.deepcopy(theirs).float(), single)
    mine = outcome(dropped_in, layer, single)
    near(mine[0], rounded[0], exact[0])
    near(mine[1], rounded[1], exact[1])
    assert mine[2].keys() == exact[2].keys()
    near(mine[2].values(), rounded[2].values(), exact[2].values())
    with torch.no_grad():
        near(flat(*dropped_in(layer, single)), rounded[0], exact[0])


@pytest.mark.parametrize("name", ALL)
def test_converted_layers(name):
    theirs = ALL[name].theirs()
    given = batch(theirs)
    with torch.no_grad():
        truth = flat(*loop(theirs, given))
        single = lowered(given)
        rounded = flat(*loop(copy.deepcopy(theirs).float(), single))
        layer = ours.from_ncps(theirs).float()
        near(flat(*converted(layer, single)), rounded, truth)
        # And from the drop-in, whose own answer it must repeat.
        layer = ours.from_ncps(twin(name, copy.deepcopy(theirs)))
        near(flat(*converted(layer, single)), rounded, truth)


@pytest.mark.parametrize("name", ALL)
def test_bfloat16(name):
    """The weights rounded to bfloat16; the reference in that dtype sets the bound."""
    theirs = ALL[name].theirs()
    layer = twin(name, copy.deepcopy(theirs)).bfloat16()
    rounded = copy.deepcopy(theirs)
    rounded.load_state_dict({k: v.bfloat16() for k, v in theirs.state_dict().items()})
    given = batch(theirs)
    half = lowered(given, torch.bfloat16)
    exact = lowered(half, torch.float64)
    with torch.no_grad():
        truth = flat(*loop(rounded.double(), exact))
        mine = flat(*dropped_in(layer, half))
        layer.rnn_cell.backend = "reference"
        near(mine, flat(*dropped_in(layer, half)), truth)


@pytest.mark.parametrize("name", MEMORY_LTC)
def test_the_memory_of_an_ltc_is_used_and_learns(name):
    layer = twin(name, ALL[name].theirs())
    x = torch.randn(2, 5, 3)
    output = layer(x)[0]
    output.sum().backward()
    assert layer.lstm.recurrent_map.weight.grad.abs().max() > 0
    layer.rnn_cell.backend = "reference"
    torch.testing.assert_close(output, layer(x)[0], atol=1e-6, rtol=0)
    assert "mixed_memory" in str(kernels.explain(layer)).splitlines()[0]
    layer.rnn_cell.backend = "cpu"
    with pytest.raises(ValueError, match="cannot run this ltc: it has no mixed memory"):
        layer(x)
