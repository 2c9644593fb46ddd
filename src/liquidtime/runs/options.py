"""Options as checked dataclasses: by their annotations, and to plain dictionaries and back."""

import dataclasses
import math
import types
import typing
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from liquidtime.errors import InputError


@dataclass(frozen=True)
class Within:
    """Bounds of a number, given with the option: `rate: Annotated[float, Within(above=0)]`.

    Attributes:
        least: It is this at least.
        most: It is this at most.
        above: It is more than this.
        below: It is less than this.
    """

    least: float | None = None
    most: float | None = None
    above: float | None = None
    below: float | None = None

    def holds(self, number: float) -> bool:
        """Whether a number keeps to them."""
        return (
            (self.least is None or number >= self.least)
            and (self.most is None or number <= self.most)
            and (self.above is None or number > self.above)
            and (self.below is None or number < self.below)
        )

    def __str__(self) -> str:
        """Such as "1 or more, at most 65536"."""
        parts = [
            "" if self.least is None else f"{self.least:g} or more",
            "" if self.above is None else f"a number above {self.above:g}",
            "" if self.most is None else f"at most {self.most:,.10g}",
            "" if self.below is None else f"less than {self.below:g}",
        ]
        return ", ".join(filter(None, parts))


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
    """Check fields, by default all, against their annotations: choices by value, else by type.

    A number is finite, and keeps to the bounds (`Within`) that its annotation has.
    """
    hints = typing.get_type_hints(type(config), include_extras=True)
    for name in names or [entry.name for entry in dataclasses.fields(config)]:
        value = getattr(config, name)
        choices, kinds, bounds = _allowed(hints[name])
        # A whole number will do where a float is wanted.
        numbers = (*kinds, int) if float in kinds else kinds
        # True is an int to Python, and would pass for 1.
        truth_as_number = isinstance(value, bool) and bool not in kinds
        if value not in choices and (not isinstance(value, numbers) or truth_as_number):
            words = [repr(choice) for choice in choices] + [kind.__name__ for kind in kinds]
            raise InputError(f"{name} is {value!r}; expected {_either(words)}.")
        if isinstance(value, int | float) and not isinstance(value, bool):
            _check_number(name, value, bounds)


def check_numbers(options: Any) -> None:
    """Check, of options of the command line and of those within them, that numbers keep to bounds.

    Every number is finite, and keeps to those bounds (`Within`) that its annotation has.

    Raises:
        InputError: If one does not; the message names it as it is typed.
    """
    hints = typing.get_type_hints(type(options), include_extras=True)
    for entry in dataclasses.fields(options):
        value = getattr(options, entry.name)
        if dataclasses.is_dataclass(value):
            check_numbers(value)
            continue
        typed = f"--{entry.name.replace('_', '-')}"
        for number in value if isinstance(value, tuple | list) else (value,):
            if isinstance(number, int | float) and not isinstance(number, bool):
                _check_number(typed, number, _allowed(hints[entry.name])[2])


def _check_number(name: str, number: float, bounds: tuple[Within, ...]) -> None:
    for bound in bounds:
        if not bound.holds(number):
            raise InputError(f"{name} is {number!r}; expected {bound}.")
    if not math.isfinite(number):
        raise InputError(f"{name} is {number!r}; expected a finite number.")


def _allowed(hint: Any) -> tuple[tuple[Any, ...], tuple[type, ...], tuple[Within, ...]]:
    origin = typing.get_origin(hint)
    if origin is Annotated:
        inner, *extras = typing.get_args(hint)
        choices, kinds, bounds = _allowed(inner)
        return choices, kinds, (*bounds, *(each for each in extras if isinstance(each, Within)))
    if origin is tuple:
        # Of any length; what it holds is not looked at.
        return (), (tuple,), ()
    if origin is Literal:
        return typing.get_args(hint), (), ()
    if origin in (types.UnionType, typing.Union):
        parts = [_allowed(part) for part in typing.get_args(hint)]
        choices = sum((part[0] for part in parts), ())
        kinds = sum((part[1] for part in parts), ())
        return choices, kinds, sum((part[2] for part in parts), ())
    if hint is type(None):
        return (None,), (), ()
    return (), (hint,), ()


def _either(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}"
