"""Put a benchmark into docs/how-to/speed.md, and its record into benchmarks/results.

    liquidtime bench cfc ltc stream --sweep --out runs/kernels
    python tools/bench_page.py runs/kernels

Without a folder the page is written anew from the stored record. Parts of the page stand between
`<!-- NAME -->` and `<!-- end -->`.
"""

import json
import re
import shutil
import sys
from pathlib import Path

from liquidtime.bench.files import RECORD
from liquidtime.bench.layer_tables import short_table, stream_table
from liquidtime.bench.table import BenchTable, markdown, origin

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "how-to" / "speed.md"
IMAGES = ROOT / "docs" / "images"
RESULTS = ROOT / "benchmarks" / "results" / "kernels.json"
FIGURES = {"cfc": "cfc-time", "ltc": "ltc-time"}
QUICK = "Tiny sizes (`--quick`): these numbers show that the page is built, and nothing else.\n\n"
MISSING = "Not measured yet.\n"


def parts(record: dict) -> dict[str, str]:
    """What stands at each place of the page."""
    found = {"origin": f"{origin(record)} Measured {record['created'][:10]}.\n"}
    if record["settings"]["quick"]:
        found["origin"] = QUICK + found["origin"]
    for name in ("cfc", "ltc"):
        there = record["cases"].get(name, [])
        found[name] = _text(short_table(there)) if there else MISSING
        drawn = any(group["axis"] for group in there)
        image = f"![Time against batch, size and length](../images/bench-{FIGURES[name]}.svg)\n"
        found[f"{name} figure"] = image if drawn else MISSING
    streams = [_text(stream_table(group)) for group in record["cases"].get("stream", [])]
    found["stream"] = "\n".join(streams) or MISSING
    return found


def filled(page: str, record: dict) -> str:
    """The page with a record's numbers."""
    for name, text in parts(record).items():
        place = re.compile(rf"(<!-- {name} -->\n).*?(<!-- end -->)", re.DOTALL)
        page, count = place.subn(lambda found, new=text: f"{found[1]}\n{new}\n{found[2]}", page)
        if count != 1:
            raise ValueError(f"the page has {count} places for {name!r}; expected one.")
    return page


def refreshed(page: str) -> str:
    """The page with the numbers of the stored record."""
    return filled(page, json.loads(RESULTS.read_text(encoding="utf-8")))


def main(arguments: list[str]) -> int:
    """Store a folder's record and figures, if one is given, and rewrite the page."""
    for folder in map(Path, arguments):
        shutil.copyfile(folder / RECORD, RESULTS)
        for name in FIGURES.values():
            if (folder / f"{name}.svg").exists():
                shutil.copyfile(folder / f"{name}.svg", IMAGES / f"bench-{name}.svg")
    PAGE.write_text(refreshed(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
    return 0


def _text(table: BenchTable) -> str:
    return f"{markdown(table)}\n{table.caption}\n"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
