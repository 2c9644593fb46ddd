"""Names of neurons, read in one way wherever they come in: whole numbers, or text."""

from __future__ import annotations

import decimal
import difflib
import re
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from liquidtime.errors import InputError
from liquidtime.optional import require

if TYPE_CHECKING:
    import pandas

_INTEGER = re.compile(r"0|-?[1-9]\d*")
_WHOLE = re.compile(r"(0|-?[1-9]\d*)\.0*")
"""How a column of floats writes a whole number."""
_ROUNDED = re.compile(r"-?\d(\.\d+)?[eE]\+?\d+")
_PADDED = re.compile(r"-?0+\d+")
_EXACT = 2**53
"""From here on neighbouring whole numbers are the same float."""


class Names(NamedTuple):
    """One column of names as it came.

    Attributes:
        what: What messages call it.
        values: A list, an array, a series or one name.
        written: Whether it is text out of a file that does not tell numbers from text, or
            numbers from there that are all written in the usual way.
        row: What messages call the row of an entry.
    """

    what: str
    values: Any
    written: bool = False
    row: Callable[[int], str] = "row {}".format


def read_names(values: Any, what: str = "the names of neurons") -> NDArray[Any]:
    """Names as whole numbers (int64) or as text; see `read_together`."""
    return read_together([Names(what, values)])[0]


def read_together(columns: Sequence[Names]) -> list[NDArray[Any]]:
    """Columns of names that mean the same neurons, all as whole numbers or all as text.

    Whole numbers are int64. Floats that are whole numbers below 2^53 are such, as tables make them
    of ids where one is missing. What a file has written is a number only where every name in all
    columns is the usual spelling of one: beside `007` also `7` is text. Numbers among text are
    text. Blanks around a name do not count. Other objects, such as tuples, stay what they are.

    Args:
        columns: One or several.

    Raises:
        InputError: If a name is missing, a truth value, a float that is no whole number or one
            that may be rounded, or a number stands where text has zeros in front.
    """
    found = [_Read.of(column) for column in columns]
    _decide_written(found)
    words = [word for each in found for word in each.words if isinstance(word, str)]
    if not words:
        return [each.array(text=False) for each in found]
    for word in filter(_PADDED.fullmatch, words):
        if any(each.holds(int(word)) for each in found if not each.column.written):
            raise InputError(
                f"{_list(columns)} hold {word!r} as text and {int(word)} as a number, which may be "
                "the same neuron without its zeros; read all of them as text."
            )
    return [each.array(text=True) for each in found]


def hint(name: object, table: pandas.DataFrame) -> str:
    """What a name that no neuron has may have been meant for; "" if nothing is near."""
    word = str(name)
    for column in ("type", "group", *map(str, table.columns)):
        if column in table and (np.asarray(table[column]).astype(str) == word).any():
            return f"It is a {column}: Connectome.find({{{column!r}: {word!r}}})."
    close = difflib.get_close_matches(word, map(str, table.index), n=2)
    return f"Did you mean {' or '.join(close)}?" if close else ""


class _Read(NamedTuple):
    """A column as codes into its different words, or the words themselves where there are many."""

    column: Names
    codes: NDArray | None
    words: list[Any]
    numbers: NDArray[np.int64] | None = None

    @classmethod
    def of(cls, column: Names) -> _Read:
        pandas = require("pandas", extra="brain")
        values = _as_array(column.values)
        kind = values.dtype.kind if isinstance(values, np.ndarray) else "O"
        if kind == "b":
            raise _wrong(column, 0, values[0] if len(values) else True, "a truth value")
        if kind in "iu":
            if kind == "u" and values.size and values.max() > np.iinfo(np.int64).max:
                raise _wrong(
                    column, int(values.argmax()), values.max(), "too large; expected it as text"
                )
            return cls(column, None, [0] if values.size else [], values.astype(np.int64))
        if kind == "f":
            return cls(column, None, [0] if values.size else [], _whole(column, values))
        try:
            codes, words = pandas.factorize(values)
        except TypeError as error:
            raise InputError(f"{column.what} are no names of neurons: {error}.") from error
        if len(codes) and codes.min() < 0:
            raise _missing(column, int(codes.argmin()))
        if any(type(word) is not str for word in words):
            # Objects that are equal, such as 1 and True, are one in there.
            every = np.asarray(values, dtype=object)
            return cls(column, None, [_one(column, n, word) for n, word in enumerate(every)])
        stripped = [word.strip() for word in words]
        if "" in stripped:
            raise _missing(column, int((codes == stripped.index("")).argmax()))
        for number, word in enumerate(stripped):
            if "\0" in word:
                at = int((codes == number).argmax())
                raise _wrong(
                    column, at, word, "text with a zero byte, which no file of names holds"
                )
        return cls(column, codes, stripped)

    def holds(self, number: int) -> bool:
        """Whether a whole number, not text, is among them."""
        return number in (self.words if self.numbers is None else self.numbers)

    def array(self, *, text: bool) -> NDArray[Any]:
        if self.numbers is not None:
            return self.numbers.astype(str).astype(object) if text else self.numbers
        words = [str(word) if text and isinstance(word, int) else word for word in self.words]
        if words and all(isinstance(word, int) for word in words):
            known = np.array(words, dtype=np.int64)
        else:
            known = np.empty(len(words), dtype=object)
            known[:] = words
        return known if self.codes is None else known[self.codes]


