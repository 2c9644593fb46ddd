"""What the user sees while a network trains: one live line, or one plain line a round."""

import time
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, SpinnerColumn, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bar

from liquidtime.train.folder.checkpoints import Progress
from liquidtime.train.report.naming import metric_name
from liquidtime.train.schedule import Plan

_REFRESH_SECONDS = 0.1


class ProgressLine:
    """A live bar on a terminal; in a pipe or a file one line a round.

    Args:
        label: What is trained; None shows nothing.
        progress: Where the training stands; it is only looked at.
        plan: How long the training will be at most.
        console: Where to write; by default standard error, so that results on standard output
            stay clean.
    """

    def __init__(
        self,
        label: str | None,
        progress: Progress,
        plan: Plan,
        console: Console | None = None,
    ) -> None:
        self.label = label
        self.progress = progress
        self.plan = plan
        self._since_round = 0
        self._drawn = 0.0
        if label is None:
            return
        self.console = console or Console(stderr=True, highlight=False, soft_wrap=True)
        self._bar = Bar(
            SpinnerColumn(finished_text="[green]✓[/]"),
            TextColumn("[bold]{task.description}"),
            BarColumn(bar_width=24),
            TextColumn("{task.fields[state]}"),
            TimeRemainingColumn(elapsed_when_finished=True),
            console=self.console,
            disable=not self.console.is_terminal,
        )
        epoch = self._epochs_done() + 1
        self._task = self._bar.add_task(
            label, total=plan.steps, state=f"epoch {epoch}/{self._epochs()}"
        )

    def __enter__(self) -> Self:
        if self.label is not None:
            self._bar.start()
        return self

    def __exit__(self, *raised: object) -> None:
        if self.label is not None:
            self._bar.stop()

    def batch(self) -> None:
        """Move the bar after a batch, a few times a second at most."""
        if self.label is None:
            return
        self._since_round += 1
        now = time.monotonic()
        if now - self._drawn >= _REFRESH_SECONDS:
            self._drawn = now
            self._bar.update(self._task, completed=self._steps_done() + self._since_round)

    def round(self, *, last: bool) -> None:
        """Show the numbers of the round; after the last the bar is full, stopped early or not."""
        if self.label is None:
            return
        self._since_round = 0
        done = self._steps_done()
        total = done if last else self.plan.steps
        self._bar.update(self._task, completed=done, total=total, state=self._state())
        if self._bar.disable:
            self.console.print(f"{self.label}  {self._state()}", markup=False)

    def _steps_done(self) -> int:
        return min(self.plan.steps, self._epochs_done() * self.plan.each)

    def _epochs_done(self) -> int:
        history = self.progress.history
        return int(history[-1]["epoch"]) + 1 if history else 0

    def _epochs(self) -> int:
        return self.plan.epoch(self.plan.rounds - 1) + 1

    def _state(self) -> str:
        progress = self.progress
        record, epochs = progress.history[-1], str(self._epochs())
        state = f"epoch {self._epochs_done():>{len(epochs)}}/{epochs}"
        state += f"  loss {record['train_loss']:.4f}"
        if progress.measured:
            name = f"validation_{progress.metric}"
            best = progress.history[progress.best][name]
            state += f"  validation {metric_name(progress.metric)} {record[name]:.4f}"
            state += f" (best {best:.4f})"
        return f"{state}  {record['seconds'] / self.plan.passes:.1f} s/epoch"
