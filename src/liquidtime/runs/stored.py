"""Read back what a run left, which may be damaged by now: one clear line, and no traceback."""

import json
import math
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from liquidtime.errors import InputError

NUMBER = (int, float)
"""A number, in a description of what is expected."""
_DAMAGE = (
    AttributeError,
    IndexError,
    LookupError,
    OverflowError,
    RecursionError,
    TypeError,
    ValueError,
    ZeroDivisionError,
)


def read_json(path: Path, like: Any = None) -> dict[str, Any]:
    """Read a JSON file that a run left.

    Args:
        path: The file.
        like: What it should hold, as `check_like` wants it; None for any object.

    Raises:
        InputError: If it is gone, is no JSON, or holds something else.
    """
    try:
        text = path.read_text(encoding="utf-8")
        found = json.loads(text, parse_constant=_finite, parse_float=_finite)
    except FileNotFoundError:
        raise InputError(f"{path} is missing. {_way_out(path)}") from None
    except OSError as error:
        raise InputError(f"{path} cannot be read ({error.strerror or error}).") from error
    except (ValueError, RecursionError) as error:
        raise InputError(
            f"{path} cannot be read as JSON ({error}); it is damaged. {_way_out(path)}"
        ) from error
    if not isinstance(found, dict):
        raise InputError(
            f"{path} holds a {type(found).__name__}; expected a JSON object. {_way_out(path)}"
        )
    if like is not None:
        check_like(found, like, path)
    return found


def check_like(found: Any, like: Any, path: Path, place: str = "") -> None:
    """Check that values have the form that they should have.

    Args:
        found: What a file holds, or a part of it.
        like: A type, or a tuple of types (None among them for null); a mapping of what each key,
            which must be there, holds; a mapping of `str` alone to what every key holds; or a list
            of one, for a list of these.
        path: The file.
        place: Where in it the part is.

    Raises:
        InputError: If not; the message names file and place.
    """
    kinds = like if isinstance(like, tuple) else (like,)
    if not any(_is_like(found, kind) for kind in kinds):
        came = "null" if found is None else f"a {type(found).__name__}"
        wanted = " or ".join(map(_words, kinds))
        where = place or "the file"
        raise InputError(
            f"{path} is damaged: {where} is {came}; expected {wanted}. {_way_out(path)}"
        )
    for kind in kinds:
        if isinstance(kind, Mapping) and isinstance(found, Mapping):
            missing = [name for name in kind if name is not str and name not in found]
            if missing:
                raise InputError(
                    f"{path} is damaged: {place + '.' if place else ''}{missing[0]} is missing. "
                    f"{_way_out(path)}"
                )
            for name, value in found.items():
                if (expected := kind.get(name, kind.get(str))) is not None:
                    check_like(value, expected, path, f"{place}.{name}" if place else str(name))
        elif isinstance(kind, list) and isinstance(found, list):
            for number, value in enumerate(found):
                check_like(value, kind[0], path, f"{place}[{number}]")


@contextmanager
def understood(path: Path) -> Iterator[None]:
    """Make, of a file's content, what it stands for; whatever is wrong with it names the file.

    Only for code that does nothing else than that, since any other mistake would be put down to
    the file, too.

    Raises:
        InputError: If it cannot be made.
    """
    try:
        yield
    except InputError as error:
        raise InputError(f"{path}: {error}") from error
    except KeyError as error:
        raise InputError(
            f"{path} is damaged: {error.args[0]!r} is missing. {_way_out(path)}"
        ) from error
    except _DAMAGE as error:
        said = str(error).strip().partition("\n")[0][:200]
        raise InputError(f"{path} is damaged ({said}). {_way_out(path)}") from error


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(f"{text} is no finite number")
    return number


def _is_like(found: Any, kind: Any) -> bool:
    if kind is None:
        return found is None
    if isinstance(kind, Mapping):
        return isinstance(found, dict)
    if isinstance(kind, list):
        return isinstance(found, list)
    # True is an int to Python, and would pass for 1.
    return isinstance(found, kind) and (kind is bool or not isinstance(found, bool))


def _words(kind: Any) -> str:
    if kind is None:
        return "null"
    if isinstance(kind, Mapping):
        return "an object"
    return "a list" if isinstance(kind, list) else f"a {kind.__name__}"


def _way_out(path: Path) -> str:
    return f"Restore it, or make {path.parent} anew."
