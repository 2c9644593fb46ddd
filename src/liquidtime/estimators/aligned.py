"""Targets beside series that have ids: brought together by id, not by position."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from liquidtime.data.convert.tables import is_panel
from liquidtime.data.series import IrregularSeries
from liquidtime.errors import InputError
from liquidtime.estimators.series import as_series
from liquidtime.notes import note_once

_FEW = 3


def aligned(y: Any, X: Any, series: IrregularSeries) -> Any:
    """The targets in the order of the series, where both say by an id which belong together.

    Args:
        y: Targets. A pandas Series or data frame tells the ids in its index.
        X: What came as X: a data frame with an (id, time) MultiIndex or a container has ids, too.
        series: The same as series.

    Returns:
        The targets by id; as they are where the ids of one side are not known.

    Raises:
        InputError: If X is a data frame and the ids of y are not exactly its own.
    """
    panel = is_panel(X)
    if not (hasattr(y, "index") and hasattr(y, "iloc")):
        if panel:
            note_once(
                "y has no ids: its entries are taken for the ids of X in the order in which these "
                "first appear. A pandas Series with the ids as its index is taken by id.",
                stacklevel=3,
            )
        return y
    ids = list(series.ids)
    own = set(y.index)
    if not panel:
        named = isinstance(X, IrregularSeries) or (
            isinstance(X, Sequence) and len(X) > 0 and isinstance(X[0], IrregularSeries)
        )
        counted = np.array_equal(series.ids, np.arange(len(ids)))
        if not named or counted or own != set(ids) or y.index.has_duplicates:
            return y
        return y.loc[ids]
    if y.index.has_duplicates:
        twice = y.index[y.index.duplicated()][0]
        raise InputError(
            f"y holds the id {twice!r} twice; expected one target a series, its index the ids of "
            "X, such as frame.groupby(level=0)['y'].first()."
        )
    lost, new = [one for one in ids if one not in own], sorted(map(str, own - set(ids)))
    if lost or new:
        parts = [f"no target for {_some(lost)}"] if lost else []
        parts += [f"{_some(new)} that X does not have"] if new else []
        raise InputError(
            f"the ids of y are not those of X: y has {' and '.join(parts)}. The index of y must "
            "hold the ids of X, of the same type; an array y.to_numpy() is taken by position."
        )
    return y.loc[ids]


class ScoredById:
    """A `score` for which y may tell its ids, as in `fit`; before scikit-learn's own mixins."""

    def score(self, X: Any, y: Any, sample_weight: Any = None) -> float:
        """The score of scikit-learn's estimators of this kind: accuracy, or R².

        Args:
            X: N series.
            y: Their targets; a pandas Series with the ids of X as its index is taken by id.
            sample_weight: [N] or None.
        """
        series = as_series(X)
        mixin: Any = super()
        return mixin.score(series, aligned(y, X, series), sample_weight=sample_weight)


def _some(ids: Sequence[Any]) -> str:
    more = f" and {len(ids) - _FEW:,} more ids" if len(ids) > _FEW else ""
    return ", ".join(map(repr, ids[:_FEW])) + more
