"""The progress bar of a simulation: simulated time, and how it compares with the clock."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

Progress = Callable[[float], object]
"""Is told the simulated time reached, in ms."""

_REFRESH_SECONDS = 0.1


@contextmanager
def shown(wanted: bool | Progress, duration: float) -> Iterator[Progress]:
    """A function to be told simulated time (ms), which shows it while the context is open.

    Args:
        wanted: True for a bar on standard error; a function is told instead; False for nothing.
        duration: ms at the end.
    """
    if callable(wanted):
        yield wanted
        return
    if not wanted:
        yield lambda _: None
        return
    from rich import console, progress

    bar = progress.Progress(
        progress.TextColumn("[bold]simulating"),
        progress.BarColumn(bar_width=24),
        progress.TextColumn("{task.fields[state]}"),
        progress.TimeRemainingColumn(elapsed_when_finished=True),
        console=console.Console(stderr=True, highlight=False),
    )
    began, drawn = time.monotonic(), 0.0
    with bar:
        task = bar.add_task("", total=duration, state="")

        def tell(now: float) -> None:
            nonlocal drawn
            clock = time.monotonic()
            if clock - drawn < _REFRESH_SECONDS and now < duration:
                return
            drawn = clock
            bar.update(task, completed=now, state=_state(now, duration, clock - began))

        yield tell


def _state(now: float, duration: float, seconds: float) -> str:
    speed = now / 1000 / seconds if seconds > 0 else 0.0
    relation = (
        f"{speed:.2f} × real time"
        if speed >= 0.01
        else f"1/{1 / max(speed, 1e-9):.0f} of real time"
    )
    return f"{now:,.0f} / {duration:,.0f} ms  {relation}"
