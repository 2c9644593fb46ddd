"""How the cells of a text file are written: its signs and encoding, checked. Imports no pandas."""

import codecs
import re

from liquidtime.errors import InputError

BLANKS = " \u00a0\u2009\u202f"
APOSTROPHES = "'\u2019"
THOUSANDS = (".", ",", " ", "'")
_TAB_WORDS = ("\\t", "tab")
_NO_TEXT = {"idna", "punycode", "undefined", "unicode-escape", "raw-unicode-escape", "charmap"}
_DATE_CODES, _CLOCK_CODES = "YymdjbBaA", "HIMSfp"


def delimiter(sign: str | None) -> str | None:
    """The delimiter; the word "tab", or a backslash and a t, stands for a tab.

    Raises:
        InputError: If it cannot stand between cells.
    """
    if sign is None:
        return None
    if sign in _TAB_WORDS:
        return "\t"
    if len(sign) != 1 or not sign.isascii() or sign.isalnum() or sign in '"\r\n\0+-':
        raise InputError(
            f"delimiter is {sign!r}; expected one character such as ',', ';', '|' or '\\t', and no "
            "letter, digit, quote or sign of a number."
        )
    return sign


def check_signs(delimiter: str | None, decimal: str, thousands: str | None) -> None:
    """Check the signs inside numbers against each other and against the delimiter.

    Raises:
        InputError: If one is none, or two are the same.
    """
    if decimal not in (".", ","):
        raise InputError(f"decimal is {decimal!r}; expected '.' or ','.")
    if thousands is not None and thousands not in THOUSANDS:
        raise InputError(
            f"thousands is {thousands!r}; expected '.', ',', ' ' or \"'\" (the sign between groups "
            "of three digits)."
        )
    if thousands == decimal:
        raise InputError(
            f"thousands and decimal are both {decimal!r}; expected two signs. Where {decimal!r} "
            f"parts thousands, the decimal sign is {'.' if decimal == ',' else ','!r}."
        )
    # Thousands may: exports for which "1,234" is a number put it between quotes.
    if delimiter == decimal:
        raise InputError(
            f"decimal and delimiter are both {decimal!r}; expected two signs, as a number must not "
            "end at its own sign."
        )


def check_encoding(name: str) -> None:
    """Check that it names an encoding of text files.

    Raises:
        InputError: If Python does not know it, or it is none for tables.
    """
    try:
        found = codecs.lookup(name)
        text = "a,b\n0.5,'\""
        known = found.name not in _NO_TEXT and text.encode(name).decode(name) == text
        codecs.getincrementaldecoder(name)
    except (LookupError, ValueError, TypeError):
        known = False
    if not known:
        raise InputError(
            f"encoding is {name!r}; expected one of text that Python knows, such as 'utf-8', "
            "'latin-1', 'cp1252' or 'utf-16'."
        )


def check_time_format(form: str) -> None:
    """Check codes such as those of `datetime.strptime`.

    Raises:
        InputError: If one is unknown, one stands there twice, or they tell no time.
    """
    codes = re.findall(r"%(.?)", form.replace("%%", ""), re.DOTALL)
    known = _DATE_CODES + _CLOCK_CODES + "z"
    unknown = [code for code in codes if code not in known or not code]
    reason = ""
    if unknown:
        reason = f"%{unknown[0]} is none of them"
    elif len(set(codes)) != len(codes):
        twice = next(code for code in codes if codes.count(code) > 1)
        reason = f"%{twice} stands there twice"
    elif not codes:
        reason = "there is none"
    elif ("I" in codes) != ("p" in codes):
        reason = "%I (hour of 12) and %p (AM or PM) need each other"
    elif has_date(form) and not {"Y", "y"} & set(codes):
        reason = "a date needs its year (%Y)"
    elif "d" in codes and not {"m", "b", "B"} & set(codes):
        reason = "a day needs its month (%m)"
    elif "z" in codes and not has_date(form):
        reason = "a zone needs a date"
    elif not has_date(form) and not {"H", "I", "M", "S"} & set(codes):
        reason = "they tell no time"
    if reason:
        raise InputError(
            f"time_format is {form!r}: {reason}. Expected codes such as %Y %m %d (date), %H %M %S "
            "%f (time of day or duration), %I %p (AM or PM), %b (month's name), %z (zone); for "
            "example %d/%m/%Y %H:%M."
        )


def has_date(form: str) -> bool:
    """Whether a time format tells dates; otherwise it tells durations."""
    return any(f"%{code}" in form.replace("%%", "") for code in _DATE_CODES)
