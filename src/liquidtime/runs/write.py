"""Files and folders, there whole or not at all: written beside their place, then renamed."""

import errno
import json
import os
import re
import shutil
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any


def write_atomically(path: Path, write: Callable[[Path], object]) -> None:
    """Let `write` fill a file beside `path`, flush it to disk and rename it into place.

    A process killed at any moment leaves either the old file or the new one under `path`.

    Args:
        path: Where the file shall be.
        write: Is called with a temporary path in the same folder and writes the content there. What
            it raises is passed on, and nothing is left behind.

    Raises:
        OSError: If it cannot be written; it names `path`.
    """
    beside = _beside(path)
    with naming(path):
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
    with naming(folder):
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


@contextmanager
def naming(path: Path) -> Iterator[None]:
    """Let errors of the file system, raised in the block, name this file and the way out."""
    try:
        yield
    except OSError as error:
        number = error.errno or errno.EIO
        reason = error.strerror or str(error)
        if number in _FULL:
            reason = f"{os.strerror(number)}; make room, then go on with what was stopped"
        elif not path.parent.is_dir():
            reason = "its folder is gone; was it removed while this process wrote there?"
        told = error.filename
        # Nobody knows the file beside it that is renamed in the end.
        named = isinstance(told, str) and not is_leftover(Path(told))
        raise OSError(number, reason, told if named else str(path)) from error


def remove_leftovers(folder: Path) -> None:
    """Remove what processes left half written in a folder when they were killed.

    Args:
        folder: In which no other process writes.
    """
    for path in folder.iterdir():
        if not is_leftover(path):
            continue
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)


def is_leftover(path: Path) -> bool:
    """Whether it is what a process that writes, or was killed while it wrote, has there."""
    return _LEFT.fullmatch(path.name) is not None


def remove_at_once(folder: Path) -> None:
    """Remove a folder; the rename at the start makes it gone at one stroke."""
    going = _beside(folder)
    if folder.exists():
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


_FULL = {getattr(errno, name) for name in ("ENOSPC", "EDQUOT", "EFBIG") if hasattr(errno, name)}
_LEFT = re.compile(r"\..+\.\d+\.part")


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
