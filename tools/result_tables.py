"""Write the tables of stored results and of published numbers into README and the documentation.

    liquidtime reproduce physionet2012
    python tools/result_tables.py runs/*/paper/table.json

Each argument is the `table.json` of a demo or of `liquidtime reproduce`, or the `study.json` of
`physionet2012-speed` (`<!-- study: physionet2012-speed -->`); runs are added to
benchmarks/results/TASK.json, in place of those of the same recipe, protocol and seed. Then, and
without arguments (`make tables`), the pages and docs/images/tasks are made anew from what is
stored. A page holds `<!-- table: TASK -->`, `<!-- published: TASK MEASURE -->`, or
`<!-- claims: all -->` of every task, `<!-- claims: stored -->` of those with results, up to
`<!-- end -->`; in a page of docs/tasks the figure stands under the table.
"""

import json
import re
import sys
from pathlib import Path
from typing import Any

from liquidtime.plot.style import to_svg
from liquidtime.tasks import catalogue
from liquidtime.tasks.contract import Task
from liquidtime.tasks.figure import OURS, drawn
from liquidtime.tasks.physionet2012_speed import files as speed_files
from liquidtime.tasks.physionet2012_speed import measure
from liquidtime.tasks.physionet2012_speed import table as speed_table
from liquidtime.tasks.rows import Row, compare
from liquidtime.tasks.table import spread_text
from liquidtime.train.report.naming import metric_name, number
from liquidtime.train.score.metrics import higher_is_better

