"""Write README's table from the stored results of `liquidtime demo --seeds 5`.

The demo leaves `comparison.json` in its run folder; copied to benchmarks/results/mortality.json it
is what the table is made from:

    liquidtime demo --seeds 5 --out runs/seeds
    cp runs/seeds/comparison.json benchmarks/results/mortality.json
    python tools/readme_table.py
"""

import json
import re
import statistics
from pathlib import Path

from liquidtime.models.catalogue import MODELS

ROOT = Path(__file__).parents[1]
README = ROOT / "README.md"
RESULTS = ROOT / "benchmarks" / "results" / "mortality.json"
PUBLISHED = {"cfc": "0.839 ± 0.002", "ltc": "0.648 ± 0.010", "lstm": "–"}
MARKED = re.compile(r"(<!-- table: mortality -->\n).*?(<!-- end -->)", re.DOTALL)


def table(results: dict) -> str:
    """The Markdown table and its caption."""
    lines = [
        "| model | parameters | s an epoch | test AUROC | test AUPRC | published AUROC |",
        "|---|---|---|---|---|---|",
    ]
    runs = [run for run in results["runs"] if not run["second_split"]]
    for kind in dict.fromkeys(run["model"] for run in runs):
        mine = [run for run in runs if run["model"] == kind]
        auroc, auprc = (_spread([run[key]["value"] for run in mine]) for key in ("auroc", "auprc"))
        first = mine[0]["auroc"]
        seconds = statistics.median(run["seconds_per_epoch"] for run in mine)
        lines.append(
            f"| {MODELS.find(kind).title} | {mine[0]['parameters']:,} | {seconds:.1f} "
            f"| {auroc} ({first['low']:.3f} to {first['high']:.3f}) | {auprc} | {PUBLISHED[kind]} |"
        )
    seeds = len({run["seed"] for run in runs})
    machine, versions = results["machine"], results["versions"]
    threads = " or ".join(str(count) for count in sorted({run["threads"] for run in runs}))
    lines += [
        "",
        "PhysioNet 2012, death in hospital, the published split into 3,200 and 800 stays: mean ± "
        f"standard deviation over {seeds} seeds and, in brackets, the 95 % bootstrap interval of "
        f"the first. {machine['processor']}, {threads} threads, torch "
        f"{versions['torch']}, reference backend.",
    ]
    for run in results["runs"]:
        if run["second_split"]:
            auroc = run["auroc"]
            lines[-1] += (
                f" On a second split {MODELS.find(run['model']).title} has {auroc['value']:.3f} "
                f"({auroc['low']:.3f} to {auroc['high']:.3f})."
            )
    lines[-1] += " `liquidtime demo --seeds 5` makes the table."
    return "\n".join(lines)


def refreshed(readme: str) -> str:
    """README with the table of the stored results."""
    text = table(json.loads(RESULTS.read_text(encoding="utf-8")))
    return MARKED.sub(lambda found: f"{found[1]}\n{text}\n\n{found[2]}", readme)


def _spread(values: list[float]) -> str:
    if len(values) == 1:
        return f"{values[0]:.3f}"
    return f"{statistics.mean(values):.3f} ± {statistics.stdev(values):.3f}"


if __name__ == "__main__":
    README.write_text(refreshed(README.read_text(encoding="utf-8")), encoding="utf-8")
