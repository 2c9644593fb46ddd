"""Numbers that somebody published, each once, with its source: the `published.json` of a folder."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources

from liquidtime.errors import InputError

FILE = "published.json"


@dataclass(frozen=True, kw_only=True)
class Source:
    """Where numbers come from.

    Attributes:
        name: Short, as in "Hasani et al. 2022".
        citation: In full.
        url: Of the paper, best its DOI.
    """

    name: str
    citation: str
    url: str


@dataclass(frozen=True, kw_only=True)
class Cell:
    """One published number.

    Attributes:
        model: The row of the table, in the paper's words.
        measure: What was measured, in ours, such as "auroc" or "minutes_per_epoch".
        value: The number; of several seeds their mean.
        spread: Standard deviation over seeds; None where there is none.
        seeds: How many; None where the paper does not say, or there are none.
        source: The paper.
        where: Table, row, column, or figure.
    """

    model: str
    measure: str
    value: float
    spread: float | None = None
    seeds: int | None = None
    source: Source
    where: str

    @property
    def text(self) -> str:
        """As a table shows it: "0.839 ± 0.002"."""
        if self.spread is None:
            return f"{self.value:g}"
        digits = 3 if abs(self.value) < 10 else 2
        return f"{self.value:.{digits}f} ± {self.spread:.{digits}f}"


@dataclass(frozen=True, kw_only=True)
class Published:
    """What is published about a task.

    Attributes:
        claim: The one number that the task is about; None where nobody published one that can be
            set beside ours.
        cells: All numbers, the claim among them.
    """

    claim: Cell | None
    cells: tuple[Cell, ...]

    def find(self, model: str, measure: str) -> Cell | None:
        """The number of a row and a column; None where none is published.

        Args:
            model: In the paper's words.
            measure: In ours.
        """
        for cell in self.cells:
            if (cell.model, cell.measure) == (model, measure):
                return cell
        return None

    def of(self, measure: str) -> tuple[Cell, ...]:
        """All numbers of one column."""
        return tuple(cell for cell in self.cells if cell.measure == measure)


def read_published(package: str) -> Published:
    """Read the `published.json` of a package.

    Args:
        package: Dotted name of the folder.

    Raises:
        InputError: If the file is not as `parse_published` expects it.
    """
    place = resources.files(package) / FILE
    return parse_published(json.loads(place.read_text(encoding="utf-8")), str(place))


def parse_published(stored: Mapping, place: str = FILE) -> Published:
    """Published numbers from what `published.json` holds.

    Args:
        stored: `sources` by key (`name`, `citation`, `url`), `cells` (fields of `Cell`, `source`
            being a key), `claim` (`model` and `measure` of a cell; left out where there are none).
        place: What to call the file in a message.

    Raises:
        InputError: If a cell has no source, stands there twice, or the claim is none of them.
    """
    sources = {key: Source(**entry) for key, entry in stored["sources"].items()}
    cells: dict[tuple[str, str], Cell] = {}
    for entry in stored["cells"]:
        if entry.get("source") not in sources:
            raise InputError(
                f"{place}: {entry.get('model')!r} has the source {entry.get('source')!r}; expected "
                f"one of {', '.join(sources)}. Add the paper to `sources`."
            )
        cell = Cell(**{**entry, "source": sources[entry["source"]]})
        if (cell.model, cell.measure) in cells:
            raise InputError(
                f"{place}: {cell.measure} of {cell.model!r} stands there twice; expected once."
            )
        cells[cell.model, cell.measure] = cell
    if not cells and "claim" not in stored:
        return Published(claim=None, cells=())
    claim = stored["claim"]["model"], stored["claim"]["measure"]
    if claim not in cells:
        raise InputError(f"{place}: the claim is {claim!r}; expected model and measure of a cell.")
    return Published(claim=cells[claim], cells=tuple(cells.values()))
