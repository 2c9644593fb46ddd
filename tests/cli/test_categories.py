"""Text categories from a table to a run, its scores, its predictions and its stream."""

import json

import numpy as np
import pandas as pd
import pytest
from cli_helpers import SMALL

from liquidtime.cli.__main__ import main
from liquidtime.deploy import Stream
from liquidtime.train import Run

ROLES = ("--id", "id", "--time", "t", "--features", "HR", "rhythm", "--static", "age", "sex")


def stays(count: int, seed: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Rows in time, with a rhythm, and outcomes with a sex that tells most of them."""
    generator = np.random.default_rng(seed)
    rows, outcomes = [], []
    for n in range(count):
        sex = "FM"[n % 2]
        outcomes.append(
            (f"p{n}", int(generator.random() < (0.9 if sex == "M" else 0.1)), sex, 50 + n)
        )
        for hour in range(3):
            clock = f"2024-10-{1 + n % 28:02d}T0{hour}:30:00+02:00"
            rows.append((f"p{n}", clock, 80 + hour, ("SR", "AF", "")[(n + hour) % 3]))
    return (
        pd.DataFrame(rows, columns=["id", "t", "HR", "rhythm"]),
        pd.DataFrame(outcomes, columns=["id", "died", "sex", "age"]),
    )


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Tables, and a run fitted on them; the last series of all has a rhythm of its own."""
    folder = tmp_path_factory.mktemp("categories")
    rows, outcomes = stays(40, seed=0)
    rows.to_csv(folder / "rows.csv", index=False)
    outcomes.to_csv(folder / "stays.csv", index=False)
    told = (
        "--targets",
        str(folder / "stays.csv"),
        "--target",
        "died",
        "--out",
        str(folder / "run"),
    )
    assert main(["fit", str(folder / "rows.csv"), *ROLES, *told, *SMALL]) == 0
    return folder


def predict(folder, data, to, *options):
    given = (str(folder / "run"), str(data), "--to", str(to), *options)
    return main(["predict", *given])


def test_the_run_knows_its_categories(folder):
    record = json.loads((folder / "run" / "config.json").read_text())
    assert record["preprocessor"]["categories"] == {"rhythm": ["AF", "SR"]}
    assert record["preprocessor"]["static_categories"] == {"sex": ["F", "M"]}
    assert record["schema"]["table"]["categories"] == ["rhythm", "sex"]
    page = (folder / "run" / "report.html").read_text()
    assert "died = 1" in page
    assert "F, M" in page


def test_evaluate_and_predict_read_them_alike(folder, tmp_path, capsys):
    second = ("--targets", str(folder / "stays.csv"))
    assert main(["evaluate", str(folder / "run"), str(folder / "rows.csv"), *second]) == 0
    assert predict(folder, folder / "rows.csv", tmp_path / "p.csv", *second) == 0
    assert "unknown" not in capsys.readouterr().err
    mine = pd.read_csv(tmp_path / "p.csv").set_index("id")["probability_1"]
    stored = pd.read_csv(folder / "run" / "predictions.csv").set_index("id")["probability_1"]
    assert np.allclose(mine[stored.index], stored, atol=1e-6)

    # The same from a Parquet file that has the statics in each row, the sex as a dictionary.
    rows, stays = pd.read_csv(folder / "rows.csv"), pd.read_csv(folder / "stays.csv")
    both = rows.merge(stays.drop(columns="died"), on="id").astype({"sex": "category"})
    both.to_parquet(tmp_path / "both.parquet")
    assert predict(folder, tmp_path / "both.parquet", tmp_path / "q.parquet") == 0
    other = pd.read_parquet(tmp_path / "q.parquet").set_index("id")["probability_1"]
    assert np.allclose(other[mine.index], mine, atol=1e-6)


def test_lacking_statics_ask_for_the_second_table(folder, tmp_path, capsys):
    assert predict(folder, folder / "rows.csv", tmp_path / "p.csv") == 2
    err = capsys.readouterr().err
    assert "no column 'age'" in err
    assert "--targets" in err
    assert predict(folder, folder / "rows.csv", tmp_path / "p.csv", "--targets", "gone.csv") == 2
    assert "gone.csv: no such file" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_a_category_that_training_never_met_is_unknown_and_told(folder, tmp_path, capsys):
    stays = pd.read_csv(folder / "stays.csv")
    answers = {}
    for sex in ("m", "X", ""):
        stays.assign(sex=sex).to_csv(tmp_path / "stays.csv", index=False)
        second = ("--targets", str(tmp_path / "stays.csv"))
        assert predict(folder, folder / "rows.csv", tmp_path / "p.csv", *second) == 0
        answers[sex] = capsys.readouterr().err, pd.read_csv(tmp_path / "p.csv")["probability_1"]
    assert "sex: 40 cells hold a category that training never met ('m')" in answers["m"][0]
    assert "'m' for 'M' a slip?" in answers["m"][0]
    assert "('X'), taken as unknown; it met F, M" in answers["X"][0]
    assert "unknown" not in answers[""][0]
    assert np.array_equal(answers["X"][1], answers[""][1])


def test_a_stream_is_told_them_by_name(folder):
    run = Run.load(folder / "run")
    rows = pd.read_csv(folder / "rows.csv").query("id == 'p3'")
    stream = Stream.load(folder / "run", static={"sex": "M", "age": 53})
    said = None
    for HR, rhythm in zip(rows["HR"], rows["rhythm"], strict=True):
        said = stream.observe({"HR": HR, "rhythm": rhythm}, elapsed=1.0)
    stored = pd.concat(
        pd.read_csv(run.path / name) for name in ("predictions.csv", "predictions-validation.csv")
    )
    from liquidtime.data.table import TableSchema, read_table

    assert run.schema is not None
    schema = TableSchema.from_dict(run.schema["table"])
    tables = folder / "rows.csv", folder / "stays.csv"
    series = read_table(tables[0], schema, targets=tables[1], require_target=False).series
    expected = run.predict(series.select([3])).probabilities
    assert expected is not None
    assert said == pytest.approx(expected[0], abs=1e-5)
    assert len(stored) == 12


def test_categories_only_outside_training_are_told_by_fit(folder, tmp_path, capsys):
    split = pd.read_csv(folder / "run" / "split.csv").set_index("id")["part"]
    rows = pd.read_csv(folder / "rows.csv", dtype=str, keep_default_na=False)
    rows.loc[rows["id"].map(split) == "validation", "rhythm"] = "VT"
    rows.to_csv(tmp_path / "rows.csv", index=False)
    told = (
        "--targets",
        str(folder / "stays.csv"),
        "--target",
        "died",
        "--out",
        str(tmp_path / "r"),
    )
    assert main(["fit", str(tmp_path / "rows.csv"), *ROLES, *told, *SMALL]) == 0
    err = capsys.readouterr().err
    assert err.startswith("Reading ")
    assert "rhythm: 3 categories (AF, SR, VT)." in err
    assert "rhythm: 18 cells hold a category that training never met ('VT')" in err
    assert Run.load(tmp_path / "r").preprocessor.categories == {"rhythm": ("AF", "SR")}


def test_predictions_join_the_table(folder, tmp_path):
    """A run per step, from a long table with offsets; Parquet keeps the zone."""
    rows = pd.read_csv(folder / "rows.csv", keep_default_na=False)
    rows["id"] = "0" + rows["id"].str[1:]
    long = rows.melt(["id", "t"], ["HR", "rhythm"], "v", "x")
    long["y"] = np.where(long["t"].str.contains("T01"), "late", "early")
    # Two spellings of one moment are one step.
    long.loc[long["v"] == "HR", "t"] = long["t"].str.replace("T01:30:00+02", "T00:30:00+01")
    long.to_csv(tmp_path / "long.csv", index=False)
    roles = ("--id", "id", "--time", "t", "--variable", "v", "--value", "x", "--target", "y")
    out = ("--out", str(tmp_path / "run"))
    assert main(["fit", str(tmp_path / "long.csv"), *roles, *out, *SMALL]) == 0
    assert predict(tmp_path, tmp_path / "long.csv", tmp_path / "p.csv") == 0
    table = pd.read_csv(tmp_path / "long.csv", dtype=str)
    predicted = pd.read_csv(tmp_path / "p.csv", dtype=str)
    assert len(predicted) == 120
    first = table[table["v"] == "HR"]
    assert len(predicted.merge(first, on=["id", "t"])) == 120

    # So can those that the fit wrote.
    stored = pd.read_csv(tmp_path / "run" / "predictions.csv", dtype=str)
    assert len(stored.merge(first, left_on=["id", "time"], right_on=["id", "t"])) == len(stored)

    typed = table.assign(t=pd.to_datetime(table["t"], utc=True).dt.tz_convert("Asia/Tokyo"))
    typed.to_parquet(tmp_path / "long.parquet")
    assert predict(tmp_path, tmp_path / "long.parquet", tmp_path / "p.parquet") == 0
    back = pd.read_parquet(tmp_path / "p.parquet")
    assert back["t"].dtype == pd.read_parquet(tmp_path / "long.parquet")["t"].dtype
    assert len(back.merge(typed[typed["v"] == "HR"], on=["id", "t"])) == 120
    assert np.allclose(back["probability_late"], predicted["probability_late"].astype(float))
