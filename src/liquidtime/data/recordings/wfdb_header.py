"""What a WFDB header says, checked: the package `wfdb` takes 250 Hz for a rate that is none."""

import re
from pathlib import Path

from liquidtime.errors import InputError
from liquidtime.notes import note_once

_NUMBER = r"\d+\.?\d*"
_RECORD = re.compile(r"(?P<name>[^\s/]+)(?P<segments>/\d+)?\s+(?P<signals>\d+)(?P<rest>(\s+\S.*)?)")
_RATE = re.compile(rf"({_NUMBER})(/{_NUMBER}(\(-?{_NUMBER}\))?)?")
_SIGNAL = re.compile(
    r"(?P<file>\S+)\s+(?P<format>\d+)(?P<more>(x\d+|:\d+|\+\d+)*)(\s+(?P<gain>\S+).*)?"
)
_GAIN = re.compile(r"(?P<gain>[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?)(\(-?\d+\))?(/\S*)?")
_BITS = {"8": 8, "16": 16, "24": 24, "32": 32, "61": 16, "80": 8, "160": 16, "212": 12}
"""Bits of a sample, by format; others are packed."""


def check_header(base: Path) -> None:
    """Check that a header says what is needed, in the form that the format has, and its files.

    Args:
        base: The record, without ".hea".

    Raises:
        InputError: If it does not, or a file of signals is missing or too short.
    """
    path = base.with_name(f"{base.name}.hea")
    lines = [line.strip() for line in path.read_text(encoding="latin-1").splitlines()]
    lines = [line for line in lines if line and not line.startswith("#")]
    if not lines:
        raise InputError(f"{path} is empty; expected the header of a WFDB record. Copy it again.")
    record = _RECORD.fullmatch(lines[0])
    if record is None:
        raise InputError(
            f"{path} begins with {lines[0][:40]!r}; expected the line of a WFDB record, such as "
            "'100 2 360 650000': name, signals, samples a second, samples. Is it another file?"
        )
    count = int(record["signals"])
    rate, samples = _rate_and_samples(path, record["rest"].split())
    if rate is None:
        note_once(f"{path} tells no samples a second; taken as 250, as the format has it.")
    if record["segments"] or not count:
        return
    if len(lines) - 1 != count:
        raise InputError(
            f"{path} promises {count} signals and describes {len(lines) - 1}; expected a line for "
            "each. Copy it again, or correct the header."
        )
    files: dict[str, float] = {}
    for number, line in enumerate(lines[1:], start=1):
        signal = _SIGNAL.fullmatch(line)
        if signal is None:
            raise InputError(
                f"{path}: signal {number} is described as {line[:40]!r}; expected the file, the "
                "format and the gain, such as '100.dat 212 200(1024)/mV'. Correct the header."
            )
        _check_gain(path, number, signal["gain"])
        # Of several samples a frame the size is more: then too little is told, and nothing wrong.
        bits = 0 if "+" in signal["more"] else _BITS.get(signal["format"], 0)
        files[signal["file"]] = files.get(signal["file"], 0) + (samples or 0) * bits / 8
    for name, size in files.items():
        _check_file(path, base.with_name(name), size)


def _rate_and_samples(path: Path, words: list[str]) -> tuple[str | None, int | None]:
    if not words:
        return None, None
    rate = _RATE.fullmatch(words[0])
    if rate is None or float(rate[1]) == 0:
        raise InputError(
            f"{path}: the samples a second are {words[0][:40]!r}; expected a plain number above 0, "
            "such as 360. Correct the header."
        )
    if len(words) > 1 and not words[1].isdecimal():
        raise InputError(
            f"{path}: the number of samples is {words[1][:40]!r}; expected a whole number. Correct "
            "the header."
        )
    return rate[1], int(words[1]) if len(words) > 1 else None


def _check_gain(path: Path, number: int, given: str | None) -> None:
    gain = None if given is None else _GAIN.fullmatch(given)
    if given is not None and gain is None:
        raise InputError(
            f"{path}: the gain of signal {number} is {given[:40]!r}; expected a number, such as "
            "200 or 200(1024)/mV. Correct the header."
        )
    if gain is None or float(gain["gain"]) == 0:
        note_once(
            f"{path} tells no gain of signal {number}, which is not calibrated; taken as 200 steps "
            "a unit, as the format has it."
        )


def _check_file(path: Path, file: Path, size: float) -> None:
    if file.name.startswith("~"):
        return
    if not file.is_file():
        raise InputError(
            f"{path} names {file.name}, which is not beside it; expected the file of the signals. "
            "Copy both."
        )
    there = file.stat().st_size
    if there < size:
        raise InputError(
            f"{file} holds {there:,} bytes, where {path.name} promises samples of {size:,.0f}; the "
            "file was cut off. Copy it again, or correct the header."
        )
