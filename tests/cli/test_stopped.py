"""What the verbs say of a run that lacks its report, or that another process is writing."""

import os
import shutil

from cli_helpers import COLUMNS, SMALL

from liquidtime.cli.__main__ import main
from liquidtime.runs.claim import claimed

FIT = (*COLUMNS, "--target", "y", *SMALL)


def test_show_and_resume_draw_a_report_that_is_missing(table, fitted, tmp_path, capsys):
    folder = shutil.copytree(fitted, tmp_path / "run")
    (folder / "report.html").unlink()
    assert main(["show", str(folder)]) == 0
    assert (folder / "report.html").stat().st_size > 10_000
    (folder / "report.html").unlink()
    again = ["fit", str(table), *FIT, "--out", str(folder), "--resume"]
    assert main(again) == 0
    assert (folder / "report.html").exists()
    capsys.readouterr()
    assert main(again) == 2
    assert "already holds a finished run" in " ".join(capsys.readouterr().err.split())


def test_readers_name_the_process_that_still_writes(fitted, tmp_path, capsys):
    folder = shutil.copytree(fitted, tmp_path / "run")
    (folder / "checkpoints").mkdir()
    with claimed(folder):
        assert main(["show", str(folder)]) == 2
    assert f"in use by process {os.getpid()}" in " ".join(capsys.readouterr().err.split())
    assert main(["show", str(folder)]) == 2
    assert "stopped before its end" in " ".join(capsys.readouterr().err.split())
