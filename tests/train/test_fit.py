import json
import warnings

import numpy as np
import pandas as pd
import pytest
import torch
from safetensors.torch import load_file
from sklearn.metrics import roc_auc_score

from liquidtime.data.splits import Split, split_by_series
from liquidtime.errors import InputError
from liquidtime.models import catalogue
from liquidtime.train import fit
from liquidtime.train.config import FitConfig, TrainConfig
from liquidtime.train.defaults import resolved
from liquidtime.train.run import Run

pytestmark = pytest.mark.usefixtures("undrawn")


def config(task="classify", kind="gru", **train):
    options = {"epochs": 3, "batch_size": 8, "learning_rate": 2e-2, "accelerator": "cpu"} | train
    model = catalogue.from_dict({"kind": kind, "hidden_size": 8, "dropout": 0.1})
    return FitConfig(task=task, model=model, train=TrainConfig(**options))


def bits(run):
    return {k: v.numpy().tobytes() for k, v in load_file(run.path / "model.safetensors").items()}


def test_the_folder_tells_one_story(series, split, tmp_path):
    data = series()
    run = fit(
        data,
        split,
        config(epochs=5),
        tmp_path / "run",
        progress=False,
        schema={"id": "a"},
        baselines="none",
    )
    assert sorted(path.name for path in run.path.iterdir() if path.name != "tensorboard") == [
        "attribution.npz",
        "config.json",
        "digests.json",
        "example.npz",
        "history.csv",
        "metrics.json",
        "model.safetensors",
        "predictions-validation.csv",
        "predictions.csv",
        "report.html",
        "split.csv",
    ]
    again = Run.load(run.path)
    # With a number for each "auto".
    assert again.config == resolved(config(epochs=5), data.select(split.train))
    assert again.config.train.weight_decay > 0
    assert again.schema == {"id": "a"}
    assert again.record["versions"]["torch"] == torch.__version__

    test = data.select(split.test)
    table = pd.read_csv(run.path / "predictions.csv")
    assert table["id"].tolist() == split.test.tolist()
    found = again.predict(test)
    assert found.probabilities == pytest.approx(table.filter(like="probability").to_numpy())
    assert found.probabilities.sum(axis=1) == pytest.approx(np.ones(len(test)))

    auroc = roc_auc_score(test.target.numpy(), table["probability_class 1"])
    assert again.metrics["test"]["metrics"]["auroc"]["value"] == pytest.approx(auroc)
    assert again.evaluate(test) == again.metrics["test"]
    assert again.metrics["test"]["positives"] == int(test.target.sum())
    assert again.metrics["parameters"] == sum(p.numel() for p in again.model().parameters())

    best = again.metrics["selection"]["best_epoch"]
    chosen = again.history["validation_log_loss"][best - 1]
    assert chosen == min(again.history["validation_log_loss"])
    assert again.metrics["validation"]["metrics"]["log_loss"]["value"] == pytest.approx(chosen)
    parts = pd.read_csv(run.path / "split.csv").groupby("part")["id"].apply(list)
    assert parts["test"] == split.test.tolist()


def test_it_learns(series, split, tmp_path):
    run = fit(
        series(),
        split,
        config(kind="cfc", epochs=12),
        tmp_path / "run",
        progress=False,
        baselines="none",
    )
    assert run.metrics["test"]["metrics"]["auroc"]["value"] > 0.85
    assert run.history["train_loss"][-1] < 0.6 * run.history["train_loss"][0]


def test_the_test_part_has_no_say(series, split, tmp_path):
    """Neither weights nor history nor statistics change when the test part is spoilt."""
    data = series()
    spoilt = series()
    rows = np.isin(np.repeat(np.arange(60), spoilt.lengths), split.test)
    spoilt.values[rows] = spoilt.values[rows] * 1e3
    spoilt.target[split.test] = 1 - spoilt.target[split.test]
    one = fit(data, split, config(), tmp_path / "one", progress=False, baselines="none")
    two = fit(spoilt, split, config(), tmp_path / "two", progress=False, baselines="none")
    assert bits(one) == bits(two)
    assert one.preprocessor == two.preprocessor
    assert one.history["validation_log_loss"] == two.history["validation_log_loss"]
    assert one.metrics["test"] != two.metrics["test"]


