"""Parameters that are dictionaries, whose entries grids can name: `training__optimizer`."""

from collections.abc import Mapping
from typing import Any, Self

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.utils import check_random_state

from liquidtime.estimators.deployed import Deployed
from liquidtime.estimators.tags import series_tags

MAPPINGS = {
    "options": "options of the network by name",
    "training": "fields of liquidtime.train.TrainConfig",
    "preprocessing": "arguments of liquidtime.data.Preprocessor.fit",
}


class NestedParameters(BaseEstimator):
    """An estimator with a few parameters of its own and dictionaries for all others.

    `set_params(training__optimizer="rmsprop")` sets an entry of such a dictionary, and leaves the
    others, so that grids can be flat.
    """

    def set_params(self, **params: Any) -> Self:
        """Set parameters by name; `options__…`, `training__…`, `preprocessing__…` set entries."""
        own: dict[str, Any] = {}
        entries: list[tuple[str, str, Any]] = []
        for name, value in params.items():
            mapping, _, key = name.partition("__")
            if key and mapping in MAPPINGS:
                entries.append((mapping, key, value))
            else:
                own[name] = value
        super().set_params(**own)
        for mapping, key, value in entries:
            setattr(self, mapping, {**(getattr(self, mapping) or {}), key: value})
        return self

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """Parameters by name; if deep, entries of the dictionaries, too."""
        found = super().get_params(deep=deep)
        for name in MAPPINGS if deep else ():
            given = found.get(name)
            if isinstance(given, Mapping):
                found |= {f"{name}__{key}": value for key, value in given.items()}
        return found


class LiquidEstimator(Deployed, NestedParameters):
    """An estimator of series, which can be deployed and explained."""

    chosen_: str
    validation_scores_: dict[str, float]

    def __sklearn_tags__(self) -> Any:
        """Series are wanted, with holes, and no tables."""
        return series_tags(super().__sklearn_tags__())


def plain(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Parameter grids often hold NumPy's numbers."""
    return {k: v.item() if isinstance(v, np.generic) else v for k, v in parameters.items()}


def seed_of(estimator: Any) -> int:
    """A seed, drawn from its `random_state`."""
    return int(check_random_state(estimator.random_state).randint(2**31 - 1))
