"""Categories, such as sex or ward: how a cell names one, and which inputs they make.

A category is an input of its own, 1 where it is the one and 0 elsewhere. All of a variable's
inputs are 0 where nothing is known of it: it is missing, or of a category never met in training.

A variable of very many categories, such as the words of a text, is one input instead: the number of
its category, counted from 1, and 0 where nothing is known of it. The network looks it up in a table
of vectors that it has learnt.
"""

import re
import unicodedata
from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Categories = Mapping[str, tuple[str, ...]]
"""Names of the categories of each variable that has any, in the order of their numbers."""

UNKNOWN = -1
"""Number of a category that training never met."""

_WHOLE = re.compile(r"([+-]?\d+)\.0*")


class Columns(NamedTuple):
    """The inputs that some variables make; V of them.

    Attributes:
        names: [V], such as "HR" for a number and "sex = F" for a category.
        source: int64 [V], the variable of each.
        code: int64 [V], the number of its category; `UNKNOWN` for a variable of numbers, and for
            one whose categories are looked up.
    """

    names: tuple[str, ...]
    source: NDArray[np.int64]
    code: NDArray[np.int64]


def columns(
    variables: Sequence[str], categories: Categories, embedded: Collection[str] = ()
) -> Columns:
    """One input for a variable of numbers, one a category for one of categories.

    Args:
        variables: Names of all.
        categories: Those of some.
        embedded: Names of variables whose categories are looked up: one input each.
    """
    names: list[str] = []
    source: list[int] = []
    code: list[int] = []
    for at, name in enumerate(variables):
        known = None if name in embedded else categories.get(name)
        names += [name] if known is None else [f"{name} = {label}" for label in known]
        code += [UNKNOWN] if known is None else range(len(known))
        source += [at] * (len(names) - len(source))
    return Columns(tuple(names), np.array(source, np.int64), np.array(code, np.int64))


def category_name(cell: object) -> str:
    """The category that a cell names, the same however it was stored.

    Blanks around it do not count, nor does how an accent was typed. 2.0 is "2", as columns of
    numbers with gaps are often saved with decimals; booleans are "true" and "false".
    """
    text = cell.decode("utf-8", "replace") if isinstance(cell, bytes) else str(cell)
    word = unicodedata.normalize("NFC", text).strip()
    if word.lower() in ("true", "false"):
        return word.lower()
    whole = _WHOLE.fullmatch(word)
    return whole[1] if whole else word


def category_code(cell: object, known: Sequence[str]) -> int:
    """The number of the category that a cell names, `UNKNOWN` if it is none of the known."""
    name = category_name(cell)
    return known.index(name) if name in known else UNKNOWN


def from_json(categories: Mapping[str, Sequence[str]]) -> dict[str, tuple[str, ...]]:
    """Categories as JSON holds them, with lists, as they were."""
    return {name: tuple(labels) for name, labels in categories.items()}
