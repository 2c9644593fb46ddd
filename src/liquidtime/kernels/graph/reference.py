"""The definition of the sums over synapses, and the form of them that sparse matrices give.

E edges from S sources to R targets in K classes, B trials.
"""

import warnings
from typing import NamedTuple

import torch
from torch import Tensor


class GraphTensors(NamedTuple):
    """Who is connected to whom."""

    sources: Tensor
    """int64 [E]."""
    targets: Tensor
    """int64 [E], not decreasing."""
    classes: Tensor
    """int64 [E]."""
    target_count: int
    class_count: int


class SynapseTensors(NamedTuple):
    """Constants of each edge; its conductance is split between two reversal potentials."""

    low: Tensor
    """[E], nS, the share at the lower reversal potential."""
    high: Tensor
    """[E], nS, the share at the upper one."""
    midpoint: Tensor
    """[E], mV."""
    steepness: Tensor
    """[E], 1/mV."""


def class_sums(graph: GraphTensors, weights: Tensor, emitted: Tensor) -> Tensor:
    """A[c, i] = Σ over the edges e of class c onto i of w_e · s_{source(e)}.

    Args:
        graph: The edges.
        weights: [E], number of synapses of each edge, or any other weight.
        emitted: [S, B], what each source emits.

    Returns:
        [K, R, B].
    """
    return _added(graph, weights[:, None] * emitted[graph.sources])


def synapse_sums(
    graph: GraphTensors, synapses: SynapseTensors, potentials: Tensor, gate: Tensor | None = None
) -> Tensor:
    """The same where each synapse has a sigmoid of its own: Σ low_e σ_e and Σ high_e σ_e.

    Args:
        graph: The edges; their classes do not matter.
        synapses: Their constants.
        potentials: [S, B], mV.
        gate: [S, B], what is let through of each source; None for all.

    Returns:
        [2, R, B], nS.
    """
    distance = potentials[graph.sources] - synapses.midpoint[:, None]
    opened = torch.sigmoid(synapses.steepness[:, None] * distance)
    if gate is not None:
        opened = opened * gate[graph.sources]
    # The two shares take the place of classes, so all edges are of one.
    plain = graph._replace(classes=torch.zeros_like(graph.classes), class_count=1)
    low, high = (_added(plain, share[:, None] * opened) for share in (synapses.low, synapses.high))
    return torch.cat([low, high])


def sparse_matrix(graph: GraphTensors, weights: Tensor) -> Tensor:
    """The weights as one CSR matrix [K · R, S], which serves any device that multiplies such.

    Multiplied by what the sources emit, [S, B], it gives the class sums, [K · R, B].
    """
    rows = graph.classes * graph.target_count + graph.targets
    order = torch.argsort(rows, stable=True)
    height = graph.class_count * graph.target_count
    counts = torch.bincount(rows, minlength=height)
    starts = torch.cat([counts.new_zeros(1), counts.cumsum(0)])
    # Sources behind the last one with an edge add nothing; whoever multiplies leaves them out.
    width = int(graph.sources.max()) + 1 if graph.sources.numel() else 1
    with warnings.catch_warnings():
        # PyTorch warns once that such matrices are in beta, whoever makes one.
        warnings.simplefilter("ignore", UserWarning)
        return torch.sparse_csr_tensor(
            starts,
            graph.sources[order],
            weights[order],
            size=(height, width),
            check_invariants=False,
        )


def _added(graph: GraphTensors, values: Tensor) -> Tensor:
    rows = graph.classes * graph.target_count + graph.targets
    sums = values.new_zeros(graph.class_count * graph.target_count, values.shape[1])
    return sums.index_add(0, rows, values).unflatten(0, (graph.class_count, graph.target_count))
