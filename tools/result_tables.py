"""Write the tables of stored results and of published numbers into README and the documentation.

    liquidtime demo --seeds 5 --out runs/seeds
    python tools/result_tables.py runs/seeds/table.json

Each argument is the `table.json` of a demo or of `liquidtime reproduce`; those of one task together
become benchmarks/results/TASK.json. Without arguments the pages are written anew from what is
stored. A page holds `<!-- table: TASK -->` or `<!-- published: TASK MEASURE -->` where a table
shall stand, up to `<!-- end -->`.
"""

import json
import re
import sys
from pathlib import Path
from typing import Any

from liquidtime.tasks import catalogue
from liquidtime.tasks.contract import Task
from liquidtime.tasks.rows import Row, compare
from liquidtime.tasks.table import spread_text
from liquidtime.train.report.naming import metric_name, number

ROOT = Path(__file__).parents[1]
RESULTS = ROOT / "benchmarks" / "results"
PAGES = (ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md")))
PLACE = re.compile(r"(<!-- (table|published): (\S+)(?: (\S+))? -->\n).*?(<!-- end -->)", re.DOTALL)


def refreshed(page: str) -> str:
    """A page with the tables of today; what is no task's is left alone."""

    def filled(place: re.Match) -> str:
        begin, kind, name, measure, end = place.groups()
        if name not in catalogue.task_names():
            return place[0]
        task = catalogue.task(name)
        stored = RESULTS / f"{name}.json"
        text = (
            published(task, measure)
            if kind == "published"
            else table(task, json.loads(stored.read_text(encoding="utf-8")))
        )
        return f"{begin}\n{text}\n\n{end}"

    return PLACE.sub(filled, page)


def table(task: Task, stored: dict[str, Any]) -> str:
    """The results by the protocol that most runs follow, with what other ones say below."""
    runs = stored["runs"]
    protocols = [run["protocol"] for run in runs]
    main = max(dict.fromkeys(protocols), key=protocols.count)
    rows = compare(task, [run for run in runs if run["protocol"] == main])
    first = task.measures[0]
    header = ["model", "parameters"]
    header += [f"test {metric_name(name)}" for name in task.measures]
    header.append(f"published {metric_name(first)}")
    lines = [_line(header), "|" + "---|" * len(header)]
    for row in rows:
        cell = row.published.get(first)
        scores = [_score(row, name, interval=name == first) for name in task.measures]
        size = f"{row.parameters:,}"
        lines.append(_line([row.label, size, *scores, cell.text if cell else "–"]))
    others = [
        f"With the parts of “{name}”, {row.label} has {_score(row, first, interval=True)}."
        for name in dict.fromkeys(protocols)
        if name != main
        for row in compare(task, [run for run in runs if run["protocol"] == name])
    ]
    sources = dict.fromkeys(
        f"[{cell.source.name}]({cell.source.url})"
        for row in rows
        for cell in row.published.values()
    )
    machine = runs[0]["machine"]
    threads = sorted({run["machine"]["torch_threads"] for run in runs})
    caption = [
        f"{task.about.title}. {task.protocol(main).about} Mean ± standard deviation over "
        f"{max(len(row.seeds) for row in rows)} seeds and, in brackets, the 95 % bootstrap "
        "interval of the first.",
        *others,
        f"Published: {', '.join(sources)}." if sources else "",
        f"{machine['processor']}, {' or '.join(map(str, threads))} threads, torch "
        f"{runs[0]['versions']['torch']}{stored.get('note', '')}.",
        f"`liquidtime reproduce {task.name} --protocol {main}` makes the table.",
    ]
    return "\n".join([*lines, "", " ".join(filter(None, caption))])


def published(task: Task, measure: str) -> str:
    """All published numbers of a measure, the lowest first."""
    cells = sorted(task.published.of(measure), key=lambda cell: cell.value)
    lines = [_line(["model", metric_name(measure), "source"]), "|---|---|---|"]
    lines += [
        _line([cell.model, cell.text, f"[{cell.source.name}]({cell.source.url})"]) for cell in cells
    ]
    return "\n".join(lines)


def store(files: list[Path]) -> None:
    """Keep the runs of some tables as a task's results."""
    stored = [json.loads(file.read_text(encoding="utf-8")) for file in files]
    for name in dict.fromkeys(one["task"] for one in stored):
        runs = [run for one in stored if one["task"] == name for run in one["runs"]]
        text = json.dumps({"format": 1, "task": name, "runs": runs}, indent=2, ensure_ascii=False)
        (RESULTS / f"{name}.json").write_text(text + "\n", encoding="utf-8")


def main(arguments: list[str]) -> int:
    """Store results, if any are given, and rewrite the pages."""
    store([Path(name) for name in arguments])
    for page in PAGES:
        before = page.read_text(encoding="utf-8")
        after = refreshed(before)
        if after != before:
            page.write_text(after, encoding="utf-8")
    return 0


def _score(row: Row, measure: str, *, interval: bool) -> str:
    spread = row.scores.get(measure)
    if spread is None:
        return "–"
    text = spread_text(spread)
    if not interval or spread.low is None or spread.high is None:
        return text
    return f"{text} ({number(spread.low)} to {number(spread.high)})"


def _line(row: list[str]) -> str:
    return f"| {' | '.join(row)} |"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
