"""The adult fly of FlyWire, from the user's own files."""

from __future__ import annotations

from liquidtime.brain.sources.contract import Found, Source, Wanted, found, refuse
from liquidtime.errors import InputError


def _find(wanted: Wanted) -> Found:
    from liquidtime.brain.read import flywire

    refuse(wanted, "neurons", "in_degree", "transmitter")
    if len(wanted.files) != 2:
        raise InputError(
            f"flywire got {len(wanted.files)} files; expected your own two: --files "
            "Completeness_783.csv Connectivity_783.parquet. FlyWire does not allow them to be "
            "passed on, so they are not fetched."
        )
    return found(flywire(*wanted.files), "flywire", fly=True)


SOURCE = Source("flywire", _find)
