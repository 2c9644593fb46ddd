"""Variables of categories in the container: numbers that stand for names, learnt in training."""

from collections.abc import Mapping, Sequence

from torch import Tensor

from liquidtime.deploy.categories import UNKNOWN, Categories
from liquidtime.errors import InputError

_SHOWN = 40


def named(
    categories: Mapping[str, Sequence[str]] | None, names: Sequence[str], what: str
) -> dict[str, tuple[str, ...]]:
    """Categories as the container keeps them.

    Raises:
        InputError: If a variable is none of `names`, or a category is named twice.
    """
    found = {str(key): tuple(map(str, value)) for key, value in (categories or {}).items()}
    for name, labels in found.items():
        if name not in names:
            raise InputError(
                f"{what} names {name!r}, which is none of the columns {', '.join(names) or 'none'}."
            )
        if len(set(labels)) != len(labels):
            raise InputError(f"{what} of {name!r} hold a name twice: {labels}; name each once.")
    return found


def check_codes(
    what: str, values: Tensor, observed: Tensor, names: Sequence[str], categories: Categories
) -> None:
    """Check that columns of categories hold numbers of categories.

    Args:
        what: The field, for the message.
        values: [R, D].
        observed: [R, D] bool.
        names: D names of the columns.
        categories: Those of some of the columns.

    Raises:
        InputError: If an observed entry is not a whole number from 0 below the categories' number.
    """
    for name, labels in categories.items():
        at = list(names).index(name)
        codes = values[:, at]
        wrong = observed[:, at] & ((codes < 0) | (codes >= len(labels)) | (codes != codes.floor()))
        if bool(wrong.any()):
            row = int(wrong.nonzero()[0])
            raise InputError(
                f"{what} holds {float(codes[row])} in column {name!r}, row {row}; expected the "
                f"number of one of its {len(labels)} categories ({listed(labels)}), from 0."
            )


def learn(
    values: Tensor, observed: Tensor, names: Sequence[str], categories: Categories
) -> dict[str, tuple[str, ...]]:
    """The categories that are there, of each column of categories.

    Args:
        values: [R, D] of the training part.
        observed: [R, D] bool.
        names: D names of the columns.
        categories: Those that the numbers in `values` stand for.
    """
    found = {}
    for at, name in enumerate(names):
        if name in categories:
            codes = values[observed[:, at], at].unique().long().tolist()
            found[name] = tuple(categories[name][code] for code in codes)
    return found


def recode(values: Tensor, names: Sequence[str], theirs: Categories, mine: Categories) -> Tensor:
    """The same columns with the numbers that `mine` gives to the names of the categories.

    Args:
        values: [R, D], NaN where missing.
        names: D names of the columns.
        theirs: Categories that the numbers stand for.
        mine: Those that they shall stand for; what it does not hold becomes `UNKNOWN`.

    Raises:
        InputError: If a column holds categories in one and numbers in the other.
    """
    for name in names:
        if (name in theirs) != (name in mine):
            came, wanted = (
                ("categories", "numbers") if name in theirs else ("numbers", "categories")
            )
            labels = theirs.get(name) or mine.get(name) or ()
            raise InputError(
                f"{name!r} holds {came}; expected {wanted}, as in the training ({listed(labels)} "
                "are the categories). Read both tables with the same categories."
            )
    if not mine:
        return values
    values = values.clone()
    for at, name in enumerate(names):
        if name in mine:
            place = {label: code for code, label in enumerate(mine[name])}
            lookup = [place.get(label, UNKNOWN) for label in theirs[name]] + [UNKNOWN]
            codes = values[:, at].nan_to_num(nan=UNKNOWN).long()
            values[:, at] = values.new_tensor(lookup)[codes]
    return values


def joined(parts: Sequence[Categories]) -> dict[str, tuple[str, ...]]:
    """The categories of several containers as one, in the order in which they come."""
    return {
        name: tuple(dict.fromkeys(label for part in parts for label in part.get(name, ())))
        for name in dict.fromkeys(name for part in parts for name in part)
    }


def listed(labels: Sequence[str], most: int = 12) -> str:
    """Names with commas between them; the first ones if they are many, clipped if they are long."""
    shown = [" ".join(label.split()) for label in labels[:most]]
    shown = [label if len(label) <= _SHOWN else f"{label[:_SHOWN]}…" for label in shown]
    more = f", … {len(labels):,} in all" if len(labels) > most else ""
    return (", ".join(shown) + more) or "none"
