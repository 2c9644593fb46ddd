"""From a fitted estimator to a stream, which goes into a file."""

from dataclasses import replace
from typing import Any

import numpy as np
from sklearn.utils.validation import check_is_fitted

from liquidtime.deploy.kinds import from_module
from liquidtime.deploy.signals import Signals
from liquidtime.deploy.stream import Stream
from liquidtime.estimators.series import as_fitted
from liquidtime.explain.attribution import Attribution
from liquidtime.explain.baseline import Baseline
from liquidtime.explain.explainable import Explainable
from liquidtime.explain.why import Method, attribute
from liquidtime.train.folder.stored import preprocessor_to


class Deployed:
    """What fitted estimators can do besides predicting."""

    fitted_: Any

    @property
    def explainable(self) -> Explainable:
        """The fitted network as `liquidtime.explain` takes it.

        Raises:
            sklearn.exceptions.NotFittedError: If `fit` was not called.
        """
        check_is_fitted(self)
        fitted, spoken = self.fitted_, tuple(map(str, getattr(self, "classes_", ())))
        facts, objective = fitted.config.model.facts, fitted.objective
        offset = getattr(self, "_offset", None)
        if offset is not None and getattr(objective, "mean", None) is not None:
            mean = tuple((np.asarray(objective.mean) + offset).tolist())
            objective = replace(objective, mean=mean)
        return Explainable(
            fitted.model,
            fitted.preprocessor,
            objective,
            name=facts.name,
            wiring=facts.wiring,
            time_unit=fitted.preprocessor.time_unit,
            sees_future=facts.sees_future,
            spoken=spoken if len(spoken) == len(objective.labels) else (),
        )

    def explain(
        self,
        X: Any,
        *,
        output: str | None = None,
        method: Method | None = None,
        baseline: Baseline | None = None,
    ) -> Attribution:
        """What each observation of one series did to what is predicted of it.

        Args:
            X: One series, in any of the forms that estimators take.
            output: Name of the class or value; None is the second of two classes, the likeliest
                of more, or the only value.
            method: "integrated gradients" or "occlusion"; None is the latter for models without
                gradients, such as random liquid features.
            baseline: What the series is compared with, as in `liquidtime.explain.attribute`.

        Raises:
            InputError: If X is not one series, or a name is unknown.
            sklearn.exceptions.NotFittedError: If `fit` was not called.
        """
        about = self.explainable
        series = as_fitted(self, X)
        return attribute(about, series, output=output, method=method, baseline=baseline)

    def to_stream(self, *, streams: int = 1, threads: int = 1, static: Any = None) -> Stream:
        """The fitted network as a `liquidtime.deploy.Stream`, which predicts row by row.

        `observe` takes measurements in their own units and gives the probabilities of `classes_`,
        or values; `save` writes one file that `Stream.load` reads without scikit-learn or PyTorch.

        Args:
            streams: Number of streams that step together.
            threads: Threads that share a step of many streams.
            static: Features that do not change, of each stream, as `Stream` takes them.

        Raises:
            InputError: If the network cannot step.
            sklearn.exceptions.NotFittedError: If `fit` was not called.
        """
        check_is_fitted(self)
        fitted = self.fitted_
        record = {
            "preprocessor": preprocessor_to(fitted.preprocessor),
            "objective": {"mean": None, "scale": None, **fitted.objective.to_dict()},
        }
        signals = Signals.from_record(record)
        offset = getattr(self, "_offset", None)
        if offset is not None and signals.target_mean is not None:
            mean = tuple((np.asarray(signals.target_mean) + offset).tolist())
            signals = replace(signals, target_mean=mean)
        architecture, state = from_module(fitted.model.network)
        return Stream(
            architecture, state, signals=signals, streams=streams, threads=threads, static=static
        )
