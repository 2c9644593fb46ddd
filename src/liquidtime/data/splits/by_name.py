"""Parts as a column or a file names them."""

import difflib
from collections.abc import Sequence

import numpy as np

from liquidtime.data.splits.split import Split
from liquidtime.errors import InputError

_SPELLINGS = {
    "train": ("train", "training", "fit", "learn"),
    "validation": ("validation", "valid", "val", "dev", "development", "tune"),
    "test": ("test", "testing", "holdout", "held-out", "hold-out"),
}
_PART = {word: part for part, words in _SPELLINGS.items() for word in words}


def part_of(word: str) -> str:
    """The part that a word means: "train", "validation" or "test".

    Raises:
        InputError: If it means none.
    """
    folded = word.strip().casefold().replace("_", "-").replace(" ", "-")
    if folded in _PART:
        return _PART[folded]
    close = difflib.get_close_matches(folded, _PART, n=1)
    known = "; ".join(f"{part} ({', '.join(words[1:])})" for part, words in _SPELLINGS.items())
    raise InputError(
        f"{word!r} is no part; expected {known}."
        + (f" Did you mean {close[0]!r}?" if close else "")
    )


def split_by_name(parts: Sequence[str]) -> Split:
    """Split as the names of the parts say.

    Args:
        parts: [n] part of each series: "train", "validation" or "test", or a usual other name of
            these, such as "training", "val" and "dev", in any case.

    Returns:
        The split; each part is sorted.

    Raises:
        InputError: If a name is none of them.
    """
    meant = {word: part_of(word) for word in dict.fromkeys(parts)}
    part = np.array([meant[word] for word in parts], dtype=object)
    return Split(*(np.flatnonzero(part == name) for name in _SPELLINGS))
