"""Where a result goes when the user does not say."""

import datetime
import re
from pathlib import Path

from liquidtime.runs.folder import Folder, Kind


def free(path: Path) -> Path:
    """The path, or, where that is taken, the first of `<path>-2`, `<path>-3`, … that is not."""
    found, number = path, 2
    while found.exists():
        found, number = path.with_name(f"{path.name}-{number}"), number + 1
    return found


def dated(path: Path) -> Path:
    """`<path>-<date>`, with a number behind it where that is taken; the date is that of UTC."""
    return free(path.with_name(f"{path.name}-{datetime.datetime.now(datetime.UTC).date()}"))


def latest_stopped(path: Path, kind: Kind) -> Path | None:
    """The folder, of those named as `free` or `dated` names them, that was begun last, unfinished.

    Args:
        path: As it was given to `free` or `dated`.
        kind: Of the folder.

    Returns:
        Its path; None if there is none.
    """
    if not path.parent.is_dir():
        return None
    name = re.compile(rf"{re.escape(path.name)}(-\d{{4}}-\d\d-\d\d)?(-\d+)?")
    stopped = [
        found
        for found in path.parent.iterdir()
        if name.fullmatch(found.name)
        and Folder(found, kind).begun
        and not Folder(found, kind).finished
    ]
    return max(stopped, key=lambda found: (found / kind.record).stat().st_mtime, default=None)