def _decide_written(found: list[_Read]) -> None:
    """Make numbers of what files have written, if all of it is numbers and nothing else is text."""
    written = [each for each in found if each.column.written and each.numbers is None]
    typed = [word for each in found if not each.column.written for word in each.words]
    if any(not isinstance(word, int) for word in typed):
        return
    words = [word for each in written for word in each.words]
    plain = [_INTEGER.fullmatch(word) is not None for word in words]
    floats = [not one and _float(word) for one, word in zip(plain, words, strict=True)]
    if not all(one or other for one, other in zip(plain, floats, strict=True)):
        return
    for each in written:
        for number, word in enumerate(each.words):
            if _INTEGER.fullmatch(word):
                continue
            if abs(float(word)) >= _EXACT:
                row = 0 if each.codes is None else int((each.codes == number).argmax())
                raise _rounded(each.column, row, word)
    if any(floats) and not all(
        one or _WHOLE.fullmatch(word) for one, word in zip(plain, words, strict=True)
    ):
        return
    numbers = {word: int(word.partition(".")[0]) for word in words}
    if any(not -(2**63) <= number < 2**63 for number in numbers.values()):
        return
    for each in written:
        each.words[:] = [numbers[word] for word in each.words]


def _float(word: str) -> bool:
    return _WHOLE.fullmatch(word) is not None or _ROUNDED.fullmatch(word) is not None


def _as_array(values: Any) -> Any:
    pandas = require("pandas", extra="brain")
    if isinstance(values, np.ndarray):
        return np.atleast_1d(values) if values.dtype.kind not in "S" else _decoded(values)
    if isinstance(values, pandas.Series | pandas.Index | pandas.api.extensions.ExtensionArray):
        if isinstance(values, pandas.MultiIndex):
            raise InputError(
                "neurons are named by several columns at once; expected one name each, such as "
                "index.map('/'.join)."
            )
        dtype = values.dtype
        if isinstance(dtype, np.dtype) and dtype.kind in "iufb":
            return np.asarray(values)
        # Whole numbers with a gap are floats in NumPy, but not in here.
        return values.array if isinstance(values, pandas.Series) else values
    if isinstance(values, str | bytes) or np.ndim(values) == 0:
        values = [values]
    array = np.asarray(values) if _all_integers(values) else None
    if array is not None and array.dtype.kind in "iu":
        return array
    listed = list(values)
    array = np.empty(len(listed), dtype=object)
    array[:] = listed
    return array


def _decoded(values: NDArray) -> NDArray:
    return np.char.decode(np.atleast_1d(values), "utf-8").astype(object)


def _all_integers(values: Any) -> bool:
    integral = (int, np.integer)
    return all(isinstance(value, integral) and not isinstance(value, bool) for value in values)


def _one(column: Names, row: int, value: Any) -> Any:
    pandas = require("pandas", extra="brain")
    if isinstance(value, bool | np.bool_):
        raise _wrong(column, row, value, "a truth value")
    if isinstance(value, int | np.integer):
        if not -(2**63) <= value < 2**63:
            raise _wrong(column, row, value, "too large; expected it as text")
        return int(value)
    if isinstance(value, bytes):
        value = value.decode("utf-8")
    if isinstance(value, str):
        if not (text := value.strip()):
            raise _missing(column, row)
        return text
    if isinstance(value, tuple | frozenset):
        return value
    if pandas.isna(value):
        raise _missing(column, row)
    if isinstance(value, decimal.Decimal) and value == value.to_integral_value():
        return int(value)
    if isinstance(value, float | np.floating):
        return int(_whole(column, np.array([value]), row)[0])
    return value


def _whole(column: Names, values: NDArray, first: int = 0) -> NDArray[np.int64]:
    if (gone := np.isnan(values)).any():
        raise _missing(column, first + int(gone.argmax()))
    exact = 2 ** min(np.finfo(values.dtype).nmant + 1, 62)
    if (large := np.abs(values) >= exact).any():
        row = int(large.argmax())
        raise _rounded(column, first + row, values[row].item(), exact)
    if (broken := values % 1 != 0).any():
        row = int(broken.argmax())
        raise _wrong(column, first + row, values[row].item(), "no whole number and no text")
    return values.astype(np.int64)


def _missing(column: Names, row: int) -> InputError:
    return InputError(f"{column.row(row)} has no {column.what}; expected a neuron in each row.")


def _wrong(column: Names, row: int, value: Any, why: str) -> InputError:
    value = value.item() if isinstance(value, np.generic) else value
    return InputError(
        f"{column.row(row)} of {column.what} is {value!r}, {why}; expected names of neurons, whole "
        "numbers or text."
    )


def _rounded(column: Names, row: int, value: object, exact: int = _EXACT) -> InputError:
    return InputError(
        f"{column.row(row)} of {column.what} is {value}, a floating-point number of "
        f"{exact:,} or more, which may be rounded to another neuron's. Keep ids as whole numbers "
        "or text: pandas makes floats of a column in which one is missing, unless it is read with "
        "dtype 'Int64' or str."
    )


def _list(columns: Sequence[Names]) -> str:
    return " and ".join(dict.fromkeys(column.what for column in columns))
