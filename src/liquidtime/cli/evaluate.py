"""Score a finished run on another table.

  liquidtime evaluate runs/mine new.csv --targets new-outcomes.csv

The columns are those of the fit, kept in the run. The table should hold series that the training
never saw, or the scores flatter.
"""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

from tyro.conf import Positional, arg

from liquidtime.cli.common.tables import FileOptions


@dataclass(frozen=True, kw_only=True)
class Options:
    """Options of `liquidtime evaluate`."""

    run: Annotated[Path, Positional, arg(metavar="RUN")]
    """The run folder."""
    data: Annotated[tuple[Path, ...], Positional, arg(metavar="DATA")]
    """The table, with the columns of the fit; one file or several, a pattern or a folder."""
    targets: Annotated[Path | None, arg(metavar="FILE", help_behavior_hint="")] = None
    """Second table that holds the target or static columns, if DATA does not."""
    skip_without_target: Annotated[bool, arg(help_behavior_hint="")] = False
    """Leave series without a target out instead of refusing them."""
    to: Annotated[Path | None, arg(metavar="FILE", help_behavior_hint="")] = None
    """Write the scores also to this JSON file."""
    files: Annotated[FileOptions, arg(name="")] = field(default_factory=FileOptions)


def run(options: Options) -> int:
    """Read the table as the run did, predict, score."""
    from liquidtime.cli.common.console import results, say_notes
    from liquidtime.cli.common.data import told
    from liquidtime.cli.common.scores import score_table
    from liquidtime.cli.common.standing import caution_lines
    from liquidtime.cli.common.tables import load_run, local_of, read_with_messages, schema_of
    from liquidtime.runs.write import write_json
    from liquidtime.train.ahead import plan_of, segments_of
    from liquidtime.train.report.forecast import over_time_lines, skill_verdict

    fitted = load_run(options.run)
    reading = read_with_messages(
        options.data,
        schema_of(fitted, options.files),
        targets=options.targets,
        skip_without_target=options.skip_without_target,
        time_scale=fitted.preprocessor.time_scale,
    )
    pieces = segments_of(fitted.schema) is not None
    seen = _seen_in_training(options.run, reading.series.ids, pieces=pieces)
    if seen:
        say_notes(
            [
                f"{seen:,} of {len(reading.series):,} ids were in the training part: flattering"
                + (", unless these are later rows of them." if pieces else ".")
            ]
        )
    known = {
        "local": local_of(reading, fitted),
        "times": reading.cells[reading.schema.time].to_numpy(),
    }
    found = fitted.evaluate_all(reading.series, **known)
    scores = found["network"]
    others = {by: each for by, each in found.items() if by != "network"}
    if options.to is not None:
        write_json(options.to, scores | ({"baselines": others} if others else {}))
    title = f"{options.run} on {told(options.data)}, with 95 % intervals over series:"
    console = results()
    console.print(title, markup=False, soft_wrap=True)
    heading = fitted.config.model.facts.name if others else "scores"
    titles = {by: entry["title"] for by, entry in (fitted.metrics.get("baselines") or {}).items()}
    named = {titles.get(by, by).removeprefix("a "): each for by, each in others.items()}
    console.print(score_table({heading: scores} | named))
    told_of, plan = [], plan_of(fitted.schema)
    if plan is not None:
        told_of.append(skill_verdict(plan, scores["forecast"]))
        told_of += over_time_lines(scores["forecast"].get("over_time") or {"columns": []})
    for line in (*told_of, *caution_lines({"this table": scores}, fitted)):
        console.print(line, markup=False, soft_wrap=True)
    if set(titles) - {*others, "together"}:
        console.print(
            "Other models than these are not kept and were not scored here; how they did beside it "
            f"on the run's own parts: liquidtime show {options.run}",
            markup=False,
            soft_wrap=True,
        )
    if scores.get("positives") in (0, scores["targets"]):
        console.print(
            "One class only in this table: what ranks or weighs two classes is undefined."
        )
    return 0


def _seen_in_training(folder: Path, ids: object, *, pieces: bool) -> int:
    """How many of the ids the run was trained on."""
    import csv

    from liquidtime.runs.folder import Folder
    from liquidtime.runs.stored import understood
    from liquidtime.train.folder.files import FIT, SPLIT

    file = folder / SPLIT
    Folder(folder, FIT).check(SPLIT)
    if not file.exists():
        return 0
    with understood(file), file.open(encoding="utf-8", newline="") as lines:
        train = {row["id"] for row in csv.DictReader(lines) if row["part"] == "train"}
    if pieces:
        # Pieces are called "A/0", "A/1".
        train = {name.rpartition("/")[0] for name in train}
    return sum(str(name) in train for name in ids)  # pyright: ignore[reportGeneralTypeIssues]
