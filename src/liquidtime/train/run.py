"""A finished run, read back from its folder: predict, evaluate, look inside."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Self

from safetensors.torch import load_file
from torch import nn

from liquidtime.data.encoded import EncodedSeries
from liquidtime.data.preprocess import Preprocessor
from liquidtime.data.series import IrregularSeries
from liquidtime.errors import InputError
from liquidtime.models.contract import Model, Shape
from liquidtime.runs.folder import Folder
from liquidtime.train import card
from liquidtime.train.config import FitConfig
from liquidtime.train.files import FIT, HISTORY, METRICS, RECORD, REPORT, WEIGHTS, finished_run
from liquidtime.train.history import read_history
from liquidtime.train.objective import Objective
from liquidtime.train.report.example import SeriesTrace, trace_series
from liquidtime.train.score.outputs import predict_logits
from liquidtime.train.score.parts import part_metrics, scored
from liquidtime.train.score.predictions import Predictions
from liquidtime.train.stored import preprocessor_from


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
        path = Path(path)
        folder = finished_run(path)
        record = folder.read(RECORD)
        return cls(
            path=path,
            config=FitConfig.from_dict(record["config"]),
            preprocessor=preprocessor_from(record["preprocessor"]),
            objective=Objective.from_dict(record["objective"]),
            metrics=folder.read(METRICS),
            record=record,
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
        return read_history(self.path / HISTORY)

    @property
    def report(self) -> Path:
        """Where the report lies."""
        return self.path / REPORT

    @cached_property
    def _model(self) -> Model:
        model = new_model(self.preprocessor, self.objective, self.config)
        Folder(self.path, FIT).check(WEIGHTS)
        model.network.load_state_dict(load_file(self.path / WEIGHTS))
        model.network.eval()
        return model

    def model(self) -> nn.Module:
        """The network with the best epoch's weights, in evaluation mode, on the CPU."""
        return self._model.network

    def predict(self, series: IrregularSeries, *, batch_size: int = 256) -> Predictions:
        """Predict; targets are not needed and not looked at.

        Args:
            series: With the variables of the training data.
            batch_size: Series at once; the result does not depend on it beyond rounding.

        Raises:
            InputError: If the variables are others.
        """
        logits = predict_logits(self._model, self._encode(series), batch_size)
        return Predictions.of(self.objective, series, logits.numpy())

    def evaluate(self, series: IrregularSeries, *, seed: int = 0) -> dict[str, Any]:
        """Metrics with 95 % bootstrap intervals over series.

        Args:
            series: With targets.
            seed: Seed of the bootstrap.

        Returns:
            As one part of `metrics`: sizes and `metrics`.

        Raises:
            InputError: If there is no target, or the classes are others.
        """
        self._check_target(series)
        encoded = self._encode(series)
        logits = predict_logits(self._model, encoded)
        part = scored(self.objective, logits, encoded.target, encoded.lengths)  # pyright: ignore
        return part_metrics(part, len(series), seed=seed)

    def trace(self, series: IrregularSeries) -> SeriesTrace:
        """Look inside the network along one series.

        Args:
            series: Exactly one, with at least one step.

        Raises:
            InputError: If it is not one series with steps, or nothing of the model can be seen.
        """
        return trace_series(series, self._encode(series), self._model, self.objective)

    def _encode(self, series: IrregularSeries) -> EncodedSeries:
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
        classes = self.objective.kind == "classes"
        if classes == series.target.is_floating_point():
            came = "numbers" if classes else "classes"
            raise InputError(
                f"The series have {came} as targets; the run predicts {self.objective.kind}."
            )
        if classes and (series.classes or self.objective.labels) != self.objective.labels:
            raise InputError(
                f"The series have the classes {', '.join(series.classes or ())}; the run knows "
                f"{', '.join(self.objective.labels)}, in this order. Read them with these classes."
            )


def new_model(preprocessor: Preprocessor, objective: Objective, config: FitConfig) -> Model:
    """The model of a run, with fresh weights."""
    return config.model.build(
        Shape(
            inputs=preprocessor.input_size,
            variables=preprocessor.variable_count,
            outputs=objective.output_size,
            per_step=objective.per_step,
        )
    )
