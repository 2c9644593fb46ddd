"""What a folder of `tasks` offers: a task, which is a set of fits, or a study. Imports no torch."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from liquidtime.errors import InputError
from liquidtime.tasks.protocol import Protocol
from liquidtime.tasks.published import Published
from liquidtime.tasks.recipe import Preprocess, Recipe
from liquidtime.train.config import About, FitConfig

if TYPE_CHECKING:
    from liquidtime.data import IrregularSeries, Preprocessor

Progress = Callable[[str], None]
"""Is told what comes next."""


@dataclass(frozen=True, kw_only=True)
class Task:
    """A published result that fits can repeat. A folder's `task.py` calls it `TASK`.

    Attributes:
        name: As on the command line.
        about: Title, source of the data, unit of time; the protocol adds how it was split.
        preprocess: Series to a preprocessor fitted on them; a recipe may have its own.
        protocols: At least "paper", traps included, and "clean".
        recipes: By name, as `liquidtime.tasks.recipe.recipes` returns them.
        measures: Metrics that the table shows, the one that decides first.
        published: The published numbers.
        memory: GiB that a run takes at most.
        partial: Says which part of the set is at hand, such as "3 of 48 records"; "" for all of it.
            It stands beside every result.
        files: What it reads that the package does not hold, as `<set>/<file>` of each `Source`; a
            list of tasks says which are at hand.
    """

    name: str
    about: About
    preprocess: Preprocess
    protocols: Mapping[str, Protocol]
    recipes: Mapping[str, Recipe]
    measures: tuple[str, ...]
    published: Published
    memory: float
    partial: Callable[[], str] = str
    files: tuple[str, ...] = ()

    def missing(self) -> tuple[str, ...]:
        """Those of its files that lie neither in the mirror nor in the cache."""
        from liquidtime.data.sources import at_hand

        return tuple(file for file in self.files if not at_hand(file))

    def protocol(self, name: str) -> Protocol:
        """A protocol by name; an unknown one is an `InputError`."""
        return _known(self.protocols, name, f"Task {self.name!r} has no protocol")

    def recipe(self, name: str) -> Recipe:
        """A recipe by name; an unknown one is an `InputError`."""
        return _known(self.recipes, name, f"Task {self.name!r} has no model")

    def chosen(self, names: Sequence[str] = ()) -> tuple[str, ...]:
        """Names of recipes: none stands for the usual ones, "all" for every one.

        Raises:
            InputError: If a recipe is unknown.
        """
        if "all" in names:
            return tuple(self.recipes)
        if names:
            return tuple(dict.fromkeys(self.recipe(name).name for name in names))
        return tuple(name for name, recipe in self.recipes.items() if recipe.usual)

    def framed(self, recipe: str, series: "IrregularSeries") -> "IrregularSeries":
        """The series with the targets that a recipe learns."""
        reframe = self.recipe(recipe).reframe
        return series if reframe is None else reframe(series)

    def fitted(self, recipe: str, series: "IrregularSeries") -> "Preprocessor":
        """A recipe's own preprocessor, or the task's, fitted on some series."""
        return (self.recipe(recipe).preprocess or self.preprocess)(series)

    def configured(self, recipe: str, *, seed: int, epochs: int | None = None) -> FitConfig:
        """The fit of a recipe.

        Args:
            recipe: Its name.
            seed: Of weights, batches and dropout.
            epochs: Another number of epochs than the recipe's.
        """
        config = self.recipe(recipe).config
        train = replace(config.train, seed=seed, epochs=epochs or config.train.epochs)
        return replace(config, train=train)


@dataclass(frozen=True, kw_only=True)
class Shown:
    """What the terminal shows of a finished study: lines, a table, lines.

    Attributes:
        before: Lines above the table.
        header: Its columns; the first is left-aligned.
        rows: Its cells.
        after: Lines below it.
    """

    before: Sequence[str] = ()
    header: Sequence[str] = ()
    rows: Sequence[Sequence[str]] = ()
    after: Sequence[str] = ()


@dataclass(frozen=True, kw_only=True)
class Study:
    """A published result that takes more than fits.

    Attributes:
        name: As on the command line.
        summary: One line.
        details: What it does, leaves and takes, with example commands.
        options: A frozen dataclass of its options, which all have defaults; its property `folder`
            says what to call a study of these options.
        run: (folder, options, progress) to what is shown; writes the folder.
    """

    name: str
    summary: str
    details: str
    options: type
    run: Callable[[Path, Any, Progress], Shown]


def _known(entries: Mapping[str, Any], name: str, problem: str) -> Any:
    if name not in entries:
        raise InputError(f"{problem} {name!r}; expected one of {', '.join(entries)}.")
    return entries[name]