def test_seeds_repeat_and_differ(series, split, tmp_path):
    one, two, three = (
        fit(
            series(),
            split,
            config(epochs=1, seed=seed),
            tmp_path / str(k),
            progress=False,
            baselines="none",
        )
        for k, seed in enumerate([0, 0, 1])
    )
    assert bits(one) == bits(two) != bits(three)


def test_patience_stops(series, split, tmp_path):
    options = config(epochs=50, patience=2, learning_rate=1e-9)
    run = fit(series(), split, options, tmp_path / "run", progress=False, baselines="none")
    assert run.metrics["stopped_early"]
    assert run.metrics["epochs"] == run.metrics["selection"]["best_epoch"] + 2 < 50


def test_schedules_reach_the_optimiser(series, split, tmp_path):
    for schedule, last in (("constant", 2e-2), ("cosine", 2e-4), ("exponential", 2e-2 * 0.25)):
        options = config(schedule=schedule, decay=0.5)
        run = fit(series(), split, options, tmp_path / schedule, progress=False, baselines="none")
        assert run.history["learning_rate"][0] == 2e-2
        assert run.history["learning_rate"][-1] == pytest.approx(last)


@pytest.mark.parametrize("per_step", [False, True])
def test_values_are_predicted_in_their_unit(series, split, tmp_path, per_step):
    data = series(kind="values", per_step=per_step, outputs=2)
    run = fit(data, split, config("regress"), tmp_path / "run", progress=False, baselines="none")
    test = data.select(split.test)
    found = run.predict(test)
    assert np.abs(found.values.mean() - 100) < 30
    assert run.metrics["selection"]["metric"] == "mse"
    there = np.isfinite(test.target.numpy())
    error = (found.values - test.target.numpy())[there]
    assert run.metrics["test"]["metrics"]["mse"]["value"] == pytest.approx((error**2).mean())
    frame = found.to_frame()
    names = ["id", "time"] if per_step else ["id"]
    assert list(frame) == [*names, "predicted_y0", "predicted_y1"]
    assert len(found.split()) == len(test)
    if per_step:
        assert [len(part) for part in found.split()] == test.lengths.tolist()


def test_classes_a_step(series, split, tmp_path):
    data = series(per_step=True)
    options = config()
    run = fit(data, split, options, tmp_path / "run", progress=False, baselines="none")
    targets = int((data.select(split.test).target >= 0).sum())
    assert run.metrics["test"]["targets"] == targets
    assert run.evaluate(data.select(split.test)) == run.metrics["test"]


def test_without_a_test_part(series, split, tmp_path, undrawn):
    bare = Split(split.train, split.validation, np.array([], dtype=np.int64))
    run = fit(series(), bare, config(epochs=1), tmp_path / "run", progress=False, baselines="none")
    assert run.metrics["test"] is None
    undrawn(run.path)
    assert "There is no test part" in run.report.read_text()


def test_refusals_leave_nothing_behind(series, split, tmp_path):
    out = tmp_path / "run"
    data = series()
    with pytest.raises(InputError, match="validation part is empty"):
        fit(data, Split(split.train, [], split.test), config(), out)
    with pytest.raises(InputError, match="there are 40"):
        fit(data.select(range(40)), split, config(), out)
    with pytest.raises(InputError, match="needs numbers as targets"):
        fit(data, split, config("regress"), out)
    one = Split(np.flatnonzero(data.target.numpy() == 0)[:9], split.validation[:0], split.test[:0])
    with pytest.raises(InputError, match="validation part is empty"):
        fit(data, one, config(), out)
    typo = FitConfig(model=catalogue.from_dict({"kind": "cfc", "backend": "cpus"}))
    with pytest.raises(InputError, match="backend is 'cpus'; expected 'auto' or one of 'cpu'"):
        fit(data, split, typo, out)
    assert not out.exists()
    (tmp_path / "letters").mkdir()
    (tmp_path / "letters" / "a.txt").write_text("dear")
    with pytest.raises(InputError, match="holds files, but no run"):
        fit(data, split, config(), tmp_path / "letters")
    with pytest.raises(InputError, match="holds no run"):
        Run.load(tmp_path / "letters")


