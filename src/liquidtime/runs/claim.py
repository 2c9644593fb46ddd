"""A folder for one process at a time."""

import os
import platform
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from liquidtime.errors import InputError

LOCK = ".lock"
"""File in a claimed folder: number and machine of the process that writes there."""


@contextmanager
def claimed(folder: Path) -> Iterator[None]:
    """Hold a folder for this process alone, as long as the block runs.

    The operating system lets go of the lock of a process that ends, however it ends; the file that
    such a process leaves behind does not matter. The lock holds for processes that share the
    folder over a network too, where the file system carries locks.

    Args:
        folder: Is made if it is not there, and removed again if nothing was written into it.

    Raises:
        InputError: If another process holds it; the message names that process.
    """
    made, path = not folder.exists(), folder / LOCK
    try:
        handle = _locked(path)
        try:
            yield
        finally:
            # While it is locked: whoever waits for this very file finds another one, or none, in
            # its place. Windows does not remove an open file; there it stays, free.
            with suppress(PermissionError):
                path.unlink(missing_ok=True)
            handle.close()
    finally:
        # Not if anything lies there.
        with suppress(OSError):
            if made:
                folder.rmdir()


def check_free(folder: Path) -> None:
    """Check that no other process holds a folder.

    Raises:
        InputError: If one does; the message names it.
    """
    # A lock in a folder where one may not write is nobody's: who wrote there could.
    with suppress(PermissionError):
        if (folder / LOCK).exists():
            with claimed(folder):
                pass


def _locked(path: Path) -> IO[str]:
    while True:
        _make(path.parent)
        try:
            handle = path.open("a+", encoding="utf-8")
        except FileNotFoundError:
            # A claim that wrote nothing has removed the folder in between.
            continue
        try:
            _lock(handle.fileno())
        except OSError as error:
            with handle:
                raise _refused(path.parent, handle, error) from None
        if _is_open(path, handle):
            handle.truncate(0)
            handle.write(f"{os.getpid()} on {platform.node()}")
            handle.flush()
            return handle
        # Its holder removed the file after it was opened here: a lock on nothing.
        handle.close()


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        if isinstance(error, FileExistsError) and (folder.is_dir() or not folder.exists()):
            # Another claim has made it, and may have removed it again.
            return
        raise InputError(
            f"{folder} cannot be made: {error.strerror or error}. Choose another folder."
        ) from None


def _refused(folder: Path, handle: IO[str], error: OSError) -> InputError:
    if not isinstance(error, BlockingIOError):
        return InputError(
            f"{folder} cannot be locked against other processes ({error.strerror or error}): its "
            "file system carries no locks. Choose a folder on another disk."
        )
    handle.seek(0)
    return InputError(
        f"{folder} is in use by process {handle.read() or 'of unknown number'}. Wait until that "
        "has ended, stop it, or choose another folder."
    )


def _is_open(path: Path, handle: IO[str]) -> bool:
    try:
        return os.path.samestat(os.fstat(handle.fileno()), path.stat())
    except FileNotFoundError:
        return False


if sys.platform == "win32":
    import msvcrt

    def _lock(file: int) -> None:
        # Far behind the text: a locked byte cannot be read, and the number shall be.
        os.lseek(file, 1 << 30, os.SEEK_SET)
        try:
            msvcrt.locking(file, msvcrt.LK_NBLCK, 1)
        except PermissionError as error:
            raise BlockingIOError from error
else:
    import fcntl

    def _lock(file: int) -> None:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
