"""What outlives a killed process: history, weights and optimiser after every epoch."""

import hashlib
import io
import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from pickle import UnpicklingError
from typing import Any

import torch
from torch import Tensor, nn

from liquidtime.errors import InputError
from liquidtime.runs.digests import file_sha256
from liquidtime.runs.stored import NUMBER, check_like, understood
from liquidtime.runs.write import naming, write_atomically
from liquidtime.train.config import TrainConfig
from liquidtime.train.folder.files import RECORD
from liquidtime.train.folder.weights import read_weights, take_weights, weights_bytes
from liquidtime.train.optimizers import check_state
from liquidtime.train.schedule import Plan
from liquidtime.train.score.metrics import higher_is_better

LAST = "last.pt"
_SEAL = b"\nliquidtime.sha256:"
# Of the training loss of the first round.
_LEARNT = 0.9
_STATE = {
    "history": [{"epoch": NUMBER, "train_loss": NUMBER, str: NUMBER}],
    "best_epoch": int,
    "weights": {str: Tensor},
    "optimizer": {"state": {}, "param_groups": [{}]},
}


@dataclass
class Progress:
    """How far a training has come.

    Attributes:
        history: One record a round, which is one epoch or several; `epoch` is the last one of
            the round, from 0.
        best: The round whose weights count, or -1 before the first.
        best_weights: These weights, on the CPU.
        weights: Weights after the last round; only when read from a checkpoint.
        optimizer: State of the optimiser after the last round; only when read from a checkpoint.
        plan: How long the training is at most, once it is known.
        enough: So many steps end the training, once its loss is down to so much; None asks for
            neither.
    """

    history: list[dict[str, float]] = field(default_factory=list)
    best: int = -1
    best_weights: dict[str, Tensor] = field(default_factory=dict)
    weights: dict[str, Tensor] | None = None
    optimizer: dict[str, Any] | None = None
    plan: Plan | None = None
    enough: tuple[int, float] | None = None

    @property
    def metric(self) -> str:
        """The metric that chooses the epoch, as the history names it."""
        *_, found = (name for name in self.history[0] if name.startswith("validation_"))
        return found.removeprefix("validation_")

    @property
    def measured(self) -> bool:
        """Whether there is a validation part, which chooses."""
        return "validation_loss" in self.history[0]

    @property
    def best_epoch(self) -> int:
        """The epoch after which the weights that count were taken, from 0."""
        return int(self.history[self.best]["epoch"])

    def finished(self, rounds: int, patience: int | None) -> bool:
        """Whether all rounds were run, or the last `patience` ones were no better than before.

        Where a pass is short, as of few series, patience begins once the training loss has come
        down by a tenth: networks often stand still for hundreds of steps before they learn, and
        the best of these rounds is best by chance.
        """
        done = len(self.history)
        if done >= rounds:
            return True
        if self.enough is not None and done and self.plan is not None:
            steps, level = self.enough
            if self.plan.steps_until(done) >= steps and self.history[-1]["train_loss"] <= level:
                return True
        if patience is None or not done:
            return False
        return done - 1 - self.best >= patience and self.learnt

    @property
    def learnt(self) -> bool:
        """Whether the training loss has come down since the first round, where that counts."""
        if self.plan is not None and self.plan.passes == 1:
            return True
        losses = [record["train_loss"] for record in self.history]
        return min(losses) <= _LEARNT * losses[0]

    def take(self, record: dict[str, float], network: nn.Module) -> None:
        """Append a round, and keep its weights if it is the best so far.

        Raises:
            InputError: If its loss or the weights are not finite.
        """
        whole = all(bool(torch.isfinite(each).all()) for each in network.parameters())
        if not (whole and math.isfinite(record["train_loss"])):
            what = f"loss is {record['train_loss']}" if whole else "weights are not finite"
            raise InputError(
                f"The training {what} in epoch {int(record['epoch']) + 1}; "
                "expected a finite number. Lower learning_rate, keep gradient_clip above 0, and "
                "look for extreme values in the table."
                + (" With other options start anew, in another folder." if self.history else "")
            )
        self.history.append(record)
        # Strictly better: of equals the first one stays. Without a validation the last one counts.
        if self.best < 0 or not self.measured or self._merit(-1) > self._merit(self.best):
            self.best = len(self.history) - 1
            self.best_weights = on_cpu(network.state_dict())

    def _merit(self, epoch: int) -> tuple[float, float]:
        """What an epoch is chosen by: its metric; of equals, the lower loss."""
        record, sign = self.history[epoch], 1.0 if higher_is_better(self.metric) else -1.0
        value, loss = sign * record[f"validation_{self.metric}"], -record["validation_loss"]
        return _or_least(value), _or_least(loss)


