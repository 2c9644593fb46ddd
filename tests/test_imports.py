"""Imports inside the package: those that `lint-imports` does not see, and rings."""

import ast
from pathlib import Path

import grimp
import networkx

import liquidtime

SRC = Path(liquidtime.__file__).parent
# Who, beside catalogues, may import a module by a name that is not known until it runs.
BY_NAME = {
    "lazy.py": "public names, from their stub",
    "optional.py": "what an extra installs",
    "native.py": "the extension, where it was compiled",
    "cli/common/verbs.py": "verbs, from their folder",
    "brain/read/cect.py": "readers of cect, which has one module a connectome",
}


def imported_by_name(text):
    """Lines that import through importlib what is not, in so many words, another library."""
    lines = []
    for node in ast.walk(ast.parse(text)):
        if not isinstance(node, ast.Call):
            continue
        called = ast.unparse(node.func)
        if called.endswith("import_module") or called == "__import__":
            name = node.args[0]
            if not isinstance(name, ast.Constant) or name.value.startswith("liquidtime"):
                lines.append(node.lineno)
    return lines


def rings(imports):
    """Groups of modules that import each other, by whatever way round."""
    graph = networkx.DiGraph(imports)
    return [sorted(ring) for ring in networkx.strongly_connected_components(graph) if len(ring) > 1]


def test_nothing_goes_round_the_linter():
    found = [
        f"{file.relative_to(SRC)}:{line}"
        for file in sorted(SRC.rglob("*.py"))
        if file.name != "catalogue.py" and str(file.relative_to(SRC)) not in BY_NAME
        for line in imported_by_name(file.read_text(encoding="utf-8"))
    ]
    assert not found, "expected `from … import …`, which the linter sees"


def test_importing_by_name_is_noticed():
    text = "importlib.import_module(f'liquidtime.{x}')\nimport_module('ncps')"
    assert imported_by_name(text) == [1]


def test_no_modules_import_each_other_not_even_for_types():
    graph = grimp.build_graph("liquidtime", cache_dir=None)
    assert not rings(
        {name: graph.find_modules_directly_imported_by(name) for name in graph.modules}
    )


def test_rings_are_found():
    assert rings({"a": ["b"], "b": ["c"], "c": ["b"], "d": ["a", "c"]}) == [["b", "c"]]
