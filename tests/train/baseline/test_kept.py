"""Boosting that a run keeps: what it says is what scikit-learn said, and people can ask for it."""

import contextlib

import numpy as np
import pandas as pd
import pytest
from made_series import make_series

from liquidtime.cli.__main__ import main
from liquidtime.data.splits import Split
from liquidtime.data.table import TableSchema, read_table
from liquidtime.errors import InputError
from liquidtime.models.ridge import Config
from liquidtime.notes import Note, said
from liquidtime.train import FitConfig, fit
from liquidtime.train.ahead import read_as
from liquidtime.train.baseline.catalogue import BASELINES
from liquidtime.train.baseline.contract import Material
from liquidtime.train.baseline.kept import keep, read
from liquidtime.train.baseline.together import answering
from liquidtime.train.objectives import catalogue as objectives
from liquidtime.train.run import Run

KINDS = {
    "two": ({}, "classify"),
    "four": ({"classes": 4}, "classify"),
    "values": ({"kind": "values", "outputs": 2}, "regress"),
    "step": ({"per_step": True}, "classify"),
}


@pytest.mark.parametrize("kind", KINDS)
def test_trees_from_a_file_say_the_same(kind, tmp_path):
    options, task = KINDS[kind]
    training, held = make_series(120, **options), make_series(30, seed=1, **options)
    objective = objectives.of_training(training, FitConfig(task=task))
    predictor = BASELINES.find("boosting").fit(Material(training), objective)
    keep(tmp_path / "kept.npz", "boosting", predictor)
    found = read(tmp_path / "kept.npz")(Material(held))
    np.testing.assert_allclose(found, predictor(Material(held)), rtol=1e-9, atol=1e-12)
    assert found.std(axis=0).min() > 0.01
    keep(tmp_path / "other.npz", "forest", predictor)
    assert not (tmp_path / "other.npz").exists()


def test_a_run_answers_by_what_it_recommends(tmp_path):
    data = make_series(160)
    split = Split(np.arange(110), np.arange(110, 140), np.arange(140, 160))
    config = FitConfig(task="classify", model=Config(units=32))
    run = fit(data, split, config, tmp_path / "run", progress=False, baselines="all")
    asked = data.select(split.test)
    own, theirs, both = (run.predict(asked, by=by).outputs for by in NAMES)
    assert both == pytest.approx((own + theirs) / 2) and np.abs(own - theirs).max() > 1e-3
    stored = run.metrics["baselines"]["boosting"]["test"]["metrics"]["auroc"]["value"]
    target = asked.target.numpy()
    pairs = theirs[target == 1, 1][:, None] - theirs[target == 0, 1]
    assert np.mean((pairs > 0) + 0.5 * (pairs == 0)) == pytest.approx(stored)
    assert run.answering == NAMES
    for name in ("boosting", "together"):
        told = run.evaluate(asked, by=name)
        assert run.evaluate_all(asked)[name] == told
        scores = told["metrics"]
        expected = run.metrics["baselines"][name]["test"]["metrics"]
        assert {m: s["value"] for m, s in scores.items()} == pytest.approx(
            {m: s["value"] for m, s in expected.items()}
        )
    learnt = Material(data.select(np.arange(140)))
    again = BASELINES.find("boosting").fit(learnt, run.objective)(Material(asked))
    assert theirs == pytest.approx(again), "trees need no part that says how long to learn"
    with pytest.raises(InputError, match="expected one of network, boosting"):
        run.predict(asked, by="forest")
    (run.path / "boosting.npz").unlink()
    assert Run.load(run.path).answering == ("network",)
    with pytest.raises(InputError, match="--baselines all"):
        Run.load(run.path).predict(asked, by="boosting")


def test_a_run_on_pieces_answers_by_it_too(tmp_path):
    """Boosting reads the pieces that it learnt from, with what leads each, and is joined again."""
    random = np.random.default_rng(0)
    closed = (np.arange(1600) // 50) % 2
    frame = pd.DataFrame(random.normal(closed[:, None], 1.0, (1600, 2)), columns=["a", "b"])
    frame = frame.assign(second=np.arange(1600.0), closed=closed)
    frame.to_csv(tmp_path / "signal.csv", index=False)
    arguments = ["fit", "signal.csv", "--time", "second", "--target", "closed", "--seed", "0"]
    arguments += ["--target-per", "step", "--chronological", "--segment", "64", "--train.steps"]
    arguments += ["20", "--out", "run", "--baselines", "all", "--features", "a", "b"]
    with contextlib.chdir(tmp_path):
        assert main(arguments) == 0
        run = Run.load(tmp_path / "run")
        schema = TableSchema.from_dict(run.schema["table"])
        series = read_table("signal.csv", schema).series
    assert run.metrics["baselines"]["boosting"]["kept"]
    own, theirs, both = (run.predict(series, by=by).outputs for by in NAMES)
    assert theirs.shape == own.shape == (1600, 2) and both == pytest.approx((own + theirs) / 2)
    assert np.mean(theirs.argmax(1) == closed) > 0.9
    inner = read_as(run.schema, series).inputs
    assert len(inner) > 10 and len(inner.times) > 1600


NAMES = ("network", "boosting", "together")


def test_who_is_recommended():
    def metrics(use, together=None, other="boosting", kept=True):
        def scored(value, **entry):
            return entry | {"validation": {"metrics": {"auroc": {"value": value}}}}

        baselines = {
            "together": scored(0.85, **{"with": other}),
            "boosting": scored(0.8, title="gradient boosting", usage="", kept=kept),
            "forest": scored(0.9, title="a random forest", usage="scikit"),
            "liquid": scored(0.9, title="random liquid features", usage="--model ridge"),
        }
        advice = {"use": use, "together": together, "metric": "auroc"}
        return scored(0.7, recommendation=advice, baselines=baselines)

    assert answering("recommended", {}) == "network"
    assert answering("recommended", metrics("boosting")) == "boosting"
    assert answering("recommended", metrics("network", {"value": 0.9})) == "together"
    said.clear()
    with pytest.warns(Note, match=r"random liquid .* a fit with --model ridge.*: together\."):
        assert answering("recommended", metrics("liquid")) == "together"
    with pytest.warns(Note, match=r"mean with a random forest, .* scikit-learn.*: boosting\."):
        assert answering("recommended", metrics("network", {"value": 0.9}, "forest")) == "boosting"
    with pytest.warns(Note, match=r"random liquid features.*: network\."):
        assert answering("recommended", metrics("liquid", kept=False)) == "network"
