"""What is said of a finished training besides its scores: baselines, advice, alarms, variables."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from torch import Tensor

from liquidtime.data.forecast.plan import ForecastPlan
from liquidtime.data.preprocess import Preprocessor
from liquidtime.data.series import IrregularSeries
from liquidtime.models.contract import Model
from liquidtime.runs.folder import Folder
from liquidtime.runs.stored import read_json
from liquidtime.runs.write import write_json
from liquidtime.train.baseline.kept import keep as keep_baseline
from liquidtime.train.baseline.standing import Answered, Standing, Which, deciding, stand
from liquidtime.train.config import FitConfig
from liquidtime.train.folder.checkpoints import Progress
from liquidtime.train.folder.files import ATTRIBUTION, BASELINES, BOOSTING, CHECKPOINTS, FIT
from liquidtime.train.folder.record import read_record
from liquidtime.train.objectives.contract import Objective
from liquidtime.train.refit import Refitted
from liquidtime.train.report.moved import explainable, keep
from liquidtime.train.report.recommendation import recommend
from liquidtime.train.score.importance import importance, plan
from liquidtime.train.score.metrics import Scored
from liquidtime.train.score.operating import operating_points
from liquidtime.train.score.outputs import predict_logits
from liquidtime.train.score.parts import scored

# Of the time of the training, or so many seconds.
_SHARE, _FLOOR, _MOVED_FLOOR = 0.1, 1.0, 0.5


@dataclass(frozen=True, eq=False)
class Trained:
    """A training that has come to its end.

    Attributes:
        config: What it was told.
        preprocessor: Fitted on the training part.
        objective: What the outputs mean.
        model: With the chosen weights.
        progress: Its history.
        training: The training part.
        again: The training on both parts after it, if there was one.
    """

    config: FitConfig
    preprocessor: Preprocessor
    objective: Objective
    model: Model
    progress: Progress
    training: IrregularSeries
    again: Refitted | None = None

    @property
    def seconds(self) -> float:
        """Of the training, as its history has it: the same when a stopped run is gone on with."""
        return sum(record["seconds"] for record in self.progress.history)

    def answering(self, part: str) -> Model:
        """The network that is asked of a part: never one that has learnt from it."""
        return self.model if self.again is None or part == "validation" else self.again.model

    @property
    def epochs(self) -> int:
        """Passes over the training part."""
        return int(self.progress.history[-1]["epoch"]) + 1

    @property
    def each(self) -> float:
        """About how many seconds a prediction takes: a third of a series' share of an epoch."""
        return self.seconds / self.epochs / max(1, len(self.training)) / 3 + 2e-5


def account(
    out: Path,
    trained: Trained,
    answered: Mapping[str, Answered],
    table: Mapping[str, Any],
    which: Which,
    plan: ForecastPlan | None = None,
    example: int | None = None,
) -> dict[str, Any]:
    """The rest of `metrics.json`.

    Args:
        out: The run folder.
        trained: The training.
        answered: What the network says of the "validation" and, if there is one, the "test" part.
        table: What `metrics.json` has so far.
        which: How many baselines.
        plan: Of a forecast.
        example: Number of the series of the last part that the report shows, if there is one.

    Returns:
        `baselines`, `baselines_left_out`, `recommendation`, `operating_points` (empty where there
        are no classes), `importance` (None where time or variables are missing) and `moved`: of
        the example `series`, `part` and `left_out`, why it is not said what moved its prediction,
        or "" (None without an example).
    """
    stood = _stand(out, trained, answered, which, plan)
    last = list(answered)[-1]
    points = []
    if trained.objective.exclusive:
        pairs = [
            (answered[name].scored.target, answered[name].scored.prediction)
            for name in ("validation", last)
        ]
        points = operating_points(trained.objective.labels, *pairs)
    found = {
        "baselines": stood.baselines,
        "baselines_left_out": stood.left_out,
        "recommendation": recommend(table, stood.baselines, trained.config.model.facts.name),
        "operating_points": points,
    }
    metric = deciding(trained.progress.metric, list(table[last]["metrics"]))
    asked = replace(trained, model=trained.answering(last))
    looked = None if metric is None else _importance(asked, answered[last].series, metric)
    found["importance"] = looked and {"part": last, **looked}
    return found | {"moved": _moved(out, asked, last, answered[last].series, example)}


def _stand(
    out: Path,
    trained: Trained,
    answered: Mapping[str, Answered],
    which: Which,
    plan: ForecastPlan | None,
) -> Standing:
    """The baselines, once: a run that was stopped after them finds what they came to."""
    file = out / CHECKPOINTS / BASELINES
    if file.exists():
        stored = read_json(file, {"which": str, "baselines": {}, "left_out": {}})
        if stored["which"] == which:
            return Standing(stored["baselines"], stored["left_out"])
    stood = stand(
        trained.training,
        answered,
        trained.objective,
        which=which,
        training_seconds=trained.seconds,
        metric=trained.progress.metric,
        model=trained.config.model.name,
        plan=plan,
        keep=partial(keep_baseline, out / BOOSTING),
    )
    file.parent.mkdir(exist_ok=True)
    write_json(file, {"which": which, **stood._asdict()})
    return stood


def _moved(
    out: Path, trained: Trained, part: str, series: IrregularSeries, example: int | None
) -> dict[str, Any] | None:
    """What moved the prediction of the example, kept in the folder if there is time to find it."""
    if example is None:
        return None
    record = read_record(Folder(out, FIT)).mapping
    about = explainable(
        trained.model, trained.preprocessor, trained.objective, trained.config, record
    )
    room = max(_MOVED_FLOOR, _SHARE * trained.seconds)
    each = trained.each * len(trained.training) / max(1, len(trained.training.times))
    left_out = keep(out / ATTRIBUTION, about, series.select([example]), each, room)
    return {"series": str(np.asarray(series.ids)[example]), "part": part, "left_out": left_out}


def _importance(trained: Trained, series: IrregularSeries, metric: str) -> dict[str, Any] | None:
    """What the score loses without each variable, in a small share of the training's time."""
    model, objective = trained.model, trained.objective
    todo = plan(series, trained.each, max(_FLOOR, _SHARE * trained.seconds))
    if todo is None:
        return None

    def score(permuted: IrregularSeries) -> Scored:
        encoded = trained.preprocessor.encode(permuted, reads=model.reads)
        target: Tensor = encoded.target  # pyright: ignore[reportAssignmentType]
        return scored(objective, predict_logits(model, encoded), target, encoded.lengths)

    return importance(series, score, todo, metric)