ROOT = Path(__file__).parents[1]
RESULTS = ROOT / "benchmarks" / "results"
IMAGES = ROOT / "docs" / "images" / "tasks"
LIQUID = ("CfC", "Cf-S", "LTC")
"""How published rows of liquid networks begin."""
SPEED = "physionet2012-speed"
Run = dict[str, Any]
PAGES = (ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md")))
PLACE = re.compile(
    r"(<!-- (table|published|claims|study): (\S+)(?: (\S+))? -->\n).*?(<!-- end -->)", re.DOTALL
)


def refreshed(page: str, *, figures: bool = False) -> str:
    """A page with the tables of today; what is no task's is left alone.

    Args:
        page: Its text.
        figures: Whether a figure stands under a table of results.
    """

    def filled(place: re.Match) -> str:
        begin, kind, name, measure, end = place.groups()
        if kind == "claims":
            return f"{begin}\n{claims(every=name == 'all')}\n\n{end}"
        if kind != "study" and name not in catalogue.task_names():
            return place[0]
        stored = RESULTS / f"{name}.json"
        if kind in ("table", "study") and not stored.exists():
            return f"{begin}\nNot run yet: `liquidtime reproduce {name}` makes the table.\n\n{end}"
        if kind == "study":
            return f"{begin}\n{speed(json.loads(stored.read_text(encoding='utf-8')))}\n\n{end}"
        task = catalogue.task(name)
        text = (
            published(task, measure)
            if kind == "published"
            else table(task, json.loads(stored.read_text(encoding="utf-8")))
        )
        if figures and kind == "table" and (IMAGES / f"{name}.svg").exists():
            text += f"\n\n![Scores of all models](../images/tasks/{name}.svg)"
        return f"{begin}\n{text}\n\n{end}"

    return PLACE.sub(filled, page)


def table(task: Task, stored: dict[str, Any]) -> str:
    """A table a protocol that several models follow; what one alone follows is told below."""
    runs = unpacked(stored)
    by_protocol = {
        name: compare(task, [run for run in runs if run["protocol"] == name])
        for name in _protocols(task, runs)
    }
    most = max(by_protocol, key=lambda name: sum(len(row.seeds) for row in by_protocol[name]))
    shown = [name for name, rows in by_protocol.items() if len(rows) > 1 or name == most]
    return "\n\n".join(
        _of_protocol(
            task,
            name,
            by_protocol[name],
            [run for run in runs if run["protocol"] == name],
            others={other: by_protocol[other] for other in by_protocol if other not in shown}
            if name == shown[-1]
            else {},
        )
        for name in shown
    )


def _protocols(task: Task, runs: list[Run]) -> list[str]:
    """Those that runs follow, in the order of the task."""
    there = {run["protocol"] for run in runs}
    return [name for name in task.protocols if name in there]


def _of_protocol(
    task: Task, main: str, rows: list[Row], runs: list[Run], others: dict[str, list[Row]]
) -> str:
    first = task.measures[0]
    header = ["model", "parameters"]
    header += [f"test {metric_name(name)}" for name in task.measures]
    header.append(f"published {metric_name(first)}")
    lines = [_line(header), "|" + "---|" * len(header)]
    for row in rows:
        cell = row.published.get(first)
        scores = [_score(row, name, interval=name == first) for name in task.measures]
        size = f"{row.parameters:,}"
        lines.append(_line([_title(row), size, *scores, cell.text if cell else "–"]))
    beside = [
        f"With the parts of “{name}”, {row.label} has {_score(row, first, interval=True)}."
        for name, found in others.items()
        for row in found
    ]
    sources = dict.fromkeys(
        f"[{cell.source.name}]({cell.source.url})"
        for row in rows
        for cell in row.published.values()
    )
    partial = dict.fromkeys(filter(None, (run.get("partial") for run in runs)))
    told = task.protocol(main)
    processors = dict.fromkeys(run["machine"]["processor"] for run in runs)
    threads = sorted({run["machine"]["torch_threads"] for run in runs})
    noted = dict.fromkeys(run.get("note", "") for run in runs)
    versions = dict.fromkeys(run["versions"]["torch"] for run in runs)
    count = max(len(row.seeds) for row in rows)
    over = f"Mean ± standard deviation over {count} seeds" if count > 1 else "One seed"
    caption = [
        f"{task.about.title}. {told.about} {' '.join(told.traps)}".strip(),
        *(f"**Partial data**: {text}." for text in partial),
        f"{over} and, in brackets, the 95 % bootstrap interval "
        f"{'of the first' if count > 1 else 'over series'}.",
        *beside,
        f"Published: {', '.join(sources)}." if sources else "",
        f"{', '.join(processors)}, {_threads(threads)}, torch "
        f"{', '.join(versions)}{''.join(noted)}.",
        f"`liquidtime reproduce {task.name} --protocol {main}` makes the table.",
    ]
    return "\n".join([*lines, "", " ".join(filter(None, caption))])


def claims(*, every: bool) -> str:
    """A line a task: what was published, what came out here, the command.

    Args:
        every: Tasks without stored results, too, with a link to the page of each.
    """
    header = ["task", "measure", "published CfC", "published rival", "ours, paper protocol"]
    header += ["ours, clean protocol", "command"]
    lines = [_line(header), "|" + "---|" * len(header)]
    for name in catalogue.task_names():
        path = RESULTS / f"{name}.json"
        if every or path.exists():
            lines.append(_line(_claim(catalogue.task(name), path, link=every)))
    return "\n".join(lines)


def _claim(task: Task, path: Path, *, link: bool) -> list[str]:
    first = task.measures[0]
    choose = max if higher_is_better(first) else min
    cells = task.published.of(first)
    liquid = [cell for cell in cells if cell.model.startswith(LIQUID[:2])]
    liquid = liquid or [cell for cell in cells if cell.model.startswith(LIQUID)]
    rivals = [cell for cell in cells if not cell.model.startswith(LIQUID)]
    best = [
        choose(some, key=lambda cell: cell.value) if some else None for some in (liquid, rivals)
    ]
    runs = unpacked(json.loads(path.read_text(encoding="utf-8"))) if path.exists() else []
    ours = [
        _ours(task, [run for run in runs if run["protocol"] == one]) for one in ("paper", "clean")
    ]
    page = f"{task.name}.md"
    there = link and (ROOT / "docs" / "tasks" / page).exists()
    return [
        f"[{task.about.title}]({page})" if there else task.about.title,
        metric_name(first),
        *("–" if cell is None else f"{cell.text} ({cell.model})" for cell in best),
        *ours,
        f"`liquidtime reproduce {task.name}`",
    ]


def _ours(task: Task, runs: list[Run]) -> str:
    """The best liquid network and the best rival of some runs, both with what is to be said."""
    first = task.measures[0]
    choose = max if higher_is_better(first) else min
    rows = [row for row in compare(task, runs) if first in row.scores]
    liquid = [row for row in rows if task.recipe(row.recipe).config.model.name in OURS]
    others = [row for row in rows if row not in liquid]
    best = [choose(some, key=lambda r: r.scores[first].mean) for some in (liquid, others) if some]
    told = [
        f"{spread_text(row.scores[first])} ({'; '.join([row.label, *row.remarks])})" for row in best
    ]
    return ", rival ".join(told) or "–"


def published(task: Task, measure: str) -> str:
    """All published numbers of a measure, the lowest first."""
    cells = sorted(task.published.of(measure), key=lambda cell: cell.value)
    lines = [_line(["model", metric_name(measure), "source"]), "|---|---|---|"]
    lines += [
        _line([cell.model, cell.text, f"[{cell.source.name}]({cell.source.url})"]) for cell in cells
    ]
    return "\n".join(lines)


def speed(stored: dict[str, Any]) -> str:
    """What the study of speed came to: sentences, the table, where it was measured."""
    found = [measure.Timed(**entry) for entry in stored["models"]]
    machine = stored["machine"]
    where = (
        f"{machine['processor']}, {_threads([stored['settings']['threads']])}, torch "
        f"{stored['versions']['torch']}."
    )
    figure = f"![One epoch of each model](../images/tasks/{SPEED}.svg)"
    rows = speed_table.markdown(found, stored["reached"]).strip()
    return "\n\n".join(
        [
            *speed_files.sentences(found, speed_table.claimed()),
            figure,
            rows,
            f"{speed_files.CAPTION} {where}",
        ]
    )


def unpacked(stored: dict[str, Any]) -> list[Run]:
    """The runs of a stored file, each with where it was run, and in which version."""
    places = stored.get("places", [])
    noted = {"note": stored["note"]} if "note" in stored else {}
    return [
        {**noted, **run, **(places[run["place"]] if "place" in run else {})}
        for run in stored["runs"]
    ]


def store(files: list[Path]) -> None:
    """Add the runs of some tables to a task's results; a run that was there is replaced."""
    given = [json.loads(file.read_text(encoding="utf-8")) for file in files]
    for one in given:
        if one.get("study") == SPEED:
            kept = {key: one[key] for key in ("format", "study", "settings", "models", "reached")}
            kept |= {key: one[key] for key in ("machine", "versions")}
            text = json.dumps(kept, indent=1, ensure_ascii=False) + "\n"
            (RESULTS / f"{SPEED}.json").write_text(text, encoding="utf-8")
    given = [one for one in given if "task" in one]
    for name in dict.fromkeys(one["task"] for one in given):
        path = RESULTS / f"{name}.json"
        before = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {"runs": []}
        runs = unpacked(before)
        runs += [run for one in given if one["task"] == name for run in unpacked(one)]
        kept = {(run["recipe"], run["protocol"], run["seed"]): run for run in runs}
        path.write_text(packed(name, list(kept.values())), encoding="utf-8")


def packed(name: str, runs: list[Run]) -> str:
    """Runs as they are stored: a line each, and once what many have in common."""
    places: list[Run] = []
    lines = []
    for run in runs:
        place = {
            key: run[key] for key in ("machine", "versions", "partial", "note") if run.get(key)
        }
        if place not in places:
            places.append(place)
        lines.append(
            json.dumps({**_compact(run), "place": places.index(place)}, ensure_ascii=False)
        )
    head = {"format": 2, "task": name, "places": places}
    text = json.dumps(head, indent=2, ensure_ascii=False)
    rows = ",\n    ".join(lines)
    return f'{text[:-2]},\n  "runs": [\n    {rows}\n  ]\n}}\n'


def _compact(run: Run) -> Run:
    """What tables are made of, in as many digits as are shown, and more."""
    found = {
        key: run[key] for key in ("recipe", "protocol", "seed", "parameters", "seconds_per_epoch")
    }
    found["seconds_per_epoch"] = _rounded(found["seconds_per_epoch"])
    found["metrics"] = {
        name: {key: _rounded(score[key]) for key in ("value", "low", "high") if key in score}
        for name, score in run["metrics"].items()
    }
    asked = run.get("config", {}).get("train", {}).get("epochs")
    if asked is not None:
        found["config"] = {"train": {"epochs": asked}}
    if "selection" in run:
        found["selection"] = {key: run["selection"][key] for key in ("metric", "best_epoch")}
    return found


def _rounded(value: float | None) -> float | None:
    return None if value is None else float(f"{value:.7g}")


def draw(task: Task, stored: dict[str, Any]) -> None:
    """The figure of a task: of the protocol that most models follow."""
    runs = unpacked(stored)
    tables = {
        name: compare(task, [run for run in runs if run["protocol"] == name])
        for name in _protocols(task, runs)
    }
    main = max(tables, key=lambda name: len(tables[name]))
    figure = drawn(task, tables[main], f"{task.about.title} ({main} protocol)")
    if figure is not None:
        IMAGES.mkdir(parents=True, exist_ok=True)
        path = IMAGES / f"{task.name}.svg"
        path.write_text(to_svg(figure, f"{task.name} scores") + "\n", encoding="utf-8")


def main(arguments: list[str]) -> int:
    """Store results, if any are given, and rewrite the pages."""
    store([Path(name) for name in arguments])
    for name in catalogue.task_names():
        if (path := RESULTS / f"{name}.json").exists():
            draw(catalogue.task(name), json.loads(path.read_text(encoding="utf-8")))
    if (path := RESULTS / f"{SPEED}.json").exists():
        stored = json.loads(path.read_text(encoding="utf-8"))
        figure = speed_files.drawn([measure.Timed(**entry) for entry in stored["models"]])
        (IMAGES / f"{SPEED}.svg").write_text(to_svg(figure, SPEED) + "\n", encoding="utf-8")
    for page in PAGES:
        before = page.read_text(encoding="utf-8")
        after = refreshed(before, figures=page.parent.name == "tasks")
        if after != before:
            page.write_text(after, encoding="utf-8")
    return 0


def _title(row: Row) -> str:
    return row.title + (", published settings" if row.settings == "published" else "")


def _score(row: Row, measure: str, *, interval: bool) -> str:
    spread = row.scores.get(measure)
    if spread is None:
        return "–"
    text = spread_text(spread)
    if not interval or spread.low is None or spread.high is None:
        return text
    return f"{text} ({number(spread.low)} to {number(spread.high)})"


def _threads(counts: list[int]) -> str:
    return f"{' or '.join(map(str, counts))} thread{'' if counts == [1] else 's'}"


def _line(row: list[str]) -> str:
    return f"| {' | '.join(row)} |"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
