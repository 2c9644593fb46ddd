"""Types of what is public, and of what the documentation shows: one pyright for all."""

import importlib.util
import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FACES = Path(__file__).parent / "faces.py"
SETTINGS = {
    "extraPaths": [str(ROOT / "src")],
    "typeCheckingMode": "basic",
    "pythonVersion": "3.11",
    "reportUnnecessaryTypeIgnoreComment": "error",
}

_spec = importlib.util.spec_from_file_location("blocks", ROOT / "tests" / "docs" / "blocks.py")
_module = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(_module)


def shown(page):
    """The page's Python blocks as one module, each line where it stands in the page."""
    text = ""
    for block in _module.blocks(page):
        if block.language == "python":
            text += "\n" * (block.line - 1 - text.count("\n")) + block.text
    return text


def name_of(path):
    return str(path.relative_to(ROOT))


SOURCES = {name_of(FACES): FACES.read_text(encoding="utf-8")} | {
    name_of(page): text
    for page in (ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md")))
    if (text := shown(page))
}
BROKEN = "from liquidtime.nn import CfC\n\nCfC('three', 8)\n"


@pytest.fixture(scope="module")
def complaints(tmp_path_factory):
    """What pyright says of each source: a list of lines and messages."""
    folder = tmp_path_factory.mktemp("types")
    names = {}
    for number, (name, text) in enumerate({**SOURCES, "broken": BROKEN}.items()):
        copy = folder / f"source{number}.py"
        copy.write_text(text, encoding="utf-8")
        names[str(copy)] = name
    (folder / "pyrightconfig.json").write_text(json.dumps(SETTINGS))
    command = [sys.executable, "-m", "pyright", "--outputjson", "--pythonpath", sys.executable]
    done = subprocess.run(
        [*command, "--project", folder], capture_output=True, text=True, check=False
    )
    report = json.loads(done.stdout)
    assert report["summary"]["filesAnalyzed"] == len(names), done.stdout
    found = {name: [] for name in names.values()}
    for entry in report["generalDiagnostics"]:
        line = entry["range"]["start"]["line"] + 1
        found[names[entry["file"]]].append(f"line {line}: {entry['message']}")
    return found


@pytest.mark.parametrize("name", SOURCES)
def test_types_hold(complaints, name):
    assert not complaints[name], "\n".join(complaints[name])


def test_pages_are_found():
    assert {"README.md", "docs/start/tour.md", "docs/how-to/simulate.md"} <= set(SOURCES)


def test_a_broken_source_is_noticed(complaints):
    (complaint,) = complaints["broken"]
    assert complaint.startswith("line 3:") and "Literal['three']" in complaint
