"""After validation chose, the run's network learns from the validation part, too."""

import dataclasses

import numpy as np
import pytest
from safetensors.torch import load_file

from liquidtime.data.splits import split_by_series
from liquidtime.errors import InputError
from liquidtime.models import gru, ridge
from liquidtime.train import fit
from liquidtime.train.baseline.catalogue import BASELINES
from liquidtime.train.config import FitConfig, TrainConfig
from liquidtime.train.epochs import Epochs
from liquidtime.train.run import Run
from liquidtime.train.validation import fit_part


def config(refit="auto", model=None, **train):
    options = {"steps": 40, "batch_size": 8, "learning_rate": 2e-2, "accelerator": "cpu"} | train
    model = model or gru.Config(hidden_size=6)
    return FitConfig(model=model, train=TrainConfig(refit=refit, **options))


def one(data, split, how, out, **options):
    return fit(data, split, how, out, progress=False, baselines="none", **options)


def weights(run):
    return {k: v.numpy().tobytes() for k, v in load_file(run.path / "model.safetensors").items()}


def test_few_series_are_learnt_from_again(series, split, tmp_path):
    data = series()
    run = one(data, split, config(), tmp_path / "again")
    once = one(data, split, config("no"), tmp_path / "once")
    assert run.config.train.refit == "yes" and once.metrics["refit"] is None
    assert run.metrics["refit"]["series"] == len(split.train) + len(split.validation)
    best, larger = run.metrics["selection"]["best_step"], 48 / 36
    assert run.metrics["refit"]["steps"] >= round(best * larger)
    # The validation part is judged by a network that has not seen it.
    for name in ("validation", "selection", "steps"):
        assert run.metrics[name] == once.metrics[name]
    files = [(each.path / "predictions-validation.csv").read_text() for each in (run, once)]
    assert files[0] == files[1]
    assert weights(run) != weights(once)
    # The test part, and whoever predicts, by the one that has.
    test = data.select(split.test)
    assert run.evaluate(test) == run.metrics["test"] != once.metrics["test"]
    assert "trained again, on the 48 series" in run.report.read_text()
    assert "Fitted again" not in (tmp_path / "again" / "config.json").read_text()


@pytest.mark.usefixtures("undrawn")
@pytest.mark.parametrize("model", [gru.Config(hidden_size=6), ridge.Config(units=16)])
def test_a_run_stopped_in_it_goes_on_to_the_same_bits(series, split, tmp_path, monkeypatch, model):
    data, how = series(), config(model=model)
    whole = one(data, split, how, tmp_path / "whole")
    run, rounds = Epochs.run, []

    def stopping(self, number, line):
        rounds.append(number)
        if self.validation is None and number == (1 if model.name == "gru" else 0):
            raise KeyboardInterrupt
        return run(self, number, line)

    monkeypatch.setattr(Epochs, "run", stopping)
    with pytest.raises(KeyboardInterrupt, match="--resume"):
        one(data, split, how, tmp_path / "stopped")
    monkeypatch.setattr(Epochs, "run", run)
    with pytest.raises(InputError, match="stopped before its end"):
        Run.load(tmp_path / "stopped")
    again = one(data, split, how, tmp_path / "stopped", resume=True)
    assert weights(again) == weights(whole)
    assert again.metrics["test"] == whole.metrics["test"]
    assert not (again.path / "checkpoints").exists()


@pytest.mark.usefixtures("undrawn")
def test_it_is_the_network_of_one_training_on_both_parts(series, split, tmp_path):
    """Solved at once, it does not depend on anything that the first training found."""
    data, model = series(), ridge.Config(units=16)
    run = one(data, split, config(model=model), tmp_path / "run")
    assert run.config.train.refit == "yes"
    both = np.concatenate([split.train, split.validation])
    alone = fit_part(data, run.config, both, preprocess=lambda _: run.preprocessor)
    test = data.select(split.test)
    assert np.array_equal(run.predict(test).probabilities, alone.predict(test))


@pytest.mark.usefixtures("undrawn")
def test_many_series_or_a_target_a_step_are_not(series, split, tmp_path):
    steps = one(series(per_step=True), split, config(), tmp_path / "steps")
    assert steps.config.train.refit == "no" and steps.metrics["refit"] is None
    how = dataclasses.replace(config(), recalibrate="temperature")
    parts = split_by_series(120, fractions=(0.6, 0.2, 0.2), seed=1)
    several = one(series(120), parts, how, tmp_path / "set")
    assert several.config.train.refit == "no", "probabilities are set right by what is held out"
    with pytest.raises(InputError, match="several processes"):
        one(series(), split, config("yes", devices=2), tmp_path / "two")


@pytest.mark.usefixtures("undrawn")
def test_baselines_of_the_test_part_learn_from_both_parts(series, split, tmp_path, monkeypatch):
    seen = {}
    prior = BASELINES.find("prior")
    of = type(prior).fit

    def told(self, material, objective):
        seen.setdefault(self.name, []).append(len(material.series))
        return of(self, material, objective)

    monkeypatch.setattr(type(prior), "fit", told)
    for refit in ("yes", "no"):
        seen.clear()
        fit(series(), split, config(refit), tmp_path / refit, progress=False, baselines="quick")
        assert seen["prior"] == [36, 48]
