"""Put a benchmark into the page about speed and README, and its record into benchmarks/results.

    liquidtime bench cfc ltc stream --sweep --out runs/kernels
    python tools/bench_page.py runs/kernels

Without a folder the page is written anew from the stored record. Parts of the page stand between
`<!-- NAME -->` and `<!-- end -->`; README and the home page have one, which sets liquidtime beside
ncps and nn.LSTM.
"""

import json
import re
import shutil
import sys
from pathlib import Path

from liquidtime.bench.files import RECORD
from liquidtime.bench.layer_tables import short_table, stream_table, summary_table, whole_table
from liquidtime.bench.table import BenchTable, markdown, origin

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "how-to" / "speed.md"
IMAGES = ROOT / "docs" / "images"
RESULTS = ROOT / "benchmarks" / "results" / "kernels.json"
FIGURES = {"cfc": "cfc-time", "ltc": "ltc-time"}
# Pages with the small table, and where they lie from the documentation.
BESIDE = {ROOT / "README.md": "docs/", ROOT / "docs" / "index.md": ""}
DIFFERENCES = (
    (
        "a gap of its own for every step of every series",
        "yes",
        "[an error, or mixed up without a word]({docs}how-to/from-ncps.md)",
        "knows no time",
    ),
    ("missing steps (masks), unequal lengths", "yes, both", "neither", "lengths, if packed"),
    ("a gap of 0 in an LTC", "changes nothing", "NaN", "–"),
)
QUICK = "Tiny sizes (`--quick`): these numbers show that the page is built, and nothing else.\n\n"
MISSING = "Not measured yet.\n"


def parts(record: dict) -> dict[str, str]:
    """What stands at each place of the page."""
    found = {
        "origin": f"{origin(record)} Measured {record['created'][:10]}.\n",
        "summary": _text(summary_table(record["cases"])),
    }
    if record["settings"]["quick"]:
        found["origin"] = QUICK + found["origin"]
    for name in ("cfc", "ltc"):
        there = record["cases"].get(name, [])
        found[name] = _text(short_table(there)) + _folded(whole_table(there)) if there else MISSING
        drawn = any(group["axis"] for group in there)
        image = f"![Time against batch, size and length](../images/bench-{FIGURES[name]}.svg)\n"
        found[f"{name} figure"] = image if drawn else MISSING
    streams = [_text(stream_table(group)) for group in record["cases"].get("stream", [])]
    found["stream"] = "\n".join(streams) or MISSING
    return found


def filled(page: str, record: dict) -> str:
    """The page with a record's numbers."""
    for name, text in parts(record).items():
        page = _put(page, name, text)
    return page


def beside(record: dict, docs: str) -> str:
    """The small table: what differs, then how fast each is.

    Args:
        record: The benchmark.
        docs: Where the documentation lies, seen from the page.
    """
    summary = summary_table(record["cases"])
    rows = [[cell.format(docs=docs) for cell in row] for row in DIFFERENCES]
    rows += [row[:4] for row in summary.sections[0].rows]
    header = ["", "liquidtime", f"ncps {record['versions'].get('ncps')}", "`nn.LSTM`"]
    lines = [header, ["---", *["---"] * 3], *rows]
    machine = origin(record).rstrip(".")
    return (
        "".join(f"| {' | '.join(line)} |\n" for line in lines)
        + f"\n{summary.caption} {machine}; [how we measure]({docs}how-to/speed.md).\n"
    )


def with_table(page: str, docs: str) -> str:
    """A page with the small table of the stored record."""
    text = beside(json.loads(RESULTS.read_text(encoding="utf-8")), docs)
    return _put(page, "beside", text)


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
    for page, docs in BESIDE.items():
        page.write_text(with_table(page.read_text(encoding="utf-8"), docs), encoding="utf-8")
    return 0


def _put(page: str, name: str, text: str) -> str:
    place = re.compile(rf"(<!-- {name} -->\n).*?(<!-- end -->)", re.DOTALL)
    page, count = place.subn(lambda found: f"{found[1]}\n{text}\n{found[2]}", page)
    if count != 1:
        raise ValueError(f"the page has {count} places for {name!r}; expected one.")
    return page


def _folded(table: BenchTable) -> str:
    lines = _text(table).splitlines()
    inside = "\n".join(f"    {line}" if line else "" for line in lines)
    return f'\n??? note "Everybody who was timed"\n\n{inside}\n'


def _text(table: BenchTable) -> str:
    return f"{markdown(table)}\n{table.caption}\n"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
