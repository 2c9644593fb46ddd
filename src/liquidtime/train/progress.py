"""What the user sees while a network trains: one live line, or one plain line an epoch."""

import time
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, SpinnerColumn, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bar

from liquidtime.train.checkpoints import Progress
from liquidtime.train.report.naming import metric_name

_REFRESH_SECONDS = 0.1


class ProgressLine:
    """A live bar on a terminal; in a pipe or a file one line an epoch.

    Args:
        label: What is trained; None shows nothing.
        progress: Where the training stands; it is only looked at.
        epochs: How many epochs there will be at most.
        batches: Batches in an epoch.
        console: Where to write; by default standard error, so that results on standard output
            stay clean.
    """

    def __init__(
        self,
        label: str | None,
        progress: Progress,
        epochs: int,
        batches: int,
        console: Console | None = None,
    ) -> None:
        self.label = label
        self.progress = progress
        self.epochs = epochs
        self.batches = batches
        self.console = console or Console(stderr=True, highlight=False, soft_wrap=True)
        self._bar = Bar(
            SpinnerColumn(finished_text="[green]✓[/]"),
            TextColumn("[bold]{task.description}"),
            BarColumn(bar_width=24),
            TextColumn("{task.fields[state]}"),
            TimeRemainingColumn(elapsed_when_finished=True),
            console=self.console,
            disable=label is None or not self.console.is_terminal,
        )
        first = len(progress.history)
        self._task = self._bar.add_task(
            label or "", total=epochs * batches, state=f"epoch {first + 1}/{epochs}"
        )
        self._since_epoch = 0
        self._drawn = 0.0

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def __exit__(self, *raised: object) -> None:
        self._bar.stop()

    def batch(self) -> None:
        """Move the bar after a batch, a few times a second at most."""
        self._since_epoch += 1
        now = time.monotonic()
        if now - self._drawn >= _REFRESH_SECONDS:
            self._drawn = now
            done = len(self.progress.history) * self.batches + self._since_epoch
            self._bar.update(self._task, completed=done)

    def epoch(self, *, last: bool) -> None:
        """Show the numbers of the epoch; after the last the bar is full, stopped early or not."""
        self._since_epoch = 0
        done = len(self.progress.history) * self.batches
        total = done if last else self.epochs * self.batches
        self._bar.update(self._task, completed=done, total=total, state=self._state())
        if self._bar.disable and self.label is not None:
            self.console.print(f"{self.label}  {self._state()}", markup=False)

    def _state(self) -> str:
        progress = self.progress
        record, metric = progress.history[-1], progress.metric
        best = progress.history[progress.best_epoch][f"validation_{metric}"]
        return (
            f"epoch {len(progress.history):>{len(str(self.epochs))}}/{self.epochs}"
            f"  loss {record['train_loss']:.4f}"
            f"  validation {metric_name(metric)} "
            f"{record[f'validation_{metric}']:.4f} (best {best:.4f})"
            f"  {record['seconds']:.1f} s/epoch"
        )
