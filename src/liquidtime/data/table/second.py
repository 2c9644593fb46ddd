"""A second table with one row a series: which of its rows belongs to which id."""

from collections.abc import Sequence

import numpy as np

from liquidtime.data.table.labels import Labels, id_column
from liquidtime.data.table.source import Table
from liquidtime.errors import InputError


def match_ids(
    second: Table, column: str, ids: Labels, first: Table
) -> tuple[np.ndarray, list[str]]:
    """Find the row of the second table for each series.

    Args:
        second: The table of targets.
        column: Its id column.
        ids: The series of the first table.
        first: The first table, for messages.

    Returns:
        int64 [N] row positions in `second`, -1 where an id has none; and notes for the user.

    Raises:
        InputError: If an id stands there twice with different cells, or no id agrees.
    """
    theirs = id_column(second, column)
    notes: list[str] = []
    repeated = second.frame.assign(_id=theirs.codes).duplicated().to_numpy()
    unique = np.flatnonzero(~repeated)
    codes = theirs.codes[unique]
    _, index, counts = np.unique(codes, return_index=True, return_counts=True)
    if (counts > 1).any():
        code = codes[index[np.argmax(counts > 1)]]
        one, two = unique[codes == code][:2]
        raise InputError(
            f"{second.place(int(two), column)}: id {theirs.names[code]!r} stands also in row "
            f"{second.row(int(one)):,}, with other cells; expected one row an id. Remove one, or "
            "give the target in the first table if it changes inside a series."
        )
    if repeated.any():
        notes.append(f"{second.path}: {int(repeated.sum()):,} rows repeat another one; ignored.")
    position = {theirs.names[code]: int(at) for code, at in zip(codes, unique, strict=True)}
    rows = np.array([position.get(name, -1) for name in ids.names], dtype=np.int64)
    if (rows < 0).all():
        raise InputError(
            f"{second.path}, column {column!r}: none of its ids ({', '.join(theirs.names[:3])}, …) "
            f"is an id of {first.path} ({', '.join(ids.names[:3])}, …). "
            f"{how_they_differ(theirs.names, ids.names)}"
        )
    spare = len(position) - int((rows >= 0).sum())
    if spare:
        notes.append(f"{second.path}: {spare:,} ids have no rows in {first.path}; ignored.")
    return rows, notes


def how_they_differ(these: Sequence[str], those: Sequence[str]) -> str:
    """What to look at where no id of two tables agrees, in a sentence."""
    for change, told in (
        (lambda name: name.lstrip("0") or "0", "The leading zeros of one of them were lost"),
        (str.casefold, "They differ in the case of letters"),
    ):
        if {*map(change, these)} & {*map(change, those)}:
            return f"{told}: write them alike in both."
    return "Are these the right files and id columns, and are ids written the same way?"
