"""The page about the speed of brains and the stored record say the same."""

import importlib.util
from pathlib import Path

import pytest

TOOL = Path(__file__).parents[2] / "tools" / "brain_page.py"


@pytest.fixture
def tool():
    spec = importlib.util.spec_from_file_location("brain_page", TOOL)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_page_is_that_of_the_stored_record(tool):
    page = tool.PAGE.read_text(encoding="utf-8")
    assert tool.refreshed(page) == page, "run: .venv/bin/python tools/brain_page.py"
    assert "ns a synapse" in page


def test_the_figure_is_drawn_from_the_record(tool):
    assert tool.FIGURE.exists()
    assert "<svg" in tool.drawn()


def test_a_page_without_a_place_is_refused(tool):
    with pytest.raises(ValueError, match="0 places for"):
        tool.refreshed("nothing")
