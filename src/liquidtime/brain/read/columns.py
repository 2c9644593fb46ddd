"""Which column of an edge table holds what: by name, and what is left out is said."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from liquidtime.brain.connectome.transmitters import REVERSAL_POTENTIALS, UNKNOWN, canonical
from liquidtime.errors import InputError

if TYPE_CHECKING:
    import pandas

KNOWN: Mapping[str, tuple[str, ...]] = {
    "pre": ("pre", "pre_root_id", "pre_pt_root_id", "bodyid_pre", "body_pre", "source"),
    "post": ("post", "post_root_id", "post_pt_root_id", "bodyid_post", "body_post", "target"),
    "count": ("count", "syn_count", "weight", "n_syn", "nsyns", "synapses"),
    "transmitter": ("transmitter", "neurotransmitter", "nt_type", "sign", "ei", "synapse_class"),
    "kind": ("kind", "type", "edge_type", "synapse_type", "connection_type"),
}
"""What a column is called in one source or another (Codex, CAVE, neuPrint, NetworkX, SONATA)."""

GAP_KINDS = ("gap", "gap junction", "gap_junction", "gapjunction", "electrical")
"""What says in a column of kinds that an edge is a gap junction, whatever the case."""

_CHEMICAL_KINDS = ("", "chemical", "chem", "synapse", "chemical synapse", "chemical_synapse")


class Columns(NamedTuple):
    """The column of each part of an edge; None where there is none."""

    pre: str
    post: str
    count: str | None
    transmitter: str | None
    kind: str | None

    @property
    def used(self) -> list[str]:
        """Each once."""
        return [column for column in dict.fromkeys(self) if column is not None]


def find_columns(
    start: pandas.DataFrame,
    asked: Mapping[str, str | None],
    *,
    what: str,
    told_by_neurons: bool,
    gap_kinds: Sequence[str] = GAP_KINDS,
) -> Columns:
    """The columns of an edge table; a warning names those that are taken or left out unasked.

    Args:
        start: The first rows with all columns.
        asked: Of pre, post, count, transmitter and kind, what was asked for. "pre", "post" and
            "count" also mean the other names in `KNOWN`; a transmitter or kind of None is looked
            for.
        what: What messages call the table.
        told_by_neurons: Whether the table of neurons tells transmitters, or signs of counts do.
        gap_kinds: What in a column of kinds means a gap junction.

    Raises:
        InputError: If a column is missing, or several could be meant.
    """
    listed = [*start.columns]
    roles: dict[str, str | None] = {}
    said: list[str] = []
    for role in ("pre", "post", "count"):
        roles[role] = _asked(listed, role, asked[role], what)
        if asked[role] is not None and roles[role] is None:
            said.append(f"no column {role!r} is there, so each row counts as one synapse")
    free = [column for column in listed if column not in roles.values()]
    roles["kind"] = asked["kind"] or _only(
        [c for c in _named(free, "kind") if _kinds(start[c], gap_kinds)], "kind", what
    )
    free = [column for column in free if column != roles["kind"]]
    roles["transmitter"] = asked["transmitter"] or _only(
        _named(free, "transmitter"), "transmitter", what
    )
    if roles["transmitter"] is None and not told_by_neurons:
        roles["transmitter"] = _only(
            [c for c in free if _transmitters(start[c])], "transmitter", what
        )
    _check(listed, [roles[role] for role in roles], what)
    for role, default in (("count", "count"), ("transmitter", "transmitter"), ("kind", "kind")):
        column = roles[role]
        if column is not None and column not in (default, asked[role]):
            said.append(f"the column {column!r} is read as {role}")
    if left := [str(c) for c in listed if c not in roles.values()]:
        many = "the columns" if len(left) > 1 else "the column"
        said.append(
            f"{many} {', '.join(map(repr, left))} {'are' if len(left) > 1 else 'is'} left out"
        )
    if said:
        warnings.warn(f"{what}: {'; '.join(said)}.", UserWarning, stacklevel=4)
    pre, post = roles["pre"], roles["post"]
    assert pre is not None and post is not None
    return Columns(pre, post, roles["count"], roles["transmitter"], roles["kind"])


def _asked(listed: Sequence[str], role: str, asked: str | None, what: str) -> str | None:
    if asked is None or asked in listed:
        return asked
    known = _only(_named(listed, role), role, what) if asked == role else None
    if known is None and not (asked == role == "count"):
        others = f" (nor {', '.join(KNOWN[role][1:])})" if asked == role else ""
        columns = ", ".join(map(repr, listed)) or "none"
        raise InputError(f"{what} has no column {asked!r}{others}; its columns are {columns}.")
    return known


def _named(listed: Sequence[str], role: str) -> list[str]:
    return [c for c in listed if str(c).strip().lower().replace(" ", "_") in KNOWN[role]]


def _only(candidates: Sequence[str], role: str, what: str) -> str | None:
    if len(candidates) > 1:
        raise InputError(
            f"{what} has the columns {', '.join(map(repr, candidates))}, each of which may be the "
            f"{role}; name the right one: {role}={candidates[0]!r}."
        )
    return candidates[0] if candidates else None


def _check(listed: Sequence[str], wanted: Sequence[str | None], what: str) -> None:
    missing = [column for column in wanted if column is not None and column not in listed]
    if missing:
        raise InputError(
            f"{what} has no column {', '.join(map(repr, missing))}; its columns are "
            f"{', '.join(map(repr, listed)) or 'none'}."
        )


def _kinds(values: Any, gap_kinds: Sequence[str]) -> bool:
    gaps = {value.lower() for value in gap_kinds}
    words = {str(value).strip().lower() for value in values.dropna().unique()}
    return bool(words & gaps) and words <= {*gaps, *_CHEMICAL_KINDS}


def _transmitters(values: Any) -> bool:
    if getattr(values.dtype, "kind", "O") in "iufb":
        return False
    words = {canonical(value) for value in values.dropna().unique()}
    return words <= set(REVERSAL_POTENTIALS) and bool(words - {UNKNOWN})
