"""The page about speed and the stored record say the same."""

import importlib.util
import json
from pathlib import Path

import pytest

TOOL = Path(__file__).parents[2] / "tools" / "bench_page.py"


@pytest.fixture
def tool():
    spec = importlib.util.spec_from_file_location("bench_page", TOOL)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_page_is_that_of_the_stored_record(tool):
    page = tool.PAGE.read_text(encoding="utf-8")
    assert tool.refreshed(page) == page, "run: .venv/bin/python tools/bench_page.py"


def test_figures_of_the_page_are_there(tool):
    page = tool.PAGE.read_text(encoding="utf-8")
    for name in tool.FIGURES.values():
        assert f"bench-{name}.svg" not in page or (tool.IMAGES / f"bench-{name}.svg").exists()


def test_what_was_not_measured_is_said_to_be_missing(tool):
    record = json.loads(tool.RESULTS.read_text(encoding="utf-8"))
    record["cases"] = {"cfc": record["cases"]["cfc"]}
    found = tool.parts(record)
    assert found["ltc"] == found["ltc figure"] == found["stream"] == tool.MISSING
    assert found["cfc"].startswith("| case | pass | threads |")


def test_a_page_without_a_place_is_refused(tool):
    record = json.loads(tool.RESULTS.read_text(encoding="utf-8"))
    with pytest.raises(ValueError, match="0 places for 'origin'"):
        tool.filled("nothing", record)
