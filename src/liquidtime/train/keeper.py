"""What outlives a killed process: history, weights and optimiser after every epoch."""

import math
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from lightning.pytorch import Callback, LightningModule, Trainer
from safetensors.torch import load_file, save
from torch import Tensor

from liquidtime.errors import InputError
from liquidtime.runs.write import write_atomically
from liquidtime.train.history import write_history
from liquidtime.train.module import FitModule
from liquidtime.train.score.metrics import higher_is_better

LAST = "last.pt"


@dataclass
class Progress:
    """How far a training has come.

    Attributes:
        history: One record an epoch, as in `history.csv`.
        best_epoch: The epoch whose weights count, or -1 before the first.
        best_weights: These weights, on the CPU.
        weights: Weights after the last epoch; only when read from a checkpoint.
        optimizer: State of the optimiser after the last epoch; only when read from a checkpoint.
    """

    history: list[dict[str, float]] = field(default_factory=list)
    best_epoch: int = -1
    best_weights: dict[str, Tensor] = field(default_factory=dict)
    weights: dict[str, Tensor] | None = None
    optimizer: dict[str, Any] | None = None

    @property
    def next_epoch(self) -> int:
        """Number of the first epoch still to be trained."""
        return len(self.history)

    def waited_out(self, patience: int | None) -> bool:
        """Whether the last `patience` epochs were no better than the best before them."""
        return patience is not None and len(self.history) - 1 - self.best_epoch >= patience


def load_progress(folder: Path) -> Progress:
    """Read what `Keeper` wrote.

    Args:
        folder: Its folder; if it holds no checkpoint yet, the training starts anew.
    """
    if not (folder / LAST).exists():
        return Progress()
    stored = torch.load(folder / LAST, map_location="cpu", weights_only=True)
    best_epoch = stored["best_epoch"]
    return Progress(
        history=stored["history"],
        best_epoch=best_epoch,
        best_weights=load_file(folder / _best_name(best_epoch)),
        weights=stored["weights"],
        optimizer=stored["optimizer"],
    )


class Keeper(Callback):
    """After every epoch: append to the history, keep the best weights, write a checkpoint.

    The checkpoint is one file that names the best epoch's weights file. The weights file is
    written before it and older ones are removed after it, so that whatever a kill leaves behind
    can be gone on from.

    Args:
        progress: Where the training stands; it is brought up to date.
        patience: Stop after so many epochs without a better metric; None never stops.
        folder: Where checkpoints go, or None to keep the best weights in memory only.
        history_file: The history as a table for the user, written every epoch, or None.
    """

    def __init__(
        self,
        progress: Progress,
        patience: int | None,
        folder: Path | None = None,
        history_file: Path | None = None,
    ) -> None:
        self.progress = progress
        self.patience = patience
        self.folder = folder
        self.history_file = history_file

    def on_train_epoch_end(self, trainer: Trainer, pl_module: LightningModule) -> None:
        """Take the epoch's record in; Lightning has validated by now."""
        assert isinstance(pl_module, FitModule)
        progress, record = self.progress, dict(pl_module.record)
        _check_finite(record)
        progress.history.append(record)
        if self._improved(pl_module.metric):
            progress.best_epoch = len(progress.history) - 1
            progress.best_weights = _on_cpu(pl_module.network.state_dict())
        for logger in trainer.loggers:
            logger.log_metrics(record, step=len(progress.history) - 1)
        if self.folder is not None and trainer.is_global_zero:
            self._write(self.folder, pl_module)
        if progress.waited_out(self.patience):
            trainer.should_stop = True

    def _improved(self, metric: str) -> bool:
        """Whether the last epoch is the best so far; of equals, the one with the lower loss."""
        sign = 1.0 if higher_is_better(metric) else -1.0

        def merit(record: dict[str, float]) -> tuple[float, float]:
            value, loss = sign * record[f"validation_{metric}"], -record["validation_loss"]
            return tuple(-math.inf if math.isnan(x) else x for x in (value, loss))  # pyright: ignore

        history, best = self.progress.history, self.progress.best_epoch
        return best < 0 or merit(history[-1]) > merit(history[best])

    def _write(self, folder: Path, module: FitModule) -> None:
        progress = self.progress
        folder.mkdir(parents=True, exist_ok=True)
        best = folder / _best_name(progress.best_epoch)
        if not best.exists():
            write_atomically(best, lambda beside: beside.write_bytes(save(progress.best_weights)))
        optimizer = module.optimizers(use_pl_optimizer=False)
        state = {
            "history": progress.history,
            "best_epoch": progress.best_epoch,
            "weights": _on_cpu(module.network.state_dict()),
            "optimizer": optimizer.state_dict(),  # pyright: ignore
        }
        write_atomically(folder / LAST, lambda beside: torch.save(state, beside))
        for old in folder.glob("best-*.safetensors"):
            if old != best:
                old.unlink()
        if self.history_file is not None:
            write_history(self.history_file, progress.history)


def _best_name(epoch: int) -> str:
    return f"best-{epoch:05d}.safetensors"


def _on_cpu(state: dict[str, Tensor]) -> dict[str, Tensor]:
    return {name: tensor.detach().cpu().clone().contiguous() for name, tensor in state.items()}


def _check_finite(record: dict[str, float]) -> None:
    if not math.isfinite(record["train_loss"]):
        raise InputError(
            f"The training loss is {record['train_loss']} in epoch {int(record['epoch']) + 1}; "
            "expected a finite number. Lower learning_rate, keep gradient_clip above 0, and look "
            "for extreme values in the table."
        )
