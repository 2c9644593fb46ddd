"""What the tests of stepped layers share: a case, and the layer's outputs on it in NumPy."""

import numpy as np
import torch


def sigmoid(x):
    return 1.0 / (1.0 + np.exp(-x))


def softmax(x):
    e = np.exp(x - x.max(-1, keepdims=True))
    return e / e.sum(-1, keepdims=True)


def series(steps=7, inputs=3, seed=0):
    """One series in float64: inputs [T, D] and gaps [T], of which one is long and one is 0."""
    random = np.random.default_rng(seed)
    gaps = random.exponential(1.0, max(steps, 6))
    gaps[0], gaps[3], gaps[5] = 0.0, 12.0, 0.0
    gaps = gaps[:steps]
    return random.normal(size=(steps, inputs)), gaps


def weights(layer):
    """The layer's parameters and buffers as arrays."""
    return {name: part.detach().numpy() for name, part in layer.state_dict().items()}


def run(layer, x, gaps, lengths=None):
    """The outputs [T, H] of a layer on one series."""
    x, gaps = torch.tensor(x).unsqueeze(0), torch.tensor(gaps).unsqueeze(0)
    lengths = torch.tensor([x.shape[1]]) if lengths is None else lengths
    with torch.no_grad():
        return layer(x, gaps, lengths)[0].numpy()


def gru(w, x, h, inputs="inputs", recurrent="recurrent"):
    """A GRU's update as its equations say."""
    size = len(h)
    given = w[f"{inputs}.weight"] @ x + w[f"{inputs}.bias"]
    carried = w[f"{recurrent}.weight"] @ h + w[f"{recurrent}.bias"]
    r = sigmoid(given[:size] + carried[:size])
    z = sigmoid(given[size : 2 * size] + carried[size : 2 * size])
    n = np.tanh(given[2 * size :] + r * carried[2 * size :])
    return (1 - z) * n + z * h
