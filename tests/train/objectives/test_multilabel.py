"""Several labels at once: their loss, their scores, and a run from end to end."""

from dataclasses import replace

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from sklearn import metrics as peer

from liquidtime.errors import InputError
from liquidtime.models import gru
from liquidtime.train import FitConfig, Run, TrainConfig, fit
from liquidtime.train.objectives import catalogue as objectives
from liquidtime.train.objectives.multilabel import Labels
from liquidtime.train.score.metrics import Scored, point
from liquidtime.train.score.predictions import read_predictions

CONFIG = FitConfig(
    task="multilabel",
    model=gru.Config(hidden_size=4),
    train=TrainConfig(epochs=2, batch_size=16, accelerator="cpu"),
)


def labelled(data):
    """Rising or not, long or not, and a third one that is not always known."""
    rising = data.target.double()
    rows = torch.stack([rising, (data.lengths > 7).double(), 1 - rising], dim=1).float()
    rows[::5, 2] = torch.nan
    return replace(data, target=rows, classes=None, target_names=("rising", "long", "falling"))


def test_the_loss_is_a_binary_cross_entropy_of_what_is_known(series):
    objective = objectives.of_training(labelled(series(40)), CONFIG)
    logits, target = torch.randn(6, 3), torch.randint(0, 2, (6, 3)).float()
    target[2, 1] = torch.nan
    total, weight = objective.loss(logits, target)
    known = ~target.isnan()
    expected = F.binary_cross_entropy_with_logits(logits[known], target[known])
    assert float(total / weight) == pytest.approx(float(expected))
    assert objective.predictions(logits.numpy()) == pytest.approx(torch.sigmoid(logits).numpy())


def test_balanced_weights_give_0_and_1_equal_say(series):
    data = labelled(series(40))
    config = replace(CONFIG, train=TrainConfig(class_weights="balanced"))
    objective = objectives.of_training(data, config)
    zero, one = np.reshape(objective.weights, (2, 3))
    found = data.target.numpy()
    assert zero * (found == 0).sum(0) == pytest.approx(one * (found == 1).sum(0))


def test_scores_are_means_over_labels_of_those_of_sklearn():
    random = np.random.default_rng(0)
    target = random.integers(0, 2, (50, 2)).astype(float)
    guess = random.random((50, 2))
    target[:7, 0] = np.nan
    objective = Labels(per_step=False, labels=("a", "b"))
    scored = Scored(target, guess, np.arange(50), objective)
    each = [
        peer.roc_auc_score(target[7:, 0], guess[7:, 0]),
        peer.roc_auc_score(target[:, 1], guess[:, 1]),
    ]
    assert point(scored, "auroc") == pytest.approx(np.mean(each))
    assert [point(scored, f"auroc/{name}") for name in "ab"] == pytest.approx(each)
    known = np.isfinite(target)
    assert point(scored, "log_loss") == pytest.approx(peer.log_loss(target[known], guess[known]))
    each = [peer.f1_score(target[known[:, k], k], guess[known[:, k], k] >= 0.5) for k in range(2)]
    assert point(scored, "macro_f1") == pytest.approx(np.mean(each))
    assert point(scored, "accuracy") == pytest.approx(((guess > 0.5) == target)[known].mean())


@pytest.mark.parametrize("per_step", [False, True])
def test_a_run_from_end_to_end(series, split, tmp_path, per_step):
    data = labelled(series())
    if per_step:
        rows = torch.repeat_interleave(data.target, data.lengths, dim=0)
        data = replace(data, target=rows, per_step=True)
    run = fit(data, split, CONFIG, tmp_path / "run", progress=False)
    assert run.metrics["test"]["label_positives"].keys() == {"rising", "long", "falling"}
    assert {"auroc", "auroc/long", "log_loss"} < run.metrics["test"]["metrics"].keys()
    found = Run.load(run.path)
    part = data.select(split.test)
    frame = found.predict(part).to_frame()
    assert {"predicted_rising", "probability_rising"} < set(frame)
    again = read_predictions(run.path / "predictions.csv", found.objective)
    known = np.isfinite(again.target)
    assert known.sum() == int((~part.target.isnan()).sum())
    value = run.metrics["test"]["metrics"]["log_loss"]["value"]
    assert point(again, "log_loss") == pytest.approx(value, rel=1e-5)
    assert found.evaluate(part)["metrics"]["log_loss"]["value"] == pytest.approx(value, rel=1e-5)
    assert "Does it find the labels?" in run.report.read_text()


def test_what_are_no_labels_is_refused(series):
    data = labelled(series(30))
    with pytest.raises(InputError, match="is 2 somewhere; expected 0 or 1"):
        objectives.of_training(replace(data, target=data.target * 2), CONFIG)
    with pytest.raises(InputError, match="'long' has only 1 in the training part"):
        objectives.of_training(data.select(data.target[:, 1] == 1), CONFIG)
