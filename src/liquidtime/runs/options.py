"""Options as checked dataclasses: by their annotations, and to plain dictionaries and back."""

import dataclasses
import types
import typing
from collections.abc import Mapping
from typing import Any, Literal

from liquidtime.errors import InputError


def from_dict(cls: type, mapping: Mapping[str, Any]) -> Any:
    """An object of a dataclass from its fields; an unknown one is an `InputError`."""
    known = [entry.name for entry in dataclasses.fields(cls)]
    unknown = sorted(set(mapping) - set(known))
    if unknown:
        raise InputError(
            f"{cls.__name__} has no option {', '.join(map(repr, unknown))}; "
            f"expected some of: {', '.join(known)}."
        )
    return cls(**mapping)


def check_choices(config: Any, *names: str) -> None:
    """Check fields, by default all, against their annotations: choices by value, else by type."""
    hints = typing.get_type_hints(type(config))
    for name in names or [entry.name for entry in dataclasses.fields(config)]:
        hint = hints[name]
        value = getattr(config, name)
        choices, kinds = _allowed(hint)
        # A whole number will do where a float is wanted.
        numbers = (*kinds, int) if float in kinds else kinds
        # True is an int to Python, and would pass for 1.
        truth_as_number = isinstance(value, bool) and bool not in kinds
        if value in choices or (isinstance(value, numbers) and not truth_as_number):
            continue
        words = [repr(choice) for choice in choices] + [kind.__name__ for kind in kinds]
        raise InputError(f"{name} is {value!r}; expected {_either(words)}.")


def _allowed(hint: Any) -> tuple[tuple[Any, ...], tuple[type, ...]]:
    origin = typing.get_origin(hint)
    if origin is Literal:
        return typing.get_args(hint), ()
    if origin in (types.UnionType, typing.Union):
        parts = [_allowed(part) for part in typing.get_args(hint)]
        return sum((p[0] for p in parts), ()), sum((p[1] for p in parts), ())
    if hint is type(None):
        return (None,), ()
    return (), (hint,)


def _either(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}"


def check_at_least(config: Any, least: float, *names: str) -> None:
    """Check that fields are not below a number."""
    for name in names:
        if not getattr(config, name) >= least:
            raise InputError(f"{name} is {getattr(config, name)!r}; expected {least} or more.")
