"""What a benchmark leaves in its folder: the record and the figures."""

import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from matplotlib.figure import Figure

from liquidtime.bench.contract import Case
from liquidtime.plot.style import to_svg
from liquidtime.runs.folder import Folder, Kind
from liquidtime.runs.write import write_atomically, write_text

RECORD = "bench.json"
BENCH = Kind(noun="benchmark", record=RECORD, last=RECORD, replaced=True)
_NUMBERS = re.compile(r"\[[\s\d.,e+-]+\]")


def write_files(out: Path, record: dict[str, Any], cases: Sequence[Case]) -> list[Path]:
    """Write the figures, and the record last.

    Returns:
        The figures in PNG; none where nothing was varied.
    """
    out.mkdir(parents=True, exist_ok=True)
    drawn = []
    for case in cases:
        for name, figure in case.figures(record["cases"][case.name]).items():
            write_text(out / f"{name}.svg", to_svg(figure, name))
            drawn.append(out / f"{name}.png")
            write_atomically(drawn[-1], lambda beside, made=figure: _save_png(made, beside))
    Folder(out, BENCH).finish(record_text(record))
    return drawn


def record_text(record: dict[str, Any]) -> str:
    """The record as JSON, each list of numbers on one line."""
    text = json.dumps(record, indent=1, allow_nan=False, ensure_ascii=False)
    return _NUMBERS.sub(lambda found: re.sub(r"\s+", " ", found[0]), text) + "\n"


def _save_png(figure: Figure, path: Path) -> None:
    figure.savefig(path, format="png", dpi=144)
