"""Train a network on encoded parts, epoch by epoch, so that a run can be repeated and resumed."""

from dataclasses import replace
from pathlib import Path
from typing import Any

from liquidtime.data.batch import Batchable
from liquidtime.models.contract import Model
from liquidtime.notes import note_once
from liquidtime.train.config import TrainConfig
from liquidtime.train.defaults import Size, resolved_training
from liquidtime.train.epochs import Epochs
from liquidtime.train.folder.checkpoints import Progress, check_fits, load_progress, save_progress
from liquidtime.train.folder.files import CHECKPOINTS, HISTORY
from liquidtime.train.folder.history import write_history
from liquidtime.train.loss import Loss
from liquidtime.train.objectives.contract import Objective
from liquidtime.train.processes import Curves, launched
from liquidtime.train.progress import ProgressLine
from liquidtime.train.schedule import Plan, plan


def train(
    model: Model,
    objective: Objective,
    training: Batchable,
    validation: Batchable | None,
    config: TrainConfig,
    *,
    folder: Path | None = None,
    resume: bool = False,
    label: str | None = None,
    until: int | None = None,
    level: float | None = None,
) -> Progress:
    """Train, choose the best weights by the validation part, and load them.

    A model that finds its weights at once does so, which is recorded as one epoch.

    Random numbers and step sizes depend on the seed and the epoch only, and the optimiser's state
    is kept after every epoch. So a run that was killed at any moment and resumed ends with the
    very weights of an unbroken one on the CPU (same threads, same versions).

    Args:
        model: A freshly seeded network; it is trained in place.
        objective: The loss of the task.
        training: The part to learn from, with targets.
        validation: The part that chooses the best weights, with targets; None trains to the end
            and keeps the last ones.
        config: How to train; what is "auto" is resolved by the training part.
        folder: The run folder: `history.csv`, `checkpoints/` and, if TensorBoard is installed,
            `tensorboard/` go there. None keeps everything in memory.
        resume: Go on from the folder's last checkpoint, if there is one.
        label: Name shown in the progress line; None shows nothing.
        until: End after so many steps, if that is sooner; the step size goes as if not.
        level: With `until`, end after the first round from there on whose training loss is as low
            as this, or never: a network that begins to learn later than another is not stopped
            before it has.

    Returns:
        The history and which epoch won; the network holds that epoch's weights.

    Raises:
        InputError: If loss or weights are not finite, or a checkpoint is damaged.
        KeyboardInterrupt: On Ctrl-C; the last finished epoch is safe in the folder.
    """
    config = ready(model, objective, training, validation, config)
    checkpoints = None if folder is None else folder / CHECKPOINTS
    progress = Progress()
    if resume and checkpoints is not None:
        progress = load_progress(checkpoints)
        check_fits(progress, model.network, checkpoints, config)
    progress.plan = _plan(training, config, until if level is None else None)
    if until is not None and level is not None:
        progress.enough = until, level
    if not progress.finished(progress.plan.rounds, _patience(config)):
        epochs = begun(model, objective, training, validation, config, progress)
        _run(epochs, progress, folder, label)
    model.network.load_state_dict(progress.best_weights)
    model.network.eval()
    return progress


_OF_STEPS = (
    *("epochs", "steps", "batch_size", "optimizer", "learning_rate", "momentum", "smoothing"),
    *("weight_decay", "input_dropout", "gradient_clip", "schedule", "decay", "patience"),
)


def note_idle(asked: TrainConfig, *, at_once: bool) -> None:
    """Name the options that were given and have no effect.

    Args:
        asked: As the user gave them.
        at_once: Whether the weights are found in closed form.
    """
    usual = TrainConfig()
    idle = [name for name in _OF_STEPS if getattr(asked, name) != getattr(usual, name)]
    if at_once and idle:
        note_once(
            f"Without effect: {', '.join(idle)}. The weights of this model are found at once, in "
            "closed form, and not in steps."
        )
        return
    for name, other, value in (
        ("momentum", "optimizer", "sgd"),
        ("smoothing", "optimizer", "rmsprop"),
        ("decay", "schedule", "exponential"),
    ):
        if name in idle and getattr(asked, other) != value:
            note_once(f"Without effect: {name}, which is for {other} {value!r} alone.")


def ready(
    model: Model,
    objective: Objective,
    training: Batchable,
    validation: Batchable | None,
    config: TrainConfig,
) -> TrainConfig:
    """The options of a training with nothing left open."""
    size = Size(not objective.bounded, objective.per_step, len(training.lengths))
    config = resolved_training(config, size)
    if validation is None:
        config = replace(config, patience=None)
    if model.solve is not None:
        # All is done in one go, by solvers of the CPU.
        at_once: dict[str, Any] = {"epochs": 1, "steps": "auto", "patience": None}
        config = replace(config, accelerator="cpu", **at_once)
    return config


def begun(
    model: Model,
    objective: Objective,
    training: Batchable,
    validation: Batchable | None,
    config: TrainConfig,
    progress: Progress,
) -> Epochs:
    """A training whose rounds the caller runs; arguments as of `train`, options as of `ready`."""
    if progress.plan is None:
        progress.plan = _plan(training, config)
    assert config.input_dropout != "auto"
    loss = Loss(model, objective, config.input_dropout)
    processes = launched(config)
    return Epochs(processes, loss, config, training, validation, progress, model.solve)


def _plan(training: Batchable, config: TrainConfig, until: int | None = None) -> Plan:
    assert config.batch_size != "auto"
    return plan(config, -(-len(training.lengths) // config.batch_size), until)


def _patience(config: TrainConfig) -> int | None:
    assert config.patience != "auto"
    return config.patience


def _run(epochs: Epochs, progress: Progress, folder: Path | None, label: str | None) -> None:
    processes, plan, patience = epochs.processes, epochs.plan, epochs.config.patience
    assert patience != "auto"
    leads = processes.rank == 0
    curves = Curves(folder if leads else None)
    with ProgressLine(label if leads else None, progress, plan) as line:
        while not progress.finished(plan.rounds, patience):
            number = len(progress.history)
            progress.take(epochs.run(number, line), epochs.network)
            line.round(last=progress.finished(plan.rounds, patience))
            curves.add(progress.history[-1], plan.epoch(number))
            if folder is not None and leads:
                network, optimizer = epochs.network, epochs.optimizer
                save_progress(folder / CHECKPOINTS, progress, network, optimizer)
                # After the checkpoint, which has the history, too: a kill in between loses nothing.
                write_history(folder / HISTORY, progress.history)
    curves.close()
