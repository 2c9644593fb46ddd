"""Forecasts and cuts in time, from a table to predictions."""

import json
import shutil

import numpy as np
import pandas as pd
import pytest
from cli_helpers import SMALL

from liquidtime.cli.__main__ import main
from liquidtime.data.table import TableSchema, read_table
from liquidtime.errors import InputError
from liquidtime.train import Run


def hours(path, count=240, *, extra=0, seed=0):
    """An hourly table of one series: a daily wave, a column known ahead, rows to come."""
    random = np.random.default_rng(seed)
    step = np.arange(count + extra)
    sun = np.sin(2 * np.pi * step / 24)
    load = 10 + 3 * sun + 0.3 * random.normal(size=len(step))
    load[count:] = np.nan
    stamps = pd.date_range("2024-03-01", periods=len(step), freq="h").strftime("%Y-%m-%d %H:%M")
    pd.DataFrame({"when": stamps, "load": load, "sun": sun}).to_csv(path, index=False)
    return path


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    folder = tmp_path_factory.mktemp("forecast")
    table = hours(folder / "hours.csv")
    command = ["fit", str(table), "--time", "when", "--target", "load", "--horizon", "3h"]
    options = ["--known", "sun", "--quantiles", "0.1", "0.5", "0.9", "--out", str(folder / "run")]
    options += ["--origins", "3"]
    assert main([*command, *options, *SMALL, "--baselines", "auto"]) == 0
    return folder / "run"


def test_the_run_says_how_it_was_made(run):
    record = json.loads((run / "config.json").read_text())
    plan = record["schema"]["forecast"]
    assert (plan["target"], plan["leads"], plan["known"]) == (["load"], [1, 2, 3], ["sun"])
    assert plan["seasons"] == [24]
    assert record["about"]["split"].startswith("In time: 70 % / 15 % / 15 % of the rows")
    metrics = json.loads((run / "metrics.json").read_text())["test"]
    leads = [entry["lead"] for entry in metrics["forecast"]["outputs"]]
    assert leads == ["+1h", "+2h", "+3h"]
    column = metrics["forecast"]["columns"][0]
    squares = [entry["mse"] * entry["targets"] for entry in metrics["forecast"]["outputs"]]
    assert column["mse"] * column["targets"] == pytest.approx(sum(squares))
    assert column["mse"] == pytest.approx(metrics["metrics"]["mse"]["value"])
    assert set(column["naive"]) == {"last value", "value 24h before"}
    assert 0 <= metrics["metrics"]["coverage"]["value"] <= 1
    page = (run / "report.html").read_text()
    for words in ("naive forecast", "How far ahead does it see?", "One forecast", "80 % interval"):
        assert words in page


def test_naive_scores_are_those_of_the_table(run):
    predictions = pd.read_csv(run / "predictions.csv")
    table = pd.read_csv(run.parent / "hours.csv", index_col="when")["load"]
    made = predictions["time"]
    now = table[made].to_numpy()
    for lead in (1, 2, 3):
        came = table.shift(-lead)[made].to_numpy()
        np.testing.assert_allclose(predictions[f"target_load +{lead}h"], came, rtol=1e-5)
    errors = [now - predictions[f"target_load +{lead}h"] for lead in (1, 2, 3)]
    found = json.loads((run / "metrics.json").read_text())["test"]["forecast"]["columns"][0]
    wanted = np.sqrt(np.nanmean(np.square(errors)))
    assert found["naive"]["last value"]["rmse"] == pytest.approx(wanted, rel=1e-4)


