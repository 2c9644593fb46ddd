"""Pages of measured cases and the stored records say the same."""

import importlib.util
import json
from pathlib import Path

import pytest

TOOL = Path(__file__).parents[2] / "tools" / "case_pages.py"
TOPICS = {"brain": "ns a synapse", "relaxation": "right answers"}


@pytest.fixture
def tool():
    spec = importlib.util.spec_from_file_location("case_pages", TOOL)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("topic", TOPICS)
def test_the_pages_are_those_of_the_stored_records(tool, topic):
    texts = [page.read_text(encoding="utf-8") for page in tool.pages(topic)]
    assert tool.refreshed(topic, texts) == texts, "run: .venv/bin/python tools/case_pages.py"
    assert TOPICS[topic] in texts[0]
    assert set(tool.stored(topic)) == set(tool.cases(topic))


def test_the_figure_is_drawn_from_the_record(tool):
    assert tool.FIGURE.exists()
    assert "<svg" in tool.drawn()


def test_a_page_without_a_place_is_refused(tool):
    with pytest.raises(ValueError, match="0 places for"):
        tool.refreshed("brain", ["nothing"])


def test_a_record_takes_the_place_of_its_cases_alone(tool, tmp_path, monkeypatch):
    monkeypatch.setattr(tool, "results", lambda topic: tmp_path / f"{topic}.json")
    about = {
        **{"created": "2026-01-02T03:04:05", "settings": {}, "instruction_set": "avx2"},
        **{"notes": ["It was shared."], "git": None, "versions": {"torch": "2.0"}},
        "machine": {"processor": "A processor", "cores": 2},
    }
    row = {"layer": "gated", "steps": 9, "updates": 1, "right": [0.25, 0.75]}
    series = {"who": "one", "steps": 9, "threads": 1, "forward": 1.0, "both": 2.0, "sweeps": None}
    tool.store("relaxation", {"cases": {"long_memory": [row]}, **about})
    tool.store("relaxation", {"cases": {"long_series": [series]}, **about})
    tool.store("relaxation", {"cases": {"long_memory": [row | {"layer": "new"}]}, **about})
    assert set(json.loads((tmp_path / "relaxation.json").read_text())) == set(
        tool.cases("relaxation")
    )
    places = [f"<!-- {name} -->\nold\n<!-- end -->" for name in ("long_memory", "long_series")]
    memory, beside = tool.refreshed("relaxation", places)
    assert "| new | 1 | 0.25, 0.75 |" in memory and "gated" not in memory
    assert "| one | 9 | 1 | 1000.0 | 2000.0 | – |" in beside and "old" not in beside
    assert "It was shared. A processor, 2 cores; torch 2.0, 2026-01-02; `liquidtime" in beside


def test_what_is_no_topic_is_refused(tool):
    with pytest.raises(SystemExit, match="got 'runs'; expected brain or relaxation"):
        tool.main(["runs"])
