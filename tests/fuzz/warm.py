"""Commands run before the cases, in this process or stopped midway in a child."""

import contextlib
import io
import os
import signal
import time
from collections.abc import Callable


def warm(*arguments: object) -> None:
    """Run a command in this process, so that each child starts with all modules loaded.

    Raises:
        RuntimeError: If it does not succeed.
    """
    from liquidtime.cli.__main__ import main

    written = io.StringIO()
    with contextlib.redirect_stdout(written), contextlib.redirect_stderr(written):
        status = main([str(argument) for argument in arguments])
    if status:
        raise RuntimeError(f"{arguments}: {written.getvalue()}")


def stopped(arguments: tuple[object, ...], ready: Callable[[], bool]) -> None:
    """Run a command in a child and press Ctrl-C as soon as `ready`.

    Raises:
        RuntimeError: If it ends before, or is not ready within a minute.
    """
    pid = os.fork()
    if not pid:
        status = 1
        try:
            # A child of a child inherits how the interrupt is handled from whoever started it.
            signal.signal(signal.SIGINT, signal.default_int_handler)
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, 1)
            os.dup2(nowhere, 2)
            from liquidtime.cli.__main__ import main

            status = main([str(argument) for argument in arguments])
        finally:
            os._exit(status)
    latest = time.monotonic() + 60
    while not ready():
        if time.monotonic() > latest or os.waitpid(pid, os.WNOHANG)[0]:
            raise RuntimeError(f"{arguments} did not come to where it was to be stopped")
        time.sleep(0.002)
    os.kill(pid, signal.SIGINT)
    status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    if status != 130:
        raise RuntimeError(f"{arguments} ended with {status} after Ctrl-C")