def test_blocks_of_time_are_those_of_the_file_of_predictions(run):
    predictions = pd.read_csv(run / "predictions.csv")
    found = json.loads((run / "metrics.json").read_text())["test"]["forecast"]["over_time"]
    leads = [f"load +{lead}h" for lead in (1, 2, 3)]
    rows = predictions[predictions[[f"target_{lead}" for lead in leads]].notna().any(axis=1)]
    said = rows[[f"predicted_{lead}_q50" for lead in leads]].to_numpy()
    came = rows[[f"target_{lead}" for lead in leads]].to_numpy()
    errors = np.array_split(np.square(said - came), 3)
    wanted = [np.sqrt(np.nanmean(error)) for error in errors]
    blocks = found["blocks"]
    got = [block["columns"][0]["rmse"] for block in blocks]
    np.testing.assert_allclose(got, wanted, rtol=1e-4)
    assert found["columns"][0]["rmse"]["mean"] == pytest.approx(np.mean(wanted), rel=1e-4)
    assert found["columns"][0]["rmse"]["sd"] == pytest.approx(np.std(wanted, ddof=1), rel=1e-4)
    assert blocks[0]["first"] == rows["time"].iloc[0]
    assert blocks[-1]["last"] == rows["time"].iloc[-1]
    assert sum(block["origins"] for block in blocks) == len(rows)
    assert "Does it hold over time?" in (run / "report.html").read_text()


def test_no_training_target_is_seen_after_the_cut(run):
    split = pd.read_csv(run / "split.csv")
    assert split["part"].drop_duplicates().tolist() == ["train", "validation", "test"]
    validation = pd.read_csv(run / "predictions-validation.csv")
    test = pd.read_csv(run / "predictions.csv")
    # The last validation rows have no target, as it would be seen in the test part.
    assert validation["time"].max() < test["time"].min()
    last = validation[validation["target_load +3h"].notna()]["time"].max()
    assert pd.Timestamp(last) + pd.Timedelta("3h") < pd.Timestamp(test["time"].min())


def test_predictions_say_what_they_are_for(run, tmp_path):
    table = hours(tmp_path / "new.csv", 60, extra=3, seed=1)
    to = tmp_path / "p.csv"
    assert main(["predict", str(run), str(table), "--last", "--to", str(to)]) == 0
    found = pd.read_csv(to)
    assert list(found) == [
        "when",
        "made_at",
        "horizon",
        "predicted_load",
        "predicted_load_q10",
        "predicted_load_q50",
        "predicted_load_q90",
    ]
    assert found["when"].tolist() == ["2024-03-03 12:00", "2024-03-03 13:00", "2024-03-03 14:00"]
    assert set(found["made_at"]) == {"2024-03-03 11:00"}
    assert found["horizon"].tolist() == ["1h", "2h", "3h"]
    assert (found["predicted_load_q10"] < found["predicted_load_q90"]).all()


def test_boosting_answers_as_it_was_scored(run, tmp_path):
    table, stored = run.parent / "hours.csv", json.loads((run / "metrics.json").read_text())
    assert stored["baselines"]["boosting"]["kept"]
    advised = shutil.copytree(run, tmp_path / "run")
    advice = stored["recommendation"] | {"use": "boosting", "together": None}
    (advised / "metrics.json").write_text(json.dumps(stored | {"recommendation": advice}))
    (advised / "digests.json").unlink()
    said = {}
    for by in ("network", "boosting", "together", "recommended"):
        file = tmp_path / f"{by}.csv"
        assert main(["predict", str(advised), str(table), "--by", by, "--to", str(file)]) == 0
        said[by] = pd.read_csv(file).set_index(["made_at", "horizon"])
    columns = [name for name in said["network"] if name.startswith("predicted_load")]
    assert len(columns) == 4
    own, theirs, both = (said[by][columns] for by in ("network", "boosting", "together"))
    np.testing.assert_allclose(both, (own + theirs) / 2, rtol=1e-6)
    pd.testing.assert_frame_equal(said["recommended"], said["boosting"])
    tested = pd.read_csv(run / "predictions.csv").set_index("time")
    squares = []
    for lead in ("1h", "2h", "3h"):
        came = tested[f"target_load +{lead}"]
        there = theirs.xs(lead, level="horizon").loc[came.index, "predicted_load"]
        squares += ((there - came) ** 2).dropna().tolist()
    wanted = stored["baselines"]["boosting"]["test"]["metrics"]["mse"]["value"]
    assert np.mean(squares) == pytest.approx(wanted, rel=1e-4)