def test_evaluating_the_wrong_thing_is_refused(series, split, tmp_path):
    run = fit(series(), split, config(epochs=1), tmp_path / "run", progress=False, baselines="none")
    with pytest.raises(InputError, match="numbers as targets"):
        run.evaluate(series(kind="values"))
    with pytest.raises(InputError, match="one target a step"):
        run.evaluate(series(per_step=True))
    with pytest.raises(InputError, match="the run knows class 0, class 1"):
        run.evaluate(series(classes=3))
    with pytest.raises(InputError, match="one series with at least one step"):
        run.trace(series())


def test_a_diverging_loss_is_named(series, split, tmp_path):
    data = series(kind="values")
    options = config("regress", learning_rate=1e30, gradient_clip=0.0, epochs=20)
    with pytest.raises(InputError, match="Lower learning_rate"):
        fit(data, split, options, tmp_path / "run", progress=False, baselines="none")


def test_one_class_in_validation_falls_back_to_the_loss(series, split, tmp_path):
    data = series()
    ones = split.validation[data.target[split.validation].numpy() == 1]
    part = Split(split.train, ones, split.test)
    run = fit(data, part, config(epochs=2), tmp_path / "run", progress=False, baselines="none")
    assert run.metrics["selection"]["metric"] == "log_loss"
    assert run.metrics["validation"]["metrics"]["auroc"]["value"] is None


def test_one_plain_line_an_epoch_and_no_chatter(series, split, tmp_path, capfd):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        fit(series(), split, config(), tmp_path / "run")
    said = capfd.readouterr()
    assert said.out == ""
    lines = said.err.splitlines()
    assert len(lines) == 6, said.err
    for k, line in enumerate(lines[:3]):
        assert line.startswith(f"GRU  epoch {k + 1}/3  loss 0.")
        assert "  validation log loss " in line and line.endswith("s/epoch")
    for k, line in enumerate(lines[3:]):
        assert line.startswith(f"GRU, refit  epoch {k + 1}/3  loss 0.")
        assert "validation" not in line and line.endswith("s/epoch")


def test_tensorboard_joins_in_when_installed(series, split, tmp_path):
    pytest.importorskip("tensorboard")
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    run = fit(series(), split, config(), tmp_path / "run", progress=False, baselines="none")
    events = EventAccumulator(str(run.path / "tensorboard"))
    events.Reload()
    logged = [event.value for event in events.Scalars("train_loss")]
    assert logged == pytest.approx(run.history["train_loss"])


def test_metrics_are_strict_json(series, split, tmp_path):
    run = fit(series(), split, config(epochs=1), tmp_path / "run", progress=False, baselines="none")

    def refuse(name):
        raise AssertionError(name)

    for name in ("metrics.json", "config.json"):
        json.loads((run.path / name).read_text(), parse_constant=refuse)


def test_recalibrated_probabilities_are_those_of_the_run_and_go_nowhere_else(series, tmp_path):
    from liquidtime.deploy import Stream
    from liquidtime.models import cfc
    from liquidtime.train.score.recalibration import Recalibration

    data = series(120)
    split = split_by_series(120, fractions=(0.5, 0.3, 0.2), seed=0)
    # What sets probabilities right is not learnt from.
    train = TrainConfig(epochs=1, accelerator="cpu", refit="no")
    model = cfc.Config(hidden_size=6, backbone_units=4)
    runs = {
        how: fit(
            data,
            split,
            FitConfig(model=model, train=train, recalibrate=how),
            tmp_path / how,
            progress=False,
            baselines="none",
        )
        for how in ("none", "platt")
    }
    plain, found = (runs[how].predict(data).probabilities for how in ("none", "platt"))
    stored = json.loads((tmp_path / "platt" / "recalibration.json").read_text())
    assert found == pytest.approx(Recalibration.from_dict(stored)(plain))
    assert not np.allclose(found, plain)
    again = Run.load(tmp_path / "platt")
    assert again.predict(data).probabilities == pytest.approx(found)
    with pytest.raises(InputError, match="--recalibrate"):
        Stream.load(tmp_path / "platt")
    with pytest.raises(InputError, match="only probabilities of classes"):
        FitConfig(task="regress", recalibrate="platt")
