"""Attention over the outputs: learned queries that look at the steps that matter."""

import torch
from torch import Tensor, nn

from liquidtime.models.common.readouts.contract import Outputs, Readout


class Attention(Readout):
    r"""Means of the outputs, each weighed by how they answer a learned query.

    For a query $q$ and outputs $h_t$ it is
    $\sum_t \operatorname{softmax}_t(q \cdot h_t + b\,\log(1 + \Delta_t))\, h_t$, with $\Delta_t$
    the time since the step before.

    Args:
        size: Width H of the outputs.
        queries: Number Q of queries; the vector has Q · H numbers.

    References:
        Bahdanau, Cho, Bengio: Neural machine translation by jointly learning to align and
        translate. ICLR 2015 (the weights); Vaswani et al.: Attention is all you need. NeurIPS 2017
        (several queries).
    """

    def __init__(self, size: int, queries: int) -> None:
        super().__init__()
        self.size = size * queries
        # Queries that were all alike at first would stay so.
        self.query = nn.Parameter(torch.randn(queries, size) / size**0.5)
        self.gap = nn.Parameter(torch.zeros(queries))

    def forward(self, seen: Outputs) -> Tensor:
        """Of whole series."""
        score = self._score(seen).masked_fill(~seen.there.unsqueeze(2), float("-inf"))
        # Of a series without steps the outputs are 0, but weights of nothing would not be numbers.
        empty = (seen.lengths == 0).reshape(-1, 1, 1)
        weight = score.masked_fill(empty, 0.0).softmax(1)
        vector = torch.einsum("btq,bth->bqh", weight, seen.output).flatten(1)
        return vector.masked_fill(empty.squeeze(2), 0.0)

    def so_far(self, seen: Outputs) -> Tensor:
        """Of the series cut after each step."""
        score = self._score(seen)
        total = score.logcumsumexp(1)
        mean = seen.output.new_zeros(len(score), score.shape[2], seen.output.shape[2])
        before, means = score.new_full(score[:, 0].shape, float("-inf")), []
        for step, output in enumerate(seen.output.unbind(1)):
            now = total[:, step]
            kept, new = (before - now).exp(), (score[:, step] - now).exp()
            mean = kept.unsqueeze(2) * mean + new.unsqueeze(2) * output.unsqueeze(1)
            means.append(mean.flatten(1))
            before = now
        return torch.stack(means, dim=1)

    def _score(self, seen: Outputs) -> Tensor:
        """[B, T, Q]."""
        return seen.output @ self.query.T + self.gap * seen.elapsed.log1p().unsqueeze(2)
