"""Times as text, read: durations and date-times, as usual or as a format says.

Date-times are nanoseconds since 1970 where all lie between 1678 and 2261, else microseconds, which
reach any year that a date can have.
"""

import math
import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, NamedTuple

import numpy as np

from liquidtime.optional import require

_ZONE = re.compile(r"(?:[zZ]|[+-]\d\d(?::?\d\d)?)$")
_DURATION = re.compile(
    r"(-?)(?:(\d{1,9}) days? )?\+?(\d{1,9}):([0-5]\d)(?::([0-5]\d(?:\.\d{1,20})?))?"
)
_DAY = re.compile(r"\d{1,2}([/.-])\d{1,2}\1(\d{4}|\d\d)(.*)", re.DOTALL)
_CLOCK = re.compile(r"(\d{1,2}:\d\d)(:\d\d)?(\.\d+)?( ?[apAP][mM])?")
_NAMED_MONTHS = (
    *(form.replace("-", sign) for sign in "- ./" for form in ("%d-%b-%Y", "%d-%B-%Y", "%d-%b-%y")),
    *("%d%b%Y", "%b %d, %Y", "%B %d, %Y", "%b %d %Y", "%a %b %d %Y", "%a, %d %b %Y"),
)
_CLOCKS = (
    "",
    *(
        f"{gap}{clock}"
        for gap in (" ", ":", ", ")
        for clock in ("%H:%M", "%H:%M:%S", "%H:%M:%S.%f", "%I:%M %p", "%I:%M:%S %p")
    ),
)
_REACH = np.iinfo(np.int64).max // 1000
_HUGE_GAP = np.timedelta64(300 * 365, "D")


class Dates(NamedTuple):
    """Words read as date-times.

    Attributes:
        stamps: datetime64 in UTC, of unit ns or us; NaT where a word is no date.
        odd: The first word that tells a time zone where the first one tells none, or vice versa.
    """

    stamps: np.ndarray
    odd: int | None = None


def parse_dates(words: list[str], form: str | None = None) -> Dates:
    """Read words as date-times.

    Args:
        words: Without blanks around them.
        form: Codes of `datetime.strptime`; None reads ISO 8601.
    """
    pandas = require("pandas", extra="train")
    # To pandas these are the time at which the table is read.
    plain = (
        [word.replace("o", "") for word in words] if "now" in words or "today" in words else words
    )
    series = pandas.Series(plain, dtype=object)
    options = {"format": form or "ISO8601", "errors": "coerce"}
    try:
        stamps = pandas.to_datetime(series, **options)
    except ValueError:
        stamps = None
    if stamps is None or stamps.dtype.kind != "M":
        # Zones of several kinds.
        stamps = pandas.to_datetime(series, utc=True, **options)
    found = to_utc(stamps)
    lost = [at for at in np.flatnonzero(np.isnat(found)) if words[at]]
    if lost:
        # Years that pandas does not reach, one by one and up to the first that is no date at all.
        found = found.astype("datetime64[us]")
        for at in lost:
            stamp = _one(words[at], form)
            if stamp is None:
                break
            found[at] = stamp
        found = finest(found)
    return Dates(found, _odd_zone(words, found) if form is None else None)


def to_utc(stamps: Any) -> np.ndarray:
    """A pandas series of date-times as datetime64 in UTC, of unit ns if that reaches, else us."""
    if stamps.dt.tz is not None:
        stamps = stamps.dt.tz_convert("UTC").dt.tz_localize(None)
    raw = stamps.to_numpy()
    if np.datetime_data(raw.dtype)[0] == "ns":
        return raw
    return finest(raw.astype("datetime64[us]"))


def finest(micros: np.ndarray) -> np.ndarray:
    """Microseconds as nanoseconds, if these reach all of them."""
    ticks = micros[~np.isnat(micros)].astype(np.int64)
    fits = not len(ticks) or max(-int(ticks.min()), int(ticks.max())) < _REACH
    return micros.astype("datetime64[ns]") if fits else micros


def far_apart(stamps: np.ndarray) -> int | None:
    """Where the first date stands that lies centuries from all others, as "no date" often does.

    Args:
        stamps: datetime64 [rows].

    Returns:
        Its position, or None. Years before 1000 and behind 2500 count, so that a column may well
        hold old records beside new ones.
    """
    different = np.unique(stamps).astype("datetime64[us]")
    gap = int(np.argmax(np.diff(different))) if len(different) > 1 else 0
    if len(different) < 2 or different[gap + 1] - different[gap] < _HUGE_GAP:
        return None
    before, after = different[: gap + 1], different[gap + 1 :]
    years = after[0].astype("datetime64[Y]"), before[-1].astype("datetime64[Y]")
    if years[0] >= np.datetime64("2500") and len(after) <= len(before):
        return int(np.argmax(stamps >= after[0]))
    if years[1] < np.datetime64("1000") and len(before) <= len(after):
        return int(np.argmax(stamps <= before[-1]))
    return None


