"""`liquidtime plan`: what was measured and what was derived is told apart."""

import pytest

from liquidtime.cli.__main__ import main


def test_a_size_of_ones_own(capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "120")
    assert main(["plan", "--neurons", "138639", "--synapses", "15.1e6", "--threads", "1"]) == 0
    said = capsys.readouterr().out
    assert "this machine, 1 threads" in said
    assert "Measured here:" in said and "Derived, not measured:" in said
    assert "H200" in said


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (["--neurons", "10"], "--neurons and --synapses go together"),
        (["--dt", "0"], "dt is 0"),
        (["--neurons", "1e9", "--synapses", "1e13", "--gpus", "2"], "expected at least"),
    ],
)
def test_what_cannot_be_planned_is_status_2(wrong, words, capsys):
    assert main(["plan", *wrong]) == 2
    assert words in " ".join(capsys.readouterr().err.split())
