"""The compiled kernels are operators of PyTorch as any other."""

import copy
import subprocess
import sys

import pytest
import torch
from layers import D

from liquidtime import kernels
from liquidtime.kernels.cfc import cpu as cfc_cpu
from liquidtime.kernels.ltc import cpu as ltc_cpu
from liquidtime.nn import LTC, CfC
from liquidtime.wirings import AutoNCP

MODELS = {
    "dense": lambda: CfC(D, 7),
    "memory": lambda: CfC(D, 7, mixed_memory=True),
    "closed_form": lambda: CfC(D, 7, variant="closed_form"),
    "relaxation": lambda: CfC(D, 7, variant="relaxation", mixed_memory="input"),
    "wired": lambda: CfC(D, wiring=AutoNCP(13, 2)),
    "ltc": lambda: LTC(D, 5),
    "wired_ltc": lambda: LTC(D, wiring=AutoNCP(13, 2)),
}


class Recorder:
    """Takes down the arguments of a recurrence's calls."""

    def __init__(self, operators):
        self.operators, self.calls = operators, []

    def run(self, inputs, settings):
        self.calls.append((*inputs, *settings))
        return self.operators.run(inputs, settings)


def _leaves(argument):
    """Tensors of a list cut off from what made them."""
    if not isinstance(argument, list) or not all(isinstance(t, torch.Tensor) for t in argument):
        return argument
    return [t.detach().requires_grad_(t.requires_grad) for t in argument]


@pytest.mark.parametrize("name", MODELS)
def test_opcheck(name, monkeypatch):
    layer = MODELS[name]()
    module, attribute = (ltc_cpu, "_network") if "ltc" in name else (cfc_cpu, "_dense")
    if name == "wired":
        attribute = "_wired"
    operators = getattr(module, attribute)
    recorder = Recorder(operators)
    monkeypatch.setattr(module, attribute, recorder)
    x = torch.randn(3, 4, D, requires_grad=True)
    layer(x, elapsed=torch.rand(3, 4, requires_grad=True))
    (arguments,) = recorder.calls
    torch.library.opcheck(operators.forward, tuple(map(_leaves, arguments)))


@pytest.mark.parametrize("name", MODELS)
def test_a_model_compiles_in_one_graph(name):
    layer = MODELS[name]()
    model = torch.nn.ModuleDict({"rnn": layer, "head": torch.nn.Linear(layer.output_size, 2)})

    def run(x, elapsed):
        output, state = model["rnn"](x, elapsed=elapsed)
        return model["head"](output[:, -1]), state.h

    compiled = torch.compile(run, fullgraph=True, backend="aot_eager")
    x, elapsed = torch.randn(4, 5, D), torch.rand(4, 5)
    gradients = []
    for each in (run, compiled):
        model.zero_grad()
        out, h = each(x, elapsed)
        (out.sum() + h.sum()).backward()
        gradients.append([p.grad.clone() for p in model.parameters()] + [out.detach(), h.detach()])
    for a, b in zip(*gradients, strict=True):
        torch.testing.assert_close(a, b)


@pytest.mark.skipif(not cfc_cpu.cpu.BFLOAT16, reason="the processor does not multiply bfloat16")
@pytest.mark.parametrize("name", ["dense", "memory", "closed_form", "relaxation"])
def test_autocast_to_bfloat16(name):
    torch.manual_seed(1)
    layer = copy.deepcopy(MODELS[name]()) if name != "dense" else CfC(20, 64)
    inputs = layer.input_size
    x, elapsed = torch.randn(64, 20, inputs), torch.rand(64, 20)

    def gradients(backend, autocast):
        layer.backend = backend
        layer.zero_grad()
        with torch.autocast("cpu", torch.bfloat16, enabled=autocast):
            output, state = layer(x, elapsed=elapsed)
        (output.square().mean() + state.h.mean()).backward()
        return output, state, torch.cat([p.grad.flatten() for p in layer.parameters()])

    output, _, exact = gradients("cpu", False)
    rounded_output, rounded_state, rounded = gradients("cpu", True)
    reference = gradients("reference", True)
    assert rounded_output.dtype == reference[0].dtype
    assert rounded_state.h.dtype == reference[1].h.dtype == torch.float32
    assert not torch.equal(rounded_output, output)
    assert (rounded - exact).norm() < 0.02 * exact.norm()


