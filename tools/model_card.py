"""Write the figures of finished runs into the model card of PhysioNet 2012.

    liquidtime demo --seeds 5 --out runs/demo
    python tools/model_card.py runs/demo

Every finished run in the folders named, and in folders inside them, is a run of the table; runs of
one model on one split that differ in their seed make one row. Nothing is typed by hand.
"""

import csv
import json
import re
import statistics
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

from liquidtime.data.sets import physionet2012
from liquidtime.models.catalogue import MODELS

CARD = Path(__file__).parents[1] / "docs" / "models" / "physionet2012-cfc.md"
_PLACE = re.compile(r"(<!-- figures: begin [^\n]*-->\n).*(<!-- figures: end -->)", re.S)


class Finished(NamedTuple):
    """What the table needs of a run."""

    model: str
    published: bool
    seed: int
    record: dict[str, Any]
    metrics: dict[str, Any]


def finished_runs(folders: Iterable[Path]) -> list[Finished]:
    """The finished runs in and below some folders, sorted by model, split and seed."""
    stays = physionet2012.load()
    split = physionet2012.published_split()
    test = {str(name) for name in stays.ids[split.test]}
    found = []
    for file in (file for folder in folders for file in sorted(folder.rglob("metrics.json"))):
        record = json.loads((file.parent / "config.json").read_text(encoding="utf-8"))
        with (file.parent / "split.csv").open(encoding="utf-8", newline="") as lines:
            mine = {row["id"] for row in csv.DictReader(lines) if row["part"] == "test"}
        config = record["config"]
        metrics = json.loads(file.read_text(encoding="utf-8"))
        model = MODELS.find(config["model"]["kind"]).title
        found.append(Finished(model, mine == test, config["train"]["seed"], record, metrics))
    return sorted(found, key=lambda run: (not run.published, run.model, run.seed))


def table(runs: list[Finished]) -> str:
    """The figures as Markdown."""
    lines = [
        "| model | test part | parameters | s/epoch | test AUROC | test AUPRC |",
        "|---|---|---|---|---|---|",
    ]
    rows: dict[tuple[str, bool], list[Finished]] = {}
    for run in runs:
        rows.setdefault((run.model, run.published), []).append(run)
    for (model, published), group in rows.items():
        first = group[0].metrics
        seconds = statistics.median(run.metrics["seconds_per_epoch"] for run in group)
        cells = [
            model,
            "published" if published else "another draw",
            f"{first['parameters']:,}",
            f"{seconds:.2g}",
            _score(group, "auroc"),
            _score(group, "auprc"),
        ]
        lines.append(f"| {' | '.join(cells)} |")
    record = runs[0].record
    machine, versions = record["machine"], record["versions"]
    lines += [
        "",
        "Square brackets: 95 % bootstrap interval over the test stays, of the run with the lowest "
        "seed. ±: standard deviation over seeds, which leaves the uncertainty of the stays out.",
        "",
        f"Measured on {machine['processor']}, {machine['torch_threads']} of {machine['cores']} "
        f"cores, with liquidtime {versions['liquidtime']} and torch {versions['torch']}.",
    ]
    return "\n".join(lines)


def _score(group: list[Finished], name: str) -> str:
    scores = [run.metrics["test"]["metrics"][name] for run in group]
    interval = f"[{scores[0]['low']:.3f}, {scores[0]['high']:.3f}]"
    if len(scores) == 1:
        return f"{scores[0]['value']:.3f} {interval}"
    values = [score["value"] for score in scores]
    spread = f"{statistics.mean(values):.3f} ± {statistics.stdev(values):.3f}"
    return f"{spread} ({len(values)} seeds) {interval}"


def filled(card: str, figures: str) -> str:
    """The card with these figures in their place."""
    after, count = _PLACE.subn(lambda place: f"{place[1]}{figures}\n{place[2]}", card)
    if count != 1:
        raise ValueError(f"the card has {count} places for figures; expected one.")
    return after


def main(arguments: list[str]) -> int:
    """Fill the card from the runs named."""
    runs = finished_runs(Path(name) for name in arguments)
    if not runs:
        sys.stderr.write(f"No finished run below {arguments or 'nothing'}; name a run folder.\n")
        return 2
    card = CARD.read_text(encoding="utf-8")
    CARD.write_text(filled(card, table(runs)), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
