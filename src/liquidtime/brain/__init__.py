"""Connectomes: read, made, simulated, perturbed, fitted and spread over machines.

Units everywhere: mV, ms, nS, pF, pA, which fit together (pF / nS = ms, nS · mV = pA).
"""

from typing import Any

from liquidtime.lazy import lazy_name

_HOMES = {
    "Connectome": "connectome",
    "Edges": "edges",
    "Parameters": "parameters",
    "SynapseParameters": "parameters",
}

__all__ = [*_HOMES]  # pyright: ignore[reportUnsupportedDunderAll]


def __getattr__(name: str) -> Any:
    """Import a module when one of its names is first used."""
    return lazy_name(__name__, _HOMES, name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