def test_coming_values_that_are_not_given_are_told(run, tmp_path, capsys):
    table = hours(tmp_path / "new.csv", 60, extra=2, seed=1)
    command = ["predict", str(run), str(table), "--to", str(tmp_path / "p.csv")]
    assert main(command) == 0
    assert "'sun' is known ahead, but has no value 3h after" in capsys.readouterr().err


def test_the_future_does_not_change_what_was_said_before(run, tmp_path):
    said = []
    for number in range(2):
        table = pd.read_csv(hours(tmp_path / "new.csv", 60))
        if number:
            table.loc[40:, ["load"]] = table["load"][40:].to_numpy()[::-1, None]
        table.to_csv(tmp_path / "other.csv", index=False)
        to = tmp_path / f"{number}.csv"
        assert main(["predict", str(run), str(tmp_path / "other.csv"), "--to", str(to)]) == 0
        found = pd.read_csv(to)
        said.append(found[found["made_at"] < table["when"][40]])
    pd.testing.assert_frame_equal(said[0], said[1])
    assert len(said[0]) == 40 * 3


def test_evaluate_says_what_the_run_said(run, tmp_path, capsys):
    to = tmp_path / "scores.json"
    assert main(["evaluate", str(run), str(run.parent / "hours.csv"), "--to", str(to)]) == 0
    shown = capsys.readouterr()
    assert "unless these are later rows" in shown.err
    assert "best naive forecast" in shown.out and "of 3 blocks of time" in shown.out
    found = json.loads(to.read_text())["forecast"]
    assert len(found["outputs"]) == 3
    blocks = found["over_time"]["blocks"]
    assert len(blocks) == 3 and blocks[0]["last"] < blocks[1]["first"]


def test_a_forecast_is_explained(run, tmp_path, capsys):
    table = hours(tmp_path / "new.csv", 60, seed=2)
    command = ["explain", str(run), str(table), "--id", "0", "--to", str(tmp_path / "why.html")]
    assert main([*command, "--output", "load +2h", "--step", "40"]) == 0
    shown = capsys.readouterr().out
    assert "load +2h" in shown and "sin" not in shown
    loaded = Run.load(run)
    schema = TableSchema.from_dict((loaded.schema or {})["table"])
    series = read_table(table, schema, require_target=False).series
    why = loaded.explain(series, output="load +2h", step=40)
    said = loaded.predict(series).to_frame()
    said = said[said["horizon"] == "2h"]["predicted_load"].to_numpy()
    assert why.value == pytest.approx(said[40], rel=1e-4)
    assert why.times[why.step] == series.times[40] and "hour of day" in why.variables
    with pytest.raises(InputError, match="step is 900; expected a row from 0"):
        loaded.explain(series, output="load +2h", step=900)


def test_python_says_the_same(run, tmp_path):
    from liquidtime.cli.common.tables import local_of

    table = hours(tmp_path / "new.csv", 50, seed=2)
    assert main(["predict", str(run), str(table), "--to", str(tmp_path / "p.csv")]) == 0
    loaded = Run.load(run)
    schema = TableSchema.from_dict((loaded.schema or {})["table"])
    reading = read_table(table, schema, require_target=False)
    frame = loaded.predict(reading.series).to_frame()
    again = loaded.predict(reading.series, local=local_of(reading)).to_frame()
    pd.testing.assert_frame_equal(frame, again)
    written = pd.read_csv(tmp_path / "p.csv")
    np.testing.assert_allclose(frame["predicted_load"], written["predicted_load"], rtol=1e-6)
    pd.testing.assert_series_equal(
        frame["time"], pd.to_datetime(written["when"]), check_names=False, check_dtype=False
    )
    ahead = (frame["time"] - frame["made_at"]) / pd.Timedelta("1h")
    assert ahead.tolist() == [1, 2, 3] * 50


