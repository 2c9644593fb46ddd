"""Connectomes from tables, matrices and graphs, and from the files that their authors publish."""

from typing import Any

from liquidtime.lazy import lazy_name

_HOMES = {
    "cect_reader": "cect",
    "cook2019": "celegans",
    "flywire": "flywire_tables",
    "from_networkx": "graphs",
    "from_scipy": "graphs",
    "malecns": "malecns_tables",
    "read_edges": "tables",
    "read_table": "tables",
    "to_networkx": "graphs",
    "to_scipy": "graphs",
    "winding2023": "larva",
}

__all__ = [*_HOMES]  # pyright: ignore[reportUnsupportedDunderAll]


def __getattr__(name: str) -> Any:
    """Import a module when one of its names is first used."""
    return lazy_name(__name__, _HOMES, name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
