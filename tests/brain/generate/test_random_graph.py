"""Random networks: exact degrees, sorted rows, no more memory than twice their own."""

import subprocess
import sys

import numpy as np
import pytest

from liquidtime.brain.generate import constant, geometric, lognormal, random
from liquidtime.brain.generate.random_graph import distinct

pytest.importorskip("pandas")


def assert_well_formed(connectome, self_connections=False):
    """Rows in order of class and source, nothing twice, classes those of the sources."""
    found = connectome.synapses
    size = len(connectome)
    targets = found.targets().astype(np.int64)
    key = (targets * 256 + found.classes) * size + found.sources
    assert (np.diff(key) > 0).all()
    assert not len(found) or (found.sources.min() >= 0 and found.sources.max() < size)
    assert self_connections or (found.sources != targets).all()
    assert found.counts.min(initial=1) >= 1
    kinds = np.array(connectome.classes)[found.classes]
    assert (kinds == connectome.neurons["transmitter"].to_numpy()[found.sources]).all()


def assert_same(one, other):
    for name in ("offsets", "sources", "counts", "classes"):
        np.testing.assert_array_equal(getattr(one.synapses, name), getattr(other.synapses, name))


@pytest.mark.parametrize("self_connections", [False, True])
@pytest.mark.parametrize(("neurons", "in_degree"), [(2000, 300), (50, 24), (50, 40), (50, 49)])
def test_every_neuron_has_so_many_different_sources(neurons, in_degree, self_connections):
    made = random(neurons, in_degree, self_connections=self_connections, inhibitory=0.25)
    assert_well_formed(made, self_connections)
    assert (made.synapses.in_degree == in_degree).all()
    assert (made.neurons["transmitter"] == "inhibitory").sum() == round(neurons * 0.25)
    assert made.synapses.out_degree().mean() == in_degree
    if self_connections:
        assert (made.synapses.sources == made.synapses.targets()).any()


@pytest.mark.parametrize("probability", [0.0, 0.001, 0.2, 0.5, 0.8, 1.0])
def test_erdos_renyi_has_binomial_degrees(probability):
    made = random(600, probability=probability, seed=4)
    assert_well_formed(made)
    spread = np.sqrt(probability * (1 - probability) * 599)
    for degree in (made.synapses.in_degree, made.synapses.out_degree()):
        assert abs(degree.mean() - 599 * probability) <= 5 * spread / np.sqrt(600)
        assert abs(degree.std() - spread) <= 0.25 * spread


def test_all_sets_of_sources_are_equally_likely():
    for degree in (2, 3):
        block, kept = distinct(np.random.default_rng(0), 5, np.full(20_000, degree))
        drawn = block if kept is None else block[kept].reshape(-1, degree)
        _, numbers = np.unique(drawn, axis=0, return_counts=True)
        assert len(numbers) == 10
        assert abs(numbers - 2000).max() < 5 * np.sqrt(2000)


def test_a_seed_repeats_whatever_the_threads():
    once = random(3000, 200, counts=geometric(3), seed=7, threads=1)
    assert_same(once, random(3000, 200, counts=geometric(3), seed=7, threads=3))
    other = random(3000, 200, counts=geometric(3), seed=8)
    assert (once.synapses.sources != other.synapses.sources).any()


def test_tiny_networks():
    assert len(random(1, 0).synapses) == 0
    assert len(random(2, 1).synapses) == 2
    assert len(random(10, probability=0.0).synapses) == 0


@pytest.mark.parametrize(
    ("counts", "dtype", "mean"),
    [
        (constant(3), np.int8, 3),
        (constant(300), np.int16, 300),
        (geometric(1), np.int8, 1),
        (geometric(3.6), np.int8, 3.6),
        (geometric(40), np.int16, 40),
        (lognormal(3, 2), np.int8, 3.5),
        (lognormal(40, 30), np.int16, 40.5),
    ],
)
def test_counts(counts, dtype, mean):
    found = random(1000, 100, counts=counts).synapses.counts
    assert found.dtype == dtype
    assert abs(found.mean() - mean) < 0.02 * mean
    assert found.min() >= 1


def test_geometric_counts_have_geometric_shares():
    found = random(1000, 200, counts=geometric(2.5)).synapses.counts
    for number in range(1, 6):
        expected = 0.4 * 0.6 ** (number - 1)
        assert abs((found == number).mean() - expected) < 5 * np.sqrt(expected / len(found))


def test_what_is_wrong_is_told():
    with pytest.raises(ValueError, match="from 0 to 9"):
        random(10, 10)
    with pytest.raises(ValueError, match="one of the two"):
        random(10)
    with pytest.raises(ValueError, match="one of the two"):
        random(10, 2, probability=0.5)
    with pytest.raises(ValueError, match="expected 0 to 1"):
        random(10, probability=1.5)
    with pytest.raises(ValueError, match="inhibitory share"):
        random(10, 2, inhibitory=-1)
    with pytest.raises(ValueError, match="0 neurons"):
        random(0, 0)
    with pytest.raises(ValueError, match="threads"):
        random(10, 2, threads=0)
    with pytest.raises(ValueError, match="counts are"):
        random(10, 2, counts="many")
    with pytest.raises(ValueError, match="32767"):
        random(10, 2, counts=0)
    with pytest.raises(ValueError, match="1 to 1000"):
        geometric(0.5)
    with pytest.raises(ValueError, match="standard deviation"):
        lognormal(0, 1)


PEAK = """
from pathlib import Path
import pandas
from liquidtime.brain.generate import random, fly_like, cortical_microcircuit
random(100, 10)

def kilobytes(name):
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(name))

before = kilobytes("VmRSS")
made = {call}
print((kilobytes("VmHWM") - before) * 1024, made.synapses.nbytes, len(made.synapses))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
@pytest.mark.parametrize(
    "call",
    [
        "random(100_000, 200)",
        "fly_like(40_000, 4_000_000)",
        "cortical_microcircuit(0.1, in_degree_scale=0.5)",
    ],
)
def test_the_peak_is_below_twice_the_result(call):
    out = subprocess.run(
        [sys.executable, "-c", PEAK.format(call=call)], check=True, capture_output=True, text=True
    )
    peak, final, edges = map(int, out.stdout.split())
    assert edges >= 4_000_000
    assert peak <= 2 * final + 100 * 2**20
