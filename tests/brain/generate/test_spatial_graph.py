"""Networks in space: the law of distance, within the cut-off."""

import numpy as np
import pytest

from liquidtime.brain.generate import geometric, spatial

pytest.importorskip("pandas")
pytest.importorskip("scipy")

BOX = (300.0, 300.0, 300.0)


def lengths(connectome):
    places = connectome.neurons[["x", "y", "z"]].to_numpy()
    found = connectome.synapses
    return np.linalg.norm(places[found.sources] - places[found.targets()], axis=1)


def all_distances(connectome):
    places = connectome.neurons[["x", "y", "z"]].to_numpy()
    apart = np.linalg.norm(places[:, None] - places, axis=2)
    return apart[~np.eye(len(places), dtype=bool)]


def assert_well_formed(connectome):
    found = connectome.synapses
    targets = found.targets().astype(np.int64)
    key = (targets * 256 + found.classes) * len(connectome) + found.sources
    assert (np.diff(key) > 0).all()
    assert (found.sources != targets).all()
    names = np.array(connectome.classes)[found.classes]
    assert (names == connectome.neurons["transmitter"].to_numpy()[found.sources]).all()


def test_the_probability_falls_exponentially():
    made = spatial(neurons=1500, box=BOX, length_constant=40, peak_probability=0.8, seed=1)
    assert_well_formed(made)
    bins = np.arange(0, 241, 20)
    pairs, _ = np.histogram(all_distances(made), bins)
    found, _ = np.histogram(lengths(made), bins)
    apart = all_distances(made)
    law = np.where(apart <= 240, 0.8 * np.exp(-apart / 40), 0)
    expected, _ = np.histogram(apart, bins, weights=law)
    assert (pairs > 0).all()
    assert (np.abs(found - expected) < 5 * np.sqrt(expected) + 1).all()
    assert lengths(made).max() <= 240


def test_in_degrees_are_exact_and_near_sources_are_preferred():
    made = spatial(neurons=2000, box=BOX, length_constant=30, in_degree=10, seed=2)
    assert_well_formed(made)
    assert (made.synapses.in_degree == 10).all()
    bins = np.arange(0, 121, 20)
    apart = all_distances(made)
    pairs, _ = np.histogram(apart, bins)
    found, _ = np.histogram(lengths(made), bins)
    weights, _ = np.histogram(apart, bins, weights=np.exp(-apart / 30))
    # Sources are taken away as they are drawn, so the nearest are somewhat rarer than the law.
    slope = np.polyfit(np.log(weights / pairs), np.log(found / pairs), 1)[0]
    assert 0.85 < slope < 1.05


def test_the_first_of_several_sources_follows_the_law():
    places = np.zeros((3, 3))
    places[1:, 0] = 10, 30
    drawn = [
        spatial(places, length_constant=20, in_degree=1, seed=seed, threads=1).synapses.sources[0]
        for seed in range(400)
    ]
    share = np.mean(np.array(drawn) == 1)
    assert abs(share - 1 / (1 + np.exp(-1))) < 0.1


def test_positions_cutoff_and_counts():
    places = np.random.default_rng(0).random((400, 3)) * 100
    made = spatial(
        places, length_constant=50, peak_probability=1, cutoff=25, counts=geometric(4), inhibitory=0
    )
    np.testing.assert_array_equal(made.neurons[["x", "y", "z"]].to_numpy(), places)
    assert lengths(made).max() <= 25
    assert abs(made.synapses.counts.mean() - 4) < 0.5
    assert not made.synapses.classes.any()


def test_a_seed_repeats_whatever_the_threads():
    one, other = (
        spatial(
            neurons=4000, box=BOX, length_constant=15, peak_probability=0.5, seed=3, threads=n
        ).synapses
        for n in (1, 3)
    )
    for name in ("offsets", "sources", "counts", "classes"):
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name))


def test_neurons_on_a_lattice_at_exactly_the_cutoff():
    grid = np.stack(np.meshgrid(*[np.arange(8.0)] * 3), axis=-1).reshape(-1, 3) * 0.1
    made = spatial(grid, length_constant=0.1, cutoff=0.3, in_degree=5)
    assert (made.synapses.in_degree == 5).all()


def test_what_is_wrong_is_told():
    near = {"neurons": 50, "box": BOX, "length_constant": 50}
    with pytest.raises(ValueError, match="others within"):
        spatial(**near, in_degree=50)
    with pytest.raises(ValueError, match="whole number from 0"):
        spatial(**near, in_degree=-1)
    with pytest.raises(ValueError, match="one of the two"):
        spatial(**near)
    with pytest.raises(ValueError, match="expected 0 to 1"):
        spatial(**near, peak_probability=2)
    with pytest.raises(ValueError, match="positive µm"):
        spatial(neurons=5, box=BOX, length_constant=0, in_degree=1)
    with pytest.raises(ValueError, match="not neither"):
        spatial(length_constant=5, in_degree=1)
    with pytest.raises(ValueError, match="three edges"):
        spatial(neurons=5, box=(1, 2), length_constant=5, in_degree=1)
    with pytest.raises(ValueError, match="make z 0"):
        spatial(np.zeros((5, 2)), length_constant=5, in_degree=1)
