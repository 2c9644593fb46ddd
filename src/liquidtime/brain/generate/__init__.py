"""Connectomes by chance: random, of given degrees, in space, and the cortical microcircuit.

What a seed makes does not depend on the number of threads.
"""

from typing import Any

from liquidtime.lazy import lazy_name

_HOMES = {
    "CountDistribution": "counts",
    "constant": "counts",
    "cortical_microcircuit": "microcircuit",
    "degree_matched": "degrees",
    "fly_like": "fly",
    "geometric": "counts",
    "lognormal": "counts",
    "random": "random_graph",
    "shuffled": "degrees",
    "spatial": "spatial_graph",
}

__all__ = [*_HOMES]  # pyright: ignore[reportUnsupportedDunderAll]


def __getattr__(name: str) -> Any:
    """Import a module when one of its names is first used."""
    return lazy_name(__name__, _HOMES, name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
