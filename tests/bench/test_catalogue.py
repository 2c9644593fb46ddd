"""Cases are found by name, in files and in folders; one from outside is run like any."""

import json

import pytest

from liquidtime.bench.catalogue import CASES, find_cases
from liquidtime.bench.contract import Case
from liquidtime.bench.gate import GateError
from liquidtime.bench.run import run
from liquidtime.bench.setting import Setting
from liquidtime.cli.__main__ import main
from liquidtime.errors import InputError

TOY = '''
"""A toy."""

from _numbers import WANTED
from liquidtime.bench.contract import Case
from liquidtime.bench.gate import Check
from liquidtime.bench.table import BenchTable, Section
from liquidtime.bench.timing import fastest

def checks(setting, tell):
    yield Check("toy", "sum", 1, 0.5, {"sum": abs(sum(range(4)) - WANTED)})

def measure(setting, tell):
    for size in (10, 100):
        yield {"size": size, "seconds": fastest({"sum": lambda: sum(range(size))}, setting)["sum"]}

def tables(groups):
    rows = [[str(group["size"]), f"{group['seconds']:.1e}"] for group in groups]
    return [BenchTable("Toy", ["size", "s"], [Section("", rows)], "")]

CASE = Case(name="toy", checks=checks, measure=measure, tables=tables)
'''


@pytest.fixture
def toy(tmp_path, monkeypatch):
    """A folder with a case and its helper."""
    folder = tmp_path / "cases"
    folder.mkdir()
    (folder / "toy.py").write_text(TOY)
    (folder / "_numbers.py").write_text("WANTED = 6\n")
    monkeypatch.chdir(tmp_path)
    return folder


@pytest.mark.parametrize("name", CASES.entries())
def test_every_case_that_ships_keeps_the_contract(name):
    (case,) = find_cases([name])
    assert isinstance(case, Case) and case.name == name and case.legend
    setting = Setting(threads=(1,), repeats=1, quick=True)
    record = run([case], setting)
    assert all(check["error"] <= check["limit"] for check in record["gate"]) and record["gate"]
    groups = json.loads(json.dumps(record["cases"][name], allow_nan=False))
    assert case.tables(groups) and isinstance(case.figures(groups), dict)
    assert all(isinstance(note, str) for note in case.notes(setting))


def test_without_names_all_that_ship_are_taken():
    assert [case.name for case in find_cases([])] == [*CASES.entries()] == ["cfc", "ltc", "stream"]


def test_a_case_from_outside_is_checked_timed_and_printed(toy, capsys):
    assert main(["bench", "cases", "--quick", "--out", "out"]) == 0
    assert "Toy" in capsys.readouterr().out
    record = json.loads((toy.parent / "out" / "bench.json").read_text())
    assert [group["size"] for group in record["cases"]["toy"]] == [10, 100]
    assert record["gate"][0]["contender"] == "sum"


def test_a_case_from_outside_is_not_timed_behind_a_failed_gate(toy):
    (toy / "wrong.py").write_text(TOY.replace("WANTED)", "WANTED - 1)"))
    (case,) = find_cases([str(toy / "wrong.py")])
    with pytest.raises(GateError, match="sum is off by 1"):
        run([case])


@pytest.mark.parametrize(
    "text, said", [("x = 1\n", "holds no case"), (TOY, "two cases are called 'toy'")]
)
def test_what_is_no_case_or_a_second_one_is_refused(toy, text, said):
    (toy / "other.py").write_text(text)
    with pytest.raises(InputError, match=said):
        find_cases([str(toy)])
    with pytest.raises(InputError, match="no case 'nothing'; expected cfc, ltc, stream"):
        find_cases(["nothing"])
