"""The comparison with the measured atlas: the model is found again, and scores are right."""

import json

import numpy as np
import pytest

from liquidtime.brain.connectome.graph import Connectome
from liquidtime.errors import InputError
from liquidtime.optional import require
from liquidtime.tasks.worm_atlas import comparison as worm_atlas
from liquidtime.tasks.worm_atlas.data import Atlas, halves_by_class, measured_atlas, read_atlas
from liquidtime.tasks.worm_atlas.fit import fit_worm
from liquidtime.tasks.worm_atlas.model import Wiring, WormConstants, steady_response
from liquidtime.tasks.worm_atlas.options import Options
from liquidtime.tasks.worm_atlas.scores import measurement, scores, summary
from liquidtime.tasks.worm_atlas.simulation import stimulate_each

pandas = pytest.importorskip("pandas")
h5py = pytest.importorskip("h5py")
pytest.importorskip("scipy")

NEURONS = 24
TRUTH = WormConstants(
    acetylcholine=0.08,
    glutamate=0.05,
    gaba=0.12,
    other=0.02,
    gap=0.15,
    steepness=0.08,
    glutamate_reversal=-70.0,
)


@pytest.fixture(scope="module")
def worm():
    generator = np.random.default_rng(3)
    names = [f"{chr(65 + n // 2)}{'LR'[n % 2]}" for n in range(NEURONS)]
    kinds = np.array(["acetylcholine", "glutamate", "gaba", "serotonin"])
    table = pandas.DataFrame(
        {
            "type": [name[0] for name in names],
            "transmitter": kinds[generator.choice(4, NEURONS, p=[0.4, 0.3, 0.2, 0.1])],
            "group": ["sensory"] * 10 + ["motor"] * 14,
        },
        index=pandas.Index(names),
    )
    there = generator.random((NEURONS, NEURONS)) < 0.2
    np.fill_diagonal(there, False)
    post, pre = np.nonzero(there)
    one, other = np.nonzero(np.triu(generator.random((NEURONS, NEURONS)) < 0.08, 1))
    labels = np.array(names)
    return Connectome.from_edges(
        labels[pre],
        labels[post],
        generator.integers(1, 12, len(pre)),
        neurons=table,
        gap_junctions=(labels[one], labels[other], generator.integers(1, 6, len(one))),
        name="a tiny worm",
    )


@pytest.fixture(scope="module")
def answers(worm):
    return steady_response(Wiring.of(worm), TRUTH)[0]


@pytest.fixture(scope="module")
def atlas_file(worm, answers, tmp_path_factory):
    """Five noisy responses a pair; one pair has none that is finite."""
    path = tmp_path_factory.mktemp("atlas") / "funatlas.h5"
    generator = np.random.default_rng(4)
    scale = 0.2 / answers.max()
    with h5py.File(path, "w") as stored:
        stored["neuron_ids"] = np.array([name.encode() for name in worm.neurons.index])
        wide = h5py.vlen_dtype(np.float64)
        single = stored.create_dataset("wt/dFF_all", (NEURONS, NEURONS), dtype=wide)
        for i, j in np.ndindex(NEURONS, NEURONS):
            single[i, j] = scale * answers[i, j] + 0.002 * generator.standard_normal(5)
        single[1, 0] = np.array([np.nan])
        threshold = np.percentile(np.abs(answers), 85)
        stored["wt/q"] = np.where(np.abs(answers) > threshold, 0.01, 0.4)
    return path


def test_the_model_finds_its_own_constants_again(worm, answers):
    wiring = Wiring.of(worm)
    pairs = ~np.eye(NEURONS, dtype=bool)
    training, testing = halves_by_class(worm.neurons["type"], np.ones(NEURONS, bool), 0)
    found = fit_worm(wiring, 3 * answers + 1, pairs & training, starts=4, steps=400)
    again, _ = steady_response(wiring, found.constants)
    test = pairs & testing
    assert found.correlation > 0.9999
    assert np.corrcoef(again[test], answers[test])[0, 1] > 0.999
    for name, value in TRUTH._asdict().items():
        assert getattr(found.constants, name) == pytest.approx(value, rel=0.01), name


