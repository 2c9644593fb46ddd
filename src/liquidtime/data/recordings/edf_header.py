"""What the header of an EDF or BDF file says, checked, before a package reads the file."""

import math
from pathlib import Path
from typing import NamedTuple

from liquidtime.errors import InputError

_FIXED = 256
_OF_SIGNAL = (16, 80, 8, 8, 8, 8, 8, 80, 8, 32)
"""Bytes of the fields of a signal."""
_LABEL, _LIMITS, _SAMPLES = 0, (3, 4, 5, 6), 8
_NAMES = ("physical minimum", "physical maximum", "digital minimum", "digital maximum")
BDF, EDF = b"\xffBIOSEMI", b"0       "


class Scale(NamedTuple):
    """How the numbers of a signal are made physical, as the header has it.

    Attributes:
        label: Its name.
        limits: Physical and digital minimum and maximum.
    """

    label: str
    limits: tuple[str, str, str, str]

    def check(self, path: Path) -> None:
        """Check that it can be done.

        Raises:
            InputError: If a limit is no number, or two are the same.
        """
        numbers = [_number(each) for each in self.limits]
        for name, text, number in zip(_NAMES, self.limits, numbers, strict=True):
            if number is None:
                raise InputError(
                    f"{path}: the {name} of {self.label!r} is {text!r}; expected a number. Correct "
                    "the header, or leave the signal out: channels=[…]."
                )
        if numbers[0] == numbers[1] or numbers[2] == numbers[3]:
            raise InputError(
                f"{path}: minimum and maximum of {self.label!r} are the same "
                f"({', '.join(self.limits)}), so that nothing tells its unit; expected two. "
                "Correct the header, or leave the signal out: channels=[…]."
            )


def check_header(path: Path) -> tuple[Scale, ...]:
    """Check that a header is whole, and the file as long as it promises.

    Returns:
        The scale of each signal that is none of annotations.

    Raises:
        InputError: If it is not.
    """
    size = path.stat().st_size
    with path.open("rb") as file:
        fixed = file.read(_FIXED)
        if fixed[:8] not in (EDF, BDF):
            raise InputError(
                f"{path} begins with {fixed[:8]!r}; expected an EDF file ({EDF!r}) or a BDF file "
                f"({BDF!r}). Is it another file, or empty?"
            )
        if len(fixed) < _FIXED:
            raise _cut_off(path, size, _FIXED, "the header")
        texts = {
            "number of data records": fixed[236:244],
            "number of signals": fixed[252:256],
        }
        found = {name: _whole(path, name, text) for name, text in texts.items()}
        records, count = found.values()
        seconds = _number(_text(fixed[244:252]))
        if count < 1 or seconds is None or seconds <= 0:
            raise InputError(
                f"{path}: the header tells {count} signals and data records of "
                f"{_text(fixed[244:252])!r} seconds; expected some of each. Correct it."
            )
        length = _FIXED * (count + 1)
        told = _whole(path, "number of bytes of the header", fixed[184:192])
        if told != length:
            raise InputError(
                f"{path}: the header is of {told:,} bytes by itself; expected {length:,}, as it "
                f"tells {count} signals. Correct it."
            )
        if size < length:
            raise _cut_off(path, size, length, f"the header of {count} signals")
        rest = file.read(length - _FIXED)
    fields, at = [], 0
    for width in _OF_SIGNAL:
        fields.append([_text(rest[at + n * width :][:width]) for n in range(count)])
        at += width * count
    labels = fields[_LABEL]
    samples = [
        _whole(path, f"number of samples of {label!r}", text.encode("latin-1"))
        for label, text in zip(labels, fields[_SAMPLES], strict=True)
    ]
    if min(samples) < 1:
        raise InputError(
            f"{path}: a data record holds {min(samples)} samples of "
            f"{labels[samples.index(min(samples))]!r}; expected one at least. Correct the header."
        )
    each = sum(samples) * (3 if fixed[:8] == BDF else 2)
    # While a recording runs, its number of records is written as -1.
    if records >= 0 and (size - length) // each != records:
        few = (size - length) // each < records
        raise InputError(
            f"{path} holds {(size - length) / each:,.6g} data records of {each:,} bytes, where its "
            f"header promises {records:,}: "
            + ("the file was cut off" if few else "there is more behind them")
            + ". Copy it again, or correct the header (-1 takes the records that are there)."
        )
    if size - length < each:
        raise _cut_off(path, size, length + each, "the header and one data record")
    ordinary = [n for n, label in enumerate(labels) if not label.endswith("F Annotations")]
    limits = [tuple(fields[field][n] for field in _LIMITS) for n in ordinary]
    return tuple(Scale(labels[n], each) for n, each in zip(ordinary, limits, strict=True))  # pyright: ignore[reportArgumentType]


def _text(raw: bytes) -> str:
    return raw.decode("latin-1").strip(" \0")


def _number(text: str) -> float | None:
    try:
        found = float(text)
    except ValueError:
        return None
    return found if math.isfinite(found) else None


def _whole(path: Path, name: str, raw: bytes) -> int:
    text = _text(raw)
    try:
        return int(text)
    except ValueError:
        raise InputError(
            f"{path}: the {name} is {text!r} by its header; expected a whole number. Was the file "
            "written to the end? Copy it again, or correct the header."
        ) from None


def _cut_off(path: Path, size: int, needed: int, what: str) -> InputError:
    return InputError(
        f"{path} holds {size:,} bytes, and {what} takes {needed:,}: the file was cut off. Copy it "
        "again."
    )
