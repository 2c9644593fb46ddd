"""Forecasts of a frame's columns, as scikit-learn's estimators are used."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Literal, Self

import numpy as np
import pandas as pd
from sklearn.utils.validation import check_is_fitted

from liquidtime.data.convert import from_frame
from liquidtime.data.forecast.calendar import local_hours
from liquidtime.data.forecast.parts import Question, Shares, parted
from liquidtime.data.preprocess.unlike import note_unlike
from liquidtime.data.series import IrregularSeries
from liquidtime.data.table.timeline import Timeline
from liquidtime.errors import InputError
from liquidtime.estimators.fitting import configuration
from liquidtime.estimators.parameters import NestedParameters, plain, seed_of
from liquidtime.estimators.threads import threads
from liquidtime.instants import HOUR, read_instants
from liquidtime.train.ahead import Forecasts, foretell, read_as
from liquidtime.train.forecasting import fit_forecast
from liquidtime.train.score.outputs import predict_logits


class LiquidForecaster(NestedParameters):
    """Forecast one or several columns, of one series or of a panel.

    `y` is a pandas Series or a data frame whose index is the time (dates, also with a time zone, or
    numbers), with an (id, time) MultiIndex for a panel; or an array, whose rows are then numbered.
    `X` is a frame with the same kind of index: columns that are known ahead.

    It forecasts as `liquidtime fit --horizon` does: the last share of the rows chooses the weights.
    These rows are nearest to what is forecast, and are learnt from only with `refit`.

    Args:
        horizon: How far: a number of rows, or a time such as "24h".
        every: Distance of the times forecast, such as "6h"; by default that of the rows.
        target: Columns of y to forecast; by default all. Of the others the past is known.
        quantiles: Shares such as (0.1, 0.5, 0.9) instead of the mean.
        calendar: Inputs of the date; None takes what fits, () none.
        season: Periods such as ("24h", "7d"); None looks for them, () takes none.
        segment: Length of the pieces that the network reads.
        context: Length of what warms it up before each.
        kind: The network, by the name of its module in `liquidtime.models`.
        options: Options of the network by name.
        hidden_size: Hidden units.
        wiring: Sparse circuit over the hidden units.
        dropout: Dropout before the read-out, or "auto".
        steps: Steps of the optimiser, at most, or "auto".
        epochs: Passes instead of steps.
        batch_size: Pieces in a step, or "auto".
        learning_rate: Step size, or "auto".
        weight_decay: Decoupled weight decay, or "auto".
        patience: Validations without a better score after which it stops.
        ensemble: Networks that are averaged; "auto" is 3 where that is quick.
        training: Further fields of `liquidtime.train.TrainConfig`.
        validation: Share of the rows, the last ones, that chooses the weights.
        refit: Whether to fit to all rows afterwards, for as long as was best. That pays where a
            series changes; elsewhere weights that were chosen can be better.
        n_threads: Threads; None leaves them.
        random_state: Seed.

    Attributes:
        plan_: What is forecast from what (`liquidtime.data.forecast.ForecastPlan`).
        notes_: What was found in the data, in words.
        history_: One record a round of the training.
        fitted_: Preprocessor, objective and model.
    """

    def __init__(
        self,
        horizon: Any = 1,
        *,
        every: Any = None,
        target: Sequence[str] | None = None,
        quantiles: Sequence[float] = (),
        calendar: Sequence[str] | None = None,
        season: Sequence[Any] | None = None,
        segment: Any = None,
        context: Any = None,
        kind: str = "cfc",
        options: Mapping[str, Any] | None = None,
        hidden_size: int = 64,
        wiring: str = "none",
        dropout: float | Literal["auto"] = "auto",
        steps: int | Literal["auto"] = "auto",
        epochs: int | None = None,
        batch_size: int | Literal["auto"] = "auto",
        learning_rate: float | Literal["auto"] = "auto",
        weight_decay: float | Literal["auto"] = "auto",
        patience: int | Literal["auto"] | None = "auto",
        ensemble: int | Literal["auto"] = "auto",
        training: Mapping[str, Any] | None = None,
        validation: float = 0.15,
        refit: bool = False,
        n_threads: int | None = None,
        random_state: int | np.random.RandomState | None = None,
    ) -> None:
        self.horizon = horizon
        self.every = every
        self.target = target
        self.quantiles = quantiles
        self.calendar = calendar
        self.season = season
        self.segment = segment
        self.context = context
        self.kind = kind
        self.options = options
        self.hidden_size = hidden_size
        self.wiring = wiring
        self.dropout = dropout
        self.steps = steps
        self.epochs = epochs
        self.batch_size = batch_size
        self.learning_rate = learning_rate
        self.weight_decay = weight_decay
        self.patience = patience
        self.ensemble = ensemble
        self.training = training
        self.validation = validation
        self.refit = refit
        self.n_threads = n_threads
        self.random_state = random_state

    def fit(self, y: Any, X: Any = None) -> Self:
        """Fit anew.

        Args:
            y: What is forecast, and columns of which the past is known.
            X: Columns that are known ahead; rows after the last one of y may be there.

        Raises:
            InputError: If the data or a parameter does not fit.
        """
        own, known = _frame(y, "y"), None if X is None else _frame(X, "X")
        target = tuple(own.columns) if self.target is None else tuple(self.target)
        share = self.validation
        if not isinstance(share, float) or not 0 < share < 1:
            raise InputError(f"validation is {share!r}; expected a share above 0 and below 1.")
        if not isinstance(self.refit, bool | np.bool_) or "refit" in (self.training or {}):
            raise InputError(
                f"refit is {self.refit!r} and training {self.training!r}; expected refit True or "
                "False, and no refit in training."
            )
        series = _series(own, known)
        question = Question(
            target=target,
            horizon=self.horizon,
            every=self.every,
            known=() if known is None else tuple(known.columns),
            calendar=self.calendar,
            season=self.season,
            segment=self.segment,
            context=self.context,
        )
        seed = seed_of(self)
        shares = Shares(fractions=(1 - share, share, 0.0), seed=seed)
        parts = parted(series, question, shares, _clock(series))
        config = configuration("forecast", self.kind, self, seed=seed, class_weights="none")
        training = replace(config.train, refit="yes" if self.refit else "no")
        config = replace(config, quantiles=tuple(self.quantiles), train=training)
        with threads(plain({"n": self.n_threads})["n"]):
            self.fitted_ = fit_forecast(parts, config)
        self.plan_, self.notes_ = parts.plan, parts.notes
        self.history_ = self.fitted_.progress.history
        self._y, self._X = own, known
        return self

    def predict(self, X: Any = None, y: Any = None) -> pd.DataFrame:
        """Forecast from the last row of each series.

        Args:
            X: What is known ahead, at the times that are forecast.
            y: Newer rows to forecast from, enough of them to warm up; by default those of `fit`.

        Returns:
            Index: the time that a row is for, with the id before it for a panel. Columns: each
            target under its own name and, of quantiles, such as `load_q10`.

        Raises:
            InputError: If columns or what is known ahead are missing.
            sklearn.exceptions.NotFittedError: If `fit` was not called.
        """
        check_is_fitted(self)
        own: Any = self._y if y is None else _frame(y, "y")
        known = self._X
        if X is not None:
            given = _frame(X, "X")
            known: Any = given if known is None else pd.concat([known, given])
            known = known[~known.index.duplicated(keep="last")]
        if lacking := [name for name in self._y.columns if name not in own.columns]:
            raise InputError(f"y has no column {lacking[0]!r}, which it had in fit.")
        series = _series(own[self._y.columns], known)
        found = self._said(series).last()
        self._check_known(found, series)
        frame: Any = found.to_frame()
        names = {f"predicted_{name}": name for name in self.plan_.target}
        shown = [name for name in frame if name.startswith("predicted_")]
        columns = {n: names.get(n, n.removeprefix("predicted_")) for n in shown}
        times = frame["time"]
        if own.index.get_level_values(-1).dtype.kind in "iu" and (times % 1 == 0).all():
            times = times.astype(np.int64)
        keys = [times] if own.index.nlevels == 1 else [frame["id"], times]
        index = pd.MultiIndex.from_arrays(keys) if len(keys) > 1 else pd.Index(times)
        return frame[shown].rename(columns=columns).set_index(index.set_names(own.index.names))

    def _said(self, series: IrregularSeries) -> Forecasts:
        plan, fitted = self.plan_, self.fitted_
        spans = {"length": plan.segment, "context": plan.context}
        schema = {"forecast": plan.to_dict(), "segments": spans}

        def ask(inputs: IrregularSeries) -> np.ndarray:
            encoded = fitted.preprocessor.encode(inputs, reads=fitted.model.reads)
            return predict_logits(fitted.model, encoded).numpy()

        note_unlike(series, fitted.preprocessor)
        with threads(plain({"n": self.n_threads})["n"]):
            return foretell(schema, fitted.objective, ask, read_as(schema, series))  # pyright: ignore

    def _check_known(self, found: Forecasts, series: IrregularSeries) -> None:
        lacking = found.unknown(series)
        if lacking is not None:
            name, lead = lacking
            raise InputError(
                f"{name!r} is known ahead, but X has no value of it {lead} after the last "
                f"row of y; expected values for {', '.join(self.plan_.lead_names)}. Pass them: "
                "predict(X=…), its index the coming times."
            )


def _frame(given: Any, what: str) -> pd.DataFrame:
    """A frame with text as names of columns, sorted by nobody."""
    if isinstance(given, pd.Series):
        given = given.to_frame("y" if given.name is None else given.name)
    if not isinstance(given, pd.DataFrame):
        array = np.asarray(given, dtype=np.float64)
        if array.ndim not in (1, 2) or what == "X":
            raise InputError(
                f"{what} is {type(given).__name__} of shape {list(array.shape)}; expected a pandas "
                "Series or a data frame whose index is the time"
                + ("." if what == "X" else ", or an array [T] or [T, K].")
            )
        array = array.reshape(len(array), -1)
        names = ["y"] if array.shape[1] == 1 else [f"y{k}" for k in range(array.shape[1])]
        given = pd.DataFrame(array, columns=names)
    if given.index.has_duplicates:
        twice = given.index[given.index.duplicated()][0]
        raise InputError(
            f"{what} has two rows for {twice}; expected one a time and series. Take their mean: "
            f"{what}.groupby(level={list(range(given.index.nlevels))}).mean()."
        )
    return given.set_axis([str(name) for name in given.columns], axis=1)


def _series(own: pd.DataFrame, known: pd.DataFrame | None) -> IrregularSeries:
    frame = own
    if known is not None:
        if both := [name for name in known.columns if name in own.columns]:
            raise InputError(f"{both[0]!r} is a column of y and of X; expected it in one of them.")
        # What is known of other series, or before the first row, is of no use.
        frame = own.join(known, how="outer")
    frame = frame.sort_index()
    if frame.index.nlevels > 1:
        return from_frame(frame)
    name = "time" if frame.index.name is None else str(frame.index.name)
    return from_frame(frame.rename_axis(name), time=name)


def _clock(series: IrregularSeries) -> Timeline | None:
    local = local_hours(series)
    if local is None or series.stamps is None:
        return None
    read = read_instants("time", series.stamps.cells)
    assert read is not None
    return Timeline(read.nanoseconds / HOUR, local)