def test_what_is_not_learnt_stays(worm, answers):
    pairs = ~np.eye(NEURONS, dtype=bool)
    start = TRUTH._replace(gap=0.05)
    found = fit_worm(Wiring.of(worm), answers, pairs, learn=["gap"], start=start)
    assert found.constants._replace(gap=0.15) == pytest.approx(TRUTH)
    assert found.constants.gap == pytest.approx(0.15, rel=0.01)


def test_the_linear_answer_is_that_of_the_simulation(worm, answers):
    found = stimulate_each(worm, TRUTH, amplitude=0.01, duration=400.0)
    assert found.drift < 1e-3
    assert found.potential == pytest.approx(0.01 * answers, rel=2e-3, abs=1e-7)
    others = ~np.eye(NEURONS, dtype=bool)
    assert np.corrcoef(found.calcium[others], answers[others])[0, 1] > 0.999


def test_rest_is_where_every_synapse_is_half_open(worm):
    from liquidtime.brain.simulation.network import Machine, Network

    _, rest = steady_response(Wiring.of(worm), TRUTH)
    network = Network(
        worm, TRUTH.parameters(rest), machine=Machine(dtype="float64", backend="reference")
    )
    assert network.rest()[:, 0] == pytest.approx(rest, abs=0.01)


def test_halves_share_no_class(worm):
    types = worm.neurons["type"].to_numpy()
    stimulated = np.ones(NEURONS, dtype=bool)
    stimulated[5] = False
    first, second = halves_by_class(types, stimulated, 1)
    assert not set(types[first]) & set(types[second])
    assert ((first | second) == stimulated).all() and abs(int(first.sum()) - 12) <= 2
    other, _ = halves_by_class(types, stimulated, 2)
    assert (other != first).any()


def test_scores_are_those_of_the_libraries():
    stats = require("scipy.stats", extra="brain")
    metrics = require("sklearn.metrics", extra="train")
    generator = np.random.default_rng(0)
    measured = generator.standard_normal((9, 7))
    predicted = 0.4 * measured + generator.standard_normal((9, 7)).round(1)
    q = np.where(generator.random((9, 7)) < 0.3, 0.01, 0.5)
    pairs = generator.random((9, 7)) < 0.8
    test = measurement(measured, q, pairs, repeats=200, seed=1)
    x, y, connected = predicted[pairs], measured[pairs], q[pairs] < 0.05
    found = {name: draws[0] for name, draws in scores(test, x).items()}
    assert found["pearson"] == pytest.approx(stats.pearsonr(x, y)[0])
    assert found["spearman"] == pytest.approx(stats.spearmanr(x, y)[0])
    assert found["absolute"] == pytest.approx(stats.pearsonr(abs(x), abs(y))[0])
    assert found["auroc"] == pytest.approx(metrics.roc_auc_score(connected, abs(x)))
    assert found["sign"] == pytest.approx((np.sign(x) == np.sign(y))[connected].mean())
    ends = summary(scores(test, x))["pearson"]
    assert sorted(ends, key=lambda end: ends[end] or 0.0) == ["low", "value", "high"]


def test_a_draw_of_the_bootstrap_repeats_whole_columns():
    generator = np.random.default_rng(0)
    measured, predicted = generator.standard_normal((2, 6, 5))
    q = np.where(generator.random((6, 5)) < 0.4, 0.01, 0.5)
    test = measurement(measured, q, np.ones((6, 5), bool), repeats=3, seed=0)
    drawn = scores(test, predicted.ravel())
    columns = np.repeat(np.arange(5), test.draws[2].astype(int))
    x, y, connected = (a[:, columns].ravel() for a in (predicted, measured, q < 0.05))
    auroc = require("sklearn.metrics", extra="train").roc_auc_score(connected, abs(x))
    assert drawn["pearson"][2] == pytest.approx(np.corrcoef(x, y)[0, 1])
    assert drawn["auroc"][2] == pytest.approx(auroc)


