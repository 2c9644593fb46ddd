"""The step that exports are held against is the layer's own reference step."""

import numpy as np
import pytest
import torch
from layers import LAYERS

from liquidtime.data.batch import Batch
from liquidtime.deploy.network import Network
from liquidtime.deploy.numpy_steps import NumpySteps
from liquidtime.export import Trained
from liquidtime.export.reference import ReferenceStep
from liquidtime.models.common.predictor import Predictor
from liquidtime.nn import CfC

B, T = 3, 5
CANNOT = ("euler", "heun", "rk4", "line", "ltc_memory")
STEPPING = [name for name in LAYERS if not any(word in name for word in CANNOT)]


def stepped(module, x, elapsed):
    """Outputs of all steps and the last state."""
    reference = ReferenceStep(Trained.from_module(module).network)
    state, outputs = reference.zeros(B), []
    for t in range(T):
        output, state = reference.numpy(x[:, t].numpy(), elapsed[:, t].numpy(), state)
        outputs.append(output)
    return np.stack(outputs, axis=1), state


def series(inputs):
    return torch.randn(B, T, inputs), torch.rand(B, T)


@pytest.mark.parametrize("name", STEPPING)
def test_equals_the_layer(name):
    layer = LAYERS[name]().eval()
    layer.backend = "reference"
    x, elapsed = series(layer.input_size)
    output, state = stepped(layer, x, elapsed)
    with torch.no_grad():
        wanted, after = layer(x, elapsed=elapsed)
    np.testing.assert_allclose(output, wanted, atol=1e-6, rtol=0)
    parts = after.h if after.c is None else torch.stack([after.h, after.c], dim=1).flatten(0, 1)
    np.testing.assert_allclose(np.stack(state), parts, atol=1e-6, rtol=0)


@pytest.mark.parametrize("readout", ["last", "mean", "last_mean"])
def test_equals_a_predictor_that_has_seen_so_much(readout):
    predictor = Predictor(CfC(4, 6, backbone_units=5), 2, readout=readout).eval()
    x, elapsed = series(4)
    output, state = stepped(predictor, x, elapsed)
    with torch.no_grad():
        wanted = predictor(Batch(x, elapsed, torch.full((B,), T), None, torch.arange(B), B))
    np.testing.assert_allclose(output[:, -1], wanted, atol=1e-6, rtol=0)
    trained = Trained.from_module(predictor)
    own = NumpySteps(Network.of(trained.architecture, trained.arrays), B).get_state()
    assert [part.shape for part in state] == [part.shape for part in own]
