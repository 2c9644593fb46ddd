"""What is wrong with options whatever the table holds is told before it is read."""

from argparse import Namespace

import numpy as np
import pytest
import torch

from liquidtime.cli.__main__ import main
from liquidtime.cli.fit import Options
from liquidtime.errors import InputError
from liquidtime.train.config import FitConfig, TrainConfig
from liquidtime.train.objectives.classes import Classes
from liquidtime.train.objectives.multilabel import Labels
from liquidtime.train.objectives.values import Numbers
from liquidtime.train.processes import check_accelerator

COLUMNS = ("--id", "id", "--time", "t", "--features", "a", "--target", "y", "--out", "run")


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ("--quantiles 0.9 0.1", "expected rising shares"),
        ("--quantiles 0.5 --task classify", "only numbers have quantiles"),
        ("--quantiles 0.5 --recalibrate platt", "only probabilities of classes"),
        ("--recalibrate platt --horizon 3", "only probabilities of classes"),
        ("--recalibrate platt --task multilabel", "only probabilities of classes"),
        ("--train.select mse --task classify", "expected one of 'auroc'"),
        ("--train.select auroc --horizon 3", "expected one of 'mse'"),
        ("--train.class-weights balanced --task regress", "only classes can be weighed"),
        ("--train.class-weights 1 2 --task multilabel", "expected no numbers"),
        ("--train.refit yes --train.devices 2", "expected one process"),
        ("--horizon 24x", "--horizon is '24x'"),
        ("--horizon 24h --season 7z", "--season is '7z'"),
        ("--horizon 24h --season none 7d", "contradict one another"),
        ("--horizon 24 --calendar none hour", "contradict one another"),
        ("--horizon 3 --by-series --chronological", "contradict one another"),
        ("--horizon 3 --by-series --origins 3", "needs a test part that is later"),
        ("--horizon 3 --known y", "named by --target and by --known"),
        ("--horizon 3 --model.bidirectional", "what it shall forecast"),
        ("--horizon 3 --group ward", "--group splits whole series"),
        ("--by-series", "--by-series is for forecasts"),
        ("--context 5", "without --segment"),
        ("--segment -5", "--segment is '-5'"),
        ("--fractions 0.5 0.5 0.5", "add up to 1"),
        ("--fractions 0.9 0 0.1", "leave the validation part empty"),
        ("--classes a b --task regress", "--classes with --task regress"),
    ],
)  # fmt: skip
def test_refused_before_the_table_is_read(options, words, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(["fit", "nothere.csv", *COLUMNS, *options.split()]) == 2
    assert words in capsys.readouterr().err
    assert not any(tmp_path.iterdir())


def test_a_second_table_that_is_not_there_comes_first(tmp_path, capsys):
    (tmp_path / "x.csv").write_text("id,t,a\n1,broken,2\n")
    second = str(tmp_path / "none.csv")
    assert main(["fit", str(tmp_path / "x.csv"), *COLUMNS, "--targets", second]) == 2
    assert "none.csv: no such file" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("given", "seeds"),
    [
        ("", (0, 0)),
        ("--seed 3", (3, 3)),
        ("--seed=3", (3, 3)),
        ("--train.seed 5", (0, 5)),
        ("--seed 3 --train.seed 0", (3, 0)),
    ],
)
def test_the_seed_of_the_training_is_that_of_the_split_unless_it_is_given(given, seeds):
    import tyro

    arguments = ["x.csv", "--time", "t", "--target", "y", *given.split()]
    found = tyro.cli(Options(arguments), args=arguments)
    assert (found.run.seed, found.train.seed) == seeds


@pytest.mark.parametrize(
    ("task", "objective"),
    [
        ("classify", Classes(per_step=False, labels=("a", "b"))),
        ("multilabel", Labels(per_step=False, labels=("a", "b"))),
        ("regress", Numbers(per_step=False, labels=("a",), mean=(0.0,), scale=(1.0,))),
    ],
)
def test_what_can_be_chosen_by_is_what_the_task_is_measured_by(task, objective):
    shape = (0,) if task == "classify" else (0, len(objective.labels))
    empty = np.zeros(shape, int if task == "classify" else float)
    known = set(objective.measures(empty, np.zeros((0, objective.output_size))))
    known = {name for name in known if "/" not in name} | {"auto", "loss"}
    of_classes = ("auroc", "auprc", "accuracy", "f1", "macro_f1", "brier", "log_loss")
    choices = (*of_classes, "mse", "mae", "r2", "loss")
    for name in choices:
        if name in known:
            FitConfig(task=task, train=TrainConfig(select=name))
        else:
            with pytest.raises(InputError, match="select is"):
                FitConfig(task=task, train=TrainConfig(select=name))


def test_a_gpu_that_is_not_there_is_refused(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(torch.backends, "mps", Namespace(is_available=lambda: False))
    with pytest.raises(InputError, match="finds none here"):
        check_accelerator(TrainConfig(accelerator="gpu"))
    check_accelerator(TrainConfig())
