"""A network drawn by chance with the numbers of a fly."""

from __future__ import annotations

from liquidtime.brain.sources.contract import Found, Source, Wanted, found, refuse, size


def _find(wanted: Wanted) -> Found:
    from liquidtime.brain.generate import fly_like

    refuse(wanted, "files", "transmitter")
    neurons = size(wanted)
    if neurons is None and wanted.in_degree is None:
        return found(fly_like(seed=wanted.seed), "fly-like")
    neurons = neurons or 138_639
    degree = min(109, max(1, neurons // 20)) if wanted.in_degree is None else wanted.in_degree
    made = fly_like(neurons, neurons * degree, seed=wanted.seed)
    return found(made, "fly-like")


SOURCE = Source("fly-like", _find)
