"""Variables whose categories are looked up in a table of vectors. Imports no torch."""

from typing import NamedTuple

EMBED_ABOVE = 64
"""More categories than this are looked up by their number rather than given an input each."""


class Codes(NamedTuple):
    """A variable that comes as numbers of its categories.

    Attributes:
        categories: How many; their numbers begin at 1, and 0 is none of them.
        inputs: Its place among the inputs; None where it is not among them.
        variable: Its place among the raw values.
    """

    categories: int
    inputs: int | None
    variable: int