def test_a_study_writes_everything(worm, atlas_file, tmp_path):
    atlas = read_atlas(atlas_file)
    said = []
    record = worm_atlas.compare(
        tmp_path,
        Options(splits=2, repeats=50, nulls=2, starts=2, amplitudes=(0.1,)),
        atlas=atlas,
        connectome=worm,
        progress=said.append,
    )
    assert json.loads((tmp_path / "worm-atlas.json").read_text()) == record
    model, ceiling = record["summary"]["scores"]["model"], record["summary"]["ceiling"]
    assert model["pearson"]["mean"] > 0.9 and model["auroc"]["mean"] > 0.9
    assert ceiling["mean"] > 0.9
    for name in ("partners shuffled", "neurons relabelled"):
        assert record["summary"]["nulls"][name]["pearson"]["mean"] < model["pearson"]["mean"]
    assert record["simulation"][0]["pearson_with_linear"] > 0.999
    page = (tmp_path / "worm-atlas.md").read_text()
    assert "direct weights" in page and "NaN" not in page and "None" not in page
    for name in ("matrix", "pairs", "predictors"):
        assert f"](worm-atlas-{name}." in page
        assert (tmp_path / f"worm-atlas-{name}.svg").read_text().startswith("<svg")
        assert (tmp_path / f"worm-atlas-{name}.png").stat().st_size > 5000
    assert len(said) == 4


def test_reading_keeps_what_is_finite_and_cuts_what_is_far(worm, atlas_file):
    atlas = read_atlas(atlas_file)
    atlas.single[0, 1] = np.append(atlas.single[0, 1], -105.0)
    assert atlas.occurrences()[0, 1] == 6 and atlas.occurrences()[1, 0] == 0
    assert np.isnan(atlas.mean()[1, 0]) and -0.3 < atlas.mean()[0, 1] < 0.05
    assert atlas.mean(np.inf)[0, 1] < -10
    assert not atlas.pairs()[1, 0] and not atlas.pairs().diagonal().any()
    turned = atlas.aligned([*worm.neurons.index[::-1], "nobody"])
    assert turned.mean()[3, 5] == atlas.mean()[NEURONS - 4, NEURONS - 6]
    assert not turned.occurrences()[-1].any()


def test_bad_files_are_named(tmp_path, atlas_file):
    text = tmp_path / "text.h5"
    text.write_text("no atlas")
    with pytest.raises(InputError, match="is no HDF5 file"):
        read_atlas(text)
    with pytest.raises(InputError, match=r"'unc31/dFF_all'.*'wt' and 'unc31'"):
        read_atlas(atlas_file, "unc31")
    crooked = tmp_path / "crooked.h5"
    with h5py.File(crooked, "w") as stored:
        stored["neuron_ids"] = np.array([b"A", b"B"])
        stored["wt/q"] = np.zeros((2, 3))
        stored.create_dataset("wt/dFF_all", (2, 2), dtype=h5py.vlen_dtype(np.float64))
    with pytest.raises(InputError, match=r"q has shape \[2, 3\]; expected \[N, N\] = \[2, 2\]"):
        read_atlas(crooked)


def test_bad_wishes_are_refused(worm, answers, tmp_path):
    wiring, pairs = Wiring.of(worm), ~np.eye(NEURONS, dtype=bool)
    with pytest.raises(InputError, match="learn holds 'leak'"):
        fit_worm(wiring, answers, pairs, learn=["leak"])
    with pytest.raises(InputError, match="there are 0 pairs"):
        fit_worm(wiring, answers, pairs & False)
    with pytest.raises(InputError, match="splits is 0"):
        Options(splits=0)
    with pytest.raises(InputError, match="1 classes of neurons"):
        halves_by_class(["A", "A"], np.ones(2, bool), 0)


@pytest.mark.data
def test_the_published_atlas_has_responders_in_rows():
    """A pair cannot have more responses than there were stimulations that answered themselves."""
    atlas: Atlas = measured_atlas()
    found = atlas.occurrences()
    own = found.diagonal()
    assert len(atlas.neurons) == 300
    assert (found <= own[None, :])[:, own > 0].all()
    assert not (found <= own[:, None])[own > 0].all()
    assert atlas.pairs(1).sum() == 23_901 and atlas.pairs(1).any(0).sum() == 173
    assert np.abs(atlas.mean()[atlas.pairs(1)]).max() <= 1
