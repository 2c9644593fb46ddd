"""CT-GRU against its equations, worked out in NumPy, trace by trace."""

import numpy as np
import torch
from stepped import run, series, softmax, weights

from liquidtime.baselines.ct_gru import CTGRU


def by_hand(layer, x, gaps):
    """Section 2 of Mozer et al. 2017."""
    w, size = weights(layer), layer.output_size
    tau = np.exp(w["log_scales"])
    traces, outputs = np.zeros((size, len(tau))), []

    def mixture(row):
        wanted = (
            w["inputs.weight"][row] @ at + w["inputs.bias"][row] + w["choice.weight"][row] @ before
        )
        return np.stack([softmax(-((scale - np.log(tau)) ** 2)) for scale in wanted])

    for at, gap in zip(x, gaps, strict=True):
        for k in range(len(tau)):
            traces[:, k] = np.exp(-gap / tau[k]) * traces[:, k]
        before = traces.sum(1)
        retrieval, storage = mixture(slice(size)), mixture(slice(size, 2 * size))
        retrieved = (retrieval * traces).sum(1)
        last = slice(2 * size, None)
        q = np.tanh(
            w["inputs.weight"][last] @ at + w["inputs.bias"][last] + w["signal.weight"] @ retrieved
        )
        traces = (1 - storage) * traces + storage * q[:, None]
        outputs.append(traces.sum(1))
    return np.array(outputs)


def test_equals_the_equations():
    torch.manual_seed(0)
    layer, (x, gaps) = CTGRU(3, 5, scales=6).double(), series()
    np.testing.assert_allclose(run(layer, x, gaps), by_hand(layer, x, gaps), atol=1e-13)


def test_scales_are_a_half_power_of_ten_apart_and_the_units_own_are_spread_over_them():
    layer = CTGRU(1, 2000, scales=5, shortest=0.1)
    expected = 0.1 * np.sqrt(10.0) ** np.arange(5)
    np.testing.assert_allclose(layer.log_scales.exp().numpy(), expected, rtol=1e-5)
    bias = layer.inputs.bias[:4000].detach().exp()
    assert 0.1 <= bias.min() < 0.11 and 9.0 < bias.max() <= 10.01


def test_what_is_stored_at_one_scale_is_retrieved_and_fades_at_it():
    layer = CTGRU(1, 1, scales=4, shortest=1e-2).double()
    scale = layer.log_scales[2].double()
    spread = layer.weights(scale.reshape(1))[:, 0]
    assert int(spread.argmax()) == 2
    away = layer.weights(scale.reshape(1) - 50.0)[:, 0]
    assert torch.equal(away.round(), torch.eye(4)[0].double())
    traces = torch.eye(4, dtype=torch.float64)[2].reshape(1, 4, 1)
    _, left = layer.prepare(torch.zeros(1, 1, 1).double(), torch.tensor([[0.2]]).double())
    faded = (traces * left[:, 0]).sum()
    torch.testing.assert_close(faded, torch.exp(-0.2 / scale.exp()))
