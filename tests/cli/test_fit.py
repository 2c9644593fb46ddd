"""`liquidtime fit` from a table to a run folder, and what it refuses."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
import pytest
from cli_helpers import COLUMNS, SMALL, wide_table

from liquidtime.cli.__main__ import main
from liquidtime.runs.folder import Folder
from liquidtime.train.folder.files import FIT


def test_a_run_folder_with_scores_report_and_schema(fitted):
    assert Folder(fitted, FIT).finished
    assert (fitted / "report.html").stat().st_size > 10_000
    record = json.loads((fitted / "config.json").read_text())
    table = record["schema"]["table"]
    assert table["classes"] == ["no", "yes"]
    assert table["target_per"] == "series"
    assert table["task"] == "classify"
    assert table["fitted"]
    split = pd.read_csv(fitted / "split.csv")
    assert split["id"].is_unique
    assert split["part"].value_counts().to_dict() == {"train": 42, "validation": 9, "test": 9}


def test_what_fit_prints(table, tmp_path, capsys):
    out = tmp_path / "run"
    assert main(["fit", str(table), *COLUMNS, "--target", "y", "--out", str(out), *SMALL]) == 0
    shown = capsys.readouterr()
    assert "60 series" in shown.err
    assert "yes (" in shown.err
    assert "42 / 9 / 9" in shown.err
    for word in ("AUROC", "AUPRC", "validation", "test", "parameters", "an epoch", "report.html"):
        assert word in shown.out
    assert " to 0." in shown.out, "intervals are shown"


@pytest.mark.usefixtures("undrawn")
def test_seed_changes_split_and_weights(table, tmp_path):
    splits, seeds = [], []
    for seed in ("1", "2"):
        out = tmp_path / seed
        options = ("--target", "y", "--out", str(out), "--seed", seed, *SMALL)
        assert main(["fit", str(table), *COLUMNS, *options]) == 0
        splits.append((out / "split.csv").read_text())
        seeds.append(json.loads((out / "config.json").read_text())["config"]["train"]["seed"])
    assert splits[0] != splits[1]
    assert seeds == [1, 2]


@pytest.mark.usefixtures("undrawn")
def test_without_out_runs_are_numbered(table, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for _ in range(2):
        assert main(["fit", str(table), *COLUMNS, "--target", "y", *SMALL]) == 0
    assert sorted(path.name for path in Path("runs").iterdir()) == ["wide", "wide-2"]


def test_a_long_table_with_clock_times_and_a_second_table(tmp_path, capsys):
    wide = pd.read_csv(wide_table(tmp_path / "wide.csv"))
    long = wide.melt(["id", "t"], ["a", "b"], "Parameter", "Value").dropna()
    long["t"] = [f"{int(t):02d}:{int(t % 1 * 60):02d}" for t in long["t"]]
    long.to_csv(tmp_path / "long.csv", index=False)
    targets = wide.groupby("id")["y"].first()
    targets["spare"] = "no"
    targets.reset_index().to_csv(tmp_path / "targets.txt", index=False)
    command = [
        "fit", str(tmp_path / "long.csv"), "--id", "id", "--time", "t", "--variable", "Parameter",
        "--value", "Value", "--targets", str(tmp_path / "targets.txt"), "--target", "y",
        "--out", str(tmp_path / "run"), *SMALL,
    ]  # fmt: skip
    assert main(command) == 0
    error = capsys.readouterr().err
    assert "converted to hours" in error
    assert "1 ids have no rows" in error


def test_a_finished_run_is_not_overwritten(table, fitted, capsys):
    before = {file: file.stat().st_mtime_ns for file in fitted.iterdir()}
    assert main(["fit", str(table), *COLUMNS, "--target", "y", "--out", str(fitted)]) == 2
    assert "finished run, which is not overwritten" in capsys.readouterr().err
    assert {file: file.stat().st_mtime_ns for file in fitted.iterdir()} == before


GOOD = ["id,t,a,b,y", "1,0,1,2,0", "2,0,3,4,1"]
BROKEN = {
    "missing column": (["id,time,a,b,y", *GOOD[1:]], "no column 't'"),
    "text in a number": ([*GOOD, "2,1,abc,4,1"], "row 4, column 'a': came 'abc'"),
    "times that go back": ([*GOOD, "2,-1,1,4,1"], "row 4, column 't': the time goes back"),
    "id without target": ([*GOOD, "3,1,1,4,"], "row 4: id '3' has no target"),
    "header only": (GOOD[:1], "followed by no rows"),
    "no bytes": ([], "0 bytes"),
    "one class": (GOOD[:2], "one class only"),
    "infinite": ([*GOOD, "2,1,inf,4,1"], "infinite"),
    "empty id": ([*GOOD, ",1,1,4,1"], "the id is empty"),
    "too few series": (GOOD, "cannot be split"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_table_is_status_2_and_leaves_nothing(name, tmp_path, capsys):
    lines, words = BROKEN[name]
    path = tmp_path / "data.csv"
    path.write_text("".join(f"{line}\n" for line in lines))
    out = tmp_path / "run"
    assert main(["fit", str(path), *COLUMNS, "--target", "y", "--out", str(out)]) == 2
    shown = capsys.readouterr()
    assert words in " ".join(shown.err.split())
    assert "Traceback" not in shown.err
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(
    ("raw", "words"),
    [("\n".join(GOOD).encode("utf-16"), "UTF-16"), (b"id,t,a,b,y\n1,0,1,2,\xe9\n", "row 2: byte")],
)
def test_a_wrong_encoding_is_status_2(raw, words, tmp_path, monkeypatch, capsys):
    path = tmp_path / "data.csv"
    path.write_bytes(raw)
    monkeypatch.chdir(tmp_path)
    assert main(["fit", str(path), *COLUMNS, "--target", "y"]) == 2
    assert words in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == [path]


def test_a_wrong_encoding_is_status_2_in_a_process(tmp_path):
    path = tmp_path / "data.csv"
    path.write_bytes(b"id,t,a,b,y\n1,0,1,2,\xe9\n")
    command = [sys.executable, "-m", "liquidtime.cli", "fit", path, *COLUMNS, "--target", "y"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path)
    assert done.returncode == 2
    assert "row 2: byte" in done.stderr
    assert list(tmp_path.iterdir()) == [path]


def test_fractions_that_leave_no_validation(table, tmp_path, capsys):
    options = ("--target", "y", "--fractions", "0.8", "0", "0.2", "--out", str(tmp_path / "r"))
    assert main(["fit", str(table), *COLUMNS, *options]) == 2
    assert "leave the validation part empty" in capsys.readouterr().err
    assert not (tmp_path / "r").exists()


@pytest.mark.usefixtures("undrawn")
def test_ctrl_c_says_how_to_go_on_and_resume_ends_at_the_same_numbers(table, tmp_path):
    def command(out, epochs="20"):
        options = [*SMALL, "--train.epochs", epochs, "--target", "y", "--out", str(tmp_path / out)]
        return ["fit", str(table), *COLUMNS, *options]

    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    program = [sys.executable, "-m", "liquidtime.cli"]
    process = subprocess.Popen(
        [*program, *command("cut")], stderr=subprocess.PIPE, env=environment, text=True
    )
    checkpoint = tmp_path / "cut" / "checkpoints" / "last.pt"
    deadline = time.monotonic() + 60
    while not checkpoint.exists() and time.monotonic() < deadline:
        time.sleep(0.02)
    process.send_signal(signal.SIGINT)
    _, error = process.communicate(timeout=60)
    assert process.returncode == 130, error
    assert "--resume" in error
    assert not Folder(tmp_path / "cut", FIT).finished
    assert main([*command("cut"), "--resume"]) == main(command("whole")) == 0
    scores = [
        json.loads((tmp_path / name / "metrics.json").read_text()) for name in ("cut", "whole")
    ]
    assert scores[0]["epochs"] == 20
    assert scores[0]["test"] == scores[1]["test"]
    assert scores[0]["validation"] == scores[1]["validation"]


def test_several_processes_need_a_folder_that_all_know(table, capsys):
    assert main(["fit", str(table), *COLUMNS, "--target", "y", "--train.devices", "2"]) == 2
    assert "add --out" in capsys.readouterr().err


@pytest.mark.slow
def test_two_processes_write_one_run_and_speak_once(table, tmp_path):
    options = ["--train.devices", "2", "--train.accelerator", "cpu", "--out", str(tmp_path / "two")]
    command = [sys.executable, "-m", "liquidtime.cli", "fit", str(table), *COLUMNS, "--target", "y"]
    done = subprocess.run([*command, *SMALL, *options], capture_output=True, text=True, timeout=200)
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("report.html") == 1
    assert done.stderr.count("60 series") == 1
    assert Folder(tmp_path / "two", FIT).finished
