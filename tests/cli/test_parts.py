"""`--group`, `--split` and `--scale` of `liquidtime fit`: who is learnt from."""

import json

import numpy as np
import pandas as pd
import pytest
from cli_helpers import COLUMNS, SMALL

from liquidtime.cli.__main__ import main


def patients(folder, **columns):
    """24 series of 8 patients; the class is the patient's."""
    rng = np.random.default_rng(0)
    rows = [
        {"id": f"s{n}", "t": t, "a": rng.normal(), "b": rng.normal(), "who": f"p{n % 8}",
         "y": "yes" if n % 8 < 4 else "no", **{k: v[n] for k, v in columns.items()}}
        for n in range(24)
        for t in range(3)
    ]  # fmt: skip
    path = folder / "stays.csv"
    pd.DataFrame(rows).to_csv(path, index=False)
    return path


def fit(path, out, *more):
    return main(
        ["fit", str(path), *COLUMNS, "--target", "y", "--out", str(out), *SMALL, *more]
    )  # fmt: skip


def split_of(out):
    return pd.read_csv(out / "split.csv").set_index("id")["part"]


def test_no_patient_is_in_two_parts(tmp_path):
    path, out = patients(tmp_path), tmp_path / "run"
    assert fit(path, out, "--group", "who", "--fractions", "0.5", "0.25", "0.25") == 0
    part = split_of(out)
    who = {f"s{n}": f"p{n % 8}" for n in range(24)}
    assert part.groupby(part.index.map(who)).nunique().eq(1).all()
    assert part.value_counts().to_dict() == {"train": 12, "validation": 6, "test": 6}
    record = json.loads((out / "config.json").read_text())
    assert record["schema"]["split"]["group"] == "who"
    assert record["about"]["split"].startswith("By who, at random: 50 % / 25 % / 25 %")


def test_a_column_says_the_parts_and_validation_is_taken_from_train(tmp_path):
    wanted = ["Training", "train", "TEST", "test"] * 6
    path, out = patients(tmp_path, fold=wanted), tmp_path / "run"
    assert fit(path, out, "--split", "fold", "--scale", "robust") == 0
    part = split_of(out)
    assert [part[f"s{n}"] == "test" for n in range(24)] == [
        w[0].lower() + w[1:].lower() == "test" for w in wanted
    ]
    assert part.value_counts().to_dict() == {"test": 12, "train": 10, "validation": 2}
    record = json.loads((out / "config.json").read_text())
    assert record["about"]["split"].startswith(
        "By series, as the column fold says. Of train 17.6 %"
    )
    assert record["preprocessor"]["robust"] == ["a", "b"]
    assert record["preprocessor"]["dropped"]["mask"] == ["a", "b"]


def test_a_file_says_the_parts(tmp_path, capsys):
    path, out = patients(tmp_path), tmp_path / "run"
    parts = ["train", "val", "test"] * 8
    file = tmp_path / "mine.csv"
    frame = pd.DataFrame({"id": [f"s{n}" for n in range(24)] + ["s99"], "part": [*parts, "test"]})
    frame.to_csv(file, index=False)
    assert fit(path, out, "--split", str(file)) == 0
    assert split_of(out).value_counts().to_dict() == {"train": 8, "validation": 8, "test": 8}
    assert "names 1 ids that have no series (s99)" in capsys.readouterr().err.replace("\n", " ")
    frame.iloc[1:].to_csv(file, index=False)
    assert fit(path, tmp_path / "two", "--split", str(file)) == 2
    assert "id 's0' has no part" in capsys.readouterr().err.replace("\n", " ")


@pytest.mark.parametrize(
    ("more", "message"),
    [
        (("--group", "woh"), "no column 'woh'"),
        (("--split", "fold"), "is no file, and as a column"),
        (("--split", "y"), "--split y: 'yes' is no part; expected train"),
        (("--split", "who", "--group", "who"), "is no part"),
        (("--group", "a"), "the group changes inside id 's0'"),
        (("--split", "odd"), "Did you mean 'train'"),
        (("--split", "leak", "--group", "who"), "expected every group in one part"),
    ],
)
def test_what_does_not_say_the_parts(tmp_path, capsys, more, message):
    path = patients(
        tmp_path, odd=["trian", "test"] * 12, leak=["train", "test", "dev", "train", "test"] * 5
    )
    assert fit(path, tmp_path / "run", *more) == 2
    assert message in " ".join(capsys.readouterr().err.split())
    assert not (tmp_path / "run").exists()


def test_a_file_that_is_also_a_column(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    path = patients(tmp_path, part=["train"] * 24)
    (tmp_path / "part").write_text("id,part\n")
    assert fit(path, tmp_path / "run", "--split", "part") == 2
    assert "is a column and a file" in " ".join(capsys.readouterr().err.split())


def test_rare_events_a_step_are_spread_over_the_parts(tmp_path):
    rows = [
        {"id": f"s{n}", "t": t, "a": t, "b": n, "y": int(n < 6 and t == 2)}
        for n in range(40)
        for t in range(4)
    ]
    path, out = tmp_path / "steps.csv", tmp_path / "run"
    pd.DataFrame(rows).to_csv(path, index=False)
    assert fit(path, out, "--fractions", "0.5", "0.25", "0.25") == 0
    rare = split_of(out)[[f"s{n}" for n in range(6)]].value_counts().to_dict()
    assert rare["train"] == 3
    assert min(rare["validation"], rare["test"]) >= 1
