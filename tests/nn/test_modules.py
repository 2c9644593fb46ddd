"""Layers are good `nn.Module`s: copied, pickled, moved, transformed, compiled."""

import copy
import pickle

import pytest
import torch
from layers import LAYERS, D

from liquidtime import kernels
from liquidtime.nn import LTC, CfC
from liquidtime.wirings import AutoNCP

B, T = 3, 5


@pytest.mark.parametrize("name", LAYERS)
def test_copies_and_checkpoints_compute_the_same(name, tmp_path):
    rnn, x = LAYERS[name](), torch.randn(B, T, D)
    expected = rnn(x, elapsed=0.7)[0]
    other = LAYERS[name]()
    other.load_state_dict(rnn.state_dict())
    for twin in (copy.deepcopy(rnn), pickle.loads(pickle.dumps(rnn)), other):
        assert torch.equal(twin(x, elapsed=0.7)[0], expected)
    rnn.reset_parameters()
    assert not torch.equal(rnn(x, elapsed=0.7)[0], expected)


@pytest.mark.parametrize("name", LAYERS)
def test_every_parameter_learns_and_masks_are_buffers(name):
    rnn = LAYERS[name]()
    output, state = rnn(torch.randn(B, T, D), elapsed=torch.rand(B, T))
    (output.square().sum() + state.h.square().sum()).backward()
    for key, parameter in rnn.named_parameters():
        assert parameter.grad is not None, key
        assert parameter.grad.abs().max() > 0, key
    assert all(buffer.requires_grad is False for buffer in rnn.buffers())


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float64])
@pytest.mark.parametrize("name", LAYERS)
def test_other_dtypes(name, dtype):
    rnn, x, elapsed = LAYERS[name](), torch.randn(B, T, D), torch.rand(B, T)
    expected, expected_state = rnn(x, elapsed=elapsed)
    output, state = rnn.to(dtype)(x.to(dtype), elapsed=elapsed)
    assert output.dtype == dtype
    assert state.h.dtype == torch.promote_types(dtype, torch.float32)
    bound = 0.1 if dtype == torch.bfloat16 else 1e-5
    assert (output.float() - expected).abs().max() < bound
    assert (state.h.float() - expected_state.h).abs().max() < bound


@pytest.mark.parametrize("name", ["gated", "stacked", "memory_as_state", "auto_ncp", "ltc"])
def test_autocast_stays_near_float32(name):
    rnn, x, elapsed = LAYERS[name](), torch.randn(B, T, D), torch.rand(B, T)
    expected = rnn(x, elapsed=elapsed)[0]
    with torch.autocast("cpu", dtype=torch.bfloat16):
        output, state = rnn(x, elapsed=elapsed)
    assert state.h.dtype == torch.float32
    assert (output.float() - expected).norm() / expected.norm() < 0.02


@pytest.mark.parametrize("name", LAYERS)
def test_built_on_the_meta_device(name):
    with torch.device("meta"):
        rnn = LAYERS[name]()
    output, _ = rnn(torch.empty(B, T, D, device="meta"), elapsed=0.5)
    assert output.shape == (B, T, rnn.output_size)
    assert output.is_meta


@pytest.mark.parametrize("name", LAYERS)
def test_meta_layers_come_to_life(name):
    rnn, x = LAYERS[name](), torch.randn(B, T, D)
    with torch.device("meta"):
        from_checkpoint, drawn_anew = LAYERS[name](), LAYERS[name]()
    from_checkpoint.load_state_dict(rnn.state_dict(), assign=True)
    assert torch.equal(from_checkpoint(x)[0], rnn(x)[0])
    drawn_anew.to_empty(device="cpu")
    drawn_anew.reset_parameters()
    assert drawn_anew(x)[0].isfinite().all()
    for key, buffer in rnn.named_buffers():
        assert torch.equal(drawn_anew.get_buffer(key), buffer), key


def test_an_ensemble_under_vmap_equals_the_loop():
    nets = [CfC(D, 4, backbone_units=6) for _ in range(3)]
    parameters, buffers = torch.func.stack_module_state(nets)
    x, elapsed = torch.randn(B, T, D), torch.rand(B, T)
    skeleton = copy.deepcopy(nets[0]).to("meta")

    def run(p, b):
        return torch.func.functional_call(skeleton, (p, b), (x,), {"elapsed": elapsed})[0]

    together = torch.func.vmap(run)(parameters, buffers)
    apart = torch.stack([net(x, elapsed=elapsed)[0] for net in nets])
    torch.testing.assert_close(together, apart, atol=1e-6, rtol=0)


@pytest.mark.parametrize(
    ("make", "steps"),
    [
        (lambda: CfC(D, 4, 2), 5),
        (lambda: LTC(D, wiring=AutoNCP(8, 2), unfolds=2), 5),
        # A step of these is a graph as large as all five of another.
        (lambda: LTC(D, 4, integrator="closed_form_linear", unfolds=1, sources="extrapolated"), 2),
    ],
)
def test_traced_as_one_graph(make, steps):
    rnn, x = make(), torch.randn(B, steps, D)
    options = {"elapsed": torch.rand(B, steps), "lengths": torch.tensor([steps, 1, 0])}
    expected = rnn(x, **options)[0]
    compiled = torch.compile(rnn, fullgraph=True, backend="aot_eager")
    torch.testing.assert_close(compiled(x, **options)[0], expected, atol=1e-6, rtol=0)


def test_synapses_are_counted_once():
    rnn = LTC(D, wiring=AutoNCP(19, 4))
    circuit = rnn.cells[0].circuit
    synapses = circuit.synapse_count + circuit.sensory_synapse_count
    neurons, maps = 3 * 19, 2 * D + 2 * 4
    assert sum(p.numel() for p in rnn.parameters()) == 4 * synapses + neurons + maps


def test_explain_says_what_runs_and_why():
    rnn = CfC(D, 4, mixed_memory=True, backbone_dropout=0.1)
    explanation = kernels.explain(rnn)
    assert explanation.chosen == "cpu"
    assert "extras: dropout, mixed_memory" in str(explanation)
    rnn.backend = "reference"
    assert "by name" in str(kernels.explain(rnn))
    assert rnn.eval().kernel_request().features == {"mixed_memory"}
