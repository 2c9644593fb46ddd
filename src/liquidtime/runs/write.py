"""Files and folders, there whole or not at all: written beside their place, then renamed."""

import json
import os
import shutil
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any


def write_atomically(path: Path, write: Callable[[Path], object]) -> None:
    """Let `write` fill a file beside `path`, flush it to disk and rename it into place.

    A process killed at any moment leaves either the old file or the new one under `path`.

    Args:
        path: Where the file shall be.
        write: Is called with a temporary path in the same folder and writes the content there. What
            it raises is passed on, and nothing is left behind.
    """
    beside = _beside(path)
    try:
        mode = _mode_of_new(beside)
        write(beside)
        beside.chmod(mode)
        _flush(beside)
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


def write_folder(folder: Path, write: Callable[[Path], object], *, last: str) -> None:
    """Let `write` fill a folder beside `folder`, flush its files to disk and move them into place.

    A folder that is already there keeps its other files; of those that are replaced, `last` goes
    first and comes last, so that a process killed in between leaves a folder without it rather than
    one that is mixed of two.

    Args:
        folder: Where the files shall be; made if it is not there.
        write: Is called with a temporary folder beside it and writes files there.
        last: The file without which nobody can read the others.
    """
    folder = folder.absolute()
    folder.parent.mkdir(parents=True, exist_ok=True)
    beside = _beside(folder)
    beside.mkdir(exist_ok=True)
    try:
        write(beside)
        files = sorted(beside.iterdir(), key=lambda path: path.name == last)
        for path in files:
            _flush(path)
        if not folder.exists():
            beside.rename(folder)
            return
        (folder / last).unlink(missing_ok=True)
        for path in files:
            path.replace(folder / path.name)
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def remove_at_once(folder: Path) -> None:
    """Remove a folder; the rename at the start makes it gone at one stroke."""
    going = folder.with_name(f".{folder.name}-done")
    if folder.exists():
        # What a process left that was killed in here.
        shutil.rmtree(going, ignore_errors=True)
        folder.rename(going)
    shutil.rmtree(going, ignore_errors=True)


def write_text(path: Path, text: str) -> None:
    """Write UTF-8 text atomically."""
    write_atomically(path, lambda beside: beside.write_bytes(text.encode()))


def write_json(path: Path, value: Any) -> None:
    """Write JSON atomically, as `json_text` makes it."""
    write_text(path, json_text(value))


def json_text(value: Any) -> str:
    """JSON, indented; a NaN or an infinity is a ValueError, not a broken file."""
    return json.dumps(value, indent=2, allow_nan=False, ensure_ascii=False) + "\n"


def _beside(path: Path) -> Path:
    # The process in the name: two that write one file do not write one another's half.
    return path.with_name(f".{path.name}.{os.getpid()}.part")


def _mode_of_new(path: Path) -> int:
    """What the umask leaves to a new file: safetensors writes its own for the owner alone."""
    path.unlink(missing_ok=True)
    path.touch()
    return stat.S_IMODE(path.stat().st_mode)


def _flush(path: Path) -> None:
    # Without it a rename may reach the disk before the content does, and leave an empty file.
    with path.open("r+b") as handle:
        os.fsync(handle.fileno())
