"""The larva of the fly, as published by Winding and others in 2023."""

from __future__ import annotations

from liquidtime.brain.sources.contract import Found, Source, Wanted, found, refuse
from liquidtime.errors import InputError


def _find(wanted: Wanted) -> Found:
    from liquidtime.brain.read import winding2023

    refuse(wanted, "neurons", "in_degree", "files")
    kinds, notes = None, []
    if wanted.transmitter is None:
        notes = [
            "The larva's data have no transmitters, so every edge excites; --transmitter "
            "LNs=gaba,KCs=acetylcholine says which types do what."
        ]
    elif "=" in wanted.transmitter:
        kinds = dict(_pair(part) for part in wanted.transmitter.split(","))
    else:
        kinds = wanted.transmitter
    return found(winding2023(transmitter=kinds), "larva", notes, fly=True)


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = (part.strip() for part in text.partition("="))
    if not equals or not name or not value:
        raise InputError(
            f"--transmitter has {text!r}; expected TYPE=TRANSMITTER, such as LNs=gaba."
        )
    return name, value


SOURCE = Source("larva", _find)
