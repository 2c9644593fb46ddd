"""The central nervous system of a male fly."""

from __future__ import annotations

from liquidtime.brain.sources.contract import Found, Source, Wanted, found, refuse
from liquidtime.errors import InputError


def _find(wanted: Wanted) -> Found:
    from liquidtime.brain.read import malecns

    refuse(wanted, "neurons", "in_degree")
    if len(wanted.files) > 3:
        raise InputError(
            f"malecns got {len(wanted.files)} files; expected up to three: --files WEIGHTS "
            "NEUROTRANSMITTERS ANNOTATIONS. What is not given is fetched (1.1 GB)."
        )
    made = malecns(*wanted.files, transmitter=wanted.transmitter)
    return found(made, "malecns", fly=True)


SOURCE = Source("malecns", _find)
