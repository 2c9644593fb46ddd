"""Names that may have been meant as one: "yes", "Yes" and "1", or the ids "007" and "7"."""

import re
from collections.abc import Callable, Sequence

_TRUTH = {
    **dict.fromkeys(("1", "yes", "y", "true", "t"), "yes"),
    **dict.fromkeys(("0", "no", "n", "false", "f"), "no"),
}
_ZEROS = re.compile(r"(?<!\d)0+(?=\d)")
_DECIMALS = re.compile(r"(?<=\d)\.0+$")


def alike(names: Sequence[str], key: Callable[[str], str] = str.casefold) -> list[tuple[str, str]]:
    """Pairs of different names that become one, each with the first such name."""
    first: dict[str, str] = {}
    pairs = ((first.setdefault(key(name), name), name) for name in names)
    return [(one, other) for one, other in pairs if one != other]


def as_truth(name: str) -> str:
    """A word for yes or no as that, in whatever way it is written; others without their case."""
    word = name.casefold()
    return _TRUTH.get(_DECIMALS.sub("", word), word)


def as_number(name: str) -> str:
    """A name without its case, zeros before numbers and decimals that are zeros."""
    return _ZEROS.sub("", _DECIMALS.sub("", name.casefold()))
