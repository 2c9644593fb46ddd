"""The benchmarks of this repository keep the contract, at tiny sizes."""

import json
import math
from pathlib import Path

import pytest

from liquidtime.bench.catalogue import find_cases
from liquidtime.bench.contract import Case
from liquidtime.bench.run import run
from liquidtime.bench.setting import Setting
from liquidtime.native import native

ROOT = Path(__file__).parents[2] / "benchmarks"
SLOW = {"inputs", "recurrent", "stiff", "order", "fly"}
FILES = sorted({*ROOT.glob("*/[!_]*.py"), ROOT / "brain" / "_billion.py"})

pytestmark = pytest.mark.skipif(native() is None, reason="needs the compiled kernels")


def numbers(value):
    if isinstance(value, dict | list):
        parts = value.values() if isinstance(value, dict) else value
        return [number for part in parts for number in numbers(part)]
    return [value] if isinstance(value, float) else []


@pytest.mark.parametrize(
    "file",
    [pytest.param(file, marks=pytest.mark.slow) if file.stem in SLOW else file for file in FILES],
    ids=lambda file: f"{file.parent.name}/{file.stem}",
)
def test_a_case_is_checked_measured_and_tabled(file):
    (case,) = find_cases([str(file)])
    assert isinstance(case, Case) and case.name == file.stem.strip("_")
    record = run([case], Setting(threads=(1,), repeats=1, quick=True))
    assert record["gate"] and all(check["error"] <= check["limit"] for check in record["gate"])
    groups = json.loads(json.dumps(record["cases"][case.name], allow_nan=False))
    assert groups and all(math.isfinite(n) and n >= 0 for n in numbers(groups))
    (table,) = case.tables(groups)
    assert all(len(row) == len(table.header) for part in table.sections for row in part.rows)
    assert isinstance(case.figures(groups), dict)


def test_folders_hold_cases_of_different_names():
    for folder in ("brain", "closed_form"):
        assert len(find_cases([str(ROOT / folder)])) == len([*ROOT.glob(f"{folder}/[!_]*.py")])
