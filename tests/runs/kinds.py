"""All kinds of result folders that the packages declare, found in their source."""

import ast
import importlib
from pathlib import Path

import liquidtime
from liquidtime.runs.folder import Kind

SOURCE = Path(liquidtime.__file__).parent


def declared():
    """The kinds, by the names of their constants."""
    found = {}
    for path in sorted(SOURCE.rglob("*.py")):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            call = getattr(node, "value", None)
            if isinstance(call, ast.Call) and getattr(call.func, "id", "") == "Kind":
                module = ".".join(path.relative_to(SOURCE.parent).with_suffix("").parts)
                name = node.targets[0].id
                found[name] = getattr(importlib.import_module(module), name)
    return found


KINDS = declared() | {
    # One that no package knows.
    "TOY": Kind(noun="toy", record="toy.json", last="done.json", scaffold="wip", flag="good")
}


def begin(folder):
    """Do what a kind does at its beginning."""
    folder.path.mkdir(exist_ok=True)
    record = folder.path / folder.kind.record
    if record.suffix:
        record.write_text("{}", encoding="utf-8")
    else:
        record.mkdir()
    if folder.kind.scaffold:
        (folder.path / folder.kind.scaffold).mkdir()


def text(folder):
    """Of the file that finishes a kind."""
    return f'{{"{folder.kind.flag or "value"}": true}}'
