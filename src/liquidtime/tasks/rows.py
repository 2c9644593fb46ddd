"""The rows of a task's table: each model over its seeds, beside its rivals and the papers."""

import statistics
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from liquidtime.tasks.contract import Task
from liquidtime.tasks.pairing import Draws, Paired, draws, interval, paired
from liquidtime.tasks.published import Cell
from liquidtime.tasks.recipe import Recipe
from liquidtime.tasks.record import Planned, Record
from liquidtime.train.run import Run
from liquidtime.train.score.metrics import higher_is_better

MINUTES = "minutes_per_epoch"


@dataclass(frozen=True, kw_only=True)
class Spread:
    """One measure of a model on the test part.

    Attributes:
        mean: Over seeds.
        deviation: Standard deviation over seeds; None of one seed.
        low: Lower end of a 95 % bootstrap interval over series.
        high: Upper end; both None where undefined.
        first_alone: Whether the interval is that of the first seed, not of the mean.
    """

    mean: float
    deviation: float | None
    low: float | None
    high: float | None
    first_alone: bool


@dataclass(frozen=True, kw_only=True)
class Row:
    """One model.

    Attributes:
        recipe: Its name.
        label: What to call it.
        settings: "ours" or "published".
        seeds: Which.
        parameters: Trained numbers.
        minutes_per_epoch: Median over seeds.
        scores: By measure; a measure that is undefined is left out.
        published: By measure, and minutes an epoch.
        against: The model less the best of the others, by the first measure; None of a model
            alone, of other seeds than the rival's, and where run folders are gone.
        remarks: What keeps the row from being the whole answer: "one seed", "5 of 20 epochs",
            "partial data".
    """

    recipe: str
    label: str
    settings: str
    seeds: tuple[int, ...]
    parameters: int
    minutes_per_epoch: float
    scores: Mapping[str, Spread]
    published: Mapping[str, Cell]
    against: Paired | None = None
    remarks: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        """What to call it, with what has to be said of it."""
        return f"{self.label} ({'; '.join(self.remarks)})" if self.remarks else self.label

    def to_dict(self) -> dict[str, Any]:
        """The row as a JSON-able dictionary."""
        return asdict(self)


def compare(task: Task, records: Iterable[Record], runs: Sequence[Planned] = ()) -> list[Row]:
    """One row a recipe, in the order of the records.

    Args:
        task: The task.
        records: Of one protocol, as `reproduce` yields them.
        runs: Where their folders are, for intervals of means and paired tests; without them the
            intervals are those of the first seeds, and nothing is tested.
    """
    groups: dict[str, list[Record]] = {}
    for record in records:
        groups.setdefault(record["recipe"], []).append(record)
    resampled = {measure: _resampled(measure, groups, runs) for measure in task.measures if runs}
    headline = task.measures[0]
    return [
        _row(
            task,
            group,
            {measure: found.get(name) for measure, found in resampled.items()},
            _against(headline, name, groups, resampled.get(headline, {})),
        )
        for name, group in groups.items()
    ]


def _row(
    task: Task,
    group: Sequence[Record],
    resampled: Mapping[str, Draws | None],
    against: Paired | None,
) -> Row:
    first = group[0]
    recipe = task.recipe(first["recipe"])
    cells = {name: task.published.find(recipe.row, name) for name in (*task.measures, MINUTES)}
    scores = {name: _spread(name, group, resampled.get(name)) for name in task.measures}
    return Row(
        recipe=first["recipe"],
        label=recipe.label,
        settings=recipe.settings,
        seeds=_seeds(group),
        parameters=first["parameters"],
        minutes_per_epoch=statistics.median(one["seconds_per_epoch"] for one in group) / 60,
        scores={name: spread for name, spread in scores.items() if spread is not None},
        published={name: cell for name, cell in cells.items() if cell is not None},
        against=against,
        remarks=tuple(_remarks(group, recipe)),
    )


def _remarks(group: Sequence[Record], recipe: Recipe) -> Iterator[str]:
    if len(group) == 1:
        yield "one seed"
    wanted = recipe.config.train.epochs
    asked = {one.get("config", {}).get("train", {}).get("epochs", wanted) for one in group}
    if wanted is not None and (fewest := min(asked)) < wanted:
        yield f"{fewest} of {wanted} epochs"
    if any(one.get("partial") for one in group):
        yield "partial data"


def _spread(measure: str, group: Sequence[Record], resampled: Draws | None) -> Spread | None:
    values = _values(measure, group)
    if len(values) < len(group):
        return None
    first = group[0]["metrics"][measure]
    ends = (first["low"], first["high"]) if resampled is None else interval(resampled)
    low, high = ends or (None, None)
    return Spread(
        mean=statistics.mean(values),
        deviation=statistics.stdev(values) if len(values) > 1 else None,
        low=low,
        high=high,
        first_alone=resampled is None,
    )


def _values(measure: str, group: Sequence[Record]) -> list[float]:
    found = [one["metrics"].get(measure, {}).get("value") for one in group]
    return [value for value in found if value is not None]


def _seeds(group: Sequence[Record]) -> tuple[int, ...]:
    return tuple(one["seed"] for one in group)


def _resampled(
    measure: str, groups: Mapping[str, Sequence[Record]], runs: Sequence[Planned]
) -> dict[str, Draws]:
    found = {}
    for name, group in groups.items():
        seeds = _seeds(group)
        folders = [run.folder for run in runs if run.recipe == name and run.seed in seeds]
        defined = len(_values(measure, group)) == len(seeds)
        if defined and all(folder.is_dir() for folder in folders):
            found[name] = draws([Run.load(folder) for folder in folders], measure)
    return found


def _against(
    measure: str,
    name: str,
    groups: Mapping[str, Sequence[Record]],
    resampled: Mapping[str, Draws],
) -> Paired | None:
    """The model beside the best of the others that were run with the same seeds."""
    means = {
        other: statistics.mean(_values(measure, group))
        for other, group in groups.items()
        if other in resampled and _seeds(group) == _seeds(groups[name])
    }
    others = [other for other in means if other != name]
    if name not in means or not others:
        return None
    choose = max if higher_is_better(measure) else min
    rival = choose(others, key=lambda other: means[other])
    return paired(rival, means[name] - means[rival], resampled[name], resampled[rival])
