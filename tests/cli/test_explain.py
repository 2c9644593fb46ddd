"""`explain` on a finished run: a page and a few lines, of one series or of many."""

import pytest
import torch
from cli_helpers import wide_table

from liquidtime.cli.__main__ import main
from liquidtime.data.series import IrregularSeries
from liquidtime.train import Run


def test_one_series_on_a_page(fitted, table, tmp_path, capsys):
    page = tmp_path / "why.html"
    assert main(["explain", str(fitted), str(table), "--id", "s3", "--to", str(page)]) == 0
    out = capsys.readouterr().out
    assert out.startswith("The probability of “yes” is ") and ("Raised" in out or "Lowered" in out)
    text = page.read_text()
    assert "series s3" in text and text.count("<svg") == 3


def test_many_series_on_a_page(fitted, table, tmp_path, capsys):
    page = tmp_path / "many.html"
    arguments = ["--to", str(page), "--output", "no", "--baseline", "mean"]
    assert main(["explain", str(fitted), str(table), *arguments]) == 0
    assert "Moved the log-odds of no most, over 60 series" in capsys.readouterr().out
    assert "What mattered" in page.read_text()


def test_more_series_than_can_be_read_are_drawn_from(fitted, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr("liquidtime.cli.explain._MOST", 10)
    other = wide_table(tmp_path / "other.csv", series=30, seed=9)
    assert main(["explain", str(fitted), str(other), "--to", str(tmp_path / "x.html")]) == 0
    shown = capsys.readouterr()
    assert "10 of 30 series" in shown.err and "over 10 series" in shown.out


def test_occlusion_by_name(fitted, table, tmp_path):
    page = tmp_path / "why.html"
    arguments = ["--id", "s4", "--method", "occlusion", "--step", "-2", "--to", str(page)]
    assert main(["explain", str(fitted), str(table), *arguments]) == 0
    assert "Method: occlusion" in page.read_text()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--id", "s999"], "the table has no such series. Did you mean"),
        (["--id", "s3", "--output", "yess"], "Did you mean 'yes'?"),
        (["--id", "s3", "--step", "77"], "step is 77"),
        (["--step", "1"], "--step names a row of one series"),
        (["--method", "occlusion", "--baseline", "mean"], "--baseline is for gradients"),
        (["--to", "page.pdf"], "expected a name that ends in .html"),
        (["--to", "nowhere/page.html"], "there is no folder"),
    ],
)
def test_what_is_wrong_is_told_in_one_line(arguments, words, fitted, table, tmp_path, capsys):
    target = [] if "--to" in arguments else ["--to", str(tmp_path / "page.html")]
    assert main(["explain", str(fitted), str(table), *arguments, *target]) == 2
    assert words in capsys.readouterr().err
    assert not [*tmp_path.iterdir()]


def test_a_run_explains_itself(fitted):
    run = Run.load(fitted)
    series = IrregularSeries(
        values=torch.ones(3, 2),
        times=torch.arange(3, dtype=torch.float64),
        mask=torch.ones(3, 2, dtype=torch.bool),
        lengths=torch.tensor([3]),
        features=("a", "b"),
    )
    found = run.explain(series, output="yes")
    assert found.output.name == "yes" and found.error is not None
    assert found.variables == ("a", "b") and found.cells.shape == (3, 2)
