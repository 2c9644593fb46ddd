"""What a cell of a task's table costs on this machine: one seed of one model."""

import json
import statistics
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple

from liquidtime.tasks.contract import Task

if TYPE_CHECKING:
    from liquidtime.data import IrregularSeries, Split

# A first round warms up; where it takes longer than this, it counts.
_LONG = 3.0
_BATCHES = 2


class Cost(NamedTuple):
    """Minutes of one seed, and how they are known."""

    minutes: float
    how: Literal["measured", "stated", "scaled"]


def known(task: Task, recipe: str, out: Path) -> Cost | None:
    """What earlier runs took, or the recipe says; None where neither is there.

    Args:
        task: The task.
        recipe: Name of the recipe.
        out: Folder of the task's runs.
    """
    wanted = task.recipe(recipe)
    seconds = []
    for path in out.glob(f"*/{recipe}-*.json"):
        with suppress(OSError, ValueError, KeyError, TypeError):
            record = json.loads(path.read_text(encoding="utf-8"))
            same = record["config"]["train"]["epochs"] == wanted.config.train.epochs
            if record["recipe"] == recipe and same:
                seconds.append(float(record["seconds_total"]))
    if seconds:
        return Cost(statistics.median(seconds) / 60, "measured")
    return None if wanted.minutes is None else Cost(wanted.minutes, "stated")


def scaled(
    task: Task, recipe: str, parts: "tuple[IrregularSeries, Split]", *, seed: int = 0
) -> Cost:
    """The time of a few steps of the recipe's network on this machine, times their number.

    A batch or two of the training part are drawn at random, so that lengths are as they come. The
    measurement of the validation part is reckoned as a third of a training on as many series.

    Args:
        task: The task.
        recipe: Name of the recipe.
        parts: What a protocol's `parts` returned.
        seed: Of the draw and the weights.
    """
    import numpy as np

    from liquidtime.train.defaults import resolved
    from liquidtime.train.folder.checkpoints import Progress
    from liquidtime.train.loop import begun, ready
    from liquidtime.train.objectives import catalogue as objectives
    from liquidtime.train.progress import ProgressLine
    from liquidtime.train.run import new_model
    from liquidtime.train.schedule import plan

    series, split = parts
    training = task.framed(recipe, series).select(split.train)
    config = resolved(task.configured(recipe, seed=seed), training)
    batch = config.train.batch_size
    assert batch != "auto"
    count = min(len(training), _BATCHES * batch)
    drawn = np.random.default_rng(seed).choice(len(training), count, replace=False)
    sample = training.select(np.sort(drawn))
    preprocessor = task.fitted(recipe, sample)
    objective = objectives.of_training(training, config)
    model = new_model(preprocessor, objective, config)
    encoded = preprocessor.encode(sample, reads=model.reads)
    train = ready(model, objective, encoded, None, config.train)
    progress = Progress()
    epochs = begun(model, objective, encoded, None, train, progress)
    line = ProgressLine(None, progress, epochs.plan)
    seconds = epochs.run(0, line)["seconds"]
    if seconds < _LONG and model.solve is None:
        seconds = epochs.run(1, line)["seconds"] if epochs.plan.rounds > 1 else seconds
    passes = seconds / epochs.plan.passes * len(training) / count
    each = -(-len(training) // batch)
    times = 1.0 if model.solve is not None else plan(config.train, each).steps / each
    measured = 1 + len(split.validation) / len(training) / 3
    return Cost(passes * times * measured / 60, "scaled")
