"""What the user sees while a network trains: one live line, or one plain line an epoch."""

import time
from typing import Any

from lightning.pytorch import Callback, LightningModule, Trainer
from rich.console import Console
from rich.progress import (
    BarColumn,
    Progress,
    SpinnerColumn,
    TaskID,
    TextColumn,
    TimeRemainingColumn,
)

from liquidtime.train.module import FitModule
from liquidtime.train.score.metrics import higher_is_better

_REFRESH_SECONDS = 0.1


class ProgressLine(Callback):
    """A live bar on a terminal; in a pipe or a file one line an epoch.

    It reads nothing from the network while an epoch runs: a number fetched from a tensor every
    step would make an accelerator wait.

    Args:
        label: What is trained, such as "CfC".
        epochs: Epochs of the whole run.
        first_epoch: Epochs done before, when a run is resumed.
        console: Where to write; by default standard error, so that results on standard output
            stay clean.
    """

    def __init__(
        self, label: str, epochs: int, first_epoch: int = 0, console: Console | None = None
    ) -> None:
        self.label = label
        self.epochs = epochs
        self.first_epoch = first_epoch
        self.console = console or Console(stderr=True, highlight=False, soft_wrap=True)
        self._bar: Progress | None = None
        self._task: TaskID | None = None
        self._drawn = 0.0
        self._best: float | None = None

    def on_train_start(self, trainer: Trainer, pl_module: LightningModule) -> None:
        """Begin the line."""
        if not trainer.is_global_zero or not self.console.is_terminal:
            return
        self._bar = Progress(
            SpinnerColumn(finished_text="[green]✓[/]"),
            TextColumn("[bold]{task.description}"),
            BarColumn(bar_width=24),
            TextColumn("{task.fields[state]}"),
            TimeRemainingColumn(elapsed_when_finished=True),
            console=self.console,
        )
        batches = int(trainer.num_training_batches)
        self._task = self._bar.add_task(
            self.label,
            total=self.epochs * batches,
            completed=self.first_epoch * batches,
            state=f"epoch {self.first_epoch + 1}/{self.epochs}",
        )
        self._bar.start()

    def on_train_batch_end(
        self, trainer: Trainer, pl_module: LightningModule, outputs: Any, batch: Any, batch_idx: int
    ) -> None:
        """Move the bar, a few times a second at most."""
        now = time.monotonic()
        if self._bar is None or now - self._drawn < _REFRESH_SECONDS:
            return
        self._drawn = now
        done = trainer.current_epoch * int(trainer.num_training_batches) + batch_idx + 1
        self._bar.update(self._task_id, completed=done)

    def on_train_epoch_end(self, trainer: Trainer, pl_module: LightningModule) -> None:
        """Show the numbers of the epoch."""
        assert isinstance(pl_module, FitModule)
        if not trainer.is_global_zero:
            return
        state = self._describe(pl_module)
        if self._bar is None:
            self.console.print(f"{self.label}  {state}", markup=False)
            return
        done = (trainer.current_epoch + 1) * int(trainer.num_training_batches)
        self._bar.update(self._task_id, completed=done, state=state)

    def on_train_end(self, trainer: Trainer, pl_module: LightningModule) -> None:
        """End the line; after an early stop the bar is full, nothing is left to do."""
        if self._bar is not None:
            done = self._bar.tasks[0].completed
            self._bar.update(self._task_id, total=done, completed=done)
        self._close()

    def on_exception(
        self, trainer: Trainer, pl_module: LightningModule, exception: BaseException
    ) -> None:
        """Leave the line as it is, so that the message after it starts on its own."""
        self._close()

    @property
    def _task_id(self) -> TaskID:
        assert self._task is not None
        return self._task

    def _close(self) -> None:
        if self._bar is not None:
            self._bar.stop()
            self._bar = None

    def _describe(self, module: FitModule) -> str:
        record = module.record
        value = record[f"validation_{module.metric}"]
        better = self._best is None or (
            value > self._best if higher_is_better(module.metric) else value < self._best
        )
        if better:
            self._best = value
        return (
            f"epoch {int(record['epoch']) + 1:>{len(str(self.epochs))}}/{self.epochs}"
            f"  loss {record['train_loss']:.4f}"
            f"  validation {module.metric} {value:.4f} (best {self._best:.4f})"
            f"  {record['seconds']:.1f} s/epoch"
        )
