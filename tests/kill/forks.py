"""Commands in processes that are forked, so that each starts in no time, and that are killed."""

import os
import signal
import sys
import time
import traceback
from dataclasses import dataclass
from pathlib import Path

_CHANGES = {"os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.truncate"}


@dataclass(frozen=True)
class Ended:
    """How a process came to its end.

    Attributes:
        status: Its exit status; of a signal, minus its number.
        said: What it wrote on both streams.
        seconds: How long it ran.
    """

    status: int
    said: str
    seconds: float

    @property
    def words(self):
        """What it said, on one line."""
        return " ".join(self.said.split())


def forked(work, said, *, change=None, after=None, sent=signal.SIGKILL, folder=None):
    """Do something in a forked process.

    Args:
        work: What; it returns the exit status.
        said: File for what it says.
        change: Number, from 1, of the change in `folder` at which it kills itself, before that is
            made; or a part of a file's name and the number of its change; None for never.
        after: Seconds after which it is sent a signal; None for never.
        sent: The signal.
        folder: In which changes count.
    """
    began = time.perf_counter()
    process = os.fork()
    if process == 0:
        _child(work, said, change, folder)
    if after is not None:
        time.sleep(after)
        os.kill(process, sent)
    _, status = os.waitpid(process, 0)
    seconds = time.perf_counter() - began
    return Ended(os.waitstatus_to_exitcode(status), Path(said).read_text(), seconds)


def changes(work, folder):
    """Do something in this process, and count the changes in a folder."""
    count = _hook(folder)
    assert work() == 0
    found = count[0]
    # The hook stays, since none can be removed, and counts on.
    return found


def _child(work, said, change, folder):
    status = 70
    try:
        stream = os.open(said, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        os.dup2(stream, 1)
        os.dup2(stream, 2)
        sys.stdout = os.fdopen(1, "w", closefd=False)
        sys.stderr = os.fdopen(2, "w", closefd=False, buffering=1)
        # As in a process of its own, and not as in a test.
        signal.signal(signal.SIGINT, signal.default_int_handler)
        if change is not None:
            _hook(folder, change)
        status = work()
    except KeyboardInterrupt:
        status = 130
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


def _hook(folder, last=None):
    """Count changes in a folder, by Python's audit events; kill this process at the last."""
    inside, count = os.path.abspath(folder), [0]  # noqa: PTH100
    name, last = last if isinstance(last, tuple) else ("", last)

    def seen(event, arguments):
        writes = event == "open" and isinstance(arguments[2], int) and arguments[2] & 3
        if not writes and event not in _CHANGES:
            return
        path = arguments[0]
        path = os.fspath(path) if isinstance(path, str | os.PathLike) else ""
        if path.startswith(inside) and name in path:
            count[0] += 1
            if count[0] == last:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(seen)
    return count
