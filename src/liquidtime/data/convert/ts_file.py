"""The .ts text files of the time series archives of aeon, sktime and UCR/UEA/TSER."""

import re
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import torch

from liquidtime.data.convert.arrays import as_target
from liquidtime.data.convert.lists import from_lists
from liquidtime.data.series import IrregularSeries
from liquidtime.data.table.files.encoding import undecodable
from liquidtime.data.table.source import look_at, open_text
from liquidtime.errors import InputError

_PAIR = re.compile(r"\(([^()]*)\)")


def read_ts(path: Path | str) -> IrregularSeries:
    """Read a .ts file, packed or not.

    One line a series: channels between colons, values between commas, "?" (or NaN) where nothing
    was observed, and the class or the value to predict behind the last colon. With "@timeStamps
    true" values stand as (time,value), each channel with times of its own.

    Args:
        path: The file.

    Returns:
        The series, called 0, 1, …; times 0, 1, 2, … where there are no stamps. Classes are named
        as "@classLabel" names them, in that order.

    Raises:
        InputError: If the file is no .ts file; the message names the line.
    """
    path = Path(path)
    look_at(path)
    head: dict[str, list[str]] = {}
    values, times, words = [], [], []
    inside = False
    try:
        with open_text(path, "utf-8") as lines:
            for number, line in enumerate(lines, start=1):
                line = line.strip()
                if not line or line.startswith(("#", "%")):
                    continue
                if inside:
                    block, clock, word = _series(path, number, line, head)
                    values.append(block)
                    times.append(clock)
                    words.append((number, word))
                elif line.lower() == "@data":
                    inside = True
                elif line.startswith("@"):
                    key, *rest = line[1:].split()
                    head[key.lower()] = rest
                else:
                    raise InputError(
                        f"{path}, row {number:,}: came {line[:40]!r}; expected a line that begins "
                        "with @, up to @data. Is this a .ts file?"
                    )
    except UnicodeError:
        raise undecodable(path, "utf-8") from None
    if not values:
        raise InputError(f"{path} holds no series behind @data; expected at least one.")
    widths = {block.shape[1] for block in values}
    if len(widths) > 1:
        odd = next(n for n, block in enumerate(values) if block.shape[1] != values[0].shape[1])
        number = words[odd][0]
        raise InputError(
            f"{path}, row {number:,}: another number of channels than in the series before it; "
            "expected the same in each line."
        )
    target, classes = _target(path, words, head)
    return from_lists(values, times, target=target, classes=classes)


def _flag(head: dict[str, list[str]], key: str) -> bool:
    return bool(head.get(key)) and head[key][0].lower() == "true"


def _has_target(head: dict[str, list[str]]) -> bool:
    return _flag(head, "classlabel") or _flag(head, "targetlabel")


def _series(
    path: Path, number: int, line: str, head: dict[str, list[str]]
) -> tuple[np.ndarray, Any, str]:
    """One line as values [T, C], times [T] and the text of its target."""
    if _flag(head, "timestamps"):
        return _stamped(path, number, line, head)
    channels = line.split(":")
    word = channels.pop().strip() if _has_target(head) else ""
    parts = [_numbers(path, number, part) for part in channels]
    lengths = {len(part) for part in parts}
    if not parts or len(lengths) > 1:
        raise InputError(
            f"{path}, row {number:,}: channels of {sorted(lengths)} values; expected as many in "
            "each channel of a series, ? where one was not observed."
        )
    block = np.stack(parts, axis=1)
    return block, np.arange(len(block), dtype=np.float64), word


def _numbers(path: Path, number: int, text: str) -> np.ndarray:
    cells = [cell.strip() for cell in text.split(",")] if text.strip() else []
    try:
        return np.array([np.nan if cell in ("?", "") else float(cell) for cell in cells])
    except ValueError as error:
        raise InputError(
            f"{path}, row {number:,}: {error}; expected numbers, and ? where none was observed."
        ) from None


def _stamped(
    path: Path, number: int, line: str, head: dict[str, list[str]]
) -> tuple[np.ndarray, Any, str]:
    # Times may hold colons, so the pairs are taken out before the channels are parted.
    bare = _PAIR.sub("@", line)
    pairs = iter(_PAIR.findall(line))
    channels = bare.split(":")
    word = channels.pop().strip() if _has_target(head) else ""
    found: dict[Any, dict[int, float]] = {}
    for channel, text in enumerate(channels):
        for _ in range(text.count("@")):
            time, _, value = next(pairs).rpartition(",")
            place = found.setdefault(_time(path, number, time.strip()), {})
            place[channel] = _numbers(path, number, value)[0] if value.strip() else np.nan
    try:
        order = sorted(found)
    except TypeError:
        raise InputError(
            f"{path}, row {number:,}: mixes dates and numbers as times; expected one kind."
        ) from None
    block = np.full((len(order), len(channels)), np.nan)
    for row, time in enumerate(order):
        for channel, value in found[time].items():
            block[row, channel] = value
    times: Any = np.array(order, dtype=np.float64 if not _dated(order) else "datetime64[us]")
    return block, times, word


def _dated(order: list[Any]) -> bool:
    return bool(order) and isinstance(order[0], datetime)


def _time(path: Path, number: int, text: str) -> Any:
    try:
        return float(text)
    except ValueError:
        pass
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise InputError(
            f"{path}, row {number:,}: the time {text[:40]!r} is neither a number nor a date such "
            "as 2024-03-01 06:00:00."
        ) from None


def _target(
    path: Path, words: list[tuple[int, str]], head: dict[str, list[str]]
) -> tuple[torch.Tensor | None, tuple[str, ...] | None]:
    if not _has_target(head):
        return None, None
    if _flag(head, "targetlabel"):
        found = np.array([_numbers(path, number, word)[0] for number, word in words])
        if np.isnan(found).any():
            at = words[int(np.argmax(np.isnan(found)))][0]
            raise InputError(f"{path}, row {at:,}: the value to predict is missing.")
        return as_target(found), None
    named = tuple(head["classlabel"][1:]) or tuple(sorted({word for _, word in words}))
    position = {name: at for at, name in enumerate(named)}
    for number, word in words:
        if word not in position:
            raise InputError(
                f"{path}, row {number:,}: the class {word[:40]!r} is none of @classLabel "
                f"({', '.join(named)})."
            )
    return torch.tensor([position[word] for _, word in words]), named
