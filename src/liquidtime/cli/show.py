"""Show and draw a finished run or simulation, or compare several runs.

liquidtime show runs/mine
liquidtime show runs/*
liquidtime show runs/brain/worm-2026-01-31
"""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from tyro.conf import Positional, arg

from liquidtime.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from liquidtime.train import Run


_LISTED = 48


@dataclass(frozen=True, kw_only=True)
class Options:
    """Options of `liquidtime show`."""

    runs: Annotated[
        tuple[Path, ...], Positional, arg(metavar="RUN [RUN ...]", help_behavior_hint="")
    ]
    """Run folders of `fit`, or of `simulate`."""


def run(options: Options) -> int:
    """Print one run in full, or several as a table."""
    from liquidtime.cli.common.console import results
    from liquidtime.cli.common.scores import alike, comparison

    if not options.runs:
        raise InputError("No run is named; expected a run folder, such as runs/mine.")
    if missing := [path for path in options.runs if not path.exists()]:
        raise InputError(
            f"there is no folder {missing[0]}; expected that of a run of fit, or of a simulation."
        )
    if simulations := _simulations(options.runs):
        from liquidtime.cli.brain.showing import show_simulation

        for path in simulations:
            show_simulation(path)
        return 0
    from liquidtime.train import Run

    console = results()
    runs = [Run.load(path) for path in options.runs]
    if len(runs) > 1:
        kinds = {run.objective.noun for run in runs}
        if len(kinds) > 1:
            raise InputError(f"These runs predict different things: {', '.join(sorted(kinds))}.")
        console.print(comparison(runs))
        console.print(
            "Scores of each run's own test part; best of a column in bold."
            if alike(runs)
            else "Runs on different data or targets: these scores do not rank them."
        )
        return 0
    _show(runs[0], console)
    return 0


def _simulations(paths: tuple[Path, ...]) -> tuple[Path, ...]:
    """The paths, if they are simulations; none if they are runs of `fit`."""
    simulated = [path for path in paths if _kind(path) == "simulation"]
    if simulated and len(simulated) < len(paths):
        raise InputError("Some of these are simulations, some are not; name one kind at a time.")
    return tuple(simulated)


def _kind(path: Path) -> str | None:
    from liquidtime.runs.stored import read_json

    record = path / "run.json"
    return read_json(record).get("kind") if record.is_file() else None


def _show(run: "Run", console: Any) -> None:
    from rich import box
    from rich.markup import escape
    from rich.table import Table

    from liquidtime.cli.common.console import say_notes
    from liquidtime.cli.common.scores import training_line
    from liquidtime.cli.common.standing import print_result
    from liquidtime.train.report import write as report

    if not run.report.exists():
        try:
            report.write(run)
        except FileNotFoundError as error:
            say_notes([f"No report can be drawn: {error.filename} is missing."])
    console.print(f"[bold]{escape(str(run.path))}[/]  {escape(_origin(run))}")
    print_result(run, console)
    console.print(training_line(run), markup=False, soft_wrap=True)
    grid = Table(box=box.SIMPLE, show_header=False, pad_edge=False)
    for name, value in _facts(run):
        grid.add_row(name, escape(value))
    console.print(grid)
    if run.config.model.facts.wiring is not None:
        console.print(f"Wiring: {_draw(run)}", markup=False, soft_wrap=True)
    if run.report.exists():
        console.print(f"Report: {run.report}", markup=False, soft_wrap=True)


def _origin(run: "Run") -> str:
    record = run.record
    version = record.get("versions", {}).get("liquidtime", "?")
    return f"fitted {record.get('created', 'at an unknown time')} with liquidtime {version}"


def _facts(run: "Run") -> list[tuple[str, str]]:
    """Name and value of what a reader asks first, then every option that is not the default."""
    data, schema = run.record["data"], run.schema or {}
    table = schema.get("table") or {}
    facts = [("task", f"{run.config.task}: {_listed(run.objective.labels)}")]
    if table.get("target"):
        one = "step" if run.objective.per_step else "series"
        facts.append(("target", f"{', '.join(table['target'])}, one a {one}"))
    facts += [
        ("data", schema.get("data") or "given from Python"),
        ("series", f"{data['series']:,} with {data['steps']:,} steps"),
        ("variables", _listed([entry["name"] for entry in data["variables"]])),
        ("time", f"in {table.get('time_unit') or 'the unit of the data'}"),
    ]
    if run.record["about"]["split"]:
        facts.append(("split", run.record["about"]["split"]))
    for part in ("model", "train", "embedding"):
        options = vars(getattr(run.config, part))
        defaults = vars(type(getattr(run.config, part))())
        changed = [f"{k.replace('_', '-')} {v}" for k, v in options.items() if v != defaults[k]]
        facts.append((f"{part} options", ", ".join(changed) or "defaults"))
    return facts


def _listed(names: "Sequence[str]") -> str:
    """Names, in their middle cut short where there are many: forecasts have hundreds."""
    if len(names) <= _LISTED:
        return ", ".join(names)
    return f"{', '.join(names[: _LISTED - 2])}, … {names[-1]} ({len(names)} in all)"


def _draw(run: "Run") -> Path:
    """Draw the first layer's circuit beside the run's other files."""
    from liquidtime.plot.circuit.wiring import wiring
    from liquidtime.runs.write import write_atomically

    facts = run.config.model.facts
    circuit = facts.wiring.build(run.preprocessor.input_size)
    title = f"{facts.name} of {run.path.name}"
    figure = wiring(circuit, input_names=run.preprocessor.input_names, title=title)
    file = run.path / "wiring.png"
    write_atomically(
        file, lambda beside: figure.savefig(beside, format="png", dpi=150, bbox_inches="tight")
    )
    return file
