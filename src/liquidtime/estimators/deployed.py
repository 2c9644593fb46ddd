"""From a fitted estimator to a stream, which goes into a file."""

from dataclasses import replace
from typing import Any

import numpy as np
from sklearn.utils.validation import check_is_fitted

from liquidtime.deploy.kinds import from_module
from liquidtime.deploy.signals import Signals
from liquidtime.deploy.stream import Stream
from liquidtime.train.stored import preprocessor_to


class Deployed:
    """What fitted estimators can do besides predicting."""

    fitted_: Any

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
