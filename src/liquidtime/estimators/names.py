"""Names of features, checked as scikit-learn checks those of tables."""

import warnings
from dataclasses import replace
from typing import Any

import numpy as np

from liquidtime.data.series import IrregularSeries
from liquidtime.errors import InputError


def remember_names(estimator: Any, series: IrregularSeries) -> None:
    """Give an estimator `feature_names_in_` if the features it was fitted on have names."""
    if _named(series):
        estimator.feature_names_in_ = np.asarray(series.features, dtype=object)
    elif hasattr(estimator, "feature_names_in_"):
        del estimator.feature_names_in_


def with_names_of_fit(estimator: Any, series: IrregularSeries) -> IrregularSeries:
    """The series under the names of the fit, which they must have if they have any.

    Args:
        estimator: A fitted one.
        series: What came, with as many features.

    Raises:
        InputError: If the names are others, or in another order.
    """
    kind = type(estimator).__name__
    known = getattr(estimator, "feature_names_in_", None)
    named = _named(series)
    if known is not None and named:
        check_names(tuple(known), series.features)
    elif named:
        warnings.warn(
            f"X has feature names, but {kind} was fitted without feature names",
            UserWarning,
            stacklevel=4,
        )
    elif known is not None:
        warnings.warn(
            f"X does not have valid feature names, but {kind} was fitted with feature names",
            UserWarning,
            stacklevel=4,
        )
    return replace(series, features=estimator.fitted_.preprocessor.variables)


def check_names(known: tuple[str, ...], came: tuple[str, ...]) -> None:
    """Refuse names that are not those of the fit, in their order, in scikit-learn's words."""
    if came == known:
        return
    lines = ["The feature names should match those that were passed during fit."]
    for title, names in (
        ("Feature names unseen at fit time:", [name for name in came if name not in known]),
        ("Feature names seen at fit time, yet now missing:", [n for n in known if n not in came]),
    ):
        if names:
            lines += [title, *(f"- {name}" for name in sorted(names)[:5])]
            lines += ["- ..."] * (len(names) > 5)
    if len(lines) == 1:
        lines.append("Feature names must be in the same order as they were in fit.")
    raise InputError("\n".join(lines) + f"\nExpected, in this order: {', '.join(known)}.")


def unnamed(count: int) -> tuple[str, ...]:
    """The names that a container makes up where none are given."""
    return tuple(f"x{number}" for number in range(count))


def _named(series: IrregularSeries) -> bool:
    return series.features != unnamed(series.feature_count)
