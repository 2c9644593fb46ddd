"""Sums over synapses by the compiled kernels, for any layout of blocks and tiles."""

import numpy as np
import pytest
import torch
from network_cases import constants, graph
from network_layout import cut_into

from liquidtime.brain import Connectome, Network, Parameters
from liquidtime.kernels.graph.reference import GraphTensors, class_sums
from liquidtime.kernels.network import cpu as network_cpu
from liquidtime.kernels.network.stepper import Task
from liquidtime.native import native

extension = native()
if extension is None:
    pytest.skip("the compiled kernels are not installed", allow_module_level=True)


def summed(network, emitters_a_block, rows_a_tile, monkeypatch, threads=1):
    """[K, R, B], sums by the kernels, and what each source emits."""
    with monkeypatch.context() as patch:
        patch.setattr(network_cpu, "native", cut_into(emitters_a_block, rows_a_tile))
        stepper = network_cpu.CPUStepper(network.constants, Task(0.5, threads=threads))
    size, trials = len(network.connectome), network.trials
    stepper.start(np.random.default_rng(3).uniform(-70, -30, (size, trials)))
    kinds = network.constants.class_count
    flat = np.full(kinds * size * trials, np.nan, np.float32)
    stepper.network.sums(flat, threads)
    height, tiles, at = rows_a_tile or max(512, -(-size // 16)), [], 0
    for first in range(0, size, height):
        rows = min(height, size - first)
        part = flat[at : at + kinds * rows * trials]
        tiles.append(part.reshape(kinds, rows, trials))
        at += part.size
    return np.concatenate(tiles, axis=1), stepper.activations()


def wanted_sums(network, emitted):
    rows = network.connectome.synapses
    tensors = GraphTensors(
        torch.from_numpy(rows.sources.astype(np.int64)),
        torch.from_numpy(rows.targets().astype(np.int64)),
        torch.from_numpy(rows.classes.astype(np.int64)),
        len(network.connectome),
        network.constants.class_count,
    )
    weights = torch.from_numpy(rows.counts.astype(np.float64))
    return class_sums(tensors, weights, torch.from_numpy(emitted.astype(np.float64))).numpy()


# All terms are positive: of 100 added four abreast, each rounding is one of 6e-8 of the sum, and
# there are at most some 30 in a row.
SUM_TOLERANCE = 2e-6


@pytest.mark.parametrize("trials", [1, 2, 3, 16, 17, 33])
@pytest.mark.parametrize(
    "counts",
    ["int8", "int16", "float32"],
)
def test_sums(counts, trials, isa, monkeypatch):
    for mixed in (False, True):
        network = Network(graph(counts, mixed), constants(), trials=trials)
        for block, tile in ((0, 0), (1, 0), (7, 5), (70_000, 50), (40, 1)):
            found, emitted = summed(network, block, tile, monkeypatch)
            np.testing.assert_allclose(
                found, wanted_sums(network, emitted), rtol=SUM_TOLERANCE, atol=0
            )


@pytest.mark.parametrize("trials", [1, 5])
def test_sums_do_not_depend_on_tiles_and_threads(trials, isa, monkeypatch):
    network = Network(graph("float32", True), constants(), trials=trials)
    plain, _ = summed(network, 30, 0, monkeypatch)
    for tile, threads in ((1, 1), (7, 1), (7, 2), (50, 3), (131, 2)):
        cut, _ = summed(network, 30, tile, monkeypatch, threads)
        np.testing.assert_array_equal(cut, plain)


@pytest.mark.parametrize("block", [0, 70_000])
def test_more_sources_than_two_bytes_can_number(block, isa, monkeypatch):
    size = 70_000
    random = np.random.default_rng(0)
    pre = np.concatenate([np.arange(size), random.integers(60_000, size, 5000)])
    large = Connectome.from_edges(pre, random.permutation(len(pre)) % size, 2, neurons=size)
    network = Network(large, Parameters())
    found, emitted = summed(network, block, 0, monkeypatch)
    np.testing.assert_allclose(found, wanted_sums(network, emitted), rtol=SUM_TOLERANCE, atol=0)
