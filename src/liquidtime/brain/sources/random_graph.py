"""A network drawn by chance."""

from __future__ import annotations

from liquidtime.brain.sources.contract import Found, Source, Wanted, found, refuse, size

_NEURONS, _IN_DEGREE = 1000, 100


def _find(wanted: Wanted) -> Found:
    from liquidtime.brain.generate import random

    refuse(wanted, "files", "transmitter")
    neurons = size(wanted) or _NEURONS
    degree = min(_IN_DEGREE, neurons - 1) if wanted.in_degree is None else wanted.in_degree
    return found(random(neurons, degree, seed=wanted.seed), "random")


SOURCE = Source("random", _find)
