"""What a page is made of. All text is plain and is escaped where a template shows it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, TypeAlias


@dataclass(frozen=True)
class Paragraph:
    """A paragraph; without text nothing is shown.

    Attributes:
        text: Plain text.
        kind: "note" for small print.
    """

    template: ClassVar[str] = "paragraph.html.j2"
    text: str
    kind: str = ""


@dataclass(frozen=True)
class Cell:
    """A cell of a table that is more than its text.

    Attributes:
        text: What it says.
        range: Faint, behind it.
        below: In a second line.
        code: Whether the text is set as code.
    """

    text: str = ""
    range: str = ""
    below: str = ""
    code: bool = False


@dataclass(frozen=True)
class Table:
    """A table.

    Attributes:
        header: Of each column; empty for a table without heads.
        rows: Cells; all but the first are numbers if `numbers`.
        numbers: Set all columns but the first to the right.
        own: Row to set in bold, or -1.
    """

    template: ClassVar[str] = "table.html.j2"
    header: Sequence[str]
    rows: Sequence[Sequence[str | Cell]]
    numbers: bool = True
    own: int = -1

    @property
    def cells(self) -> list[list[Cell]]:
        """The rows with every cell a `Cell`."""
        return [
            [cell if isinstance(cell, Cell) else Cell(cell) for cell in row] for row in self.rows
        ]


@dataclass(frozen=True)
class Figure:
    """A figure.

    Attributes:
        svg: As `liquidtime.plot.style.to_svg` draws it; the one thing that is not escaped.
        caption: Below it.
    """

    template: ClassVar[str] = "figure.html.j2"
    svg: str
    caption: str = ""


@dataclass(frozen=True)
class Beside:
    """Blocks side by side, as many as fit."""

    template: ClassVar[str] = "beside.html.j2"
    parts: "Sequence[Block]"


@dataclass(frozen=True)
class Card:
    """One number of a page's headline.

    Attributes:
        name: What was measured.
        value: Large.
        range: How sure it is.
        note: How to read it.
    """

    name: str
    value: str
    range: str = ""
    note: str = ""


@dataclass(frozen=True)
class Cards:
    """The headline: the few numbers that matter."""

    template: ClassVar[str] = "cards.html.j2"
    cards: Sequence[Card]


@dataclass(frozen=True)
class Columns:
    """Tables under titles of their own, in columns."""

    template: ClassVar[str] = "columns.html.j2"
    tables: Sequence[tuple[str, Table]]


@dataclass(frozen=True)
class Folded:
    """Something for whoever wants it: folded away until opened.

    Attributes:
        summary: What is shown while it is folded.
        parts: What is inside.
    """

    template: ClassVar[str] = "folded.html.j2"
    summary: str
    parts: "Sequence[Block]"


@dataclass(frozen=True)
class Section:
    """Blocks under a heading."""

    template: ClassVar[str] = "section.html.j2"
    title: str
    parts: "Sequence[Block]"


Block: TypeAlias = Paragraph | Table | Figure | Beside | Cards | Columns | Folded | Section
