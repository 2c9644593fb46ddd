"""A finished run, read back from its folder: predict, evaluate, look inside."""

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any, Self

import numpy as np
import torch
from torch import nn

from liquidtime.data.encoded import EncodedSeries
from liquidtime.data.preprocess import Preprocessor
from liquidtime.data.preprocess.unlike import note_unlike
from liquidtime.data.series import IrregularSeries
from liquidtime.data.strangers import warn_of_strangers
from liquidtime.errors import InputError
from liquidtime.explain.attribution import Attribution
from liquidtime.explain.baseline import Baseline
from liquidtime.explain.explainable import Explainable
from liquidtime.explain.why import Method, attribute
from liquidtime.models.common.embedding import built
from liquidtime.models.common.ensemble import ensemble
from liquidtime.models.contract import Model, Shape
from liquidtime.runs.folder import Folder
from liquidtime.runs.stored import understood
from liquidtime.train import card
from liquidtime.train.ahead import Read, foretell, origins_of, plan_of, read_as, segments_of
from liquidtime.train.baseline import kept
from liquidtime.train.baseline.contract import Material, Predictor
from liquidtime.train.baseline.together import By, Who, answering, outputs_by
from liquidtime.train.config import FitConfig
from liquidtime.train.folder.files import (
    BOOSTING,
    FIT,
    HISTORY,
    RECALIBRATION,
    RECORD,
    REPORT,
    WEIGHTS,
    finished_run,
)
from liquidtime.train.folder.history import read_history
from liquidtime.train.folder.record import read_metrics, read_record
from liquidtime.train.folder.weights import load_weights
from liquidtime.train.line import lined
from liquidtime.train.objectives.contract import Objective
from liquidtime.train.report.example import SeriesTrace, trace_series
from liquidtime.train.report.moved import explainable
from liquidtime.train.score.forecast import forecast_scores, scores_over_time
from liquidtime.train.score.outputs import predict_logits
from liquidtime.train.score.parts import beside_targets, part_metrics
from liquidtime.train.score.predictions import Predictions
from liquidtime.train.score.recalibration import Recalibration
from liquidtime.train.seeds import own_randomness, seed_weights

_LARGE = 2048


