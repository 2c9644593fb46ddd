"""Results kept as JSON, and the pages that show them."""

import json
import re
from pathlib import Path
from typing import Any

import torch

from liquidtime.native import native

_ROOT = Path(__file__).parents[2]
_RESULTS = _ROOT / "benchmarks" / "results" / "relaxation.json"


def store(name: str, found: dict[str, Any], page: str, table: str) -> None:
    """Keep what was found under its name, and put the table into the page."""
    kept = json.loads(_RESULTS.read_text()) if _RESULTS.exists() else {}
    extension = native()
    kept[name] = {
        "torch": torch.__version__,
        "kernels": None if extension is None else extension.isa(),
        **found,
    }
    _RESULTS.write_text(json.dumps(kept, indent=1) + "\n")
    path = _ROOT / "docs" / "maths" / page
    place = re.compile(rf"(<!-- {name} -->\n).*?(<!-- end -->)", re.DOTALL)
    path.write_text(place.sub(rf"\1\n{table}\n\n\2", path.read_text()))


def table(head: list[str], rows: list[list[str]]) -> str:
    """In Markdown, numbers to the right."""
    lines = [head, ["---", *["---:"] * (len(head) - 1)], *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
