"""How a network stands to the baselines: they are fitted on its split and scored beside it."""

import time
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

import numpy as np

from liquidtime.data.forecast.plan import ForecastPlan
from liquidtime.data.series import IrregularSeries
from liquidtime.train.baseline import levels, together
from liquidtime.train.baseline.catalogue import BASELINES
from liquidtime.train.baseline.contract import Array, Baseline, Material, Predictor, Setting
from liquidtime.train.baseline.summaries import OF_A_SERIES, SO_FAR, columns_of
from liquidtime.train.objectives.contract import Objective
from liquidtime.train.score.bootstrap import RESAMPLES, draw, middle
from liquidtime.train.score.metrics import Scored, higher_is_better, measures
from liquidtime.train.score.parts import beside_targets

Which = Literal["auto", "none", "quick", "all"]
# Of the time that the training took; or so many seconds.
_SHARE, _FLOOR = 0.2, 5.0
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
        baselines: Name to `title`, `usage`, `kept` (True of one by which the run can answer,
            missing otherwise), `seconds` and, for each part, `metrics` and
            `difference`: the network's less the baseline's, with the paired interval. One that
            failed has `failed` instead. "together", the mean of the network and a baseline,
            has `with`, the name of the one averaged (one that the run keeps before others), and
            for each part `gain`: its own scores less those of the best baseline.
        left_out: Names of those that would have cost too much, to the seconds they would take.
    """

    baselines: dict[str, dict[str, Any]]
    left_out: dict[str, float]


def setting_of(
    training: IrregularSeries, objective: Any, steps: int, plan: ForecastPlan | None = None
) -> Setting:
    """What the baselines have to know before they are fitted.

    Args:
        training: The training part.
        objective: Of the run.
        steps: Steps of all parts.
        plan: Of a forecast.
    """
    target = training.target
    assert target is not None
    found = target.cpu().numpy()
    there = np.isfinite(found) if found.dtype.kind == "f" else found >= 0
    there = there.reshape(len(there), -1).any(axis=1)
    categories = training.categories
    width = len(columns_of(training.features, categories).names)
    static = len(training.static_features or ())
    return Setting(
        kind="values" if objective.name == "quantiles" else objective.name,
        per_step=training.per_step,
        outputs=len(objective.labels),
        targets=int(there.sum()),
        columns=width * (SO_FAR if training.per_step else OF_A_SERIES) + 2 + static,
        steps=steps,
        shown=tuple(
            name in training.features and name not in categories for name in objective.labels
        ),
        plan=plan,
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
    plan: ForecastPlan | None = None,
    keep: Callable[[str, Predictor], bool] | None = None,
) -> Standing:
    """Fit the baselines on the training part and score them beside the network.

    They learn from the validation part, too, before they are asked of the test part and kept, since
    none needs a part that says how long to learn.

    Args:
        training: The training part.
        parts: "validation", and "test" if there is one.
        objective: Of the run.
        which: How many of them.
        training_seconds: What the training took.
        metric: The metric that chose the epoch; it has an interval and a difference.
        model: Name of the network.
        plan: Of a forecast.
        keep: Is given the name of each baseline and what predicts at last, and tells whether the
            run keeps it; None where a run could not answer by any.
    """
    steps = len(training.times) + sum(len(part.series.times) for part in parts.values())
    setting = setting_of(training, objective, steps, plan)
    taken, left_out = chosen(which, setting, training_seconds, model)
    learnt = Material(training, plan)
    after = None
    if taken and ("test" in parts or keep is not None):
        both = IrregularSeries.concatenate([training, parts["validation"].series])
        after = Material(both, plan)
    asked = {name: Material(part.series, plan) for name, part in parts.items()}
    found: dict[str, dict[str, Any]] = {}
    compared: dict[str, dict[str, _Compared]] = {}
    for each in taken:
        begun = time.perf_counter()
        entry: dict[str, Any] = {"title": each.title, "usage": each.usage}
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                predict = levels.fitted(each, learnt, objective)
                later = predict if after is None else levels.fitted(each, after, objective)
                answers = {
                    name: (later if name == "test" else predict)(material)
                    for name, material in asked.items()
                }
        except (ValueError, ArithmeticError, LookupError, np.linalg.LinAlgError) as error:
            # A yardstick that breaks must not cost what was trained.
            found[each.name] = entry | {"failed": str(error).partition("\n")[0][:200]}
            continue
        entry["seconds"] = time.perf_counter() - begun
        if keep is not None and keep(each.name, later):
            entry |= {"kept": True, "usage": f"the run has it: predict … --by {each.name}"}
        compared[each.name] = {
            name: _compared(_beside(objective, parts[name].series, answer), metric)
            for name, answer in answers.items()
        }
        for name, scores in compared[each.name].items():
            entry[name] = {"metrics": scores.table, "difference": scores.behind(parts[name])}
        found[each.name] = entry
    joined = _together(found, compared, parts, metric, training_seconds)
    return Standing(found | joined, left_out)


@dataclass(frozen=True, eq=False)
class _Compared:
    """The scores of one model on one part."""

    scored: Scored
    table: dict[str, dict[str, Any]]
    drawn: dict[str, Array]

    def behind(self, part: Answered) -> dict[str, dict[str, Any]]:
        """The network's scores less these."""
        return self.less(part.scored, part.drawn)

    def less(self, other: Scored, drawn: Mapping[str, Array]) -> dict[str, dict[str, Any]]:
        """Another model's scores less these, with paired intervals."""
        found, functions = {}, measures(other)
        ones = np.ones((1, len(other.target)))
        for name, own in self.drawn.items():
            value = float(functions[name](ones)[0]) if len(other.target) else np.nan
            mine = self.table[name]["value"]
            apart = drawn[name][: len(own)] - own
            found[name] = _entry(value - (np.nan if mine is None else mine), apart)
        return found


