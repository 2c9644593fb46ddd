"""What the documentation shows is run: each page in one namespace and in an empty folder."""

import importlib.util
from pathlib import Path

import pytest

from liquidtime.cli.__main__ import main as liquidtime

ROOT = Path(__file__).parents[2]
_spec = importlib.util.spec_from_file_location("blocks", Path(__file__).parent / "blocks.py")
_module = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(_module)
blocks, runnable = _module.blocks, _module.runnable

PAGES = [
    page
    for page in (ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md")))
    if any(map(runnable, blocks(page)))
]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_the_page_runs(page, tmp_path, monkeypatch, capfd):
    monkeypatch.chdir(tmp_path)
    namespace = {"__name__": "page"}
    for block in filter(runnable, blocks(page)):
        if block.language == "python":
            # Blank lines in front let a traceback name the line of the page.
            text = "\n" * (block.line - 1) + block.text
            exec(compile(text, str(page), "exec"), namespace)
            continue
        for command in block.commands:
            capfd.readouterr()
            status = liquidtime(command)
            said = " ".join("".join(capfd.readouterr()).split())
            where = f"{page.name}, line {block.line}: liquidtime {' '.join(command)}\n{said}"
            assert status == (2 if block.fails else 0), where
            for line in block.shown:
                assert " ".join(line.split()) in said, where


def test_pages_are_found():
    names = {str(page.relative_to(ROOT)) for page in PAGES}
    assert {"docs/index.md", "docs/start/tour.md", "docs/how-to/own-table.md"} <= names


def test_a_broken_block_is_noticed(tmp_path):
    page = tmp_path / "page.md"
    page.write_text("# P\n\n```python\nassert 1 == 2\n```\n\n```text\nnot run\n```\n")
    (block,) = blocks(page)
    assert block.line == 4
    with pytest.raises(AssertionError):
        exec(block.text, {})


def test_console_blocks_are_read(tmp_path):
    page = tmp_path / "page.md"
    page.write_text(
        "<!-- fails -->\n```console\n$ liquidtime fit 'a b' \\\n  --id x\nerror: no\n```\n"
        "```console\n$ make demo\n```\n"
    )
    first, second = blocks(page)
    assert first.fails and first.commands == [["fit", "a b", "--id", "x"]]
    assert not runnable(second)
