"""`liquidtime bench`, with tiny sizes."""

import json

import pytest
import torch

from liquidtime.bench import layers, run
from liquidtime.bench.gate import GateError
from liquidtime.cli.__main__ import main

QUICK = ("--quick", "--repeats", "1", "--threads", "1")


def test_a_quick_benchmark_prints_tables_and_leaves_record_and_figures(
    tmp_path, capsys, monkeypatch
):
    monkeypatch.setenv("COLUMNS", "80")
    out = tmp_path / "bench"
    before = torch.get_num_threads()
    assert main(["bench", *QUICK, "--out", str(out)]) == 0
    assert torch.get_num_threads() == before
    shown = capsys.readouterr()
    for words in ("CfC: B 8, T 10", "LTC: B 4, T 4", "Stream: B 1", "forward + backward,"):
        assert words in shown.out
    for name in ("reference", "nn.LSTM", "nn.GRU", "Stream.step", "CfC.step"):
        assert name in shown.out
    assert all(len(line) <= 80 for line in shown.out.splitlines() if str(out) not in line)
    assert "…" not in shown.out
    assert "Timing B 8, T 10" in shown.err
    record = json.loads((out / "bench.json").read_text(encoding="utf-8"))
    assert list(record["cases"]) == ["cfc", "ltc", "stream"] and record["settings"]["quick"]
    assert {"versions", "machine", "git", "created", "instruction_set"} <= set(record)
    assert "ncps" in record["versions"]
    assert all(check["error"] <= check["limit"] for check in record["gate"])
    for name in ("cfc", "ltc"):
        axes = {group["axis"] for group in record["cases"][name]}
        assert axes == {None, "batch", "hidden", "steps"}
    (stream,) = record["cases"]["stream"]
    assert {"median", "p99", "minimum", "medians"} <= set(stream["entries"][0])
    for name in ("cfc-time", "ltc-time"):
        assert (out / f"{name}.svg").stat().st_size > 0
        assert (out / f"{name}.png").stat().st_size > 0
    assert not list(out.glob(".*"))


def test_it_writes_beside_the_other_runs_by_itself(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(["bench", "stream", "--quick"]) == 0
    (folder,) = (tmp_path / "runs" / "bench").iterdir()
    assert folder.name.startswith("stream-2")
    assert sorted(path.name for path in folder.iterdir()) == ["bench.json", "digests.json"]
    assert "Figure" not in capsys.readouterr().out


def test_a_failed_gate_is_status_1_and_leaves_nothing(tmp_path, capsys, monkeypatch):
    def fail(cases, setting, tell):
        raise GateError("Not timed: the results differ from those of the reference.\nours is off.")

    monkeypatch.setattr(run, "run", fail)
    assert main(["bench", "cfc", *QUICK, "--out", str(tmp_path / "bench")]) == 1
    error = capsys.readouterr().err
    assert "error: Not timed" in error and "ours is off" in error
    assert not (tmp_path / "bench").exists()


def test_stopped_by_hand_it_leaves_nothing_and_gives_threads_back(tmp_path, capsys, monkeypatch):
    def stop(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(layers, "measure", stop)
    before = torch.get_num_threads()
    out = tmp_path / "bench"
    assert main(["bench", "cfc", "--quick", "--threads", "1", "--out", str(out)]) == 130
    assert torch.get_num_threads() == before
    assert "Stopped" in capsys.readouterr().err
    assert not out.exists()


def test_threads_that_are_not_there_are_left_out(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(run, "cores", lambda: 1)
    seen = []

    def fail(cases, setting, tell):
        seen.append(setting.threads)
        raise GateError("enough")

    monkeypatch.setattr(run, "run", fail)
    assert main(["bench", "cfc", "--quick", "--out", str(tmp_path / "bench")]) == 1
    assert seen == [(1,)]
    assert main(["bench", "cfc", "--threads", "2", "--out", str(tmp_path / "bench")]) == 2
    assert "expected 1 at most" in " ".join(capsys.readouterr().err.split())


@pytest.mark.parametrize(
    "wrong, words",
    [
        (["--repeats", "0"], "--repeats is 0; expected 1 or more"),
        (["--threads", "0"], "--threads is 0"),
    ],
)
def test_numbers_out_of_range_are_status_2(wrong, words, capsys):
    assert main(["bench", "cfc", *wrong]) == 2
    assert words in " ".join(capsys.readouterr().err.split())


def test_a_folder_of_something_else_is_not_written_to(tmp_path, capsys):
    (tmp_path / "thesis.tex").write_text("…")
    assert main(["bench", "cfc", "--out", str(tmp_path)]) == 2
    assert "no benchmark" in " ".join(capsys.readouterr().err.split())
