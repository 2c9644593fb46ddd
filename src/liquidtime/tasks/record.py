"""What is kept of one run of a task: a JSON file that tells its result without the run folder."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from liquidtime.errors import InputError
from liquidtime.runs.stored import read_json
from liquidtime.runs.write import write_json
from liquidtime.tasks.contract import Task
from liquidtime.train.config import FitConfig
from liquidtime.train.run import Run

Record = Mapping[str, Any]
_OF_THE_RUN = ("fingerprint", "created", "versions", "machine", "git")
_OF_THE_METRICS = ("selection", "epochs", "seconds_per_epoch", "seconds_total", "parameters")


@dataclass(frozen=True, kw_only=True)
class Planned:
    """One run that a table needs.

    Attributes:
        recipe: Name of the recipe.
        protocol: Name of the protocol.
        seed: Of weights, batches and dropout; a protocol may draw its parts by it.
        config: The fit, with that seed.
        folder: The run folder.
        record: The JSON file.
    """

    recipe: str
    protocol: str
    seed: int
    config: FitConfig
    folder: Path
    record: Path


def write_record(task: Task, planned: Planned, run: Run) -> Record:
    """Write the JSON of a finished run.

    Returns:
        `task`, `recipe`, `label`, `settings`, `protocol`, `traps`, `seed`, `config`; `partial`
        (which part of the data was at hand, "" for all), `parts` (series in each); `metrics` of
        the test part, each with `value`, `low` and `high`; what the run's `metrics.json` tells
        about training, and its provenance.
    """
    recipe = task.recipe(planned.recipe)
    record = {
        "format": 1,
        "task": task.name,
        "recipe": planned.recipe,
        "label": recipe.label,
        "settings": recipe.settings,
        "protocol": planned.protocol,
        "traps": list(task.protocol(planned.protocol).traps),
        "seed": planned.seed,
        "partial": task.partial(),
        "parts": run.record["data"]["parts"],
        "metrics": run.metrics["test"]["metrics"],
        **{name: run.metrics[name] for name in _OF_THE_METRICS},
        "config": run.config.to_dict(),
        **{name: run.record[name] for name in _OF_THE_RUN},
    }
    planned.record.parent.mkdir(parents=True, exist_ok=True)
    write_json(planned.record, record)
    return record


def read_record(task: Task, planned: Planned) -> Record | None:
    """The JSON of a run, or None where there is none yet.

    Raises:
        InputError: If it tells of another task, protocol or configuration.
    """
    if not planned.record.exists():
        return None
    record = read_json(planned.record)
    wanted = (task.name, planned.recipe, planned.protocol)
    same = tuple(record[name] for name in ("task", "recipe", "protocol")) == wanted
    if not same or not planned.config.resolves_to(FitConfig.from_dict(record["config"])):
        raise InputError(
            f"{planned.record} is the result of {record['recipe']} on {record['task']} with other "
            f"settings than those of {planned.recipe} now. Choose another --out, or delete it and "
            "its folder to run it anew."
        )
    return record
