"""What a benchmark leaves in its folder: the record and the figures."""

import json
import re
from pathlib import Path
from typing import Any

from matplotlib.figure import Figure

from liquidtime.bench.cases import AXES
from liquidtime.bench.contenders import MODES
from liquidtime.bench.table import MODE_NAMES, entry_of, floor_seconds
from liquidtime.plot.scaling import Timed, time_against_size
from liquidtime.plot.style import to_svg
from liquidtime.runs.folder import Folder, Kind
from liquidtime.runs.write import write_atomically, write_text

RECORD = "bench.json"
BENCH = Kind(noun="benchmark", record=RECORD, last=RECORD, replaced=True)
_AXIS_NAMES = {"batch": "batch B", "steps": "steps T"}
_NUMBERS = re.compile(r"\[[\s\d.,e+-]+\]")
_HIDDEN = {"cfc": "hidden units H", "ltc": "neurons N"}


def write_files(out: Path, record: dict[str, Any]) -> list[Path]:
    """Write the figures, and the record last.

    Returns:
        The figures in PNG; none where nothing was varied.
    """
    out.mkdir(parents=True, exist_ok=True)
    drawn = []
    for name, figure in figures(record).items():
        write_text(out / f"{name}.svg", to_svg(figure, name))
        drawn.append(out / f"{name}.png")
        write_atomically(drawn[-1], lambda beside, made=figure: _save_png(made, beside))
    Folder(out, BENCH).finish(record_text(record))
    return drawn


def record_text(record: dict[str, Any]) -> str:
    """The record as JSON, each list of numbers on one line."""
    text = json.dumps(record, indent=1, allow_nan=False, ensure_ascii=False)
    return _NUMBERS.sub(lambda found: re.sub(r"\s+", " ", found[0]), text) + "\n"


def figures(record: dict[str, Any]) -> dict[str, Figure]:
    """The figures that a record has points for, by name."""
    found = {}
    for recurrence in ("cfc", "ltc"):
        groups = [
            group
            for group in record["groups"]
            if group["axis"] and group["case"]["recurrence"] == recurrence
        ]
        if groups:
            rows = {
                MODE_NAMES[mode]: [_panel(groups, axis, mode, recurrence) for axis in AXES]
                for mode in MODES
            }
            found[f"{recurrence}-time"] = time_against_size(rows)
    return found


def _panel(groups: list[dict[str, Any]], axis: str, mode: str, recurrence: str) -> Timed:
    points = [(group["case"][axis], group) for group in groups if group["axis"] == axis]
    lines = {}
    for entry in points[0][1]["entries"]:
        name = entry["contender"]
        # With gaps of one's own it is a hair from the first line.
        if entry["mode"] == mode and "elapsed" not in name:
            seconds = [min(entry_of(group, name, mode)["minima"]) for _, group in points]
            lines[name] = [size for size, _ in points], seconds
    floors = [(size, floor_seconds(group, mode)) for size, group in points]
    known = [(size, floor) for size, floor in floors if floor is not None]
    floor = ([size for size, _ in known], [second for _, second in known]) if known else None
    return Timed(_AXIS_NAMES.get(axis, _HIDDEN[recurrence]), lines, floor)


def _save_png(figure: Figure, path: Path) -> None:
    figure.savefig(path, format="png", dpi=144)
