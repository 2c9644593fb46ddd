import csv
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from safetensors.torch import load_file

JOB = Path(__file__).parent / "job.py"


def launch(*arguments):
    environment = os.environ | {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    return subprocess.Popen(
        [sys.executable, str(JOB), *map(str, arguments)],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def finish(*arguments):
    process = launch(*arguments)
    said, _ = process.communicate(timeout=120)
    return process.returncode, said


def result(folder):
    """All that a run comes to, without the times on the clock."""
    with (folder / "history.csv").open() as handle:
        history = [
            {k: v for k, v in row.items() if k != "seconds"} for row in csv.DictReader(handle)
        ]
    metrics = json.loads((folder / "metrics.json").read_text())
    metrics = {k: v for k, v in metrics.items() if not k.startswith("seconds")}
    weights = {k: v.numpy().tobytes() for k, v in load_file(folder / "model.safetensors").items()}
    return history, metrics, weights, (folder / "predictions.csv").read_bytes()


@pytest.fixture(scope="module")
def unbroken(tmp_path_factory):
    folder = tmp_path_factory.mktemp("unbroken") / "run"
    code, said = finish(folder)
    assert code == 0, said
    return result(folder)


@pytest.mark.parametrize("moment", ["0.batch", "3.writing", "5.after"])
def test_a_killed_run_resumes_to_the_same_bits(tmp_path, unbroken, moment):
    folder = tmp_path / "run"
    code, _ = finish(folder, "--die", moment)
    assert code == -signal.SIGKILL
    assert not (folder / "metrics.json").exists()
    code, said = finish(folder, "--resume")
    assert code == 0, said
    assert result(folder) == unbroken
    assert not (folder / "checkpoints").exists()


def test_a_kill_from_outside_at_any_moment(tmp_path):
    whole, broken = tmp_path / "whole", tmp_path / "broken"
    job = ("--kind", "lstm", "--epochs", 30)
    assert finish(whole, *job)[0] == 0
    process = launch(broken, *job)
    history = broken / "history.csv"
    while process.poll() is None and not history.exists():
        time.sleep(0.005)
    time.sleep(0.05)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert process.returncode == -signal.SIGKILL
    assert finish(broken, *job, "--resume")[0] == 0
    assert result(broken) == result(whole)


def test_a_stopped_run_asks_for_resume_and_a_finished_one_is_kept(tmp_path):
    folder = tmp_path / "run"
    assert finish(folder, "--epochs", 2, "--die", "1.batch")[0] == -signal.SIGKILL
    code, said = finish(folder, "--epochs", 2)
    assert code != 0 and "--resume" in said
    code, said = finish(folder, "--epochs", 3, "--resume")
    assert code != 0 and "train.epochs was 2 and is now 3" in said
    assert finish(folder, "--epochs", 2, "--resume")[0] == 0
    before = result(folder)
    for extra in ((), ("--resume",)):
        code, said = finish(folder, "--epochs", 2, *extra)
        assert code != 0 and "already holds a finished run" in said
    assert result(folder) == before


def test_interrupt_says_how_to_go_on(tmp_path):
    folder = tmp_path / "run"
    code, said = finish(folder, "--die", "2.batch", "--signal", "SIGINT")
    assert code != 0
    assert "KeyboardInterrupt: Stopped. Every finished epoch is safe in" in said
    assert "--resume" in said
    assert (folder / "checkpoints" / "last.pt").exists()
