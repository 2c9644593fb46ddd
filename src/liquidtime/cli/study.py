"""Repeat a published result that takes more than fits.

Each study has options of its own, and leaves a folder with its numbers as JSON, tables, figures and
a page. `liquidtime study NAME --help` tells what it does and which options it has.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Generic, TypeVar, Union

from tyro.conf import Fixed, Suppress, arg, subcommand

from liquidtime.tasks.catalogue import study, study_names

Own = TypeVar("Own")


@dataclass(frozen=True, kw_only=True)
class StudyOptions(Generic[Own]):
    """Options of `liquidtime study NAME`."""

    name: Suppress[Fixed[str]]
    out: Annotated[Path | None, arg(metavar="RUN", help_behavior_hint="")] = None
    """Folder of the study (default: in runs, named by the study)."""
    own: Annotated[Own, arg(name="")]


def Options(arguments: Sequence[str]) -> Any:
    """A sub-command a study."""
    named = arguments[0] if arguments else ""
    if named and not named.startswith("-"):
        study(named)
    return Union[tuple(_subcommand(name, details=name == named) for name in study_names())]  # noqa: UP007


def _subcommand(name: str, *, details: bool) -> Any:
    """A study's options; of the one that was named, with details."""
    found = study(name)
    return Annotated[
        StudyOptions[found.options],  # pyright: ignore[reportInvalidTypeForm]
        subcommand(
            name,
            default=StudyOptions(name=name, own=found.options()),
            description=f"{found.summary}\n\n{found.details}" if details else found.summary,
        ),
    ]


def run(options: StudyOptions) -> int:
    """Run the study and print what it shows."""
    from liquidtime.cli.common.console import messages, results
    from liquidtime.cli.common.places import RUNS
    from liquidtime.cli.common.tasks import print_table

    out = options.out or RUNS / options.own.folder
    with messages().status("Reading …") as status:

        def say(text: str) -> None:
            if text.endswith("…"):
                status.update(text)
            else:
                messages().print(text, markup=False)

        shown = study(options.name).run(out, options.own, say)
    console = results()
    for line in shown.before:
        console.print(line, markup=False, soft_wrap=True)
    if shown.rows:
        print_table(shown.header, shown.rows, fold=False)
    for line in shown.after:
        console.print(line, markup=False, soft_wrap=True)
    return 0