def test_a_panel_with_a_trend(tmp_path):
    random = np.random.default_rng(0)
    parts = []
    for shop, (days, begin) in enumerate([(150, "2024-01-01"), (90, "2024-03-01")]):
        sales = 50 + np.arange(days) + 8 * np.sin(2 * np.pi * np.arange(days) / 7)
        dates = pd.date_range(begin, periods=days, freq="D").strftime("%Y-%m-%d")
        sales = (sales + random.normal(size=days)).round(2)
        parts.append(pd.DataFrame({"shop": f"S{shop}", "day": dates, "sales": sales}))
    table = tmp_path / "panel.csv"
    pd.concat(parts).to_csv(table, index=False)
    out = tmp_path / "run"
    command = ["fit", str(table), "--id", "shop", "--time", "day", "--target", "sales"]
    assert main([*command, "--horizon", "3", "--out", str(out), *SMALL]) == 0
    plan = json.loads((out / "config.json").read_text())["schema"]["forecast"]
    assert (plan["leads"], plan["seasons"]) == ([24, 48, 72], [168])
    # The line alone follows the trend out of what was seen in training.
    found = json.loads((out / "metrics.json").read_text())["test"]["forecast"]["columns"][0]
    assert found["naive"]["value 7d before"]["skill"] > 0
    to = tmp_path / "p.csv"
    assert main(["predict", str(out), str(table), "--last", "--to", str(to)]) == 0
    said = pd.read_csv(to)
    assert said["shop"].tolist() == ["S0"] * 3 + ["S1"] * 3
    assert said["day"].tolist()[:3] == ["2024-05-30", "2024-05-31", "2024-06-01"]


def test_eye_states_of_one_recording_in_time(tmp_path, capsys):
    random = np.random.default_rng(0)
    state = np.repeat(np.arange(12) % 2, 20)
    table = tmp_path / "eeg.csv"
    pd.DataFrame(
        {"ms": np.arange(240), "e": state + random.normal(size=240), "open": state}
    ).to_csv(table, index=False)
    out = tmp_path / "run"
    command = ["fit", str(table), "--time", "ms", "--features", "e", "--target", "open"]
    assert main([*command, "--out", str(out), *SMALL]) == 2
    assert "--chronological" in capsys.readouterr().err
    more = ["--chronological", "--segment", "30", "--context", "10", "--out", str(out), *SMALL]
    assert main([*command, *more]) == 0
    assert "one part after another" in capsys.readouterr().err
    predictions = pd.read_csv(out / "predictions.csv")
    assert predictions["time"].tolist() == list(range(204, 240))
    to = tmp_path / "p.csv"
    assert main(["predict", str(out), str(table), "--to", str(to)]) == 0
    found = pd.read_csv(to)
    assert len(found) == 240
    assert list(found)[:2] == ["series", "ms"]
    # Of the first piece of the test part nothing differs but where pieces begin.
    assert found["probability_1"].between(0, 1).all()


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--horizon", "soon"], "--horizon is 'soon'"),
        (["--horizon", "90min"], "no whole number of steps"),
        (["--horizon", "2units"], "dates or durations"),
        (["--horizon", "3h", "--known", "moon"], "moon"),
        (["--horizon", "3h", "--known", "load"], "by --target and by --known"),
        (["--horizon", "3h", "--task", "regress"], "use --task forecast"),
        (["--horizon", "3h", "--quantiles", "0.9", "0.1"], "rising shares"),
        (["--horizon", "3h", "--by-series"], "Split in time"),
        (["--horizon", "500h"], "Shorten --horizon"),
        (["--horizon", "3h", "--model.bidirectional"], "would see what it shall forecast"),
    ],
)
def test_what_is_wrong_is_said(tmp_path, capsys, options, said):
    table = hours(tmp_path / "hours.csv", 60)
    command = ["fit", str(table), "--time", "when", "--target", "load"]
    assert main([*command, *options, "--out", str(tmp_path / "run"), *SMALL]) == 2
    assert said in " ".join(capsys.readouterr().err.split())
    assert not (tmp_path / "run").exists()
