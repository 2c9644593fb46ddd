"""Files, folders and functions of a size that a reader can hold; part of `make lint`.

`python tools/check_sizes.py` says what is too large and ends with status 1, or says nothing.
"""

import ast
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
PLACES = ("src", "csrc", "benchmarks", "tests", "tools", "examples")
SUFFIXES = {".py", ".pyi", ".cpp", ".hpp", ".cu", ".cuh", ".html", ".css", ".js"}
LINES = 500
FILES = 24
ARGUMENTS = 8

# A folder that is a list has one file or folder an entry, a catalogue that finds them and one test
# suite over all, so that nobody need read it whole: it may hold as many as there are entries.
LISTS = {
    "src/liquidtime/baselines": "networks of others, one a file",
    "src/liquidtime/brain/neurons": "forms of a neuron",
    "src/liquidtime/control/envs": "worlds to act in",
    "src/liquidtime/data/sets": "public data sets",
    "src/liquidtime/models": "networks that `fit` knows",
    "src/liquidtime/tasks": "papers, a folder each",
}

# Who may take more arguments, since its users know each by name and leave most of them out.
OPTIONS = {
    # Layers and cells, in the manner of nn.LSTM, and the recurrences that they hand all of it to.
    "nn/cfc.py": {"__init__"},
    "nn/diagonal.py": {"__init__"},
    "nn/cfc_cell.py": {"__init__"},
    "nn/ltc.py": {"__init__"},
    "nn/ltc_cell.py": {"__init__"},
    "nn/recurrent.py": {"__init__"},
    "kernels/cfc/cpu.py": {"cfc"},
    "kernels/cfc/reference.py": {"cfc"},
    # Signatures of others: ncps, and scikit-learn, whose estimators may not take a config.
    "compat/ncps/cfc.py": {"__init__"},
    "compat/ncps/load.py": {"from_ncps"},
    "compat/ncps/ltc.py": {"__init__"},
    "estimators/classifier.py": {"__init__"},
    "estimators/forecaster.py": {"__init__"},
    "estimators/regressor.py": {"__init__"},
    # Sources: what a table or a drawn graph can be said to hold, each with a default.
    "brain/generate/random_graph.py": {"random"},
    "brain/generate/spatial_graph.py": {"spatial"},
    "brain/read/tables.py": {"read_edges"},
    "data/convert/arrays.py": {"from_rows"},
    "data/convert/frames.py": {"from_long_frame"},
    "data/convert/lists.py": {"from_lists"},
    "data/convert/padded.py": {"from_nan_padded"},
    "data/convert/tables.py": {"from_frame"},
    "data/forecast/looking.py": {"look"},
    "data/recordings/windows.py": {"from_recording"},
    # Figures: what may be left out of one, and its words.
    "plot/brain/heatmap.py": {"heatmap"},
    "plot/brain/player.py": {"player_page"},
    "plot/brain/raster.py": {"raster"},
    "plot/brain/response.py": {"response_matrix"},
    "plot/brain/traces.py": {"traces"},
    "plot/circuit/influence.py": {"circuit_influence"},
    "plot/fit/attribution.py": {"attribution_trace"},
    "plot/fit/fan.py": {"fan_chart"},
    "plot/fit/trace.py": {"series_trace"},
    # Not yet said as one value.
    "estimators/fitting.py": {"fit_in_memory"},
    "train/baseline/standing.py": {"stand"},
    "train/fitting.py": {"fit"},
    "train/loop.py": {"train"},
}


def too_large(root: Path) -> Iterator[str]:
    """A line for each file, folder and function that is too large."""
    files = [
        path
        for place in PLACES
        for path in sorted((root / place).rglob("*"))
        if path.suffix in SUFFIXES and "stored" not in path.parts
    ]
    for path in files:
        name, text = path.relative_to(root), path.read_text(encoding="utf-8")
        lines = text.count("\n")
        if lines > LINES:
            yield f"{name} has {lines} lines; expected {LINES} at most: split it by idea."
        if path.suffix == ".py" and name.parts[0] == "src":
            for function, line, count in long_signatures(text):
                if function not in OPTIONS.get("/".join(name.parts[2:]), ()):
                    yield (
                        f"{name}:{line}: {function} takes {count} arguments; expected {ARGUMENTS} "
                        "at most: more hide a noun, say it as a frozen dataclass."
                    )
    for folder, count in sorted(Counter(path.parent for path in files).items()):
        name = folder.relative_to(root).as_posix()
        if count > FILES and name not in LISTS:
            yield f"{name} holds {count} files; expected {FILES} at most: give some a room."


def long_signatures(text: str) -> Iterator[tuple[str, int, int]]:
    """(name, line, number of arguments) of each function that takes too many."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef):
            given = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
            count = len([one for one in given if one.arg not in ("self", "cls")])
            if count > ARGUMENTS:
                yield node.name, node.lineno, count


if __name__ == "__main__":
    found = list(too_large(ROOT))
    print(*found, sep="\n", end="\n" if found else "")
    sys.exit(bool(found))
