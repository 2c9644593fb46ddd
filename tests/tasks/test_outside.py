"""A task and a study from outside the package are as good as those inside."""

import dataclasses
import json
import subprocess
import sys

import pytest

from liquidtime.cli.__main__ import main
from liquidtime.tasks import catalogue


def test_what_is_registered_is_found_once(added):
    task, study = added
    assert catalogue.task("toy") is task and catalogue.study("toy-study") is study
    assert "toy" in catalogue.task_names() and "toy-study" in catalogue.study_names()
    with pytest.raises(ValueError, match="already"):
        catalogue.register(task)
    with pytest.raises(ValueError, match="already"):
        catalogue.register(dataclasses.replace(study, name=catalogue.study_names()[0]))


def test_a_registered_study_is_a_sub_command(added, tmp_path, capsys):
    out = tmp_path / "played"
    assert main(["study", "toy-study", "--times", "3", "--out", str(out)]) == 0
    assert "3 times" in capsys.readouterr().out
    assert (out / "result.txt").read_text() == "3"
    assert main(["study", "--help"]) == 0
    assert "Plays." in capsys.readouterr().out


def test_a_registered_task_is_reproduced(added, tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert main(["reproduce", "toy", "lstm", "--seeds", "2", "--protocol", "clean"]) == 0
    said = capsys.readouterr()
    assert "LSTM, seed 1: test AUROC" in said.err
    assert "paper 0.9" in said.out and "Toy 2020, Table 1" in said.out
    stored = json.loads((tmp_path / "runs/toy/clean/table.json").read_text())
    assert [row["seeds"] for row in stored["rows"]] == [[0, 1]]


def test_listing_needs_no_torch():
    code = (
        "import sys; from liquidtime.tasks import catalogue as c; "
        "[c.task(n) for n in c.task_names()]; [c.study(n) for n in c.study_names()]; "
        "sys.exit('torch' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0


@pytest.mark.parametrize(
    "arguments, words",
    [
        (["nothing"], "no task or study 'nothing'; expected one of arem, "),
        (["toy", "gpt"], "no model 'gpt'; expected one of lstm, gru, lstm-published"),
        (["toy", "--protocol", "fair"], "no protocol 'fair'; expected one of paper, clean"),
        (["toy", "--seeds", "0"], "--seeds is 0; expected 1 or more"),
    ],
)
def test_unknown_words_are_status_2_with_the_known_ones(arguments, words, added, tmp_path, capsys):
    assert main(["reproduce", *arguments, "--out", str(tmp_path / "new")]) == 2
    assert words in " ".join(capsys.readouterr().err.split())
    assert not (tmp_path / "new").exists()
