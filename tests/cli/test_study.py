"""`liquidtime study`: small, on made-up data, without a network."""

import json
import re
from dataclasses import fields

import pytest

from liquidtime.cli.__main__ import main
from liquidtime.tasks.catalogue import study, study_names

SMALL = ("--neurons", "5", "--epochs", "1", "--steps", "6", "--most-unfolds", "6")


def test_the_study_prints_a_table_and_leaves_a_folder(tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    out = tmp_path / "study"
    arguments = ["study", "closed-form", "--data", "synthetic", "--out", str(out), *SMALL]
    assert main(arguments) == 0
    said = capsys.readouterr().out
    lines = said.splitlines()
    assert all(len(line) <= 80 for line in lines if "K=" in line)
    assert "made-up controller" in said and "nothing is fetched" in said.lower()
    for name in ("Eq. 2", "fused Euler, K=6", "linear 3 nodes, extrapolated, K=1"):
        assert name in said
    record = json.loads((out / "study.json").read_text(encoding="utf-8"))
    assert record["settings"]["data"] == "synthetic"
    for name in ("study.csv", "report.html", "error-against-cost.svg", "model/metrics.json"):
        assert (out / name).stat().st_size > 0


@pytest.mark.parametrize(
    "wrong, words",
    [
        (["--steps", "1"], "steps is 1; expected 2 or more"),
        (["--most-unfolds", "3"], "most_unfolds is 3; expected 6 or more"),
        (["--neurons", "2"], "neurons is 2"),
    ],
)
def test_numbers_out_of_range_are_status_2(wrong, words, capsys):
    assert main(["study", "closed-form", *wrong]) == 2
    assert words in capsys.readouterr().err


def test_a_folder_of_something_else_is_not_written_to(tmp_path, capsys):
    (tmp_path / "thesis.tex").write_text("…")
    assert main(["study", "closed-form", "--out", str(tmp_path)]) == 2
    assert "no study" in " ".join(capsys.readouterr().err.split())
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.tex"]


def test_another_study_is_refused_by_the_names_there_are(capsys):
    assert main(["study", "open-form"]) == 2
    said = capsys.readouterr().err
    assert all(name in said for name in study_names())


@pytest.mark.parametrize("name", study_names())
def test_the_help_of_a_study_shows_its_options_alone(name, capsys):
    assert main(["study", name, "--help"]) == 0
    said = capsys.readouterr().out
    own = {field.name for field in fields(study(name).options)}
    others = {
        field.name
        for other in study_names()
        for field in fields(study(other).options)
        if other != name
    }
    for option in own | others:
        shown = re.search(rf"--(no-)?{option.replace('_', '-')} ", said)
        assert bool(shown) == (option in own), option
