"""How a network stands to the baselines: they are fitted on its split and scored beside it."""

import time
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

import numpy as np

from liquidtime.data.series import IrregularSeries
from liquidtime.train.baseline.catalogue import BASELINES
from liquidtime.train.baseline.contract import Array, Baseline, Material, Setting
from liquidtime.train.baseline.summaries import OF_A_SERIES, SO_FAR
from liquidtime.train.objectives.contract import Objective
from liquidtime.train.score.bootstrap import RESAMPLES, draw, middle
from liquidtime.train.score.metrics import Scored, higher_is_better, measures
from liquidtime.train.score.parts import beside_targets

Which = Literal["auto", "none", "quick", "all"]
# Of the time that the training took; or so many seconds.
_SHARE, _FLOOR = 0.2, 2.0
# Scores of ranks cost a sort a resample: from so many rows on, fewer resamples have to do.
_MANY_ROWS, _FEWER = 20_000, 200
_FIRST = ("auroc", "mse", "log_loss")


@dataclass(frozen=True, eq=False)
class Answered:
    """What the network says of one part.

    Attributes:
        series: The part.
        scored: Its predictions beside the targets.
        drawn: Resamples of its metrics, as `liquidtime.train.score.bootstrap.draw` returns them.
    """

    series: IrregularSeries
    scored: Scored
    drawn: Mapping[str, Array]


class Standing(NamedTuple):
    """Baselines, as `metrics.json` holds them.

    Attributes:
        baselines: Name to `title`, `usage`, `seconds` and, for each part, `metrics` and
            `difference`: the network's less the baseline's, with the paired interval. One that
            failed has `failed` instead.
        left_out: Names of those that would have cost too much, to the seconds they would take.
    """

    baselines: dict[str, dict[str, Any]]
    left_out: dict[str, float]


def setting_of(training: IrregularSeries, objective: Any, steps: int) -> Setting:
    """What the baselines have to know before they are fitted.

    Args:
        training: The training part.
        objective: Of the run.
        steps: Steps of all parts.
    """
    target = training.target
    assert target is not None
    found = target.cpu().numpy()
    there = np.isfinite(found) if found.dtype.kind == "f" else found >= 0
    there = there.reshape(len(there), -1).any(axis=1)
    categories = training.categories
    width = sum(len(categories.get(name, "x")) for name in training.features)
    static = len(training.static_features or ())
    return Setting(
        kind=objective.name,
        per_step=training.per_step,
        outputs=len(objective.labels),
        targets=int(there.sum()),
        columns=width * (SO_FAR if training.per_step else OF_A_SERIES) + 2 + static,
        steps=steps,
        shown=tuple(
            name in training.features and name not in categories for name in objective.labels
        ),
    )


def chosen(
    which: Which, setting: Setting, training_seconds: float, model: str = ""
) -> tuple[list[Baseline], dict[str, float]]:
    """The baselines to fit, the cheapest first, and those that would cost too much.

    What they cost is reckoned from sizes, so that a run that is gone on with chooses alike.

    Args:
        which: "auto" takes all that cost little against the training, the quick ones in any case.
        setting: What is predicted.
        training_seconds: What the training took.
        model: Name of the network, which is no baseline to itself.
    """
    suited = [each for each in BASELINES.entries().values() if each.suits(setting)]
    suited = [each for each in suited if which != "none" and (not model or each.model != model)]
    suited.sort(key=lambda each: (not each.quick, each.seconds(setting)))
    taken, left_out, spent = [], {}, 0.0
    room = max(_FLOOR, _SHARE * training_seconds)
    for each in suited:
        cost = each.seconds(setting)
        dear = not each.quick if which == "quick" else spent + cost > room
        if which != "all" and dear and (which == "quick" or cost > 0.5):
            left_out[each.name] = cost
            continue
        taken.append(each)
        spent += cost
    return taken, left_out


def stand(
    training: IrregularSeries,
    parts: Mapping[str, Answered],
    objective: Objective,
    *,
    which: Which,
    training_seconds: float,
    metric: str,
    model: str = "",
    both: IrregularSeries | None = None,
) -> Standing:
    """Fit the baselines on the training part and score them beside the network.

    Args:
        training: The training part.
        parts: "validation", and "test" if there is one.
        objective: Of the run.
        which: How many of them.
        training_seconds: What the training took.
        metric: The metric that chose the epoch; it has an interval and a difference.
        model: Name of the network.
        both: The training and the validation part, where the network learnt from both before it
            was asked of the test part; then so do the baselines.
    """
    steps = len(training.times) + sum(len(part.series.times) for part in parts.values())
    setting = setting_of(training, objective, steps)
    taken, left_out = chosen(which, setting, training_seconds, model)
    learnt = Material(training)
    after = None if both is None or "test" not in parts else Material(both)
    asked = {name: Material(part.series) for name, part in parts.items()}
    found = {}
    for each in taken:
        begun = time.perf_counter()
        entry: dict[str, Any] = {"title": each.title, "usage": each.usage}
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                predict = each.fit(learnt, objective)
                later = predict if after is None else each.fit(after, objective)
                answers = {
                    name: (later if name == "test" else predict)(material)
                    for name, material in asked.items()
                }
        except (ValueError, ArithmeticError, LookupError, np.linalg.LinAlgError) as error:
            # A yardstick that breaks must not cost what was trained.
            found[each.name] = entry | {"failed": str(error).partition("\n")[0][:200]}
            continue
        entry["seconds"] = time.perf_counter() - begun
        for name, answer in answers.items():
            entry[name] = _scores(objective, parts[name], answer, metric)
        found[each.name] = entry
    return Standing(found, left_out)


def _scores(objective: Objective, part: Answered, answer: Array, metric: str) -> dict[str, Any]:
    target = part.series.target
    assert target is not None
    scored = beside_targets(objective, answer, target, part.series.lengths)
    functions = measures(scored)
    ones = np.ones((1, len(scored.target)))
    told = [name for name in dict.fromkeys((metric, *_FIRST)) if name in functions]
    resamples = RESAMPLES if len(scored.target) < _MANY_ROWS else _FEWER
    drawn = draw({name: functions[name] for name in told}, scored.cluster, resamples=resamples)
    table, difference = {}, {}
    for name, score in functions.items():
        value = float(score(ones)[0]) if len(scored.target) else np.nan
        table[name] = _entry(value, drawn.get(name))
        if name in drawn:
            own = float(measures(part.scored)[name](ones)[0]) if len(scored.target) else np.nan
            apart = part.drawn[name][:resamples] - drawn[name]
            difference[name] = _entry(own - value, apart)
    return {"metrics": table, "difference": difference}


def _entry(value: float, drawn: Array | None) -> dict[str, Any]:
    low, high = (None, None) if drawn is None else (middle(drawn) or (None, None))
    return {"value": float(value) if np.isfinite(value) else None, "low": low, "high": high}


def best(baselines: Mapping[str, Mapping[str, Any]], part: str, metric: str) -> str | None:
    """The baseline with the best value of a metric on a part; None where none has one."""
    values = {
        name: entry[part]["metrics"].get(metric, {}).get("value")
        for name, entry in baselines.items()
        if entry.get(part)
    }
    there = {name: value for name, value in values.items() if value is not None}
    if not there:
        return None
    return (max if higher_is_better(metric) else min)(there, key=lambda name: there[name])


def deciding(metric: str, metrics: Sequence[str]) -> str | None:
    """The metric that compares: the one that chose the epoch, or the first that there is."""
    return next((name for name in (metric, *_FIRST) if name in metrics), None)
