"""The cortical microcircuit: populations and synapse numbers of the paper."""

import numpy as np
import pytest

from liquidtime.brain.generate import cortical_microcircuit
from liquidtime.brain.generate.microcircuit import POPULATIONS, SIZES, synapse_numbers

pytest.importorskip("pandas")


def synapses_between(connectome):
    found = connectome.synapses
    kind = np.array([POPULATIONS.index(name) for name in connectome.neurons["type"]])
    pairs = kind[found.targets()] * 8 + kind[found.sources]
    return np.bincount(pairs, weights=found.counts, minlength=64).reshape(8, 8).astype(int)


def test_the_paper_has_a_third_of_a_billion_synapses():
    assert sum(SIZES) == 77_169
    assert 2.98e8 < synapse_numbers().sum() < 3.0e8
    # In-degrees of L2/3e that are quoted from the model.
    np.testing.assert_allclose(synapse_numbers()[0, :2] / SIZES[0], [2199.5, 1079.3], rtol=1e-3)


@pytest.mark.parametrize("in_degree_scale", [0.05, 0.2])
def test_populations_and_synapses_at_a_twentieth(in_degree_scale):
    made = cortical_microcircuit(0.05, in_degree_scale=in_degree_scale, seed=1)
    sizes = made.neurons["type"].value_counts()
    assert [sizes[name] for name in POPULATIONS] == [round(n * 0.05) for n in SIZES]
    np.testing.assert_array_equal(synapses_between(made), synapse_numbers(0.05, in_degree_scale))
    found = made.synapses
    targets = found.targets().astype(np.int64)
    key = (targets * 2 + found.classes) * len(made) + found.sources
    assert (np.diff(key) > 0).all()
    names = np.array(made.classes)[found.classes]
    assert (names == made.neurons["transmitter"].to_numpy()[found.sources]).all()
    assert found.counts.max() > 1
    assert found.sources.base is None


def test_the_probability_of_an_edge_is_that_of_the_table():
    made = cortical_microcircuit(0.05, in_degree_scale=0.05)
    kind = made.neurons["type"].to_numpy()
    found = made.synapses
    between = (kind[found.targets()] == "L4i") & (kind[found.sources] == "L4e")
    pairs = (kind == "L4i").sum() * (kind == "L4e").sum()
    assert abs(between.sum() / pairs - 0.0794) < 0.002


def test_sources_and_targets_are_spread_evenly():
    made = cortical_microcircuit(0.05, in_degree_scale=0.2)
    kind = made.neurons["type"].to_numpy()
    found = made.synapses
    mean = synapse_numbers(0.05, 0.2)[2].sum() / (kind == "L4e").sum()
    onto = np.bincount(found.targets(), found.counts, len(made))[kind == "L4e"]
    assert abs(onto.mean() - mean) < 1
    assert abs(onto.var() / mean - 1) < 0.2


def test_tiny_dense_networks_have_many_synapses_an_edge():
    made = cortical_microcircuit(0.001, in_degree_scale=0.5)
    assert made.synapses.counts.dtype == np.int16
    assert synapses_between(made).sum() == synapse_numbers(0.001, 0.5).sum()


def test_a_seed_repeats_whatever_the_threads():
    one, other = (
        cortical_microcircuit(0.02, in_degree_scale=0.1, seed=2, threads=n).synapses for n in (1, 3)
    )
    for name in ("offsets", "sources", "counts", "classes"):
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name))


@pytest.mark.parametrize("arguments", [(0,), (1.5,), (-1,)])
def test_wrong_scales_are_told(arguments):
    with pytest.raises(ValueError, match="expected a scale above 0"):
        cortical_microcircuit(*arguments)
    with pytest.raises(ValueError, match="at most 32767"):
        cortical_microcircuit(0.001, in_degree_scale=1000)
