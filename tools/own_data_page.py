"""Put the benchmark of people's own data into docs/how-to/choosing.md, and store its records.

    python tools/own_data_page.py runs/own-data

The folder holds one benchmark a case, as `make own-data` leaves them; without a folder the page is
written anew from benchmarks/results/own-data. The tables stand between `<!-- own data -->` and
`<!-- end -->`.
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
RESULTS = ROOT / "benchmarks" / "results" / "own-data"
PLACE = re.compile(r"(<!-- own data -->\n).*?(<!-- end -->)", re.DOTALL)
MISSING = "Not measured yet.\n"


def filled(page: str, text: str) -> str:
    """The page with the text in its place."""
    if not PLACE.search(page):
        raise SystemExit(f"{PAGE} has no place for the tables: <!-- own data --> … <!-- end -->")
    return PLACE.sub(lambda place: f"{place[1]}\n{text}\n{place[2]}", page)


def told(record: dict[str, Any]) -> str:
    """The tables of every case that the record has groups of."""
    measured = {name: groups for name, groups in record["cases"].items() if groups}
    files = {name: CASES / f"{name}.py" for name in measured}
    if strange := [name for name, file in files.items() if not file.is_file()]:
        raise SystemExit(f"{CASES} has no case {strange[0]!r}; give the record of its own cases.")
    parts = []
    for case in find_cases([str(file) for file in files.values()]) if files else []:
        for table in case.tables(measured[case.name]):
            parts += [f"**{table.title}**\n", markdown(table)]
        parts += [f"{case.legend}\n"] if case.legend else []
    return "\n".join(parts)


def page_of(records: list[dict[str, Any]]) -> str:
    """The tables of all records, and below where each was measured, said once."""
    if not records:
        return MISSING
    origins = [f"{origin(record)} Measured {record['created'][:10]}." for record in records]
    places = [f"{origin}\n" for origin in dict.fromkeys(origins)]
    return "\n".join([*places, *map(told, records)])


def main(arguments: list[str]) -> int:
    """Store the records of a folder, if one is given, and rewrite the page."""
    if len(arguments) > 1:
        raise SystemExit(f"got {len(arguments)} folders; expected one, or none.")
    if arguments:
        found = sorted(Path(arguments[0]).glob(f"*/{RECORD}"))
        if not found:
            raise SystemExit(f"{arguments[0]}/*/{RECORD} is missing; make it with make own-data.")
    else:
        found = sorted(RESULTS.glob("*.json"))
    records = [json.loads(file.read_text(encoding="utf-8")) for file in found]
    page = filled(PAGE.read_text(encoding="utf-8"), page_of(records))
    for file in found if arguments else []:
        RESULTS.mkdir(exist_ok=True)
        shutil.copy(file, RESULTS / f"{file.parent.name}.json")
    PAGE.write_text(page, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
