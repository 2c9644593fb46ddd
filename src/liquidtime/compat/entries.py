"""Named tensors of a state dict, and the prefixes that modules put before their names."""

from collections.abc import Mapping

from torch import Tensor

Entries = dict[str, Tensor]
"""Tensors by name, such as those of a state dict."""


def under(entries: Mapping[str, Tensor], prefix: str) -> Entries:
    """What lies under a prefix, without it."""
    return {
        name.removeprefix(prefix): value
        for name, value in entries.items()
        if name.startswith(prefix)
    }


def prefixed(entries: Mapping[str, Tensor], prefix: str) -> Entries:
    """The same tensors, with a prefix before each name."""
    return {prefix + name: value for name, value in entries.items()}
