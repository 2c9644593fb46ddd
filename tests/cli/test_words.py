"""From a long table with a column of 500 words to a run that has learnt them, and back."""

import json

import numpy as np
import pandas as pd
import pytest

from liquidtime.cli.__main__ import main
from liquidtime.train import Run

WORDS, TEXTS, LENGTH = 500, 150, 10


def long_table(folder, count=TEXTS, seed=0, name="texts", words=WORDS):
    """Texts, a word and at times a loudness a row, whose class is the half their words are of."""
    random = np.random.default_rng(seed)
    label = random.integers(0, 2, count)
    word = random.integers(0, words // 2, (count, LENGTH)) * 2 + label[:, None]
    rows = [(f"t{n}", t, "word", f"w{word[n, t]:03d}") for n in range(count) for t in range(LENGTH)]
    rows += [(f"t{n}", 3, "loudness", f"{random.normal():.2f}") for n in range(count)]
    frame = pd.DataFrame(rows, columns=["id", "t", "variable", "value"])
    frame.to_csv(folder / f"{name}.csv", index=False)
    targets = pd.DataFrame({"id": [f"t{n}" for n in range(count)], "tone": label})
    targets.to_csv(folder / f"{name}-tone.csv", index=False)
    return folder / f"{name}.csv", folder / f"{name}-tone.csv"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("words")


@pytest.fixture(scope="module")
def run(folder):
    table, targets = long_table(folder)
    command = ["fit", str(table), "--id", "id", "--time", "t", "--variable", "variable"]
    command += ["--value", "value", "--targets", str(targets), "--target", "tone"]
    command += ["--out", str(folder / "run"), "--baselines", "none", "--train.epochs", "12"]
    command += ["--train.batch-size", "16", "--train.learning-rate", "0.02", "--train.refit", "no"]
    command += ["--model.hidden-size", "8", "--model.backbone-units", "8"]
    command += ["--embedding.width", "4", "--embedding.token-dropout", "0.1"]
    assert main(command) == 0
    return folder / "run"


def test_words_are_looked_up_and_learnt(run):
    record = json.loads((run / "config.json").read_text())
    assert record["preprocessor"]["embedded"] == ["word"]
    assert record["config"]["embedding"]["width"] == 4
    metrics = json.loads((run / "metrics.json").read_text())
    assert metrics["test"]["metrics"]["accuracy"]["value"] > 0.85
    importance = {each["name"]: each["value"] for each in metrics["importance"]["variables"]}
    assert importance["word"] > importance["loudness"]
    assert (run / "report.html").stat().st_size > 10_000


def test_new_texts_are_predicted_with_words_that_training_never_met(run, folder, capsys):
    table, targets = long_table(folder, 20, seed=1, name="new", words=600)
    assert main(["predict", str(run), str(table), "--to", str(folder / "said.csv")]) == 0
    assert "never met" in capsys.readouterr().err
    assert len(pd.read_csv(folder / "said.csv")) == 20
    assert main(["evaluate", str(run), str(table), "--targets", str(targets)]) == 0
    assert main(["show", str(run)]) == 0
    assert "width 4" in " ".join(capsys.readouterr().out.split())


def test_a_run_of_words_goes_on_to_streams(run, folder):
    assert main(["export", str(run), str(folder / "words.safetensors")]) == 0
    assert Run.load(run).preprocessor.embedded == ("word",)
