"""The sums over synapses by the compiled kernels, with their derivatives."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from torch import Tensor

from liquidtime.kernels.backends.cpu_arrays import array
from liquidtime.kernels.graph.reference import GraphTensors
from liquidtime.native import native


class CompiledSums:
    """`class_sums` of one graph in float32 on the CPU, with gradients of weights and emission.

    Args:
        graph: The edges, sorted by target and class.
        sources: S.
    """

    def __init__(self, graph: GraphTensors, sources: int) -> None:
        extension = native()
        assert extension is not None, "the caller has asked before"
        pre = graph.sources.numpy().astype(np.int32)
        post = graph.targets.numpy().astype(np.int32)
        kinds = graph.classes.numpy()
        # Stable, so that the sum of a source has the order of the edges, whatever the sort.
        by_source = np.argsort(pre, kind="stable")
        place = (kinds * graph.target_count + graph.targets.numpy())[by_source]
        self._by_source = torch.from_numpy(by_source)
        self._ordered: tuple[Tensor, int, Tensor] | None = None
        self.shape = (graph.class_count, graph.target_count)
        self._edges = extension.WeightedEdges(
            _offsets(post, graph.target_count),
            pre,
            kinds.astype(np.uint8),
            _offsets(pre, sources),
            place.astype(np.int32),
            graph.class_count,
        )

    def __call__(self, weights: Tensor, emitted: Tensor) -> Tensor:
        """[K, R, B], as `class_sums`."""
        return _Sums.apply(self, weights, emitted)  # pyright: ignore[reportReturnType]

    def sums(self, weights: Tensor, emitted: Tensor) -> Tensor:
        """Forward."""
        found = emitted.new_empty(*self.shape, emitted.shape[1])
        self._edges.sums(array(weights), array(emitted), array(found), torch.get_num_threads())
        return found

    def by_source(self, weights: Tensor) -> Tensor:
        """The weights in the order of sources; the same ones come again at every step of a run."""
        known = self._ordered
        # An optimiser changes weights in place: the same tensor at another version is other
        # weights.
        if known is None or known[0] is not weights or known[1] != weights._version:
            known = (weights, weights._version, weights.detach()[self._by_source])
            self._ordered = known
        return known[2]

    def by_emitted(self, weights: Tensor, d_sums: Tensor, like: Tensor) -> Tensor:
        """Backward, to what is emitted; the weights in the order of sources."""
        found = torch.empty_like(like)
        self._edges.by_emitted(array(weights), array(d_sums), array(found), torch.get_num_threads())
        return found

    def by_weights(self, emitted: Tensor, d_sums: Tensor, like: Tensor) -> Tensor:
        """Backward, to the weights."""
        found = torch.empty_like(like)
        self._edges.by_weights(array(emitted), array(d_sums), array(found), torch.get_num_threads())
        return found


class _Sums(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, edges: CompiledSums, given: Tensor, emitted: Tensor) -> Tensor:
        weights, emitted = given.contiguous(), emitted.contiguous()
        ctx.edges = edges
        towards_emitted = ctx.needs_input_grad[2]
        # Of `given`: its contiguous copy could be another object at each call, and is never known.
        ordered = edges.by_source(given) if towards_emitted else None
        ctx.save_for_backward(weights, emitted, ordered)
        return edges.sums(weights, emitted)

    @staticmethod
    # The compiled derivatives have none of their own: to ask for them is an error, not a zero.
    @torch.autograd.function.once_differentiable
    def backward(ctx: Any, d_sums: Tensor) -> tuple[None, Tensor | None, Tensor | None]:
        weights, emitted, ordered = ctx.saved_tensors
        d_sums = d_sums.contiguous()
        _, for_weights, for_emitted = ctx.needs_input_grad
        return (
            None,
            ctx.edges.by_weights(emitted, d_sums, weights) if for_weights else None,
            ctx.edges.by_emitted(ordered, d_sums, emitted) if for_emitted else None,
        )


def _offsets(indices: np.ndarray, count: int) -> np.ndarray:
    return np.concatenate(([0], np.cumsum(np.bincount(indices, minlength=count), dtype=np.int64)))
