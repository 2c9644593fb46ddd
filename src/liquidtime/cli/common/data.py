"""The files that DATA names: what they are called in messages, and as a run."""

from collections.abc import Sequence
from pathlib import Path

from liquidtime.errors import InputError


def told(data: Sequence[Path]) -> str:
    """The files in a title: "stays.csv", "data/*.csv", "a.csv and 11 more"."""
    more = f" and {len(data) - 1:,} more" if len(data) > 1 else ""
    name = str(data[0]) if _is_pattern(data[0]) else data[0].resolve().name
    return f"{name}{more}"


def first_name(data: Sequence[Path]) -> Path:
    """What a run of these files is called after: the file; of a pattern or of several, the folder.

    Raises:
        InputError: If there are none.
    """
    if not data:
        raise InputError("DATA is missing; expected a CSV or Parquet file, a pattern or a folder.")
    if len(data) == 1 and not _is_pattern(data[0]):
        return data[0].resolve()
    fixed = [part for part in data[0].parent.parts if not _is_pattern(Path(part))]
    return Path(*fixed).resolve()


def _is_pattern(path: Path) -> bool:
    return any(sign in str(path) for sign in "*?[") and not path.exists()
