import csv
import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

JOB = Path(__file__).parent / "job.py"


def curve(folder, processes, *arguments):
    options = [str(folder), "--dropout", "0", "--epochs", "3", *arguments]
    if processes == 1:
        spec = importlib.util.spec_from_file_location("job", JOB)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        module.main(options)
    else:
        together = ["-m", "torch.distributed.run", "--standalone", "--nproc-per-node"]
        done = subprocess.run(
            [sys.executable, *together, str(processes), str(JOB), *options, "--undrawn"],
            env=os.environ | {"OMP_NUM_THREADS": "1"},
            capture_output=True,
            text=True,
            timeout=200,
        )
        assert done.returncode == 0, done.stdout + done.stderr
    with (folder / "history.csv").open() as handle:
        rows = list(csv.DictReader(handle))
    metrics = json.loads((folder / "metrics.json").read_text())
    return [[float(v) for k, v in row.items() if k != "seconds"] for row in rows], metrics["test"][
        "metrics"
    ]


@pytest.mark.parametrize(
    "job",
    [
        ("--kind", "cfc", "--wiring", "auto_ncp"),
        ("--kind", "gru", "--target", "values", "--per-step"),
    ],
    ids=["weighted classes, wired", "values a step, some missing"],
)
@pytest.mark.usefixtures("undrawn")
def test_two_processes_follow_the_curve_of_one(tmp_path, job):
    """37 training series in batches of at most 7: one of 7, which does not halve, five of 6."""
    one, one_test = curve(tmp_path / "one", 1, *job)
    two, two_test = curve(tmp_path / "two", 2, *job)
    assert len(one) == len(two) == 3
    for before, after in zip(one, two, strict=True):
        assert after == pytest.approx(before, rel=1e-5)
    for name, found in one_test.items():
        assert two_test[name]["value"] == pytest.approx(found["value"], rel=1e-4)
