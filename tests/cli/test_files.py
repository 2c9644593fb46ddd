"""DATA as several files: predictions are those of the joined table; what runs are called."""

from pathlib import Path

import pandas as pd
import pytest
from cli_helpers import COLUMNS

from liquidtime.cli.__main__ import main
from liquidtime.cli.common.data import first_name, told
from liquidtime.errors import InputError


def test_predictions_of_parts_are_those_of_the_whole(fitted, table, tmp_path):
    rows = pd.read_csv(table, dtype=str, keep_default_na=False)
    for n, (_, part) in enumerate(rows.groupby("id", sort=False)):
        part.to_csv(tmp_path / f"part{n}.csv", index=False)
    whole, parts = tmp_path / "whole.parquet", tmp_path / "parts.parquet"
    assert main(["predict", str(fitted), str(table), "--to", str(whole)]) == 0
    assert main(["predict", str(fitted), str(tmp_path / "part*.csv"), "--to", str(parts)]) == 0
    one, other = pd.read_parquet(whole), pd.read_parquet(parts)
    assert one["id"].tolist() == other["id"].tolist()
    pd.testing.assert_frame_equal(one, other, atol=1e-5)


def test_what_they_are_called(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "days"
    assert told([Path("a.csv")]) == "a.csv" and told([Path("a.csv")] * 3) == "a.csv and 2 more"
    assert told([Path("days/*.csv")]) == "days/*.csv"
    assert first_name([Path("days/*.csv")]) == folder == first_name([Path("days")])
    assert first_name([Path("days/a.csv"), Path("days/b.csv")]) == folder
    with pytest.raises(InputError, match="DATA is missing"):
        first_name([])


def test_no_file_ends_in_one_line(tmp_path, capsys):
    command = ["fit", str(tmp_path / "*.csv"), *COLUMNS, "--target", "y"]
    assert main([*command, "--out", str(tmp_path / "run")]) == 2
    assert "no file matches this pattern" in capsys.readouterr().err
    assert not (tmp_path / "run").exists()
