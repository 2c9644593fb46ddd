"""How long each model trains until it has a given AUROC on the validation part."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from liquidtime.runs.write import write_json
from liquidtime.tasks.catalogue import task
from liquidtime.tasks.physionet2012_speed.names import Contender
from liquidtime.tasks.physionet2012_speed.parts import TASK, Parts
from liquidtime.train.config import FitConfig
from liquidtime.train.defaults import Size, resolved_model, resolved_training
from liquidtime.train.folder.checkpoints import Progress, check_fits, load_progress, save_progress
from liquidtime.train.loop import begun
from liquidtime.train.progress import ProgressLine
from liquidtime.train.run import new_model

LEVELS = (0.80, 0.82)
_METRIC = "validation_auroc"


def reached(
    parts: Parts,
    contender: Contender,
    folder: Path,
    *,
    minutes: float,
    seed: int,
    say: Callable[[str], None],
) -> dict[str, Any]:
    """Train a model by its recipe until it has the highest level, its budget is up, or it ends.

    Seconds are those of the epochs with their validation. What was stopped goes on from its last
    epoch, with the seconds that it had.

    Args:
        parts: The data.
        contender: Names the recipe.
        folder: Of the checkpoints and the result.
        minutes: The budget.
        seed: Of the weights and batches.
        say: Is told how far it is.

    Returns:
        `levels`: each as text, to the seconds until it was reached, or None; `best`, the highest
        AUROC; `epochs` and `seconds` that were run.
    """
    config = _configured(parts, contender, seed)
    model = new_model(parts.preprocessor, parts.objective, config)
    checkpoints = folder / "checkpoints"
    progress = load_progress(checkpoints)
    check_fits(progress, model.network, checkpoints, config.train)
    epochs = begun(model, parts.objective, parts.training, parts.validation, config.train, progress)
    line = ProgressLine(None, progress, epochs.plan)
    while not _ended(progress, epochs.plan.rounds, minutes):
        number = len(progress.history)
        say(f"{contender.label}, epoch {number + 1} of {epochs.plan.rounds} …")
        progress.take(epochs.run(number, line), epochs.network)
        checkpoints.mkdir(parents=True, exist_ok=True)
        save_progress(checkpoints, progress, epochs.network, epochs.optimizer)
    found = _told(progress)
    write_json(folder / "reached.json", found)
    return found


def _configured(parts: Parts, contender: Contender, seed: int) -> FitConfig:
    config = task(TASK).configured(contender.recipe, seed=seed)
    size = Size(False, False, len(parts.training.lengths))
    train = replace(config.train, select="auroc", patience=None, ensemble=1)
    return replace(
        config, train=resolved_training(train, size), model=resolved_model(config.model, size)
    )


def _ended(progress: Progress, rounds: int, minutes: float) -> bool:
    if len(progress.history) >= rounds:
        return True
    seconds = sum(record["seconds"] for record in progress.history)
    best = max((record[_METRIC] for record in progress.history), default=0.0)
    return seconds >= 60 * minutes or best >= max(LEVELS)


def _told(progress: Progress) -> dict[str, Any]:
    passed, best = 0.0, 0.0
    levels: dict[str, float | None] = {f"{level:.2f}": None for level in LEVELS}
    for record in progress.history:
        passed += record["seconds"]
        best = max(best, record[_METRIC])
        for level in LEVELS:
            if best >= level and levels[f"{level:.2f}"] is None:
                levels[f"{level:.2f}"] = passed
    return {"levels": levels, "best": best, "epochs": len(progress.history), "seconds": passed}
