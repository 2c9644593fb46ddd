"""Runs of a task in several processes of one thread each.

A process takes one run after another, so that it reads a task's data once. It needs nothing of the
one that started it but a name: the runs themselves leave everything in their folders.
"""

import contextlib
import multiprocessing
import os
import threading
import traceback
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from multiprocessing.connection import Connection, wait
from typing import Any

from liquidtime.errors import InputError
from liquidtime.tasks.record import Planned, Record
from liquidtime.train.baseline.standing import Which
from liquidtime.train.folder.files import HISTORY

Job = tuple[Planned, Which]
"""A run, and how many plain models to set beside it."""
Watch = Callable[[float], None]
"""Is told the share that is done, from 0 to 1, twice a second."""
Perform = Callable[[str, Planned, Which], Record]
"""Runs one of a task by its name."""

_SECONDS = 0.5
_ONE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
# Nothing of this process is copied, so that it may have threads.
CONTEXT: Any = multiprocessing.get_context("spawn")


def side_by_side(
    task: str, jobs: Sequence[Job], perform: Perform, *, processes: int, watch: Watch | None = None
) -> Iterator[tuple[Planned, Record | InputError]]:
    """Run some, as many at once as there are processes.

    When the caller stops, by an error or Ctrl-C, the processes are ended; what they ran goes on
    from its last epoch when it is asked for again. They end by themselves when this process does.

    Args:
        task: Its name.
        jobs: The runs.
        perform: A function of a module, which each process imports.
        processes: How many.
        watch: Is told how far they are.

    Yields:
        Each run as it ends, with its record, or with what was wrong.
    """
    waiting, ended = deque(jobs), 0
    workers = [_Worker(task, perform) for _ in range(min(processes, len(jobs)))]
    try:
        while True:
            for worker in workers:
                if worker.planned is None and waiting:
                    worker.begin(waiting.popleft())
            busy = {worker.pipe: worker for worker in workers if worker.planned is not None}
            if not busy:
                return
            for pipe in wait(list(busy), timeout=_SECONDS):
                ended += 1
                yield busy[pipe].result()  # pyright: ignore[reportArgumentType]
            if watch is not None:
                running = (worker.planned for worker in workers if worker.planned is not None)
                watch((ended + sum(map(_share, running))) / len(jobs))
    finally:
        for worker in workers:
            worker.end()


class _Worker:
    """A process, and the run that it is at."""

    def __init__(self, task: str, perform: Perform) -> None:
        self.task, self.perform = task, perform
        self.planned: Planned | None = None
        self._start()

    def begin(self, job: Job) -> None:
        """Give it a run."""
        self.planned = job[0]
        self.pipe.send(job)

    def result(self) -> tuple[Planned, Record | InputError]:
        """What came of its run."""
        planned = self.planned
        assert planned is not None
        try:
            found = self.pipe.recv()
        except (EOFError, ConnectionError):
            self.process.join()
            code = self.process.exitcode
            found = InputError(
                f"its process ended with status {code}"
                + (", as one that took too much memory does" if code == -9 else "")
                + "; with fewer --jobs there is more memory for each. Repeat the command to go on."
            )
            self._start()
        self.planned = None
        if isinstance(found, Exception) and not isinstance(found, InputError):
            raise found
        return planned, found

    def end(self) -> None:
        """End the process, whatever it is at."""
        self.pipe.close()
        self.process.terminate()
        self.process.join()

    def _start(self) -> None:
        self.pipe, other = CONTEXT.Pipe()
        self.process = CONTEXT.Process(
            target=_work, args=(self.task, self.perform, other), daemon=True
        )
        with _one_thread():
            self.process.start()
        other.close()


def _work(task: str, perform: Perform, pipe: Connection) -> None:
    """Run what comes, until nothing can come."""
    import signal

    import torch

    # Ctrl-C reaches all processes of a terminal; the first one ends the others.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    torch.set_num_threads(1)
    with contextlib.suppress(EOFError):
        while True:
            planned, which = pipe.recv()
            try:
                found = perform(task, planned, which)
            except (InputError, ImportError) as error:
                found = type(error)(str(error))
            except Exception:
                found = RuntimeError(f"{planned.folder} failed.\n{traceback.format_exc()}")
            pipe.send(found)


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


@contextlib.contextmanager
def _one_thread() -> Iterator[None]:
    """Inside, libraries that a new process loads take one thread."""
    before = {name: os.environ.get(name) for name in _ONE_THREAD}
    os.environ.update(dict.fromkeys(_ONE_THREAD, "1"))
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def _share(planned: Planned) -> float:
    """How far a run is: the epochs in its history, of all."""
    epochs = planned.config.train.epochs
    with contextlib.suppress(OSError):
        lines = (planned.folder / HISTORY).read_bytes().count(b"\n")
        return min(1.0, max(0, lines - 1) / epochs) if epochs else 0.0
    return 0.0
