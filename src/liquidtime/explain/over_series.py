"""Which variables matter over many series: the size of their amounts, with intervals."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from liquidtime.data.series import IrregularSeries
from liquidtime.errors import InputError
from liquidtime.explain.attribution import Attribution
from liquidtime.explain.baseline import Named
from liquidtime.explain.integrated import integrate
from liquidtime.explain.leaving_out import occlude
from liquidtime.explain.output import Output, Scale
from liquidtime.explain.question import Question, ask
from liquidtime.explain.why import Method
from liquidtime.optional import require

if TYPE_CHECKING:
    import pandas as pd

DRAWS = 1000


@dataclass(frozen=True, eq=False)
class Importance:
    """What each of V variables did to one output, over N series.

    Static features count as variables.

    Attributes:
        output: Which number.
        method: How the amounts were found.
        names: V, the most important first.
        size: [V], mean over the series of the size of the variable's amount over all time.
        low: [V], lower end of the 95 % bootstrap interval over series.
        high: [V], upper end.
        direction: [V], mean of the amounts with their sign: whether it rather raised or lowered.
        amounts: [N, V], of each series.
        ids: [N].
    """

    output: Output
    method: str
    names: tuple[str, ...]
    size: np.ndarray
    low: np.ndarray
    high: np.ndarray
    direction: np.ndarray
    amounts: np.ndarray
    ids: np.ndarray

    def to_frame(self) -> "pd.DataFrame":
        """A table with a row a variable: `variable`, `size`, `low`, `high`, `direction`."""
        columns = ("size", "low", "high", "direction")
        found = {name: getattr(self, name) for name in columns}
        return require("pandas", extra="train").DataFrame({"variable": self.names, **found})


def importance(
    given: Any,
    series: IrregularSeries,
    *,
    output: str | None = None,
    scale: Scale | None = None,
    method: Method = "integrated gradients",
    baseline: Named | None = None,
    seed: int = 0,
) -> Importance:
    """The mean size of each variable's amount over series; those without rows are left out.

    Args:
        given: A run, a fitted estimator or an `Explainable`.
        series: N of them, such as those of the test part.
        output: Name of the class or value; None is the second of two classes or the only value.
        scale: Of classes: "log-odds" (None) or "probability".
        method: As in `attribute`. Occlusion runs the model once for each observation of a series.
        baseline: Of integrated gradients: "not observed" or "mean".
        seed: Of the bootstrap.

    Raises:
        InputError: If a name is unknown, no series has a row, or the method does not suit.
    """
    if isinstance(baseline, IrregularSeries):
        raise InputError("baseline is a series; expected 'not observed' or 'mean' for many series.")
    if method not in ("integrated gradients", "occlusion"):
        raise InputError(f"method is {method!r}; expected 'integrated gradients' or 'occlusion'.")
    if isinstance(series, IrregularSeries) and len(series):
        series = series.select((series.lengths > 0).numpy())
    asked = ask(given, series, output=output, scale=scale, one=False)
    if method == "occlusion":
        found = [occlude(one) for one in _each(asked)]
    else:
        found = integrate(asked, baseline=baseline)
    return of_attributions(found, seed=seed)


def of_attributions(found: list[Attribution], *, seed: int = 0) -> Importance:
    """The importance that attributions of several series, for the same output, tell.

    Args:
        found: At least one.
        seed: Of the bootstrap.
    """
    names = list(dict.fromkeys(name for each in found for name in each.totals))
    amounts = np.array([[each.totals.get(name, 0.0) for name in names] for each in found])
    sizes = np.abs(amounts)
    random = np.random.default_rng(seed)
    weights = random.multinomial(len(found), np.full(len(found), 1 / len(found)), size=DRAWS)
    low, high = np.quantile(weights @ sizes / len(found), (0.025, 0.975), axis=0)
    order = np.argsort(-sizes.mean(0), kind="stable")
    return Importance(
        output=found[0].output,
        method=found[0].method,
        names=tuple(names[at] for at in order),
        size=sizes.mean(0)[order],
        low=low[order],
        high=high[order],
        direction=amounts.mean(0)[order],
        amounts=amounts[:, order],
        ids=np.array([each.id for each in found], dtype=object),
    )


def _each(asked: Question) -> list[Question]:
    return [
        replace(
            asked,
            series=asked.series[at],
            steps=asked.steps[at : at + 1],
            whole=asked.whole[at],
        )
        for at in range(len(asked.series))
    ]
