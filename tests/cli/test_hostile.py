# ruff: noqa: E501
"""`fit`, `evaluate` and `predict` on hostile tables and places: one line, status 2, nothing left."""

import os
from dataclasses import replace

import pandas as pd
import pytest
from cli_helpers import COLUMNS, SMALL, wide_table

from liquidtime.cli.__main__ import main
from liquidtime.cli.predict import _typed
from liquidtime.data.table import TableSchema

HEAD = "id,t,a,b,y"
ROWS = [
    f"s{n},{step},{n % 7},{step},{'yes' if n % 2 else 'no'}" for n in range(12) for step in (0, 1)
]
EDITS = [
    # Name, a row that takes the place of row 3, options, words of the message.
    ("a short row", "s0,1,0,no", (), "row 3: 4 cells; expected 5"),
    ("a long row", "s0,1,0,1,no,no", (), "row 3: 6 cells; expected 5"),
    ("a comma", 's0,1,"1,234",1,no', (), "row 3, column 'a': came '1,234', expected a number"),
    ("a point", "s0,1,1.234,1,no", ("--decimal", ",", "--thousands", " "), "column 'a': came '1.234'"),
    ("far apart", "s0,1e300,0,1,no", (), "row 3, column 't': the time is 1e+300"),
    ("farther apart than the scale", "s0,1e-20,0,1,no\ns0,9e29,0,1,no", (), "row 3, column 't'|row 4, column 't'"),
    ("two signs", "s0,1,0,1,no", ("--delimiter", "||"), "delimiter is '||'"),
    ("no sign", "s0,1,0,1,no", ("--delimiter", ""), "delimiter is ''"),
    ("decimals of two signs", "s0,1,0,1,no", ("--decimal", "ab"), "decimal is 'ab'"),
    ("one sign for two", "s0,1,0,1,no", ("--delimiter", ",", "--decimal", ","), "decimal and delimiter are both ','"),
    ("idna", "s0,1,0,1,no", ("--encoding", "idna"), "encoding is 'idna'"),
    ("undefined", "s0,1,0,1,no", ("--encoding", "undefined"), "encoding is 'undefined'"),
    ("no codes", "s0,1,0,1,no", ("--time-format", "DD.MM.YYYY"), "time_format is 'DD.MM.YYYY'"),
    ("an escape", "s0,1,\x1b[31m,1,no", (), "row 3, column 'a': came '\\x1b[31m'"),
]  # fmt: skip


def said(capsys):
    """The one line that was said on standard error behind the notes."""
    error = capsys.readouterr().err
    assert "Traceback" not in error
    lines = [line for line in error.splitlines() if line.startswith("error:")]
    assert len(lines) == 1
    assert error.rstrip().endswith(lines[0])
    return lines[0]


@pytest.mark.parametrize("verb", ["fit", "evaluate", "predict"])
@pytest.mark.parametrize(
    ("row", "options", "words"), [e[1:] for e in EDITS], ids=[e[0] for e in EDITS]
)
def test_a_hostile_row(fitted, tmp_path, capsys, verb, row, options, words):
    data = tmp_path / "t.csv"
    data.write_text("\n".join([HEAD, ROWS[0], row, *ROWS[2:], ""]))
    command = {
        "fit": ["fit", str(data), *COLUMNS, "--target", "y", "--out", str(tmp_path / "run"), *SMALL],
        "evaluate": ["evaluate", str(fitted), str(data), "--to", str(tmp_path / "scores.json")],
        "predict": ["predict", str(fitted), str(data), "--to", str(tmp_path / "out.csv")],
    }[verb]  # fmt: skip
    assert main([*command, *options]) == 2
    line = said(capsys)
    assert any(word in line for word in words.split("|")) or words in line
    assert [file.name for file in tmp_path.iterdir()] == ["t.csv"]


@pytest.mark.parametrize(
    ("place", "words"),
    [
        ("/proc/liquidtime/run", "/proc/liquidtime/run cannot be made"),
        ("x" * 300, "File name too long"),
        ("wide.csv/run", "cannot be made: Not a directory"),
    ],
)
def test_a_place_where_no_run_can_be(table, tmp_path, monkeypatch, capsys, place, words):
    monkeypatch.chdir(tmp_path)
    wide_table(tmp_path / "wide.csv", series=10)
    assert main(["fit", "wide.csv", *COLUMNS, "--target", "y", "--out", place, *SMALL]) == 2
    assert words in said(capsys)
    assert [file.name for file in tmp_path.iterdir()] == ["wide.csv"]


def test_a_pipe_is_no_table(fitted, tmp_path, capsys):
    os.mkfifo(tmp_path / "t.csv")
    assert main(["predict", str(fitted), str(tmp_path / "t.csv"), "--to", "out.csv"]) == 2
    assert "is no regular file but a pipe" in said(capsys)


def test_predict_reads_thousands_and_times_as_the_fit_did(tmp_path):
    lines = ["id;t;a;b;y"]
    for n in range(16):
        for day in (30, 31):
            lines.append(
                f"s{n};{day}/01/2024 11:00 PM;1.{n:03d},5;{day};{'yes' if n % 2 else 'no'}"
            )
    (tmp_path / "t.csv").write_text("\n".join(lines) + "\n")
    run, to = tmp_path / "run", tmp_path / "p.csv"
    written = ("--decimal", ",", "--thousands", ".", "--time-format", "%d/%m/%Y %I:%M %p")
    command = ["fit", str(tmp_path / "t.csv"), *COLUMNS, "--target", "y", "--out", str(run)]
    assert main([*command, *written, *SMALL]) == 0
    assert main(["predict", str(run), str(tmp_path / "t.csv"), "--to", str(to)]) == 0
    first = to.read_text()
    plain = tmp_path / "t.csv"
    text = plain.read_text().replace("1.0", "10").replace(",5", ".5")
    plain.write_text(text.replace("/01/2024 11:00 PM", "-01-2024 23:00"))
    other = ("--decimal", ".", "--thousands", "'", "--time-format", "%d-%m-%Y %H:%M")
    assert main(["predict", str(run), str(plain), "--to", str(to), *other]) == 0
    assert to.read_text() == first


def test_typed_predictions_hold_the_times_that_were_read():
    schema = TableSchema(id="id", time="t", features=("a",), decimal=",", thousands=".")
    assert list(_typed(pd.Series(["1.000", "2,5"]), schema)) == [1000, 2.5]
    assert list(_typed(pd.Series(["1.000", "2.000"]), None)) == [1, 2]
    dates = replace(schema, time_format="%d/%m/%Y", time_kind="datetime")
    assert list(_typed(pd.Series(["02/01/2024"]), dates)) == [pd.Timestamp("2024-01-02")]
