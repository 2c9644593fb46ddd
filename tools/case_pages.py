"""Put the measurements of a folder of benchmarks into its pages, and store them.

    liquidtime bench benchmarks/brain --out runs/brain
    python tools/case_pages.py brain runs/brain

Without a topic all pages are written anew from the stored records. Cases that a folder does not
have stay as they are. Parts of a page stand between `<!-- NAME -->` and `<!-- end -->`.
"""

import json
import re
import sys
from pathlib import Path
from typing import NamedTuple

from liquidtime.bench.catalogue import find_cases
from liquidtime.bench.contract import Case
from liquidtime.bench.files import RECORD
from liquidtime.bench.table import markdown
from liquidtime.plot.style import to_svg

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
BENCHMARKS = ROOT / "benchmarks"
FIGURE = DOCS / "images" / "brain-scaling.svg"


class Topic(NamedTuple):
    """Cases, and the pages that have their tables."""

    cases: tuple[str, ...]
    pages: tuple[str, ...]


TOPICS = {
    "brain": Topic(("brain", "brain/_billion.py"), ("brain/speed.md",)),
    "relaxation": Topic(("relaxation",), ("maths/relaxation.md", "maths/diagonal.md")),
}
ABOUT = ("created", "settings", "instruction_set", "notes", "versions", "machine", "git")


def results(topic: str) -> Path:
    """Where the records of a topic are stored."""
    return BENCHMARKS / "results" / f"{topic}.json"


def pages(topic: str) -> list[Path]:
    """The pages of a topic."""
    return [DOCS / page for page in TOPICS[topic].pages]


def cases(topic: str) -> dict[str, Case]:
    """The cases of a topic, by name."""
    found = find_cases([str(BENCHMARKS / part) for part in TOPICS[topic].cases])
    return {case.name: case for case in found}


def stored(topic: str) -> dict:
    """The stored records, by case."""
    path = results(topic)
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}


def parts(topic: str) -> dict[str, str]:
    """What stands at each place of the pages."""
    of, found = cases(topic), {}
    for name, section in stored(topic).items():
        (table,) = of[name].tables(section["result"]["rows"])
        told = [of[name].legend, *section.get("notes", []), origin(topic, section)]
        found[name] = f"{markdown(table)}\n{' '.join(filter(None, told))}\n"
    return found


def origin(topic: str, section: dict) -> str:
    """Where and when a section was measured."""
    machine, versions = section["machine"], section["versions"]
    return (
        f"{machine['processor']}, {machine['cores']} cores; torch {versions['torch']}, "
        f"{section['created'][:10]}; `liquidtime bench benchmarks/{topic}`."
    )


def refreshed(topic: str, texts: list[str]) -> list[str]:
    """The pages of a topic with the numbers of the stored records."""
    for name, new in parts(topic).items():
        place = re.compile(rf"(<!-- {name} -->\n).*?(<!-- end -->)", re.DOTALL)
        put = [place.subn(lambda at, new=new: f"{at[1]}\n{new}\n{at[2]}", text) for text in texts]
        count = sum(times for _, times in put)
        if count != 1:
            raise ValueError(f"the pages have {count} places for {name!r}; expected one.")
        texts = [text for text, _ in put]
    return texts


def drawn() -> str:
    """The figure of time against synapses, up to the largest network that was measured."""
    kept = stored("brain")
    rows = [row for name in ("scaling", "billion") for row in kept[name]["result"]["rows"]]
    (figure,) = cases("brain")["scaling"].figures(rows).values()
    return to_svg(figure, "brain-scaling")


def store(topic: str, record: dict) -> None:
    """Keep a benchmark's cases in the place of older ones."""
    about = {name: record[name] for name in ABOUT}
    found = {name: {"result": {"rows": rows}, **about} for name, rows in record["cases"].items()}
    text = json.dumps(stored(topic) | found, indent=2, ensure_ascii=False)
    results(topic).write_text(f"{text}\n", encoding="utf-8")


def main(arguments: list[str]) -> int:
    """Store the records of a topic's folders, if any are given, and rewrite pages and figure."""
    topics, folders = arguments[:1] or list(TOPICS), arguments[1:]
    if strange := set(topics) - set(TOPICS):
        raise SystemExit(f"got {strange.pop()!r}; expected {' or '.join(TOPICS)}, then folders.")
    for folder in map(Path, folders):
        store(topics[0], json.loads((folder / RECORD).read_text(encoding="utf-8")))
    for topic in topics:
        files = pages(topic)
        texts = refreshed(topic, [file.read_text(encoding="utf-8") for file in files])
        for file, text in zip(files, texts, strict=True):
            file.write_text(text, encoding="utf-8")
    if "brain" in topics:
        FIGURE.write_text(drawn(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
