"""What outlives a killed process: history, weights and optimiser after every epoch."""

import math
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save
from torch import Tensor, nn

from liquidtime.errors import InputError
from liquidtime.runs.write import write_atomically
from liquidtime.train.score.metrics import higher_is_better

LAST = "last.pt"


@dataclass
class Progress:
    """How far a training has come.

    Attributes:
        history: One record an epoch, epochs from 0, as in `history.csv`.
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
    def metric(self) -> str:
        """The metric that chooses the epoch, as the history names it."""
        *_, found = (name for name in self.history[0] if name.startswith("validation_"))
        return found.removeprefix("validation_")

    def finished(self, epochs: int, patience: int | None) -> bool:
        """Whether all epochs were run, or the last `patience` ones were no better than before."""
        done = len(self.history)
        return done >= epochs or (patience is not None and done - 1 - self.best_epoch >= patience)

    def take(self, record: dict[str, float], network: nn.Module) -> None:
        """Append an epoch, and keep its weights if it is the best so far.

        Raises:
            InputError: If its loss is not finite.
        """
        if not math.isfinite(record["train_loss"]):
            raise InputError(
                f"The training loss is {record['train_loss']} in epoch {record['epoch'] + 1}; "
                "expected a finite number. Lower learning_rate, keep gradient_clip above 0, and "
                "look for extreme values in the table."
            )
        self.history.append(record)
        # Strictly better: of equals the first one stays.
        if self.best_epoch < 0 or self._merit(-1) > self._merit(self.best_epoch):
            self.best_epoch = len(self.history) - 1
            self.best_weights = _on_cpu(network.state_dict())

    def _merit(self, epoch: int) -> tuple[float, float]:
        """What an epoch is chosen by: its metric; of equals, the lower loss."""
        record, sign = self.history[epoch], 1.0 if higher_is_better(self.metric) else -1.0
        value, loss = sign * record[f"validation_{self.metric}"], -record["validation_loss"]
        return _or_least(value), _or_least(loss)


def load_progress(folder: Path) -> Progress:
    """Read what `save_progress` wrote.

    Args:
        folder: Its folder; if it holds no checkpoint yet, the training starts anew.
    """
    if not (folder / LAST).exists():
        return Progress()
    # A folder may come from anyone, and no code of it is run.
    stored = torch.load(folder / LAST, map_location="cpu", weights_only=True)
    best = load_file(folder / _best_name(stored["best_epoch"]))
    return Progress(best_weights=best, **stored)


def save_progress(
    folder: Path, progress: Progress, network: nn.Module, optimizer: torch.optim.Optimizer
) -> None:
    """Write a checkpoint after an epoch.

    It is one file that names the best epoch's weights file. The weights file is written before it
    and older ones are removed after it, so that whatever a kill leaves behind can be gone on from.
    """
    folder.mkdir(parents=True, exist_ok=True)
    best = folder / _best_name(progress.best_epoch)
    # Named by its epoch, it never changes once it is there.
    if not best.exists():
        write_atomically(best, lambda beside: beside.write_bytes(save(progress.best_weights)))
    state = {
        "history": progress.history,
        "best_epoch": progress.best_epoch,
        "weights": _on_cpu(network.state_dict()),
        "optimizer": optimizer.state_dict(),
    }
    write_atomically(folder / LAST, lambda beside: torch.save(state, beside))
    for old in folder.glob("best-*.safetensors"):
        if old != best:
            old.unlink()


def _best_name(epoch: int) -> str:
    return f"best-{epoch:05d}.safetensors"


def _on_cpu(state: dict[str, Tensor]) -> dict[str, Tensor]:
    return {name: tensor.detach().cpu().clone().contiguous() for name, tensor in state.items()}


def _or_least(value: float) -> float:
    return -math.inf if math.isnan(value) else value
