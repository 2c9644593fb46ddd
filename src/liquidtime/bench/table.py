"""Tables in words: what a case prints, and what goes into a page."""

from collections.abc import Sequence
from typing import Any, NamedTuple

NONE = "–"


class Section(NamedTuple):
    """Rows under a heading of their own."""

    title: str
    rows: list[list[str]]


class BenchTable(NamedTuple):
    """A table in words; the first column is a name, the others are numbers."""

    title: str
    header: list[str]
    sections: list[Section]
    caption: str


def plain_table(
    title: str, header: list[str], rows: Sequence[Sequence[object]]
) -> list[BenchTable]:
    """A table of one section and without a caption, as a case gives it back."""
    return [BenchTable(title, header, [Section("", [[*map(str, row)] for row in rows])], "")]


def markdown(table: BenchTable) -> str:
    """A table without its caption."""
    numbers = ["---:"] * (len(table.header) - 1)
    lines = [
        table.header,
        ["---", *numbers],
        *(row for part in table.sections for row in part.rows),
    ]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def origin(record: dict[str, Any]) -> str:
    """Where and with what a record was measured, in a sentence."""
    machine, versions = record["machine"], record["versions"]
    names = ", ".join(
        f"{name} {versions[name]}" for name in ("liquidtime", "torch", "ncps") if versions.get(name)
    )
    isa = record["instruction_set"] or "without compiled kernels"
    return f"{machine['processor']}, {machine['cores']} cores, {isa}; {names}."


def number(value: float) -> str:
    """Three digits."""
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}" if value >= 0.1 else f"{value:.3f}"


def percent(value: float | None) -> str:
    """Two digits; a stroke where it is not known."""
    if value is None:
        return NONE
    return f"{100 * value:.1f} %" if value < 0.095 else f"{100 * value:.0f} %"
