"""Predict death in hospital from real ICU stays: CfC, LTC and LSTM side by side.

Trains on the 4,000 stays of PhysioNet 2012 that ship with the package, and needs no network. All
models see the same batches. The folder of the CfC run holds the report with all of them.

  liquidtime demo
  liquidtime demo --models cfc --seeds 5
"""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from tyro.conf import arg

from liquidtime.runs.options import Within

_PROTOCOL, _SECOND = "published-test", "another-test"

if TYPE_CHECKING:
    from liquidtime.tasks.contract import Task
    from liquidtime.tasks.record import Planned


@dataclass(frozen=True, kw_only=True)
class Options:
    """Options of `liquidtime demo`."""

    out: Annotated[Path | None, arg(metavar="RUN", help_behavior_hint="")] = None
    """Run folder (default: runs/demo)."""
    models: Annotated[tuple[str, ...], arg(metavar="MODEL ...", help_behavior_hint="")] = ()
    """Which models (default: all three); the first one's run is the folder itself."""
    seeds: Annotated[int, Within(1)] = 1
    """How many seeds of each model."""
    one_split: Annotated[bool, arg(help_behavior_hint="")] = False
    """Leave out the second split, which shows how far 800 test stays can be trusted."""
    epochs: Annotated[int | None, Within(1), arg(metavar="N", help_behavior_hint="")] = None
    """Epochs (default: each model's recipe)."""
    resume: Annotated[bool, arg(help_behavior_hint="")] = False
    """Go on with a stopped demo; what is finished is kept."""


def run(options: Options) -> int:
    """Fit the models, print the table, write the report."""
    from liquidtime.cli.common.console import messages, results
    from liquidtime.cli.common.places import RUNS, run_folder
    from liquidtime.cli.common.scores import comparison
    from liquidtime.cli.common.standing import verdict_lines
    from liquidtime.runs.write import write_json
    from liquidtime.tasks.physionet2012.task import TASK
    from liquidtime.tasks.reproduce import reproduce
    from liquidtime.tasks.rows import compare
    from liquidtime.tasks.table import JSON
    from liquidtime.train import Run
    from liquidtime.train.report import write as report

    if options.resume:
        out = options.out or RUNS / "demo"
    else:
        out = run_folder(options.out, Path("demo"), resume=False)
    planned = _plan(TASK, options, out)
    messages().print(
        "4,000 ICU stays of PhysioNet 2012, 41 variables over 48 hours, 554 deaths in hospital. "
        f"Writing to {out}."
    )
    records = list(reproduce(TASK, planned))
    runs = [Run.load(entry.folder) for entry in planned]
    report.write(out, extra_runs=[run.path for run in runs[1:]])
    write_json(out / JSON, {"format": 1, "task": TASK.name, "runs": records})
    console = results()
    for line in verdict_lines(runs[0]):
        console.print(line, markup=False, soft_wrap=True)
    console.print(comparison(runs))
    first = records[0]["label"]
    console.print(
        "Test AUROC and AUPRC with 95 % bootstrap intervals, best of a column in bold."
        + ("" if options.one_split else f" Last row: {first} on a second split.")
    )
    if options.seeds > 1:
        for row in compare(TASK, [one for one in records if one["protocol"] == _PROTOCOL]):
            spread = row.scores["auroc"]
            console.print(
                f"{row.label}: test AUROC {spread.mean:.4f} ± {spread.deviation:.4f} "
                f"over {len(row.seeds)} seeds."
            )
    console.print(f"Report: {out / 'report.html'}", markup=False, soft_wrap=True)
    return 0


def _plan(task: "Task", options: Options, out: Path) -> "list[Planned]":
    """The runs of the demo; the first one's folder is the demo's, so that its report is, too."""
    from liquidtime.tasks.physionet2012.recipes import DEMO
    from liquidtime.tasks.reproduce import plan

    models = options.models or DEMO
    runs = plan(
        task,
        out,
        recipes=models,
        protocol=_PROTOCOL,
        seeds=options.seeds,
        epochs=options.epochs,
    )
    if not options.one_split:
        runs += plan(
            task, out, recipes=models[:1], protocol=_SECOND, seeds=1, epochs=options.epochs
        )
    return [replace(runs[0], folder=out), *runs[1:]]
