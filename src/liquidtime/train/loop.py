"""Train a network on encoded parts, epoch by epoch, so that a run can be repeated and resumed."""

from dataclasses import replace
from pathlib import Path

from liquidtime.data.batch import Batchable
from liquidtime.models.contract import Model
from liquidtime.train.checkpoints import Progress, check_fits, load_progress, save_progress
from liquidtime.train.config import TrainConfig
from liquidtime.train.epochs import Epochs
from liquidtime.train.files import CHECKPOINTS, HISTORY
from liquidtime.train.history import write_history
from liquidtime.train.loss import Loss
from liquidtime.train.objectives.contract import Objective
from liquidtime.train.processes import launched
from liquidtime.train.progress import ProgressLine


def train(
    model: Model,
    objective: Objective,
    training: Batchable,
    validation: Batchable,
    config: TrainConfig,
    *,
    folder: Path | None = None,
    resume: bool = False,
    label: str | None = None,
) -> Progress:
    """Train, choose the best epoch by the validation part, and load its weights.

    A model that finds its weights at once does so, which is recorded as one epoch.

    Random numbers and step sizes depend on the seed and the epoch only, and the optimiser's state
    is kept after every epoch. So a run that was killed at any moment and resumed ends with the
    very weights of an unbroken one on the CPU (same threads, same versions).

    Args:
        model: A freshly seeded network; it is trained in place.
        objective: The loss of the task.
        training: The part to learn from, with targets.
        validation: The part that chooses the epoch, with targets.
        config: How to train.
        folder: The run folder: `history.csv`, `checkpoints/` and, if TensorBoard is installed,
            `tensorboard/` go there. None keeps everything in memory.
        resume: Go on from the folder's last checkpoint, if there is one.
        label: Name shown in the progress line; None shows nothing.

    Returns:
        The history and which epoch won; the network holds that epoch's weights.

    Raises:
        InputError: If loss or weights are not finite, or a checkpoint is damaged.
        KeyboardInterrupt: On Ctrl-C; the last finished epoch is safe in the folder.
    """
    checkpoints = None if folder is None else folder / CHECKPOINTS
    if model.solve is not None:
        # All is done in one go, by solvers of the CPU.
        config = replace(config, epochs=1, patience=None, accelerator="cpu")
    progress = Progress()
    if resume and checkpoints is not None:
        progress = load_progress(checkpoints)
        check_fits(progress, model.network, checkpoints)
    if not progress.finished(config.epochs, config.patience):
        fabric = launched(config, folder)
        parts = training, validation
        epochs = Epochs(fabric, Loss(model, objective), config, parts, progress, model.solve)
        _run(epochs, progress, folder, label)
    model.network.load_state_dict(progress.best_weights)
    model.network.eval()
    return progress


def _run(epochs: Epochs, progress: Progress, folder: Path | None, label: str | None) -> None:
    config, fabric = epochs.config, epochs.fabric
    shown = label if fabric.is_global_zero else None
    with ProgressLine(shown, progress, config.epochs, len(epochs.batches)) as line:
        while not progress.finished(config.epochs, config.patience):
            epoch = len(progress.history)
            progress.take(epochs.run(epoch, line), epochs.network)
            line.epoch(last=progress.finished(config.epochs, config.patience))
            fabric.log_dict(progress.history[-1], step=epoch)
            if folder is not None and fabric.is_global_zero:
                network, optimizer = epochs.network, epochs.optimizer
                save_progress(folder / CHECKPOINTS, progress, network, optimizer)
                # After the checkpoint, which has the history, too: a kill in between loses nothing.
                write_history(folder / HISTORY, progress.history)
    for logger in fabric.loggers:
        logger.finalize("success")
