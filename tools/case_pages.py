"""Put the measurements of benchmarks/brain into docs/brain/speed.md, and draw its figure.

    liquidtime bench benchmarks/brain --out runs/brain
    python tools/brain_page.py runs/brain

Without a folder the page is written anew from the stored records. Cases that a folder does not have
stay as they are. Parts of the page stand between `<!-- NAME -->` and `<!-- end -->`.
"""

import json
import re
import sys
from pathlib import Path

from liquidtime.bench.catalogue import find_cases
from liquidtime.bench.files import RECORD
from liquidtime.bench.table import markdown
from liquidtime.plot.style import to_svg

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "brain" / "speed.md"
FIGURE = ROOT / "docs" / "images" / "brain-scaling.svg"
RESULTS = ROOT / "benchmarks" / "results" / "brain.json"
BRAIN = ROOT / "benchmarks" / "brain"
CASES = {case.name: case for case in find_cases([str(BRAIN), str(BRAIN / "_billion.py")])}


def parts(stored: dict) -> dict[str, str]:
    """What stands at each place of the page."""
    return {
        name: f"{markdown(*CASES[name].tables(section['result']['rows']))}\n{origin(section)}"
        for name, section in stored.items()
    }


def origin(section: dict) -> str:
    """Where and when a section was measured."""
    machine, versions = section["machine"], section["versions"]
    return (
        f"{machine['processor']}, {machine['cores']} cores; torch {versions['torch']}, "
        f"{section['created'][:10]}; `liquidtime bench benchmarks/brain`.\n"
    )


def refreshed(page: str) -> str:
    """The page with the numbers of the stored records."""
    stored = json.loads(RESULTS.read_text(encoding="utf-8"))
    for name, text in parts(stored).items():
        place = re.compile(rf"(<!-- {name} -->\n).*?(<!-- end -->)", re.DOTALL)
        page, count = place.subn(lambda found, new=text: f"{found[1]}\n{new}\n{found[2]}", page)
        if count != 1:
            raise ValueError(f"the page has {count} places for {name!r}; expected one.")
    return page


def drawn() -> str:
    """The figure of time against synapses, up to the largest network that was measured."""
    stored = json.loads(RESULTS.read_text(encoding="utf-8"))
    rows = [row for name in ("scaling", "billion") for row in stored[name]["result"]["rows"]]
    (figure,) = CASES["scaling"].figures(rows).values()
    return to_svg(figure, "brain-scaling")


def stored_with(stored: dict, record: dict) -> dict:
    """The stored records, those of a benchmark's cases in the place of older ones."""
    about = {name: record[name] for name in ("created", "versions", "machine", "git")}
    found = {name: {"result": {"rows": rows}, **about} for name, rows in record["cases"].items()}
    return stored | found


def main(arguments: list[str]) -> int:
    """Store the records of folders, if any are given, and rewrite page and figure."""
    stored = json.loads(RESULTS.read_text(encoding="utf-8"))
    for folder in map(Path, arguments):
        stored = stored_with(stored, json.loads((folder / RECORD).read_text(encoding="utf-8")))
    RESULTS.write_text(json.dumps(stored, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    PAGE.write_text(refreshed(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
    FIGURE.write_text(drawn(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
