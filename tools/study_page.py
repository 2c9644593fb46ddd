"""Put the tables and figures of a study into docs/maths/study.md.

    liquidtime study closed-form --data lidar --out runs/lidar
    python tools/study_page.py runs/lidar

Tables stand between `<!-- table: NAME -->` and `<!-- end -->`; figures go to docs/images.
"""

import json
import re
import shutil
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "maths" / "study.md"
IMAGES = ROOT / "docs" / "images"
TABLES = {"network": "network.md", "sources-given": "sources-given.md"}
FIGURES = ("error-against-cost", "trajectories")


def caption(record: dict) -> str:
    """Under which conditions the figures were measured."""
    settings, machine, versions = record["settings"], record["machine"], record["versions"]
    return (
        f"{settings['neurons']} neurons, {settings['sensory_synapses']} sensory and "
        f"{settings['recurrent_synapses']} recurrent synapses, seed {settings['seed']}; "
        f"{settings['series']} test series, {settings['steps']:,} steps. {machine['processor']}, "
        f"{machine['torch_threads']} thread, torch {versions['torch']}, reference, float64.\n"
    )


def filled(text: str, run: Path) -> str:
    """The page with the tables of a run."""
    record = json.loads((run / "study.json").read_text(encoding="utf-8"))
    for name, file in TABLES.items():
        table = (run / file).read_text(encoding="utf-8")
        place = re.compile(rf"(<!-- table: {name} -->\n).*?(<!-- end -->)", re.DOTALL)
        new = f"\n{table}\n{caption(record)}\n"
        text, count = place.subn(lambda found, new=new: f"{found[1]}{new}{found[2]}", text)
        if count != 1:
            raise ValueError(f"the page has {count} places for the table {name!r}; expected one.")
    return text


def main(arguments: list[str]) -> int:
    """Rewrite the page and copy the figures."""
    (run,) = map(Path, arguments)
    PAGE.write_text(filled(PAGE.read_text(encoding="utf-8"), run), encoding="utf-8")
    for name in FIGURES:
        shutil.copyfile(run / f"{name}.svg", IMAGES / f"closed-form-{name}.svg")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
