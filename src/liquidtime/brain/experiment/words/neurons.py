"""Which neurons a user means: "PLML,PLMR", "group:sensory", "0-99", "all"."""

from __future__ import annotations

import difflib
import re
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from liquidtime.errors import InputError

if TYPE_CHECKING:
    from liquidtime.brain import Connectome

_SHOWN = 8


def neurons_of(text: str, connectome: Connectome, option: str) -> NDArray[np.bool_]:
    """Which neurons a text means: names, `column:value` or `all`, with commas between.

    Args:
        text: Such as "PLML,PLMR", "group:sensory", or, where neurons are numbers, "0-99".
        connectome: Whose.
        option: Named in messages.

    Returns:
        [N], true for those.

    Raises:
        InputError: If there is no such neuron, column or value; the message offers the nearest.
    """
    table = connectome.neurons
    chosen = np.zeros(len(connectome), dtype=bool)
    words = [word.strip() for word in text.split(",") if word.strip()]
    if not words:
        raise InputError(
            f"{option} {text!r} names no neuron; expected names, such as {some_names(table)}, "
            "column:value, such as group:sensory, or all."
        )
    labels = table.index.astype(str)
    by_number = table.index.dtype.kind in "iu"
    for word in words:
        if (place := labels.get_indexer([word])[0]) >= 0:
            chosen[place] = True
        elif word == "all":
            chosen[:] = True
        elif ":" in word:
            chosen |= _by_column(word, connectome, option)
        elif by_number and (ends := re.fullmatch(r"(\d+)-(\d+)", word)):
            first, last = int(ends[1]), int(ends[2])
            among = np.asarray((table.index >= first) & (table.index <= last))
            if not among.any():
                raise _unknown(word, connectome, option)
            chosen |= among
        else:
            raise _unknown(word, connectome, option)
    return chosen


def _by_column(word: str, connectome: Connectome, option: str) -> NDArray[np.bool_]:
    table = connectome.neurons
    column, _, value = (part.strip() for part in word.partition(":"))
    if column not in table:
        columns = ", ".join(map(str, table.columns)) or "none"
        raise InputError(
            f"{option} {word!r}: the table of neurons has no column {column!r}; it has {columns}."
        )
    values = table[column].astype(str)
    found = (values == value).to_numpy()
    if not found.any():
        known = values.value_counts().index.tolist()
        close = difflib.get_close_matches(value, known, n=1)
        hint = f" Did you mean {column}:{close[0]}?" if close else ""
        more = ", …" if len(known) > _SHOWN else ""
        raise InputError(
            f"{option}: no neuron has {column} {value!r}; the column holds "
            f"{', '.join(known[:_SHOWN])}{more}.{hint}"
        )
    return found


def _unknown(word: str, connectome: Connectome, option: str) -> InputError:
    table = connectome.neurons
    for column in ("type", "group", *table.columns):
        if column in table and (table[column].astype(str) == word).any():
            return InputError(
                f"{option}: there is no neuron {word!r}, but a {column}. Did you mean "
                f"{column}:{word}?"
            )
    if table.index.dtype.kind in "iu":
        return InputError(
            f"{option}: there is no neuron {word!r}; expected numbers such as {table.index[0]} "
            f"(or a range such as {table.index[0]}-{table.index[-1]}), column:value, or all."
        )
    close = difflib.get_close_matches(word, table.index.astype(str).tolist(), n=2)
    hint = f" Did you mean {' or '.join(close)}?" if close else ""
    return InputError(
        f"{option}: there is no neuron {word!r}; expected names such as {some_names(table)}, "
        f"column:value, or all.{hint}"
    )


def some_names(table: Any) -> str:
    """The first two neurons, for an example in a message."""
    return ",".join(map(str, table.index[:2]))
