"""A command in a child of this warm process, within bounds of time and memory."""

import os
import resource
import select
import signal
import sys
import time
import traceback
from collections.abc import Sequence
from pathlib import Path

from contract import Outcome

CPU_SECONDS = 20
MEMORY_MIB = 2048
WALL_SECONDS = 120
_UNCAUGHT = 99


def run(arguments: Sequence[str], folder: Path) -> Outcome:
    """Run `liquidtime` with these arguments, in `folder`, and wait for its end."""
    output, messages = folder / ".output", folder / ".messages"
    pid = os.fork()
    if not pid:
        _command(arguments, folder, output, messages)
    ended, usage = _wait(pid)
    texts = [path.read_text(errors="backslashreplace") for path in (output, messages)]
    output.unlink()
    messages.unlink()
    return Outcome(
        status=os.waitstatus_to_exitcode(ended),
        output=texts[0],
        messages=texts[1],
        cpu_seconds=usage.ru_utime + usage.ru_stime,
        peak_mib=usage.ru_maxrss / 1024,
    )


def _wait(pid: int) -> tuple[int, resource.struct_rusage]:
    handle = os.pidfd_open(pid)
    try:
        if not select.select([handle], [], [], WALL_SECONDS)[0]:
            os.kill(pid, signal.SIGKILL)
    finally:
        os.close(handle)
    _, ended, usage = os.wait4(pid, 0)
    return ended, usage


def _command(arguments: Sequence[str], folder: Path, output: Path, messages: Path) -> None:
    status = _UNCAUGHT
    try:
        flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        os.dup2(os.open(output, flags), 1)
        os.dup2(os.open(messages, flags), 2)
        os.chdir(folder)
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        used = time.process_time()
        resource.setrlimit(resource.RLIMIT_CPU, (int(used) + CPU_SECONDS, int(used) + CPU_SECONDS))
        # Addresses rather than resident pages are what can be bounded before the machine swaps.
        bound = _addresses() + MEMORY_MIB * 2**20
        resource.setrlimit(resource.RLIMIT_AS, (bound, bound))
        from liquidtime.cli.__main__ import main

        status = main(arguments)
    except BaseException:
        traceback.print_exc()
    finally:
        for stream in (sys.stdout, sys.stderr):
            if stream is not None:
                stream.flush()
        os._exit(status)


def _addresses() -> int:
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    return pages * resource.getpagesize()
