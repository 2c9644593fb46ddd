"""Examples in docstrings do what they show."""

import doctest
import importlib
import pkgutil

import pytest

import liquidtime


def with_examples():
    """Doctests of every module of the package."""
    found = []
    finder = doctest.DocTestFinder(exclude_empty=True)
    for module in pkgutil.walk_packages(liquidtime.__path__, "liquidtime."):
        if module.name.endswith("__main__"):
            continue
        for case in finder.find(importlib.import_module(module.name)):
            if case.examples:
                found.append(case)
    return found


CASES = with_examples()


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_docstring(case):
    said = []
    runner = doctest.DocTestRunner(verbose=False, optionflags=doctest.NORMALIZE_WHITESPACE)
    runner.run(case, out=said.append)
    assert runner.failures == 0, "".join(said)


def test_some_were_found():
    assert {"liquidtime.nn.cfc.CfC", "liquidtime.nn.ltc.LTC"} <= {case.name for case in CASES}
