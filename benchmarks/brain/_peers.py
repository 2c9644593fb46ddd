"""A step as PyTorch makes it: a sparse product, or a dense gather where each synapse differs."""

from collections.abc import Callable

import numpy as np
import torch

from liquidtime.brain import Connectome, Parameters

# The constants of `Parameters` by default: mV, ms and, in units of the leak conductance, nS.
LEAK_POTENTIAL, TIME_CONSTANT, MIDPOINT, STEEPNESS = -60.0, 10.0, -45.0, 0.2


def csr_step(
    connectome: Connectome, parameters: Parameters, dt: float
) -> Callable[[torch.Tensor], torch.Tensor]:
    """A step [N] → [N] by a product with a sparse CSR matrix (MKL)."""
    edges = connectome.synapses
    units = parameters.unit_conductances(connectome.classes)
    potentials = parameters.reversal_potentials(connectome.classes)
    source_class = np.zeros(len(connectome), np.int64)
    source_class[edges.sources] = edges.classes
    weights = edges.counts * units[edges.classes]
    matrix = torch.sparse_csr_tensor(
        torch.from_numpy(edges.offsets.astype(np.int32)),
        torch.from_numpy(edges.sources),
        torch.from_numpy(weights.astype(np.float32)),
        size=(len(connectome),) * 2,
    )
    reversal = torch.from_numpy(potentials[source_class]).float()

    @torch.no_grad()
    def step(v: torch.Tensor) -> torch.Tensor:
        s = torch.sigmoid(STEEPNESS * (v - MIDPOINT))
        sums = matrix @ torch.stack([s, s * reversal], 1)
        return _moved(v, sums[:, 0], sums[:, 1], dt)

    return step


def gather_step(
    connectome: Connectome, parameters: Parameters, in_degree: int, dt: float
) -> Callable[[torch.Tensor], torch.Tensor]:
    """A step [N] → [N] by [N, in-degree] gathers, which need one in-degree for all."""
    own = parameters.synapses
    assert own is not None
    sources = torch.from_numpy(connectome.synapses.sources.astype(np.int64)).view(-1, in_degree)
    w, mu, k, reversal = (
        torch.from_numpy(np.asarray(part)).float().view(sources.shape)
        for part in (own.conductance, own.midpoint, own.steepness, own.reversal_potential)
    )

    @torch.no_grad()
    def step(v: torch.Tensor) -> torch.Tensor:
        s = w * torch.sigmoid(k * (v[sources] - mu))
        return _moved(v, s.sum(1), (s * reversal).sum(1), dt)

    return step


def _moved(v: torch.Tensor, g: torch.Tensor, h: torch.Tensor, dt: float) -> torch.Tensor:
    total = 1.0 + g
    target = (LEAK_POTENTIAL + h) / total
    return target + (v - target) * torch.exp(-dt / TIME_CONSTANT * total)