def load_progress(folder: Path) -> Progress:
    """Read what `save_progress` wrote.

    Args:
        folder: Its folder; if it holds no checkpoint yet, the training starts anew.

    Raises:
        InputError: If it is damaged, or of another run; the message says how to go on all the same.
    """
    path = folder / LAST
    if not path.exists():
        return Progress()
    with _anew(folder):
        stored = _read_state(path)
        stored["best"], digest = stored.pop("best_epoch"), stored.pop("best", None)
        best = folder / _best_name(stored["best"])
        weights = read_weights(best)
        # Version 0.1.0 kept neither.
        if stored.pop("record", record := _digest_of(folder.parent / RECORD)) != record:
            raise InputError(
                f"{path} is not of the run of {folder.parent / RECORD}, or one of them was changed."
            )
        if digest not in (None, file_sha256(best)):
            raise InputError(f"{best} is damaged, or was swapped: {path} knows another SHA-256.")
    return Progress(best_weights=weights, **stored)


def check_fits(progress: Progress, network: nn.Module, folder: Path, config: TrainConfig) -> None:
    """Check that a progress that was read is one of this very network.

    Args:
        progress: As `load_progress` gives it.
        network: Is given its weights, if it has any.
        folder: Where it was read.
        config: The options of the training, resolved.

    Raises:
        InputError: If not.
    """
    if progress.weights is None or progress.optimizer is None:
        return
    with _anew(folder):
        take_weights(network, progress.best_weights, folder / _best_name(progress.best))
        take_weights(network, progress.weights, folder / LAST)
        with understood(folder / LAST):
            shapes = [each.shape for each in network.parameters()]
            check_state(progress.optimizer, shapes, config)


def save_progress(
    folder: Path, progress: Progress, network: nn.Module, optimizer: torch.optim.Optimizer
) -> None:
    """Write a checkpoint after an epoch.

    It is one file, with its own digest behind it, that names the best epoch's weights file and
    knows the digest of that, too. The weights file is written before it and older ones are removed
    after it, so that whatever a kill leaves behind can be gone on from.
    """
    # Not its parents: a run folder that was removed meanwhile is not half made again.
    with naming(folder / LAST):
        folder.mkdir(exist_ok=True)
    best = folder / _best_name(progress.best)
    # Named by its epoch, it never changes later.
    if progress.best == len(progress.history) - 1:
        content = weights_bytes(progress.best_weights)
        write_atomically(best, lambda beside: beside.write_bytes(content))
    state = {
        "history": progress.history,
        "best_epoch": progress.best,
        "weights": on_cpu(network.state_dict()),
        "optimizer": optimizer.state_dict(),
        "best": file_sha256(best),
        "record": _digest_of(folder.parent / RECORD),
    }
    # In memory first, since torch says of a full disk only that something went wrong.
    stream = io.BytesIO()
    torch.save(state, stream)
    stream.write(_SEAL + hashlib.sha256(stream.getbuffer()).digest())
    write_atomically(folder / LAST, lambda beside: beside.write_bytes(stream.getbuffer()))
    for old in folder.glob("best-*.safetensors"):
        if old != best:
            old.unlink()


def _read_state(path: Path) -> dict[str, Any]:
    content = path.read_bytes()
    # Version 0.1.0 wrote no digest.
    whole, seal, digest = content.rpartition(_SEAL)
    if not seal:
        whole = content
    elif hashlib.sha256(whole).digest() != digest:
        raise InputError(f"{path} is damaged: its SHA-256 is not the one behind it.")
    with understood(path):
        try:
            # A folder may come from anyone, and no code of it is run.
            stored = torch.load(io.BytesIO(whole), map_location="cpu", weights_only=True)
        except (UnpicklingError, RuntimeError, EOFError, OSError) as error:
            raise ValueError(str(error)) from error
        check_like(stored, _STATE, path)
        if not 0 <= stored["best_epoch"] < len(stored["history"]):
            raise ValueError(f"its best epoch is {stored['best_epoch']}")
        return {name: stored[name] for name in (*_STATE, "best", "record") if name in stored}


def _digest_of(record: Path) -> str:
    return file_sha256(record) if record.exists() else ""


@contextmanager
def _anew(folder: Path) -> Iterator[None]:
    """Say, of whatever is wrong with a checkpoint, how to go on."""
    try:
        yield
    except InputError as error:
        said = str(error).partition(" Restore it")[0]
        raise InputError(
            f"{said} Restore it, or delete {folder} and go on with --resume: the training then "
            "begins with the first epoch."
        ) from error


def _best_name(epoch: int) -> str:
    return f"best-{epoch:05d}.safetensors"


def on_cpu(state: dict[str, Tensor]) -> dict[str, Tensor]:
    """A copy of a state dict on the CPU."""
    return {name: tensor.detach().cpu().clone().contiguous() for name, tensor in state.items()}


def _or_least(value: float) -> float:
    return -math.inf if math.isnan(value) else value
