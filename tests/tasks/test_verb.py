"""`liquidtime reproduce`: what it lists, what it refuses, how models are named, and the table."""

import pytest
from toy import toy_study, toy_task

from liquidtime.cli.__main__ import main
from liquidtime.tasks import catalogue
from liquidtime.tasks.catalogue import study_names, task_names


@pytest.fixture
def toys(monkeypatch, tmp_path):
    """A toy task and a toy study, and an empty folder to work in."""
    monkeypatch.setattr(catalogue, "_registered", [toy_task(), toy_study()])
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_list_has_every_task_and_study(capsys):
    assert main(["reproduce", "--list"]) == 0
    said = capsys.readouterr().out
    heads = [line.split()[0] for line in said.splitlines() if line and line[0] != " "]
    assert heads[:-1] == [*task_names(), *study_names()]
    assert "to be fetched" in said or "at hand" in said


def test_a_task_is_listed_with_the_minutes_of_each_model(toys, capsys):
    assert main(["reproduce", "toy", "--list"]) == 0
    said = capsys.readouterr().out
    assert said.count("a few steps here, scaled") == 3
    assert main(["reproduce", "toy", "lstm", "--seeds", "1"]) == 0
    capsys.readouterr()
    assert main(["reproduce", "toy", "--list"]) == 0
    assert capsys.readouterr().out.count("measured here") == 1


@pytest.mark.parametrize("named", [["gru"], ["--models", "gru"], ["gru", "--models", "gru"]])
def test_models_are_named_either_way(named, toys, capsys):
    arguments = ["reproduce", "toy", *named, "--seeds", "1", "--epochs", "1", "--out", "there"]
    assert main(arguments) == 0
    folder = toys / "there" / "paper"
    assert [path.name for path in folder.glob("*-0.json")] == ["gru-0.json"]
    for name in ("table.md", "table.csv", "table.json", "table.svg", "table.png"):
        assert (folder / name).stat().st_size > 0
    assert "GRU (one seed; 1 of 2 epochs)" in (folder / "table.md").read_text()
    assert "GRU, seed 0: test AUROC" in capsys.readouterr().err


def test_all_takes_every_model_and_none_the_usual(toys):
    task = toy_task()
    assert task.chosen(["all"]) == task.chosen(()) == tuple(task.recipes)


def test_a_study_runs_with_its_defaults_and_takes_nothing_else(toys, capsys):
    assert main(["reproduce", "toy-study", "--out", "there"]) == 0
    assert (toys / "there" / "result.txt").read_text() == "2"
    assert main(["reproduce", "toy-study", "--seeds", "2"]) == 2
    assert "toy-study is a study, which has options of its own" in " ".join(
        capsys.readouterr().err.split()
    )


@pytest.mark.parametrize(
    "arguments, words",
    [
        ([], "No task is named; expected one of"),
        (["toys"], "There is no task or study 'toys'"),
        (["toy", "gur"], "has no model 'gur'; expected one of lstm, gru"),
        (["toy", "--jobs", "0"], "jobs is 0; expected 1 or more"),
        (["toy", "--jobs", "2"], "jobs is 2, expected 1"),
    ],
)
def test_what_is_wrong_is_said_in_a_line(arguments, words, toys, capsys):
    assert main(["reproduce", *arguments]) == 2
    assert words in " ".join(capsys.readouterr().err.split())
