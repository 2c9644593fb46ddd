"""Layers in exporters of PyTorch: the default backend gives way to the reference there."""

import warnings

import numpy as np
import pytest
import torch

from liquidtime.native import native
from liquidtime.nn import LTC, CfC
from liquidtime.wirings import AutoNCP

LAYERS = {
    "cfc": lambda: CfC(3, 5),
    "ltc": lambda: LTC(3, 5),
    "wired": lambda: CfC(3, wiring=AutoNCP(9, 2)),
    "memory": lambda: CfC(3, 5, mixed_memory=True),
}


class Outputs(torch.nn.Module):
    def __init__(self, rnn):
        super().__init__()
        self.rnn = rnn

    def forward(self, x, elapsed):
        return self.rnn(x, elapsed=elapsed)[0]


@pytest.fixture(params=LAYERS)
def network(request):
    torch.manual_seed(0)
    return Outputs(LAYERS[request.param]()).eval()


def series(seed):
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(2, 2, 3, generator=generator), torch.rand(2, 2, generator=generator)


@pytest.mark.parametrize("network", ["cfc", "ltc"], indirect=True)
def test_onnx_takes_a_layer_as_it_is(network, tmp_path):
    runtime = pytest.importorskip("onnxruntime")
    pytest.importorskip("onnxscript")
    x, elapsed = series(0)
    file = tmp_path / "layer.onnx"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(network, (x, elapsed), file, dynamo=True, verbose=False)
    session = runtime.InferenceSession(file, providers=["CPUExecutionProvider"])
    x, elapsed = series(1)
    names = [entry.name for entry in session.get_inputs()]
    got = session.run(None, dict(zip(names, (x.numpy(), elapsed.numpy()), strict=True)))[0]
    assert np.abs(got - network(x, elapsed).detach().numpy()).max() < 1e-6


@pytest.mark.filterwarnings("ignore::torch.jit.TracerWarning", "ignore::DeprecationWarning")
def test_torchscript_traces_a_layer_as_it_is(network):
    traced = torch.jit.trace(network, series(0))
    x, elapsed = series(1)
    assert (traced(x, elapsed) - network(x, elapsed)).abs().max() < 1e-6


@pytest.mark.skipif(native() is None, reason="needs the compiled kernels")
def test_compilers_still_get_the_compiled_kernels():
    network = Outputs(CfC(3, 5)).eval()
    program = torch.export.export(network, series(0))
    assert "liquidtime" in str(program.graph)
    graphs = []

    def look(graph, _):
        graphs.append(str(graph.graph))
        return graph

    torch.compile(network, backend=look, fullgraph=True)(*series(0))
    assert len(graphs) == 1
    assert "liquidtime" in graphs[0]
