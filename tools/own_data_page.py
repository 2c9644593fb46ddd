"""Put the benchmark of people's own data into docs/how-to/choosing.md, and its record into results.

    liquidtime bench benchmarks/own_data --out runs/own-data
    python tools/own_data_page.py runs/own-data

Without a folder the page is written anew from benchmarks/results/own-data.json. The tables stand
between `<!-- own data -->` and `<!-- end -->`.
"""

import json
import re
import shutil
import sys
from pathlib import Path
from typing import Any

from liquidtime.bench.catalogue import find_cases
from liquidtime.bench.files import RECORD
from liquidtime.bench.table import markdown, origin

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "how-to" / "choosing.md"
CASES = ROOT / "benchmarks" / "own_data"
RESULTS = ROOT / "benchmarks" / "results" / "own-data.json"
PLACE = re.compile(r"(<!-- own data -->\n).*?(<!-- end -->)", re.DOTALL)
MISSING = "Not measured yet.\n"


def filled(page: str, text: str) -> str:
    """The page with the text in its place."""
    if not PLACE.search(page):
        raise SystemExit(f"{PAGE} has no place for the tables: <!-- own data --> … <!-- end -->")
    return PLACE.sub(lambda place: f"{place[1]}\n{text}\n{place[2]}", page)


def told(record: dict[str, Any]) -> str:
    """The tables of every case, and where they were measured."""
    parts = [f"{origin(record)} Measured {record['created'][:10]}.\n"]
    for case in find_cases([str(CASES)]):
        for table in case.tables(record["cases"].get(case.name, [])):
            parts += [f"**{table.title}**\n", markdown(table)]
    return "\n".join(parts)


def main(arguments: list[str]) -> int:
    """Store a record, if one is given, and rewrite the page."""
    if arguments:
        shutil.copy(Path(arguments[0]) / RECORD, RESULTS)
    text = MISSING
    if RESULTS.exists():
        text = told(json.loads(RESULTS.read_text(encoding="utf-8")))
    PAGE.write_text(filled(PAGE.read_text(encoding="utf-8"), text), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
