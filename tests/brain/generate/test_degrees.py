"""Networks of given degrees: the degrees are met, and the null model keeps them."""

import numpy as np
import pytest

from liquidtime.brain import Connectome
from liquidtime.brain.generate import degree_matched, fly_like, geometric, shuffled

pandas = pytest.importorskip("pandas")


def uneven(neurons=3000, mean=40, seed=0):
    random = np.random.default_rng(seed)
    degrees = np.minimum(random.lognormal(np.log(mean), 0.8, neurons).astype(int), neurons // 3)
    return degrees, random.permutation(degrees)


def keys(connectome):
    found = connectome.synapses
    targets = found.targets().astype(np.int64)
    return (targets * 256 + found.classes) * len(connectome) + found.sources


def out_degree_by_class(connectome):
    found = connectome.synapses
    return np.bincount(
        found.classes.astype(np.int64) * len(connectome) + found.sources,
        minlength=len(connectome) * len(connectome.classes),
    )


def animal():
    """Classes that differ among the edges of a neuron, some self-connections."""
    random = np.random.default_rng(1)
    size, edges = 400, 9000
    return Connectome.from_edges(
        random.integers(0, size, edges) ** 2 // size,
        random.integers(0, size, edges),
        random.integers(1, 300, edges),
        neurons=size,
        transmitter=random.choice(["gaba", "acetylcholine", "dopamine"], edges),
        gap_junctions=([1, 2], [3, 4], [1, 2]),
        name="animal",
    )


def test_degrees_are_exact():
    incoming, outgoing = uneven()
    kinds = np.random.default_rng(2).choice(["GABA", "ACh"], len(incoming))
    made = degree_matched(incoming, outgoing, transmitters=kinds, counts=geometric(3), seed=1)
    found = made.synapses
    assert (found.in_degree == incoming).all()
    assert (found.out_degree() == outgoing).all()
    assert (np.diff(keys(made)) > 0).all()
    assert (found.sources != found.targets()).all()
    assert made.classes == ("acetylcholine", "gaba")
    assert (
        np.array(made.classes)[found.classes] == made.neurons["transmitter"][found.sources]
    ).all()
    assert abs(found.counts.mean() - 3) < 0.1


def test_a_seed_repeats_whatever_the_threads():
    incoming, outgoing = uneven(20_000)
    one, other = (degree_matched(incoming, outgoing, seed=5, threads=n) for n in (1, 3))
    for name in ("offsets", "sources", "counts", "classes"):
        np.testing.assert_array_equal(getattr(one.synapses, name), getattr(other.synapses, name))
    different = degree_matched(incoming, outgoing, seed=6)
    assert (different.synapses.sources != one.synapses.sources).any()


def test_partners_are_independent_of_the_degree_of_the_target():
    incoming, outgoing = uneven()
    made = degree_matched(incoming, outgoing)
    targets = made.synapses.targets()
    found = np.corrcoef(incoming[targets], outgoing[made.synapses.sources])[0, 1]
    # Somewhat negative: two neurons with many partners would need several edges between them.
    assert -0.04 < found < 0.01


def test_the_null_model_keeps_degrees_counts_and_classes():
    model = animal()
    null = shuffled(model, seed=3)
    assert (null.synapses.in_degree == model.synapses.in_degree).all()
    assert (out_degree_by_class(null) == out_degree_by_class(model)).all()
    assert (np.diff(keys(null)) > 0).all()
    assert (null.synapses.sources != null.synapses.targets()).all()
    assert null.gap_junctions is model.gap_junctions
    assert null.neurons is model.neurons
    both = [
        np.stack((c.synapses.sources, c.synapses.classes, c.synapses.counts)).T
        for c in (model, null)
    ]
    for columns in both:
        columns[:] = columns[np.lexsort(columns.T)]
    np.testing.assert_array_equal(*both)
    shared = np.isin(keys(null), keys(model)).mean()
    assert shared < 0.1


def test_the_null_model_of_a_null_model_differs_by_seed():
    model = animal()
    assert (keys(shuffled(model, seed=0)) == keys(shuffled(model, seed=0))).all()
    assert (keys(shuffled(model, seed=0)) != keys(shuffled(model, seed=1))).any()
    assert model.synapses.sources is not shuffled(model).synapses.sources


def test_self_connections_where_wanted():
    incoming, outgoing = uneven(200, 20)
    made = degree_matched(incoming, outgoing, self_connections=True)
    assert (made.synapses.sources == made.synapses.targets()).any()
    assert (made.synapses.out_degree() == outgoing).all()


def test_what_cannot_be_mended_is_left_out_with_a_warning():
    incoming, outgoing = np.array([2, 2, 0, 0]), np.array([2, 2, 0, 0])
    with pytest.warns(UserWarning, match="edges could not be placed"):
        made = degree_matched(incoming, outgoing)
    assert (np.diff(keys(made)) > 0).all()
    assert (made.synapses.in_degree <= incoming).all()
    assert len(made.synapses) <= 2
    no_edges = degree_matched([0, 0], [0, 0])
    assert len(no_edges.synapses) == 0


@pytest.mark.filterwarnings("error")
def test_fly_like_has_its_size():
    made = fly_like(5000, 300_000, seed=2)
    assert (len(made), len(made.synapses)) == (5000, 300_000)
    assert abs(made.synapses.total / 300_000 - 54.5 / 15.091983) < 0.02
    inhibitory = (made.neurons["transmitter"] == "inhibitory").mean()
    assert abs(inhibitory - 1 / 3) < 0.001
    for degree in (made.synapses.in_degree, made.synapses.out_degree()):
        assert abs(np.log(degree[degree > 0]).std() - 1) < 0.1


@pytest.mark.parametrize(("neurons", "edges"), [(1000, 20_000), (3000, 100_000)])
def test_small_fly_like_loses_less_than_a_thousandth(neurons, edges):
    made = fly_like(neurons, edges)
    assert len(made.synapses) > edges * 0.999


def test_what_is_wrong_is_told():
    with pytest.raises(ValueError, match="same sum"):
        degree_matched([1, 1], [1, 0])
    with pytest.raises(ValueError, match="same sum"):
        degree_matched([1, 1], [1, 1, 0])
    with pytest.raises(ValueError, match="expected 0 to 1"):
        degree_matched([2, 0], [1, 1])
    with pytest.raises(ValueError, match="whole numbers"):
        degree_matched([0.5, 0.5], [1, 0])
    with pytest.raises(ValueError, match="3 transmitters"):
        degree_matched([1, 1], [1, 1], transmitters=["gaba"] * 3)
    with pytest.raises(ValueError, match="quarter of all pairs"):
        fly_like(100, 9000)
