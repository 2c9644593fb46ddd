"""A cortical microcircuit drawn by chance."""

from __future__ import annotations

from liquidtime.brain.sources.contract import Found, Source, Wanted, found, refuse, size


def _find(wanted: Wanted) -> Found:
    from liquidtime.brain.generate import cortical_microcircuit
    from liquidtime.brain.generate.microcircuit import SIZES

    refuse(wanted, "files", "transmitter", "in_degree")
    neurons = size(wanted) or round(0.1 * sum(SIZES))
    made = cortical_microcircuit(min(1.0, neurons / sum(SIZES)), seed=wanted.seed)
    return found(made, "microcircuit")


SOURCE = Source("microcircuit", _find)
