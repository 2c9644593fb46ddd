"""The settings of one model on a task. Imports no torch."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from liquidtime.errors import InputError
from liquidtime.train.config import FitConfig

if TYPE_CHECKING:
    from liquidtime.data import IrregularSeries, Preprocessor

Preprocess = Callable[["IrregularSeries"], "Preprocessor"]
"""Series to a preprocessor fitted on them."""
Reframe = Callable[["IrregularSeries"], "IrregularSeries"]
"""Series to the same series with other targets."""


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """The settings of one model on a task.

    Attributes:
        config: The fit; its seed is replaced by that of the run.
        label: What a table calls it.
        settings: Whose they are: "ours", chosen on validation parts, or "published", as the paper
            has them.
        variant: What sets it apart from other recipes of this model; "" for the usual one.
        row: The model's row among the published numbers; "" where it has none.
        minutes: What one seed took on two cores, measured; None where nobody has.
        preprocess: Its own, in place of the task's.
        reframe: Its own targets, whose errors are those of the task's: such as the change of a
            state that is known, in place of the next one.
        usual: Whether it runs where nobody names models; the others run by name, or by "all".
    """

    config: FitConfig
    label: str
    settings: Literal["ours", "published"] = "ours"
    variant: str = ""
    row: str = ""
    minutes: float | None = None
    preprocess: Preprocess | None = None
    reframe: Reframe | None = None
    usual: bool = True

    @property
    def name(self) -> str:
        """The model, the variant, and "published" behind settings that are: "cfc-published"."""
        published = "" if self.settings == "ours" else self.settings
        return "-".join(filter(None, (self.config.model.name, self.variant, published)))


def recipes(*entries: Recipe) -> Mapping[str, Recipe]:
    """Recipes by name.

    Raises:
        InputError: If two have one name.
    """
    found: dict[str, Recipe] = {}
    for entry in entries:
        if entry.name in found:
            raise InputError(
                f"there are two recipes {entry.name!r}; expected a `variant` that tells them apart."
            )
        found[entry.name] = entry
    return found
