"""Predict death in hospital from real ICU stays: CfC, LTC and LSTM side by side.

Trains on the 4,000 stays of PhysioNet 2012 that ship with the package, and needs no network. All
models see the same batches. The folder of the CfC run holds the report with all of them.

  liquidtime demo
  liquidtime demo --models cfc --seeds 5
"""

import statistics
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from tyro.conf import arg

from liquidtime.errors import InputError

_SECOND = "split-2"

if TYPE_CHECKING:
    from liquidtime.train import Run
    from liquidtime.train.config import FitConfig


@dataclass(frozen=True, kw_only=True)
class Options:
    """Options of `liquidtime demo`."""

    out: Annotated[Path | None, arg(metavar="RUN", help_behavior_hint="")] = None
    """Run folder (default: runs/demo)."""
    models: Annotated[tuple[str, ...], arg(metavar="NAME ...", help_behavior_hint="")] = ()
    """Which models (default: all that the task has recipes for); the first one's run is the folder
    itself."""
    seeds: int = 1
    """How many seeds of each model."""
    one_split: Annotated[bool, arg(help_behavior_hint="")] = False
    """Leave out the second split, which shows how far 800 test stays can be trusted."""
    epochs: Annotated[int | None, arg(metavar="N", help_behavior_hint="")] = None
    """Epochs (default: each model's recipe)."""
    resume: Annotated[bool, arg(help_behavior_hint="")] = False
    """Go on with a stopped demo; what is finished is kept."""


def run(options: Options) -> int:
    """Fit the models, print the table, write the report."""
    from liquidtime.cli.common.console import messages, results
    from liquidtime.cli.common.places import RUNS, run_folder
    from liquidtime.cli.common.scores import comparison
    from liquidtime.runs.write import write_json
    from liquidtime.tasks.mortality import task as mortality
    from liquidtime.train.report import write as report

    recipes = mortality.recipes()
    models = options.models or tuple(recipes)
    for kind in models:
        if kind not in recipes:
            raise InputError(f"--models has {kind!r}; expected some of {', '.join(recipes)}.")
    if options.seeds < 1:
        raise InputError(f"--seeds is {options.seeds}; expected 1 or more.")
    if options.resume:
        out = options.out or RUNS / "demo"
    else:
        out = run_folder(options.out, Path("demo"), resume=False)
    messages().print(
        "4,000 ICU stays of PhysioNet 2012, 41 variables over 48 hours, 554 deaths in hospital. "
        f"Writing to {out}."
    )
    first, *_ = models
    plan = [
        (kind, seed, mortality.PUBLISHED_SEED) for seed in range(options.seeds) for kind in models
    ]
    if not options.one_split:
        plan.append((first, 0, mortality.SECOND_SEED))
    runs = []
    for kind, seed, split_seed in plan:
        config = mortality.recipe(kind, seed=seed, epochs=options.epochs)
        place = out / _folder(kind, seed, split_seed == mortality.SECOND_SEED, first)
        runs.append(_run_once(place, config, split_seed, options.resume))
    report.write(out, extra_runs=[run.path for run in runs[1:]])
    write_json(out / "comparison.json", _comparison(runs))
    console = results()
    console.print(comparison(runs))
    console.print(
        "Test AUROC and AUPRC with 95 % bootstrap intervals, best of a column in bold."
        + (
            ""
            if options.one_split
            else f" Last row: {recipes[first].model.title} on a second split."
        )
    )
    if options.seeds > 1:
        _print_seeds(runs)
    console.print(f"Report: {out / 'report.html'}", markup=False, soft_wrap=True)
    return 0


def _comparison(runs: list["Run"]) -> dict[str, Any]:
    """What tables of several runs are made from."""
    rows = []
    for run in runs:
        scores = run.metrics["test"]["metrics"]
        rows.append(
            {
                "model": run.config.model.kind,
                "seed": run.config.train.seed,
                "second_split": run.path.name == _SECOND,
                "auroc": scores["auroc"],
                "auprc": scores["auprc"],
                "seconds_per_epoch": run.metrics["seconds_per_epoch"],
                "threads": run.record["machine"]["torch_threads"],
                "parameters": run.metrics["parameters"],
                "best_epoch": run.metrics["selection"]["best_epoch"],
            }
        )
    record = runs[0].record
    return {"runs": rows, "versions": record["versions"], "machine": record["machine"]}


def _folder(kind: str, seed: int, second: bool, first: str) -> str:
    """Sub-folder of a run; the first model's first run is the folder itself."""
    if second:
        return _SECOND
    if seed:
        return f"{kind}-{seed}"
    return "." if kind == first else kind


def _run_once(place: Path, config: "FitConfig", split_seed: int, resume: bool) -> "Run":
    from liquidtime.runs.folder import is_finished
    from liquidtime.tasks.mortality import task as mortality
    from liquidtime.train import Run

    if is_finished(place):
        return Run.load(place)
    return mortality.run(place, config, split_seed=split_seed, resume=resume)


def _print_seeds(runs: list["Run"]) -> None:
    from liquidtime.cli.common.console import results

    published = [run for run in runs if run.path.name != _SECOND]
    for title in dict.fromkeys(run.config.model.title for run in published):
        mine = [
            run.metrics["test"]["metrics"]["auroc"]["value"]
            for run in published
            if run.config.model.title == title
        ]
        results().print(
            f"{title}: test AUROC {statistics.mean(mine):.4f} "
            f"± {statistics.stdev(mine):.4f} over {len(mine)} seeds."
        )