def test_autocast_to_float16_takes_the_reference():
    layer = CfC(D, 7)
    layer.backend = "cpu"
    x = torch.randn(4, 5, D)
    with torch.autocast("cpu", torch.float16):
        ours = layer(x)[0]
        layer.backend = "reference"
        assert torch.equal(layer(x)[0], ours)


@pytest.mark.parametrize("name", MODELS)
def test_second_derivatives_are_refused_in_words(name):
    layer = MODELS[name]()
    layer.backend = "cpu"
    x = torch.randn(2, 3, D, requires_grad=True)
    output, _ = layer(x)
    (first,) = torch.autograd.grad(output.square().sum(), x, create_graph=True)
    with pytest.raises(RuntimeError, match="backend='reference'"):
        first.square().sum().backward()


@pytest.mark.parametrize("name", MODELS)
def test_forward_derivatives_and_vmap_take_the_reference(name):
    layer = MODELS[name]()
    x, direction = torch.randn(2, 3, D), torch.randn(2, 3, D)
    _, ours = torch.func.jvp(lambda v: layer(v)[0], (x,), (direction,))
    layer.backend = "reference"
    _, wanted = torch.func.jvp(lambda v: layer(v)[0], (x,), (direction,))
    assert torch.equal(ours, wanted)


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16, torch.float64])
def test_other_dtypes(dtype):
    layer = CfC(D, 7).to(dtype)
    chosen = kernels.explain(layer).chosen
    served = dtype == torch.bfloat16 and cfc_cpu.cpu.BFLOAT16
    assert chosen == ("cpu" if served else "reference")
    x = torch.randn(4, 5, D, dtype=dtype)
    output, state = layer(x)
    layer.backend = "reference"
    wanted, _ = layer(x)
    assert output.dtype == dtype
    assert state.h.dtype == torch.promote_types(dtype, torch.float32)
    torch.testing.assert_close(output, wanted, atol=0.03 if served else 0.0, rtol=0)


def test_explain_says_why_not():
    text = str(kernels.explain(LTC(D, 5, integrator="rk4")))
    assert "declines: it has the integrators fused and exponential, not rk4" in text
    text = str(kernels.explain(LTC(D, 5, mixed_memory=True)))
    assert "declines: it has no mixed memory" in text
    assert "not float64" in str(kernels.explain(CfC(D, 5).double()))
    layer = CfC(D, 5).double()
    layer.backend = "cpu"
    with pytest.raises(ValueError, match="not float64"):
        layer(torch.randn(2, 3, D, dtype=torch.float64))


class Saved:
    """Bytes that autograd keeps, inputs, parameters and the output apart."""

    def __init__(self, *others):
        self.others = {t.data_ptr() for t in others}
        self.kept = {}

    def pack(self, tensor):
        self.kept[tensor.data_ptr()] = tensor.numel() * tensor.element_size()
        return tensor

    def bytes(self, *outputs):
        own = self.others | {t.data_ptr() for t in outputs}
        return sum(size for place, size in self.kept.items() if place not in own)


def saved_by(layer, x, elapsed):
    saved = Saved(x, elapsed, *layer.parameters(), *layer.buffers())
    h = torch.zeros(len(x), layer.hidden_size)
    cell = layer.cells[0]
    with torch.autograd.graph.saved_tensors_hooks(saved.pack, lambda t: t):
        states, _ = cell.sequence(x, (h,), elapsed, None)
    weights = sum(p.numel() * 4 for p in layer.parameters())
    return (saved.bytes(states, h) - weights) / elapsed.numel()


def test_what_a_step_of_a_sample_keeps():
    x, elapsed = torch.randn(64, 100, 20), torch.rand(64, 100)
    assert saved_by(CfC(20, 128, backbone_units=128), x, elapsed) <= 1300
    # The LTC keeps its outputs alone, however many synapses and sub-steps it has.
    x, elapsed = x[:, :10].contiguous(), elapsed[:, :10].contiguous()
    assert saved_by(LTC(20, 16, input_mapping=None, unfolds=12), x, elapsed) <= 16


WITHOUT = """
import sys, warnings
sys.modules["liquidtime._native"] = None
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    import torch
    from liquidtime import kernels
    from liquidtime.nn import CfC, LTC
    for layer in (CfC(3, 4), LTC(3, 4)):
        layer(torch.randn(2, 3, 3))
        print(kernels.explain(layer).chosen)
print(sum("without its compiled kernels" in str(w.message) for w in caught))
"""


def test_without_the_extension_the_reference_runs_and_says_so_once():
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT], check=True, capture_output=True, text=True
    )
    assert done.stdout.split() == ["reference", "reference", "1"]
