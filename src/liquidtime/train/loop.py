"""Train a network on encoded parts: Lightning's Trainer, set up so that a run can be repeated."""

import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from lightning.pytorch import Callback, Trainer
from lightning.pytorch.loggers import TensorBoardLogger
from lightning.pytorch.strategies import DDPStrategy
from lightning.pytorch.utilities import rank_zero_only
from lightning_utilities.core.imports import RequirementCache

from liquidtime.data.batching import BucketBatches
from liquidtime.data.encoded import EncodedSeries
from liquidtime.data.loaders import batch_loader
from liquidtime.models.predictor import Predictor
from liquidtime.train.config import TrainConfig
from liquidtime.train.files import CHECKPOINTS, HISTORY
from liquidtime.train.keeper import Keeper, Progress, load_progress
from liquidtime.train.module import FitModule
from liquidtime.train.objective import Objective
from liquidtime.train.progress import ProgressLine
from liquidtime.train.quiet import quiet_lightning


@dataclass(frozen=True)
class Trained:
    """What a training came to; the predictor holds the best epoch's weights.

    Attributes:
        history: One record an epoch, epochs from 0, as in `history.csv`.
        best_epoch: The epoch that the validation part chose, from 0.
        metric: The metric it was chosen by.
        stopped_early: Whether patience ran out.
        seconds: Wall time of this process's share; a resumed run does not know the time before.
    """

    history: list[dict[str, float]]
    best_epoch: int
    metric: str
    stopped_early: bool
    seconds: float


def process_rank() -> int:
    """Number of this process among those that train together; 0 when it is alone."""
    return int(getattr(rank_zero_only, "rank", 0) or 0)


def train(
    predictor: Predictor,
    objective: Objective,
    training: EncodedSeries,
    validation: EncodedSeries,
    config: TrainConfig,
    *,
    folder: Path | None = None,
    resume: bool = False,
    label: str | None = None,
) -> Trained:
    """Train, choose the best epoch by the validation part, and load its weights.

    Random numbers and step sizes depend on the seed and the epoch only, and the optimiser's state
    is kept after every epoch. So a run that was killed at any moment and resumed ends with the
    very weights of an unbroken one on the CPU (same threads, same versions).

    Args:
        predictor: A freshly seeded network; it is trained in place.
        objective: Its loss.
        training: The part to learn from, with targets.
        validation: The part that chooses the epoch, with targets.
        config: How to train.
        folder: The run folder: `history.csv`, `checkpoints/` and, if TensorBoard is installed,
            `tensorboard/` go there. None keeps everything in memory.
        resume: Go on from the folder's last checkpoint, if there is one.
        label: Name shown in the progress line; None shows nothing.

    Returns:
        The history and which epoch won.

    Raises:
        InputError: If the loss is not finite.
        KeyboardInterrupt: On Ctrl-C; the last finished epoch is safe in the folder.
    """
    began = time.perf_counter()
    checkpoints = None if folder is None else folder / CHECKPOINTS
    progress = load_progress(checkpoints) if resume and checkpoints else Progress()
    if progress.weights is not None:
        predictor.load_state_dict(progress.weights)
    module = FitModule(predictor, objective, validation, config, progress.optimizer)
    history_file = None if folder is None else folder / HISTORY
    callbacks: list[Callback] = [Keeper(progress, config.patience, checkpoints, history_file)]
    if label is not None:
        callbacks.append(ProgressLine(label, config.epochs, len(progress.history)))
    if len(progress.history) < config.epochs and not progress.waited_out(config.patience):
        _run_lightning(module, training, config, callbacks, folder, len(progress.history))
    predictor.load_state_dict(progress.best_weights)
    predictor.eval()
    return Trained(
        history=progress.history,
        best_epoch=progress.best_epoch,
        metric=module.metric,
        stopped_early=len(progress.history) < config.epochs,
        seconds=time.perf_counter() - began,
    )


def _run_lightning(
    module: FitModule,
    training: EncodedSeries,
    config: TrainConfig,
    callbacks: list[Callback],
    folder: Path | None,
    first_epoch: int,
) -> None:
    with quiet_lightning():
        trainer = Trainer(
            **_processes(config),
            max_epochs=config.epochs,
            gradient_clip_val=config.gradient_clip or None,
            callbacks=callbacks,
            logger=_tensorboard(folder),
            default_root_dir=folder,
            enable_checkpointing=False,
            enable_progress_bar=False,
            enable_model_summary=False,
            num_sanity_val_steps=0,
            use_distributed_sampler=False,
        )
        # A Trainer counts epochs from 0; a resumed one goes on counting, so that samplers, seeds
        # and logs meet the epoch they would have met in an unbroken run.
        done: Any = trainer.fit_loop.epoch_progress.current
        done.processed = done.completed = first_epoch
        share: dict[str, Any] = {"rank": trainer.global_rank, "world_size": trainer.world_size}
        batches = BucketBatches(training.lengths, config.batch_size, config.seed, **share)
        batches.set_epoch(first_epoch)
        whole = module.validation
        ordered = BucketBatches(whole.lengths, max(256, config.batch_size), shuffle=False, **share)
        pinned = trainer.strategy.root_device.type == "cuda"
        with _interruptible(trainer, folder):
            trainer.fit(
                module,
                batch_loader(training, batches, pin_memory=pinned),
                batch_loader(whole, ordered, pin_memory=pinned),
            )


def _processes(config: TrainConfig) -> dict[str, Any]:
    """Accelerator, number of processes and how they talk."""
    accelerator = config.accelerator
    if accelerator == "auto":
        # Not Apple's GPU: it has no float64, in which the losses are summed.
        accelerator = "gpu" if torch.cuda.is_available() else "cpu"
    devices, nodes = (1 if config.devices == "auto" else config.devices), 1
    if "TORCHELASTIC_RUN_ID" in os.environ:
        devices = int(os.environ["LOCAL_WORLD_SIZE"])
        nodes = int(os.environ["WORLD_SIZE"]) // devices
    strategy: Any = "auto"
    if devices * nodes > 1:
        backend = "gloo" if accelerator == "cpu" else "nccl"
        strategy = DDPStrategy(process_group_backend=backend)
    return {
        "accelerator": accelerator,
        "devices": devices,
        "num_nodes": nodes,
        "strategy": strategy,
    }


def _tensorboard(folder: Path | None) -> TensorBoardLogger | bool:
    installed = RequirementCache("tensorboard") or RequirementCache("tensorboardX")
    if folder is None or not installed:
        return False
    return TensorBoardLogger(folder, name="tensorboard", version="")


@contextmanager
def _interruptible(trainer: Trainer, folder: Path | None) -> Iterator[None]:
    """Turn Lightning's exit on Ctrl-C back into a `KeyboardInterrupt` that says how to go on."""
    on_main = threading.current_thread() is threading.main_thread()
    handler = signal.getsignal(signal.SIGINT)
    try:
        yield
    except SystemExit as stopped:
        if not trainer.interrupted:
            raise
        message = "Stopped."
        if folder is not None:
            message = (
                f"Stopped. Every finished epoch is safe in {folder}; "
                "run the same command with --resume to go on."
            )
        raise KeyboardInterrupt(message) from stopped
    finally:
        if on_main and handler is not None:
            signal.signal(signal.SIGINT, handler)
