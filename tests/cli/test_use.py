"""`evaluate`, `predict` and `show` on a finished run."""

import json
import shutil

import numpy as np
import pandas as pd
import pytest
from cli_helpers import COLUMNS, SMALL, wide_table

from liquidtime.cli.__main__ import main


def test_evaluate_reads_the_table_as_the_run_did(fitted, tmp_path, capsys):
    other = wide_table(tmp_path / "other.csv", series=30, seed=9)
    text = other.read_text().replace("\ns", "\nnew")
    other.write_text(text)
    target = tmp_path / "scores.json"
    assert main(["evaluate", str(fitted), str(other), "--to", str(target)]) == 0
    shown = capsys.readouterr()
    assert "30 series" in shown.out
    assert "AUROC" in shown.out
    assert "flattering" not in shown.err
    assert json.loads(target.read_text())["series"] == 30


def test_evaluate_agrees_with_the_run_and_warns_of_training_series(fitted, table, tmp_path, capsys):
    split = pd.read_csv(fitted / "split.csv", index_col="id")["part"]
    frame = pd.read_csv(table, dtype=str, keep_default_na=False)
    test = tmp_path / "test.csv"
    frame[frame["id"].map(split) == "test"].to_csv(test, index=False)
    scores = tmp_path / "scores.json"
    assert main(["evaluate", str(fitted), str(test), "--to", str(scores)]) == 0
    stored = json.loads((fitted / "metrics.json").read_text())["test"]
    again = json.loads(scores.read_text())
    assert again["metrics"]["auroc"]["value"] == pytest.approx(stored["metrics"]["auroc"]["value"])
    assert main(["evaluate", str(fitted), str(table)]) == 0
    assert "42 of 60 ids were in the training part" in capsys.readouterr().err


def test_evaluate_on_one_class_shows_dashes(fitted, table, tmp_path, capsys):
    frame = pd.read_csv(table, dtype=str, keep_default_na=False)
    frame[frame["y"] == "yes"].to_csv(tmp_path / "yes.csv", index=False)
    assert main(["evaluate", str(fitted), str(tmp_path / "yes.csv")]) == 0
    out = capsys.readouterr().out
    assert "–" in out
    assert "One class only" in out


def test_evaluate_without_targets_asks_for_them(fitted, table, tmp_path, capsys):
    frame = pd.read_csv(table, dtype=str, keep_default_na=False).drop(columns="y")
    frame.to_csv(tmp_path / "blind.csv", index=False)
    assert main(["evaluate", str(fitted), str(tmp_path / "blind.csv")]) == 2
    assert "--targets" in capsys.readouterr().err


@pytest.mark.parametrize("suffix", ["csv", "parquet"])
def test_predict_needs_no_targets_and_agrees_with_the_run(fitted, table, tmp_path, suffix):
    frame = pd.read_csv(table, dtype=str, keep_default_na=False).drop(columns=["y", "state"])
    frame.to_csv(tmp_path / "blind.csv", index=False)
    to = tmp_path / f"predictions.{suffix}"
    assert main(["predict", str(fitted), str(tmp_path / "blind.csv"), "--to", str(to)]) == 0
    predictions = pd.read_csv(to) if suffix == "csv" else pd.read_parquet(to)
    assert list(predictions) == ["id", "predicted", "probability_no", "probability_yes"]
    assert list(predictions["id"]) == list(dict.fromkeys(frame["id"]))
    assert np.allclose(predictions[["probability_no", "probability_yes"]].sum(axis=1), 1)
    stored = pd.read_csv(fitted / "predictions.csv").set_index("id")
    mine = predictions.set_index("id").loc[stored.index]
    assert np.allclose(mine["probability_yes"], stored["probability_yes"], atol=1e-6)
    assert sorted(file.name for file in tmp_path.iterdir()) == ["blind.csv", to.name]


@pytest.mark.parametrize(
    ("to", "words"),
    [
        ("out.xlsx", ".csv or .parquet"),
        ("nowhere/out.csv", "there is no folder"),
        ("table.csv", "is the table itself"),
    ],
)
def test_predict_refuses_bad_places(fitted, table, tmp_path, capsys, to, words):
    data = tmp_path / "table.csv"
    shutil.copy(table, data)
    before = data.read_bytes()
    assert main(["predict", str(fitted), str(data), "--to", str(tmp_path / to)]) == 2
    assert words in " ".join(capsys.readouterr().err.split())
    assert data.read_bytes() == before


