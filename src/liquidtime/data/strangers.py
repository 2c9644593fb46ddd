"""Categories that training never met."""

import warnings
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from torch import Tensor

from liquidtime.data.categories import listed
from liquidtime.data.series import IrregularSeries
from liquidtime.deploy.categories import Categories
from liquidtime.notes import UnknownCategoryWarning


class Strangers(NamedTuple):
    """Categories of one variable that training never met: names, and in how many cells each is."""

    variable: str
    cells: Mapping[str, int]
    known: tuple[str, ...]

    def __str__(self) -> str:
        count = sum(self.cells.values())
        cells = "1 cell holds" if count == 1 else f"{count:,} cells hold"
        alike = {name.casefold(): name for name in self.known}
        hints = [
            f"{name!r} for {alike[name.casefold()]!r}"
            for name in self.cells
            if name.casefold() in alike
        ]
        return (
            f"{self.variable}: {cells} a category that training never met "
            f"({listed([repr(name) for name in self.cells])}), taken as unknown; it met "
            f"{listed(self.known)}." + (f" Is {listed(hints)} a slip?" if hints else "")
        )


def strangers(
    series: IrregularSeries, categories: Categories, static_categories: Categories
) -> Iterator[Strangers]:
    """What is none of the known categories.

    Args:
        series: Any.
        categories: Known ones of its variables.
        static_categories: Known ones of its static features.
    """
    yield from _strangers(
        series.values, series.mask, series.features, series.categories, categories
    )
    if series.static is not None:
        yield from _strangers(
            series.static,
            ~series.static.isnan(),
            series.static_features or (),
            series.static_categories,
            static_categories,
        )


def warn_of_strangers(
    series: IrregularSeries, categories: Categories, static_categories: Categories
) -> None:
    """Warn of what is none of the known categories, once a variable."""
    for found in strangers(series, categories, static_categories):
        warnings.warn(str(found), UnknownCategoryWarning, stacklevel=3)


def _strangers(
    values: Tensor, observed: Tensor, names: Sequence[str], theirs: Categories, mine: Categories
) -> Iterator[Strangers]:
    for at, name in enumerate(names):
        if name in theirs and name in mine:
            codes, counts = values[observed[:, at], at].unique(return_counts=True)
            every = zip(codes.long().tolist(), counts.tolist(), strict=True)
            cells = {theirs[name][code]: count for code, count in every}
            cells = {label: count for label, count in cells.items() if label not in mine[name]}
            if cells:
                yield Strangers(name, cells, mine[name])
