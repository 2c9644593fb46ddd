"""Which neurons a user means: "PLML,PLMR", "group:sensory", "0-99", "all"."""

from __future__ import annotations

import difflib
import re
from collections import Counter

import numpy as np
from numpy.typing import NDArray

from liquidtime.brain.connectome.graph import Connectome
from liquidtime.brain.connectome.names import hint
from liquidtime.errors import InputError

_SHOWN = 8


def neurons_of(text: str, connectome: Connectome, whole: str) -> NDArray[np.bool_]:
    """Which neurons a text means: names, `column:value` or `all`, with commas between.

    Args:
        text: Such as "PLML,PLMR", "group:sensory", or, where neurons are numbers, "0-99".
        connectome: Whose.
        whole: What the text is a part of; messages begin with it.

    Returns:
        [N], true for those.

    Raises:
        InputError: If there is no such neuron, column or value; the message offers the nearest.
    """
    chosen = np.zeros(len(connectome), dtype=bool)
    words = [word.strip() for word in text.split(",") if word.strip()]
    if not words:
        raise InputError(
            f"{whole}: {text!r} names no neuron; expected names, such as "
            f"{some_names(connectome)}, column:value, such as group:sensory, or all."
        )
    if twice := next((word for n, word in enumerate(words) if word in words[:n]), None):
        raise InputError(f"{whole}: {twice!r} stands there twice; expected each neuron once.")
    names = np.asarray(connectome.neurons.index)
    labels = names.astype(str)
    for word in words:
        if (found := labels == word).any():
            chosen |= found
        elif word == "all":
            chosen[:] = True
        elif ":" in word:
            chosen |= _by_column(word, connectome, whole)
        elif names.dtype.kind in "iu" and (ends := re.fullmatch(r"(\d+)-(\d+)", word)):
            among = (names >= int(ends[1])) & (names <= int(ends[2]))
            if not among.any():
                raise _unknown(word, connectome, whole)
            chosen |= among
        else:
            raise _unknown(word, connectome, whole)
    return chosen


def some_names(connectome: Connectome) -> str:
    """The first two neurons, for an example in a message."""
    return ",".join(map(str, connectome.neurons.index[:2]))


def _by_column(word: str, connectome: Connectome, whole: str) -> NDArray[np.bool_]:
    table = connectome.neurons
    column, _, value = (part.strip() for part in word.partition(":"))
    if column not in table:
        columns = ", ".join(map(str, table.columns)) or "none"
        raise InputError(
            f"{whole}: the table of neurons has no column {column!r}; it has {columns}."
        )
    values = np.asarray(table[column]).astype(str)
    found = values == value
    if not found.any():
        known = [name for name, _ in Counter(values.tolist()).most_common()]
        close = difflib.get_close_matches(value, known, n=1)
        hint = f" Did you mean {column}:{close[0]}?" if close else ""
        more = ", …" if len(known) > _SHOWN else ""
        raise InputError(
            f"{whole}: no neuron has {column} {value!r}; the column holds "
            f"{', '.join(known[:_SHOWN])}{more}.{hint}"
        )
    return found


def _unknown(word: str, connectome: Connectome, whole: str) -> InputError:
    table = connectome.neurons
    for column in ("type", "group", *map(str, table.columns)):
        if column in table and (np.asarray(table[column]).astype(str) == word).any():
            return InputError(
                f"{whole}: there is no neuron {word!r}, but a {column}. Did you mean "
                f"{column}:{word}?"
            )
    names = np.asarray(table.index)
    if names.dtype.kind in "iu":
        return InputError(
            f"{whole}: there is no neuron {word!r}; expected numbers such as {names[0]} "
            f"(or a range such as {names[0]}-{names[-1]}), column:value, or all."
        )
    near = hint(word, table)
    return InputError(
        f"{whole}: there is no neuron {word!r}; expected names such as {some_names(connectome)}, "
        f"column:value, or all.{' ' if near else ''}{near}"
    )
