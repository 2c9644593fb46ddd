"""The compiled sums over weighted edges, and their derivatives, against the definition."""

import numpy as np
import pytest
import torch

from liquidtime.kernels.graph.reference import (
    GraphTensors,
    SynapseTensors,
    class_sums,
    sparse_matrix,
    synapse_sums,
)
from liquidtime.native import native

compiled_only = pytest.mark.skipif(native() is None, reason="no compiled kernels")


def graph(neurons, edges, classes, seed=0):
    """Random edges, sorted by target and class; some targets and some sources have none."""
    rng = np.random.default_rng(seed)
    sources = rng.integers(0, neurons, edges)
    targets = rng.integers(0, max(1, neurons - 2), edges)
    kinds = rng.integers(0, classes, edges)
    order = np.lexsort((sources, kinds, targets))
    parts = (torch.from_numpy(part[order]) for part in (sources, targets, kinds))
    return GraphTensors(*parts, neurons, classes)


@compiled_only
@pytest.mark.parametrize("neurons, edges", [(1, 0), (3, 5), (40, 700)])
@pytest.mark.parametrize("trials", [1, 3, 17])
@pytest.mark.parametrize("classes", [1, 3])
def test_compiled_sums_and_gradients(neurons, edges, trials, classes):
    from liquidtime.kernels.graph.cpu import CompiledSums

    edges_of = graph(neurons, edges, classes)
    generator = torch.Generator().manual_seed(1)
    weights = torch.rand(edges, generator=generator)
    emitted = torch.rand(neurons, trials, generator=generator)
    towards = torch.randn(classes, neurons, trials, generator=generator)

    def both(sums, dtype):
        w, s = (part.to(dtype, copy=True).requires_grad_() for part in (weights, emitted))
        found = sums(w, s)
        found.backward(towards.to(dtype))
        return found, w.grad, s.grad

    got = both(CompiledSums(edges_of, neurons), torch.float32)
    wanted = both(lambda w, s: class_sums(edges_of, w, s), torch.float64)
    for mine, true in zip(got, wanted, strict=True):
        # Sums of up to 30 terms of about 1, each rounded to float32.
        torch.testing.assert_close(mine.double(), true, rtol=2e-6, atol=2e-6)


@compiled_only
@pytest.mark.filterwarnings("ignore:Input #. requires gradient and is not a double")
def test_finite_differences():
    from liquidtime.kernels.graph.cpu import CompiledSums

    edges_of = graph(10, 60, 2)
    sums = CompiledSums(edges_of, 10)
    weights = torch.rand(60, requires_grad=True)
    emitted = torch.rand(10, 2, requires_grad=True)
    # Linear in each, so a large step has no error of its own beyond float32's.
    assert torch.autograd.gradcheck(
        sums, (weights, emitted), eps=0.5, atol=1e-4, rtol=1e-4, raise_exception=True
    )


def test_reference_by_hand():
    edges_of = GraphTensors(
        torch.tensor([0, 1, 1]), torch.tensor([1, 1, 0]), torch.tensor([0, 1, 0]), 2, 2
    )
    found = class_sums(edges_of, torch.tensor([2.0, 3.0, 5.0]), torch.tensor([[0.5], [0.25]]))
    assert found.squeeze(-1).tolist() == [[1.25, 1.0], [0.0, 0.75]]


def test_sparse_matrix_is_the_sum():
    edges_of = graph(30, 200, 3)
    weights, emitted = torch.rand(200).double(), torch.rand(30, 4).double()
    matrix = sparse_matrix(edges_of, weights)
    found = (matrix @ emitted[: matrix.shape[1]]).unflatten(0, (3, 30))
    torch.testing.assert_close(found, class_sums(edges_of, weights, emitted))


def test_synapse_sums_have_gradients():
    edges_of = graph(6, 20, 2)
    parts = [torch.rand(20, dtype=torch.float64).requires_grad_() for _ in range(4)]
    potentials = torch.randn(6, 2, dtype=torch.float64).requires_grad_()
    gate = torch.rand(6, 2, dtype=torch.float64)
    assert torch.autograd.gradcheck(
        lambda v, *p: synapse_sums(edges_of, SynapseTensors(*p), v, gate), (potentials, *parts)
    )
