import csv
import importlib.util
import json
import multiprocessing
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from liquidtime.errors import InputError
from liquidtime.train.epochs import Epochs

pytestmark = pytest.mark.usefixtures("undrawn")

JOB = Path(__file__).parent / "job.py"


def run(*arguments):
    """Do the job in this process, on one thread as the other does."""
    spec = importlib.util.spec_from_file_location("job", JOB)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        module.main([str(word) for word in arguments])
    finally:
        torch.set_num_threads(threads)


def result(folder):
    """All that a run comes to, without the times on the clock."""
    with (folder / "history.csv").open() as handle:
        rows = list(csv.DictReader(handle))
    history = [{name: row[name] for name in row if name != "seconds"} for row in rows]
    metrics = json.loads((folder / "metrics.json").read_text())
    metrics = {name: metrics[name] for name in metrics if not name.startswith("seconds")}
    for entry in metrics.get("baselines", {}).values():
        entry.pop("seconds", None)
    weights = {k: v.numpy().tobytes() for k, v in load_file(folder / "model.safetensors").items()}
    return history, metrics, weights, (folder / "predictions.csv").read_bytes()


def forked(*arguments):
    """Start the job in a process of its own, that need not import all anew."""
    process = multiprocessing.get_context("fork").Process(target=run, args=arguments)
    process.start()
    return process


@pytest.fixture(scope="module")
def unbroken(tmp_path_factory):
    folder = tmp_path_factory.mktemp("unbroken") / "run"
    run(folder)
    return result(folder)


@pytest.mark.parametrize("moment", ["0.batch", "3.writing", "5.after"])
def test_a_killed_run_resumes_to_the_same_bits(tmp_path, unbroken, moment):
    """Before the first checkpoint, while one is written, and after the last epoch."""
    folder = tmp_path / "run"
    process = forked(folder, "--die", moment)
    process.join(120)
    assert process.exitcode == -signal.SIGKILL
    assert not (folder / "metrics.json").exists()
    run(folder, "--resume")
    assert result(folder) == unbroken
    assert not (folder / "checkpoints").exists()
    assert not list(folder.glob(".*"))


def test_a_kill_from_outside_at_any_moment(tmp_path):
    job = ("--kind", "lstm", "--epochs", 30)
    whole, broken = tmp_path / "whole", tmp_path / "broken"
    run(whole, *job)
    process = forked(broken, *job)
    while process.is_alive() and not (broken / "history.csv").exists():
        time.sleep(0.005)
    time.sleep(0.05)
    process.kill()
    process.join()
    assert process.exitcode == -signal.SIGKILL
    run(broken, *job, "--resume")
    assert result(broken) == result(whole)


def test_interrupt_says_how_to_go_on(tmp_path):
    folder = tmp_path / "run"
    ended = subprocess.run(
        [sys.executable, str(JOB), str(folder), "--die", "2.batch", "--signal", "SIGINT"],
        env=os.environ | {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert ended.returncode != 0
    assert "KeyboardInterrupt: Stopped. Every finished epoch is safe in" in ended.stderr
    assert "--resume" in ended.stderr
    assert (folder / "checkpoints" / "last.pt").exists()


def test_a_stopped_run_asks_for_resume_and_a_finished_one_is_kept(tmp_path, monkeypatch):
    folder = tmp_path / "run"
    learn = Epochs._learn

    def stop(self, epoch, line):
        if epoch == 1:
            raise RuntimeError("pulled the plug")
        return learn(self, epoch, line)

    with monkeypatch.context() as patch:
        patch.setattr(Epochs, "_learn", stop)
        with pytest.raises(RuntimeError, match="plug"):
            run(folder, "--epochs", 2)
    with pytest.raises(InputError, match="--resume"):
        run(folder, "--epochs", 2)
    with pytest.raises(InputError, match="epochs was 2 and is now 3"):
        run(folder, "--epochs", 3, "--resume")
    with pytest.raises(InputError, match="other data or split"):
        run(folder, "--epochs", 2, "--resume", "--series", 70)
    run(folder, "--epochs", 2, "--resume")
    before = result(folder)
    for extra in ((), ("--resume",)):
        with pytest.raises(InputError, match="already holds a finished run"):
            run(folder, "--epochs", 2, *extra)
    assert result(folder) == before