def _one(word: str, form: str | None) -> np.datetime64 | None:
    try:
        stamp = datetime.fromisoformat(word) if form is None else datetime.strptime(word, form)
    except (ValueError, OverflowError):
        return None
    if stamp.tzinfo is not None:
        try:
            stamp = stamp.astimezone(UTC).replace(tzinfo=None)
        except OverflowError:
            return None
    return np.datetime64(stamp, "us")


def _odd_zone(words: list[str], stamps: np.ndarray) -> int | None:
    dates = np.flatnonzero(~np.isnat(stamps))
    return next((int(at) for at in dates if zoned(words[at]) != zoned(words[dates[0]])), None)


def zoned(word: str, form: str | None = None) -> bool:
    """Whether a date-time tells its time zone."""
    if form is not None:
        return "%z" in form
    return len(word) > 10 and _ZONE.search(word, 10) is not None


def duration_reader(form: str | None = None) -> Callable[[str], float]:
    """What reads a duration as hours, NaN if it is none.

    Args:
        form: Codes of `datetime.strptime` for times of day; the first may be of any size, and a
            fraction may be missing. None reads `HH:MM`, `HH:MM:SS` and `2 days HH:MM:SS`.
    """
    if form is None:
        return _hours
    pattern = _pattern(form)

    def read(word: str) -> float:
        match = pattern.fullmatch(word)
        if match is None:
            return math.nan
        part = {name: text or "0" for name, text in match.groupdict().items()}
        hours = int(part.get("H", "0"))
        if "I" in part:
            hours = int(part["I"]) % 12 + 12 * (part["p"].lower() == "pm")
        seconds = int(part.get("S", "0")) + float(f"0.{part.get('f', '0')}")
        total = hours * 3600 + int(part.get("M", "0")) * 60 + seconds
        return (-total if word.startswith("-") else total) / 3600

    return read


def _pattern(form: str) -> re.Pattern[str]:
    any_size, below_60 = r"\d{1,9}", r"[0-5]?\d"
    coarser = {"M": {"H", "I"}, "S": {"H", "I", "M"}}
    codes = set(re.findall("%(.)", form.replace("%%", "")))
    patterns = {"H": any_size, "I": "0?[1-9]|1[0-2]", "p": "[aA][mM]|[pP][mM]", "f": any_size}
    for code, others in coarser.items():
        patterns[code] = below_60 if codes & others else any_size
    text = ["-?"]
    for piece in re.findall(r"\.%f|%.|\s+|.", form, re.DOTALL):
        if piece == ".%f":
            text.append(rf"(?:\.(?P<f>{any_size}))?")
        elif piece.isspace():
            text.append(r"\s+")
        elif piece[0] == "%" and piece != "%%":
            text.append(f"(?P<{piece[1]}>{patterns[piece[1]]})")
        else:
            text.append(re.escape(piece[0]))
    return re.compile("".join(text))


def format_like(word: str) -> str:
    """Formats that would read a word that has more than one reading, as options to choose from."""
    day, rest = _DAY.fullmatch(word), word
    forms = [""]
    if day is not None:
        sign, year, rest = day.groups()
        year = "%Y" if len(year) == 4 else "%y"
        forms = [sign.join(("%d", "%m", year)), sign.join(("%m", "%d", year))]
        forms = [form + rest[:1] * bool(rest) for form in forms]
        rest = rest[1:]
    clock = _CLOCK.fullmatch(rest)
    if rest and clock is None:
        named = (day + time for day in _NAMED_MONTHS for time in _CLOCKS)
        form = next((each for each in named if _one(word, each) is not None), None)
        return f"--time-format {form or '%d/%m/%Y %H:%M'!r}"
    if clock is not None:
        _, seconds, fraction, noon = clock.groups()
        code = "%I:%M" if noon else "%M:%S" if fraction and not seconds else "%H:%M"
        code += (":%S" if seconds else "") + (".%f" if fraction else "")
        code += "" if not noon else " %p" if noon.startswith(" ") else "%p"
        forms = [form + code for form in forms]
    return " or ".join(f"--time-format {form!r}" for form in forms)


def _hours(word: str) -> float:
    match = _DURATION.fullmatch(word)
    if match is None:
        return math.nan
    sign, days, hours, minutes, seconds = match.groups()
    total = int(days or 0) * 86400 + int(hours) * 3600 + int(minutes) * 60 + float(seconds or 0)
    return (-total if sign else total) / 3600
