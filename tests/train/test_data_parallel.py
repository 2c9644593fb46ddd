import csv
import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

JOB = Path(__file__).parent / "job.py"
JOBS = {
    "weighted classes, wired": ("--kind", "cfc", "--wiring", "auto_ncp"),
    "values a step, some missing": ("--kind", "gru", "--target", "values", "--per-step"),
}
SHORT = ("--dropout", "0", "--epochs", "3")


def curve(folder):
    with (folder / "history.csv").open() as handle:
        rows = list(csv.DictReader(handle))
    metrics = json.loads((folder / "metrics.json").read_text())
    return [[float(v) for k, v in row.items() if k != "seconds"] for row in rows], metrics["test"][
        "metrics"
    ]


@pytest.fixture(scope="module")
def together(tmp_path_factory):
    """Folders of the jobs, done one after the other by two processes."""
    folders = {name: tmp_path_factory.mktemp("two") / "run" for name in JOBS}
    launcher = ["-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2", str(JOB)]
    words = []
    for name, job in JOBS.items():
        words += [str(folders[name]), *SHORT, *job, "--undrawn", "--then"]
    done = subprocess.run(
        [sys.executable, *launcher, *words[:-1]],
        env=os.environ | {"OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        timeout=200,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return folders


@pytest.mark.usefixtures("undrawn")
@pytest.mark.parametrize("name", JOBS)
def test_two_processes_follow_the_curve_of_one(together, tmp_path, name):
    """37 training series in batches of at most 7: one of 7, which does not halve, five of 6."""
    spec = importlib.util.spec_from_file_location("job", JOB)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    module.main([str(tmp_path / "one"), *SHORT, *JOBS[name]])
    one, one_test = curve(tmp_path / "one")
    two, two_test = curve(together[name])
    assert len(one) == len(two) == 3
    for before, after in zip(one, two, strict=True):
        assert after == pytest.approx(before, rel=1e-5)
    for name, found in one_test.items():
        assert two_test[name]["value"] == pytest.approx(found["value"], rel=1e-4)
