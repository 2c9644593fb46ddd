"""Random liquid features under scikit-learn's contract."""

from dataclasses import replace
from typing import Any, Literal, Self

import numpy as np
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils.validation import check_is_fitted

from liquidtime.estimators.names import remember_names
from liquidtime.estimators.parameters import seed_of
from liquidtime.estimators.series import as_fitted, as_series
from liquidtime.estimators.solving import options, preprocessed
from liquidtime.estimators.tags import series_tags
from liquidtime.kernels.reservoir.call import ABOVE, POOLS
from liquidtime.reservoir.features import BATCH, Features

_READS = ("values", "mask", "times")


class LiquidFeatures(TransformerMixin, BaseEstimator):
    """Turn series of unequal length and irregular times into a table, for any model of tables.

    Random leaky, band-pass, resonant and liquid units, never trained, read each series; their
    response is exact at any gap, and no series is resampled. Of each response the maximum, minimum,
    mean, root mean square and last value are kept, and for each threshold the share of time above
    it, the mean excess, the mean place in time and the longest stretch. `X` is what
    `LiquidRidgeClassifier` takes. No target is looked at.

    Args:
        n_units: Random units; "auto": 512 for series of one variable, 1,024 for more, static ones
            counted.
        n_thresholds: Thresholds of a unit, from 1 to 8.
        random_state: Seed of the units and the thresholds.

    Attributes:
        n_features_in_: Number of features D of a series.
        feature_names_in_: Their names, if they have any: the columns of data frames.
        features_: The units and thresholds.
    """

    def __init__(
        self,
        *,
        n_units: int | Literal["auto"] = "auto",
        n_thresholds: int = 4,
        random_state: int | np.random.RandomState | None = None,
    ) -> None:
        self.n_units = n_units
        self.n_thresholds = n_thresholds
        self.random_state = random_state

    def fit(self, X: Any, y: Any = None) -> Self:
        """Draw units that suit these series.

        Args:
            X: N series.
            y: Not looked at.

        Returns:
            The estimator.

        Raises:
            InputError: If X or a parameter does not fit.
        """
        del y
        series, config = as_series(X), options(self)
        random = np.random.default_rng(seed_of(self))
        self.fitted_ = _Prepared(preprocessed(series))
        encoded = self.fitted_.preprocessor.encode(_plain(series), reads=_READS)
        count = config.units_for(self.fitted_.preprocessor.variable_count)
        self.features_ = Features.fit(encoded, count, config.thresholds, random)
        remember_names(self, series)
        self.n_features_in_ = len(self.fitted_.preprocessor.variables)
        return self

    def transform(self, X: Any) -> np.ndarray:
        """The features of series.

        Args:
            X: N series, with the features of the fit.

        Returns:
            [N, units · (5 + 4 · n_thresholds)] float32.

        Raises:
            InputError: If X does not fit.
            sklearn.exceptions.NotFittedError: If `fit` was not called.
        """
        check_is_fitted(self)
        series = _plain(as_fitted(self, X))
        encoded = self.fitted_.preprocessor.encode(series, reads=_READS)
        found = np.empty((len(series), self.features_.size), np.float32)
        for start in range(0, len(series), BATCH):
            index = np.arange(start, min(start + BATCH, len(series)))
            found[index] = self.features_.of(encoded, index)
        return found

    def get_feature_names_out(self, input_features: Any = None) -> np.ndarray:
        """Names of the features, such as "unit3_maximum" and "unit3_share0".

        Args:
            input_features: Not looked at: a feature may read several of a series.
        """
        check_is_fitted(self)
        del input_features
        pools = [*POOLS, *(f"{name}{place}" for name in ABOVE for place in range(self._levels))]
        names = [
            f"unit{unit}_{pool}" for unit in range(len(self.features_.units)) for pool in pools
        ]
        return np.asarray(names, dtype=object)

    @property
    def _levels(self) -> int:
        return self.features_.thresholds.shape[1]

    def __sklearn_tags__(self) -> Any:
        return series_tags(super().__sklearn_tags__())


class _Prepared:
    """What is kept under the name that estimators of series share."""

    def __init__(self, preprocessor: Any) -> None:
        self.preprocessor = preprocessor


def _plain(series: Any) -> Any:
    return replace(series, target=None, per_step=False)