@dataclass(frozen=True, eq=False)
class Run:
    """A finished run.

    Attributes:
        path: Its folder.
        config: The options it was fitted with.
        preprocessor: Fitted on its training part.
        objective: What its outputs mean.
        metrics: What `metrics.json` holds: `task`, `selection` (metric and best epoch, from 1),
            `epochs`, `stopped_early`, `seconds_per_epoch` (median), `seconds_total`,
            `parameters`, and for `validation` and `test` the sizes (`series`, `targets`, for
            classes `counts`, for two classes `positives`) and `metrics`: each a dictionary of
            `value`, `low` and `high` (95 % interval; None where undefined).
        record: What `config.json` holds besides: versions, machine, git state, data summary.
    """

    path: Path
    config: FitConfig
    preprocessor: Preprocessor
    objective: Objective
    metrics: dict[str, Any]
    record: dict[str, Any]

    @classmethod
    def load(cls, path: Path | str) -> Self:
        """Read a run from its folder.

        Raises:
            InputError: If there is no run, it did not come to its end, or it is damaged.
        """
        folder = finished_run(Path(path))
        found = read_record(folder)
        return cls(
            path=folder.path,
            config=found.config,
            preprocessor=found.preprocessor,
            objective=recalibrated(folder, found.config, found.objective),
            metrics=read_metrics(folder),
            record=found.mapping,
        )

    def __repr__(self) -> str:
        return card.line(self.path, self.config, self.objective, self.metrics)

    def _repr_html_(self) -> str:
        """What a notebook shows."""
        return card.html(self.report, self.config, self.objective, self.metrics)

    @property
    def schema(self) -> dict[str, Any] | None:
        """How the user's table is read, if the run was fitted on one."""
        return self.record.get("schema")

    @property
    def history(self) -> dict[str, list[float]]:
        """The columns of `history.csv`; `epoch` counts from 1."""
        Folder(self.path, FIT).check(HISTORY)
        with understood(self.path / HISTORY):
            return read_history(self.path / HISTORY)

    @property
    def report(self) -> Path:
        """Where the report lies."""
        return self.path / REPORT

    @cached_property
    def _model(self) -> Model:
        with understood(self.path / RECORD):
            check_memory(self.preprocessor, self.objective, self.config, training=False)
            model = new_model(self.preprocessor, self.objective, self.config)
            names = self.preprocessor.input_names
            model = lined(model, self.schema, self.objective, names)
        Folder(self.path, FIT).check(WEIGHTS)
        load_weights(model.network, self.path / WEIGHTS)
        model.network.eval()
        return model

    @cached_property
    def _boosting(self) -> Predictor:
        if not (self.path / BOOSTING).exists():
            raise InputError(
                f"{self.path} has kept no gradient boosting: it was not fitted there. Fit with "
                "--baselines all (Python: baselines='all'), or let the network predict."
            )
        Folder(self.path, FIT).check(BOOSTING)
        return kept.read(self.path / BOOSTING)

    def model(self) -> nn.Module:
        """The network with the best epoch's weights, in evaluation mode, on the CPU."""
        return self._model.network

    def predict(
        self,
        series: IrregularSeries,
        *,
        batch_size: int = 256,
        local: np.ndarray | None = None,
        by: By = "network",
    ) -> Predictions:
        """Predict; targets are not needed and not looked at.

        A category that training never met is taken as unknown, with an `UnknownCategoryWarning`.
        A run that was fitted on pieces of long series reads these in such pieces, too.

        Args:
            series: With the variables of the training data.
            batch_size: Series at once; the result does not depend on it beyond rounding.
            local: Of a forecast with a calendar, the local time of each row [R] in hours since
                1970.
            by: Who answers: the "network", the gradient "boosting" that stood beside it, both
                "together" by their mean, or what the validation part "recommended". All but the
                network need boosting, which the run has if it was fitted beside it. Its quantiles
                are what it predicts and, added to that, those of its errors in training.

        Returns:
            Predictions of the series; of a forecast, `liquidtime.train.ahead.Forecasts`.

        Raises:
            InputError: If the variables are others, or the run has not kept who shall answer.
        """
        by = answering(by, self.metrics)
        note_unlike(series, self.preprocessor)

        def ask(inputs: IrregularSeries) -> np.ndarray:
            return predict_logits(self._model, self._encode(inputs), batch_size).numpy()

        read = read_as(self.schema, series, local)
        found = foretell(self.schema, self.objective, ask, read)
        if by == "network":
            return found
        theirs = self._of_boosting(read)
        theirs = theirs if read.pieces is None else read.pieces.join(theirs)
        return replace(found, outputs=outputs_by(by, theirs, found))

    def _of_boosting(self, read: Read) -> np.ndarray:
        """What the boosting that is kept says of what the network reads."""
        known = self.preprocessor
        asked = replace(read.inputs, target=None, classes=None, target_names=None)
        asked = asked.with_categories(known.categories, known.static_categories)
        return self._boosting(Material(asked, plan_of(self.schema)))

    def evaluate(
        self,
        series: IrregularSeries,
        *,
        seed: int = 0,
        local: np.ndarray | None = None,
        by: By = "network",
        times: Any = None,
    ) -> dict[str, Any]:
        """Metrics with 95 % bootstrap intervals over series.

        Args:
            series: With targets; of a forecast with the columns themselves.
            seed: Seed of the bootstrap.
            local: As for `predict`.
            by: Who answers, as for `predict`.
            times: Of a forecast that was fitted on a table, the cells of the column of times [R]:
                the run's blocks of time (`--origins`) are made of them.

        Returns:
            As one part of `metrics`: sizes and `metrics`; of a forecast also `forecast`, with
            `over_time` where the run has blocks of time and the series are long enough for them.

        Raises:
            InputError: If there is no target, the classes are others, or the run has not kept who
                shall answer.
        """
        by = answering(by, self.metrics)
        return self._scores(series, (by,), seed, local, times)[by]

    def evaluate_all(
        self,
        series: IrregularSeries,
        *,
        seed: int = 0,
        local: np.ndarray | None = None,
        times: Any = None,
    ) -> dict[Who, dict[str, Any]]:
        """What `evaluate` says of everyone who can answer, each asked once.

        Args:
            series: As for `evaluate`.
            seed: As there.
            local: As there.
            times: As there.

        Returns:
            `answering` to their scores.

        Raises:
            InputError: As there.
        """
        return self._scores(series, self.answering, seed, local, times)

    def _scores(
        self,
        series: IrregularSeries,
        who: Sequence[Who],
        seed: int,
        local: np.ndarray | None,
        times: Any,
    ) -> dict[Who, dict[str, Any]]:
        note_unlike(series, self.preprocessor)
        read = read_as(self.schema, series, local)
        self._check_target(read.inputs)
        encoded = self._encode(read.inputs)
        assert encoded.target is not None
        logits = predict_logits(self._model, encoded)
        own = Predictions.of(self.objective, read.inputs, logits.numpy())
        theirs = None if [*who] == ["network"] else self._of_boosting(read)
        plan = plan_of(self.schema)
        found: dict[Who, dict[str, Any]] = {}
        for by in who:
            said = own.outputs if theirs is None or by == "network" else outputs_by(by, theirs, own)
            part = beside_targets(self.objective, said, encoded.target, encoded.lengths)
            found[by] = part_metrics(part, len(read.inputs), seed=seed)
            if plan is not None:
                asked = plan, self.objective, read.inputs, said
                found[by]["forecast"] = forecast_scores(*asked)
                if block := origins_of(self.schema, read.inputs, read.cells(times), fewer=True):
                    found[by]["forecast"]["over_time"] = scores_over_time(*asked, *block)
        return found

    @property
    def answering(self) -> tuple[Who, ...]:
        """Who can answer for the run: the network, and what it has kept beside it."""
        alone = (self.path / BOOSTING).exists()
        return ("network", "boosting", "together") if alone else ("network",)

    def trace(self, series: IrregularSeries) -> SeriesTrace:
        """Look inside the network along one series.

        Args:
            series: Exactly one, with at least one step.

        Raises:
            InputError: If it is not one series with steps, or nothing of the model can be seen.
        """
        return trace_series(series, self._encode(series), self._model, self.objective)

    @property
    def explainable(self) -> Explainable:
        """The network with what is before and behind it, as `liquidtime.explain` takes it."""
        return explainable(self._model, self.preprocessor, self.objective, self.config, self.record)

    def explain(
        self,
        series: IrregularSeries,
        *,
        output: str | None = None,
        step: int | None = None,
        method: Method | None = None,
        baseline: Baseline | None = None,
    ) -> Attribution:
        """What each observation of one series did to what the run says of it.

        More is in `liquidtime.explain`, whose functions take a run. A forecast, or a run of pieces
        of long series, is asked of the piece that holds the row.

        Args:
            series: Exactly one, with at least one step.
            output: Name of the class or value; None is the second of two classes, the likeliest
                of more, or the only value.
            step: Row after which the network is asked; None is the last.
            method: "integrated gradients" or "occlusion"; None is the latter for models without
                gradients, such as random liquid features.
            baseline: What the series is compared with: "not observed", "mean" or another series.

        Raises:
            InputError: If a name or number is unknown, or the method does not suit the model.
        """
        if len(series) == 1 and segments_of(self.schema) is not None:
            series, step = read_as(self.schema, series).around(0, step)
        return attribute(self, series, output=output, step=step, method=method, baseline=baseline)

    def _encode(self, series: IrregularSeries) -> EncodedSeries:
        known = self.preprocessor
        warn_of_strangers(series, known.categories, known.static_categories)
        return self.preprocessor.encode(series, reads=self._model.reads)

    def _check_target(self, series: IrregularSeries) -> None:
        if series.target is None:
            raise InputError("The series have no target; expected one to evaluate against.")
        if series.per_step != self.objective.per_step:
            one = {True: "a step", False: "a series"}
            raise InputError(
                f"The series have one target {one[series.per_step]}; the run predicts one "
                f"{one[self.objective.per_step]}."
            )
        self.objective.check_target(series)


