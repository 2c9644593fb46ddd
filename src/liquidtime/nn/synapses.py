"""Parameters of conductance-based synapses: one number of each kind a synapse."""

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from liquidtime.dynamics import Synapses


class SynapseParameters(nn.Module):
    """One number of each kind a synapse: as many parameters as there are synapses.

    Args:
        polarity: [P, N] array, +1 or -1 where row → column is an excitatory or inhibitory
            synapse, 0 where there is none. It sets the initial reversal potential.
    """

    def __init__(self, polarity: np.ndarray) -> None:
        super().__init__()
        self.polarity = polarity
        edges = np.argwhere(polarity)
        self.register_buffer("source", torch.tensor(edges[:, 0]))
        self.register_buffer("target", torch.tensor(edges[:, 1]))
        self.source: Tensor
        self.target: Tensor
        self.raw_conductance = nn.Parameter(torch.empty(len(edges)))
        self.midpoint = nn.Parameter(torch.empty(len(edges)))
        self.steepness = nn.Parameter(torch.empty(len(edges)))
        self.reversal_potential = nn.Parameter(torch.empty(len(edges)))
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """The published ranges: w in (0.001, 1), μ in (0.3, 0.8), σ in (3, 8), E = ±1."""
        init_positive(self.raw_conductance, 0.001, 1.0)
        nn.init.uniform_(self.midpoint, 0.3, 0.8)
        nn.init.uniform_(self.steepness, 3.0, 8.0)
        source, target = np.nonzero(self.polarity)
        with torch.no_grad():
            self.source.copy_(torch.tensor(source))
            self.target.copy_(torch.tensor(target))
            self.reversal_potential.copy_(torch.tensor(self.polarity[source, target]))

    @property
    def conductance(self) -> Tensor:
        """The conductance w > 0 of each open synapse, [E]."""
        return F.softplus(self.raw_conductance)

    @property
    def mask(self) -> Tensor | None:
        """[P, N] booleans, True where there is a synapse; None where all are there."""
        if len(self.source) == self.polarity.size:
            return None
        empty = torch.zeros(self.polarity.shape, dtype=torch.bool, device=self.source.device)
        return empty.index_put((self.source, self.target), torch.ones_like(empty[0, 0]))

    def dense(self, dtype: torch.dtype) -> Synapses:
        """The synapses as [P, N] matrices, zero where there is none."""
        parts = (self.conductance, self.midpoint, self.steepness, self.reversal_potential)
        return Synapses(*(self._scatter(part.to(dtype)) for part in parts))

    def _scatter(self, values: Tensor) -> Tensor:
        # All synapses are there, listed row by row.
        if values.numel() == self.polarity.size:
            return values.reshape(self.polarity.shape)
        matrix = values.new_zeros(self.polarity.shape)
        return matrix.index_put((self.source, self.target), values)


def init_positive(raw: Tensor, low: float, high: float) -> None:
    """Fill `raw` so that softplus(raw) is uniform in (low, high)."""
    with torch.no_grad():
        nn.init.uniform_(raw, low, high)
        # The inverse of softplus, log(e^x − 1), in a form that does not overflow.
        raw.copy_(raw + torch.log(-torch.expm1(-raw)))
