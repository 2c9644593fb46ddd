"""Typed access to the members of a `ModuleList`."""

from collections.abc import Iterable
from typing import TypeVar, cast

from torch import nn

T = TypeVar("T")


def members(modules: Iterable[nn.Module], kind: type[T]) -> list[T]:
    """The modules of a list, which are all of one kind, as that kind."""
    return cast("list[T]", list(modules))