def test_predict_leaves_an_old_file_alone_when_the_table_is_broken(fitted, tmp_path, capsys):
    old = tmp_path / "old.csv"
    old.write_text("precious\n")
    data = tmp_path / "data.csv"
    data.write_text("id,t,a,b\n1,0,1,x\n")
    assert main(["predict", str(fitted), str(data), "--to", str(old)]) == 2
    assert "row 2, column 'b': came 'x'" in " ".join(capsys.readouterr().err.split())
    assert old.read_text() == "precious\n"
    assert len(list(tmp_path.iterdir())) == 2


def test_per_step_classes_come_back_with_the_users_times(tmp_path):
    table = wide_table(tmp_path / "wide.csv", series=24, dates=True)
    out = tmp_path / "run"
    options = ("--target", "state", "--out", str(out), *SMALL)
    assert main(["fit", str(table), *COLUMNS, *options]) == 0
    to = tmp_path / "p.parquet"
    assert main(["predict", str(out), str(table), "--to", str(to)]) == 0
    predictions, frame = pd.read_parquet(to), pd.read_csv(table)
    assert list(predictions)[:3] == ["id", "t", "predicted"]
    assert list(predictions["id"]) == list(frame["id"])
    assert list(predictions["t"]) == list(pd.to_datetime(frame["t"]))


def test_a_forecast_end_to_end(tmp_path, capsys):
    table = wide_table(tmp_path / "wide.csv", series=30)
    out = tmp_path / "run"
    options = ("--target", "a", "b", "--task", "forecast", "--out", str(out), *SMALL)
    assert main(["fit", str(table), *COLUMNS, *options]) == 0
    assert "mean squared error" in capsys.readouterr().out
    to = tmp_path / "p.csv"
    assert main(["predict", str(out), str(table), "--to", str(to)]) == 0
    predictions = pd.read_csv(to)
    assert list(predictions) == [
        "id",
        "t",
        "made_at",
        "horizon",
        "predicted_a",
        "predicted_b",
    ]
    read = pd.read_csv(table)
    assert len(predictions) == len(read)
    assert predictions.notna().all().all()
    assert predictions["made_at"].tolist() == read["t"].tolist()
    # Each is for the next row of its id, or the usual gap later.
    follows = read["id"].eq(read["id"].shift(-1)).to_numpy()
    np.testing.assert_array_equal(predictions["t"][follows], read["t"].shift(-1)[follows])
    assert (predictions["t"] > predictions["made_at"]).all()
    assert main(["evaluate", str(out), str(table)]) == 0


def test_show_one_run(fitted, capsys):
    assert main(["show", str(fitted)]) == 0
    out = capsys.readouterr().out
    for word in ("AUROC", "report.html", "hidden-size 6", "epochs 2", "classify: no, yes", "a, b"):
        assert word in out
    assert not (fitted / "wiring.png").exists()


def test_show_draws_the_wiring(table, tmp_path, capsys):
    out = tmp_path / "wired"
    options = ("--model.wiring", "auto_ncp", "--model.wiring-outputs", "2")
    command = ["fit", str(table), *COLUMNS, "--target", "y", "--out", str(out), *SMALL, *options]
    assert main([*command, "--model.hidden-size", "12"]) == 0
    assert main(["show", str(out)]) == 0
    assert "wiring.png" in capsys.readouterr().out
    assert (out / "wiring.png").read_bytes().startswith(b"\x89PNG")


def test_show_compares_runs(fitted, tmp_path, capsys):
    shutil.copytree(fitted, tmp_path / "second")
    assert main(["show", str(fitted), str(tmp_path / "second")]) == 0
    out = capsys.readouterr().out
    assert "mine" in out
    assert "second" in out
    assert out.count("6 units") == 2
    assert all(len(line) <= 80 for line in out.splitlines())


@pytest.mark.parametrize(
    "verb", [["show"], ["evaluate", "x.csv"], ["predict", "x.csv", "--to", "p.csv"]]
)
def test_no_run_there(verb, tmp_path, capsys):
    folder = tmp_path / "none"
    assert main([verb[0], str(folder), *verb[1:]]) == 2
    assert f"{folder}" in (told := capsys.readouterr().err)
    assert "holds no run" in told or "there is no folder" in told
