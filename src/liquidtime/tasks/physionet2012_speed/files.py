"""What the study leaves in its folder: JSON, tables, a figure and a page."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from matplotlib.figure import Figure as MatplotlibFigure

from liquidtime.plot.durations import Duration, durations
from liquidtime.plot.style import to_svg
from liquidtime.runs.folder import Folder, Kind
from liquidtime.runs.page.blocks import Block, Figure, Paragraph, Section, Table
from liquidtime.runs.page.page import page
from liquidtime.runs.provenance import provenance
from liquidtime.runs.write import json_text, write_atomically, write_text
from liquidtime.tasks.figure import OURS
from liquidtime.tasks.physionet2012_speed import table
from liquidtime.tasks.physionet2012_speed.measure import Timed
from liquidtime.tasks.physionet2012_speed.names import CLAIMED, NAMES

RECORD, MARKDOWN, CSV, SVG, PNG = "study.json", "table.md", "table.csv", "table.svg", "table.png"
PAGE = "report.html"
TIMINGS, REACH = "timings.json", "reach"
STUDY = Kind(noun="study of speed", record=TIMINGS, last=RECORD, read_back=(), replaced=True)
CAPTION = (
    "Seconds of an epoch of training, and of a pass without gradients over the same stays: the "
    "median turn of each batch, averaged over the batches drawn, times the number of batches. All "
    "models have the same batches and padding and take turns in one process."
)


def write_files(
    out: Path,
    settings: Mapping[str, Any],
    found: Sequence[Timed],
    reached: table.Reached,
    claim: float,
) -> list[str]:
    """Write everything; the record comes last.

    Args:
        out: The study's folder.
        settings: What it was told.
        found: What was timed.
        reached: What was reached, by name.
        claim: The published factor.

    Returns:
        What it comes to, in sentences.
    """
    told = sentences(found, claim)
    figure = drawn(found)
    svg = to_svg(figure, "physionet2012-speed")
    write_text(out / SVG, svg)
    write_atomically(out / PNG, lambda beside: figure.savefig(beside, format="png", dpi=144))
    write_text(out / CSV, table.comma_separated(found, reached))
    text = [*(f"{line}\n" for line in told), CAPTION + "\n", table.markdown(found, reached)]
    write_text(out / MARKDOWN, "\n".join(text))
    blocks: list[Block] = [
        Section("Result", [*map(Paragraph, told), Figure(svg, CAPTION)]),
        Section("Every model", [_rows(found, reached)]),
    ]
    write_text(out / PAGE, page("How long an epoch takes", "ICU stays, PhysioNet 2012", blocks))
    record = {
        "format": 1,
        "study": "physionet2012-speed",
        "settings": dict(settings),
        "models": [one.to_dict() for one in found],
        "reached": dict(reached),
        "factors": {one.name: table.factor(found, one.name) for one in found},
        "told": told,
        **provenance(),
    }
    Folder(out, STUDY).finish(json_text(record))
    return told


def drawn(found: Sequence[Timed]) -> MatplotlibFigure:
    """The figure: seconds of an epoch of each model, and what was published of it."""
    return durations(
        [
            Duration(
                label=NAMES[one.name].label,
                seconds=one.seconds["training"]["median"],
                published=_seconds(table.published_minutes(NAMES[one.name])),
                ours=NAMES[one.name].model in OURS,
            )
            for one in found
            if not one.failed
        ],
        title="One epoch of the ICU stays",
    )


def sentences(found: Sequence[Timed], claim: float) -> list[str]:
    """What came of the claim, what of the factor is solver and layout, and how sure it is."""
    whole = [
        one.whole / one.seconds["training"]["median"] for one in found if one.whole is not None
    ]
    checked = (
        f"A whole epoch, run once, took {min(whole):.2f} to {max(whole):.2f} times as long as "
        f"reckoned ({len(whole)} models)."
        if whole
        else ""
    )
    failed = [f"{NAMES[one.name].label} was left out: {one.failed}" for one in found if one.failed]
    told = [
        table.verdict(found, claim),
        table.shares(found, CLAIMED),
        table.shares(found, "ode-rnn"),
        checked,
        *failed,
    ]
    return [line for line in told if line]


def _rows(found: Sequence[Timed], reached: table.Reached) -> Table:
    return Table(table.header(), table.cells(found, reached))


def _seconds(minutes: float | None) -> float | None:
    return None if minutes is None else 60 * minutes
