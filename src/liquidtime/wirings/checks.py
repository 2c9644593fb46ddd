"""Checks that every spec makes on its numbers."""

import operator


def whole_number(name: str, value: object, *, minimum: int) -> None:
    """Check that an argument is a whole number that is not too small.

    Args:
        name: The argument, as the user wrote it.
        value: What came.
        minimum: The smallest value that makes sense.

    Raises:
        ValueError: If `value` is below `minimum`.
        TypeError: If `value` is not a whole number.
    """
    try:
        number = operator.index(value)  # pyright: ignore[reportArgumentType]
    except TypeError as error:
        raise TypeError(f"{name} is {value!r}; expected a whole number.") from error
    if number < minimum:
        raise ValueError(f"{name} is {number}; expected at least {minimum}.")


def at_most(name: str, value: int, limit: int, what: str) -> None:
    """Check that an argument does not exceed the number of neurons it draws from.

    Args:
        name: The argument, as the user wrote it.
        value: What came.
        limit: The largest value that can be met.
        what: What the limit counts, for the message.

    Raises:
        ValueError: If `value` exceeds `limit`.
    """
    if value > limit:
        raise ValueError(f"{name} is {value}, more than the {limit} {what}. Lower {name}.")


def share(name: str, value: float, *, below_one: bool = False) -> None:
    """Check that an argument lies between 0 and 1.

    Args:
        name: The argument, as the user wrote it.
        value: What came.
        below_one: Whether 1 itself is refused.

    Raises:
        ValueError: If `value` lies outside.
    """
    if not 0.0 <= value <= 1.0 or (below_one and value == 1.0):
        limits = "at least 0 and below 1" if below_one else "between 0 and 1"
        raise ValueError(f"{name} is {value}; expected a share {limits}.")
