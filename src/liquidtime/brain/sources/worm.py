"""C. elegans, as published by Cook and others in 2019."""

from __future__ import annotations

from liquidtime.brain.sources.contract import Found, Source, Wanted, found, refuse


def _find(wanted: Wanted) -> Found:
    from liquidtime.brain.read import cook2019

    refuse(wanted, "neurons", "in_degree", "files", "transmitter")
    note = "A weight of this worm is a number of sections, not of synapses."
    return found(cook2019(), "worm", [] if wanted.scaled else [note])


SOURCE = Source("worm", _find)
