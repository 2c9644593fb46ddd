"""Put the measurements of benchmarks/brain.py into docs/brain/speed.md, and draw its figure.

    python tools/brain_page.py

Parts of the page stand between `<!-- NAME -->` and `<!-- end -->`.
"""

import json
import re
import sys
from pathlib import Path

from liquidtime.plot.scaling import Timed, time_against_size
from liquidtime.plot.style import to_svg

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "brain" / "speed.md"
FIGURE = ROOT / "docs" / "images" / "brain-scaling.svg"
RESULTS = ROOT / "benchmarks" / "results" / "brain.json"


def parts(record: dict) -> dict[str, str]:
    """What stands at each place of the page."""
    return {
        name: f"{section['result']['table']}\n{origin(section)}" for name, section in record.items()
    }


def origin(section: dict) -> str:
    """Where and when a section was measured."""
    machine, versions = section["machine"], section["versions"]
    return (
        f"{machine['processor']}, {machine['cores']} cores; torch {versions['torch']}, "
        f"{section['created'][:10]}; `python benchmarks/brain.py`.\n"
    )


def refreshed(page: str) -> str:
    """The page with the numbers of the stored record."""
    record = json.loads(RESULTS.read_text(encoding="utf-8"))
    for name, text in parts(record).items():
        place = re.compile(rf"(<!-- {name} -->\n).*?(<!-- end -->)", re.DOTALL)
        page, count = place.subn(lambda found, new=text: f"{found[1]}\n{new}\n{found[2]}", page)
        if count != 1:
            raise ValueError(f"the page has {count} places for {name!r}; expected one.")
    return page


def drawn() -> str:
    """The figure of time against synapses."""
    record = json.loads(RESULTS.read_text(encoding="utf-8"))
    lines: dict[str, tuple[list[float], list[float]]] = {}
    for row in record["scaling"]["result"]["rows"]:
        name = f"{row['threads']} thread{'s' if row['threads'] > 1 else ''}"
        sizes, seconds = lines.setdefault(name, ([], []))
        sizes.append(row["edges"] / 1e6)
        seconds.append(row["seconds"])
    if "billion" in record:
        found = record["billion"]["result"]
        sizes, seconds = lines["2 threads"]
        sizes.append(found["edges"] / 1e6)
        seconds.append(found["seconds"])
    panel = Timed("million synapses", lines)
    return to_svg(time_against_size({"one step": [panel]}), "brain-scaling")


def main() -> int:
    PAGE.write_text(refreshed(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
    FIGURE.write_text(drawn(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