def _beside(objective: Objective, series: IrregularSeries, answer: Array) -> Scored:
    target = series.target
    assert target is not None
    return beside_targets(objective, answer, target, series.lengths)


def _compared(scored: Scored, metric: str) -> _Compared:
    functions = measures(scored)
    ones = np.ones((1, len(scored.target)))
    told = [name for name in dict.fromkeys((metric, *_FIRST)) if name in functions]
    resamples = RESAMPLES if len(scored.target) < _MANY_ROWS else _FEWER
    drawn = draw({name: functions[name] for name in told}, scored.cluster, resamples=resamples)
    table = {}
    for name, score in functions.items():
        value = float(score(ones)[0]) if len(scored.target) else np.nan
        table[name] = _entry(value, drawn.get(name))
    return _Compared(scored, table, dict(drawn))


def _together(
    found: Mapping[str, Mapping[str, Any]],
    compared: Mapping[str, Mapping[str, _Compared]],
    parts: Mapping[str, Answered],
    metric: str,
    training_seconds: float,
) -> dict[str, dict[str, Any]]:
    """The network and a baseline, averaged: one that the run keeps, or else the best.

    Nothing without one. What is better on paper alone is of no use to anybody.
    """
    rivals = together.partner(found)
    metrics = list(measures(parts["validation"].scored))
    decides = deciding(metric, metrics)
    first = None if decides is None else best(rivals, "validation", decides)
    if first is None or decides is None:
        return {}
    own = {name: entry for name, entry in rivals.items() if entry.get("kept")}
    other = best(own, "validation", decides) or first
    objective = parts["validation"].scored.objective
    entry = together.entry(found[other], training_seconds, bounded=objective.bounded)
    entry["with"] = other
    for name, part in parts.items():
        theirs = compared[other][name]
        both = _compared(together.mean(part.scored, theirs.scored), metric)
        entry[name] = {
            "metrics": both.table,
            "difference": both.behind(part),
            "gain": compared[first][name].less(both.scored, both.drawn),
        }
    return {together.NAME: entry}


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
