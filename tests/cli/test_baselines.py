"""`fit --baselines` and `--recalibrate`, and a stop while the baselines are fitted."""

import json
import shutil

import pytest
from cli_helpers import COLUMNS, SMALL

from liquidtime.cli.__main__ import main
from liquidtime.train.baseline.catalogue import BASELINES

# Without the baselines that SMALL leaves out.
OPTIONS = (*COLUMNS, "--target", "y", *SMALL[:-2])


def words(found):
    return " ".join(found.split())


def test_quick_baselines_are_told_first_and_kept(table, tmp_path, capsys):
    out = tmp_path / "run"
    assert main(["fit", str(table), *OPTIONS, "--out", str(out), "--baselines", "quick"]) == 0
    said = words(capsys.readouterr().out)
    metrics = json.loads((out / "metrics.json").read_text())
    assert {"prior", "linear", "together"} <= set(metrics["baselines"])
    assert {"forest", "liquid"} <= set(metrics["baselines_left_out"])
    assert metrics["recommendation"]["text"] in said
    assert said.index(metrics["recommendation"]["text"]) < said.index("Scores with 95 %")
    assert "both together" in said and "Baselines left out: " in said


def test_none_leaves_no_trace(fitted, capsys):
    metrics = json.loads((fitted / "metrics.json").read_text())
    assert metrics["baselines"] == {} and metrics["recommendation"] is None
    assert main(["show", str(fitted)]) == 0
    assert "behind" not in capsys.readouterr().out


@pytest.mark.parametrize("option", [("--baselines", "some"), ("--recalibrate", "beta")])
def test_a_word_that_is_no_choice_is_refused(option, table, tmp_path, capsys):
    out = tmp_path / "run"
    assert main(["fit", str(table), *OPTIONS, "--out", str(out), *option]) == 2
    assert option[1] in capsys.readouterr().err
    assert not out.exists()


def test_probabilities_set_right_are_those_that_predict_writes(table, tmp_path):
    out, to = tmp_path / "run", tmp_path / "said.csv"
    options = ["--baselines", "none", "--recalibrate", "temperature"]
    options += ["--fractions", "0.4", "0.4", "0.2"]
    fit = ["fit", str(table), *OPTIONS, "--out", str(out), *options]
    assert main(fit) == 0
    assert json.loads((out / "config.json").read_text())["config"]["recalibrate"] == "temperature"
    assert (out / "recalibration.json").exists()
    assert main(["predict", str(out), str(table), "--to", str(to)]) == 0
    assert main(["export", str(out), "--to", str(tmp_path / "bundle")]) == 2


def test_a_stop_in_the_baselines_loses_nothing(table, tmp_path, monkeypatch, capsys):
    out, fits = tmp_path / "run", []
    command = ["fit", str(table), *OPTIONS, "--out", str(out), "--baselines", "quick"]
    linear = type(BASELINES.find("linear"))
    whole = linear.fit

    def stopped(self, training, objective):
        raise KeyboardInterrupt

    monkeypatch.setattr(linear, "fit", stopped)
    assert main(command) == 130
    assert "--resume" in capsys.readouterr().err
    assert not (out / "metrics.json").exists() and (out / "checkpoints").is_dir()
    left = shutil.copytree(out, tmp_path / "left")

    def counted(self, training, objective):
        fits.append(self.name)
        return whole(self, training, objective)

    monkeypatch.setattr(linear, "fit", counted)
    assert main([*command, "--resume"]) == 0
    # For the validation part, and again with it for the test part, as the network was.
    assert fits == ["linear", "linear"]
    history = (out / "history.csv").read_text()
    assert history == (left / "history.csv").read_text()
    assert (out / "report.html").exists() and not (out / "checkpoints").exists()
