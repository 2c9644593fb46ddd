"""The tools that write into the documentation."""

import importlib.util
import json
from pathlib import Path

import pytest

from liquidtime.data.sets import physionet2012

TOOLS = Path(__file__).parents[2] / "tools"


def tool(name):
    spec = importlib.util.spec_from_file_location(name, TOOLS / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_reference_of_the_command_line_is_up_to_date():
    reference = tool("cli_reference")
    page = reference.PAGE.read_text(encoding="utf-8")
    assert page.count("<!-- help: ") == 10
    assert reference.refreshed(page) == page, "run: .venv/bin/python tools/cli_reference.py"


def test_the_reference_notices_another_option():
    reference = tool("cli_reference")
    page = "<!-- help: show -->\n```text\nstale text\n```\n"
    after = reference.refreshed(page)
    assert "usage: liquidtime show" in after
    assert "stale" not in after


def write_run(folder, kind, seed, auroc, test):
    folder.mkdir(parents=True)
    score = {"value": auroc, "low": auroc - 0.05, "high": auroc + 0.05}
    metrics = {
        "parameters": 12345,
        "seconds_per_epoch": 1.5,
        "test": {"metrics": {"auroc": score, "auprc": score}},
    }
    record = {
        "config": {"model": {"kind": kind}, "train": {"seed": seed}},
        "machine": {"processor": "a processor", "torch_threads": 2, "cores": 4},
        "versions": {"liquidtime": "0.1.0", "torch": "2.13.0"},
    }
    (folder / "metrics.json").write_text(json.dumps(metrics))
    (folder / "config.json").write_text(json.dumps(record))
    rows = "".join(f"{name},test\n" for name in test)
    (folder / "split.csv").write_text(f"id,part\n1,train\n{rows}")


def test_the_model_card_is_filled_from_runs(tmp_path):
    card = tool("model_card")
    stays = physionet2012.load()
    published = stays.ids[physionet2012.published_split().test]
    another = stays.ids[physionet2012.published_split(43).test]
    write_run(tmp_path / "demo", "cfc", 0, 0.80, published)
    write_run(tmp_path / "demo" / "cfc-seed-1", "cfc", 1, 0.82, published)
    write_run(tmp_path / "demo" / "lstm", "lstm", 0, 0.81, published)
    write_run(tmp_path / "demo" / "second-split", "cfc", 0, 0.85, another)
    lines = card.table(card.finished_runs([tmp_path])).splitlines()
    mean = "0.810 ± 0.014 (2 seeds) [0.750, 0.850]"
    assert lines[2] == f"| CfC | published | 12,345 | 1.5 | {mean} | {mean} |"
    assert lines[3].startswith("| LSTM | published | 12,345 | 1.5 | 0.810 [0.760, 0.860] |")
    assert lines[4].startswith("| CfC | another draw | 12,345 | 1.5 | 0.850 [0.800, 0.900] |")
    text = card.CARD.read_text(encoding="utf-8")
    filled = card.filled(text, "FIGURES")
    assert "FIGURES\n<!-- figures: end -->" in filled
    assert card.filled(filled, "OTHER").count("FIGURES") == 0


def test_a_card_without_a_place_is_refused():
    with pytest.raises(ValueError, match="0 places"):
        tool("model_card").filled("nothing", "FIGURES")


def test_the_table_of_the_readme_is_that_of_the_stored_results():
    readme = tool("readme_table")
    text = readme.README.read_text(encoding="utf-8")
    assert readme.refreshed(text) == text, "run: .venv/bin/python tools/readme_table.py"
    assert "<!-- table: mortality -->\n\n| model" in text


def test_the_study_is_put_into_its_page(tmp_path):
    study = tool("study_page")
    record = {
        "settings": {
            **{"neurons": 19, "sensory_synapses": 100, "recurrent_synapses": 47},
            **{"seed": 0, "series": 5, "steps": 1500},
        },
        "machine": {"processor": "a processor", "torch_threads": 1},
        "versions": {"torch": "2.13.0"},
    }
    (tmp_path / "study.json").write_text(json.dumps(record))
    (tmp_path / "network.md").write_text("| one |\n")
    (tmp_path / "sources-given.md").write_text("| two |\n")
    text = study.PAGE.read_text(encoding="utf-8")
    assert "| fused Euler, K = 6 | constant |" in text
    after = study.filled(text, tmp_path)
    assert "<!-- table: network -->\n\n| one |\n\n19 neurons, 100 sensory and 47" in after
    assert "1,500 steps. a processor, 1 thread" in after and "| two |" in after
    assert "fused Euler, K = 6 | constant" not in after
    with pytest.raises(ValueError, match="0 places for the table 'network'"):
        study.filled("nothing", tmp_path)
    for name in study.FIGURES:
        assert f"../images/closed-form-{name}.svg" in text
        assert (study.IMAGES / f"closed-form-{name}.svg").exists()


def test_what_is_too_large_is_told(tmp_path):
    sizes = tool("check_sizes")
    room = tmp_path / "src" / "liquidtime" / "room"
    room.mkdir(parents=True)
    for number in range(sizes.FILES + 1):
        (room / f"file{number}.py").write_text("")
    letters = ", ".join("abcdefghi")
    (room / "file0.py").write_text(f"def long(self, {letters}): ...\n" + "#\n" * sizes.LINES)
    said = list(sizes.too_large(tmp_path))
    assert [line.split()[0] for line in said] == [
        "src/liquidtime/room/file0.py",
        "src/liquidtime/room/file0.py:1:",
        "src/liquidtime/room",
    ]
    assert "501 lines" in said[0] and "long takes 9" in said[1] and "25 files" in said[2]