def recalibrated(folder: Folder, config: FitConfig, objective: Objective) -> Objective:
    """The objective with what sets its probabilities right, if the run has that."""
    if config.recalibrate == "none":
        return objective
    stored = folder.read(RECALIBRATION)
    with understood(folder.path / RECALIBRATION):
        return replace(objective, recalibration=Recalibration.from_dict(stored))  # pyright: ignore


def new_model(preprocessor: Preprocessor, objective: Objective, config: FitConfig) -> Model:
    """The model of a run, with fresh weights: those of its seed, whatever was drawn before.

    The members of an ensemble have those of its seed and of the numbers after it.
    """
    shape = Shape(
        inputs=preprocessor.input_size,
        variables=preprocessor.variable_count,
        outputs=objective.output_size,
        per_step=objective.per_step,
        codes=preprocessor.looked_up,
    )
    members = []
    with own_randomness():
        count = 1 if config.train.ensemble == "auto" else config.train.ensemble
        for member in range(count):
            seed_weights(config.train.seed + member)
            members.append(built(config.model.build, shape, config.embedding))
    return members[0] if len(members) == 1 else ensemble(members, objective.average)


def check_memory(
    preprocessor: Preprocessor, objective: Objective, config: FitConfig, *, training: bool = True
) -> None:
    """Check, before it is built, that the model of a run fits into the memory of this machine.

    Args:
        preprocessor: Gives the sizes of the inputs.
        objective: Gives the sizes of the outputs.
        config: The options.
        training: Whether gradients and the state of the optimiser are needed, too.

    Raises:
        InputError: If it does not.
    """
    options = vars(config.model) | (vars(config.embedding) if preprocessor.embedded else {})
    sizes = [value for value in options.values() if isinstance(value, int)]
    # What is small enough to build at once need not be built twice.
    if max(sizes, default=0) < _LARGE:
        return
    with torch.device("meta"):
        network = new_model(preprocessor, objective, config).network
    parameters = sum(each.numel() for each in network.parameters())
    # Weights, gradients and two moments of AdamW, in float32.
    needed = parameters * 4 * (4 if training else 1)
    there = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    if needed > there:
        raise InputError(
            f"the network has {parameters:,} weights and takes {needed / 2**30:,.0f} GiB; this "
            f"machine has {there / 2**30:,.0f} GiB. Lower its sizes, such as hidden_size."
        )
