"""What a model of the market must beat, on the same days: HAR, today's value, the mean.

HAR is a linear regression on the means of the logarithm of the variance over a day, a week and a
month; "with losses" it has today's return, where that is negative, as a fourth number.
"""

from collections.abc import Callable, Mapping

import numpy as np

from liquidtime.data.series import IrregularSeries

WEEK, MONTH = 5, 22
Score = Callable[[np.ndarray, np.ndarray], float]


def har(log_variance: np.ndarray) -> np.ndarray:
    """The inputs of HAR at each day: today's value, and its means over a week and over a month.

    Corsi, Journal of Financial Econometrics 7, 2009, for the logarithm of the variance.

    Args:
        log_variance: [T] of one index.

    Returns:
        [T, 3]; NaN where fewer days came before.
    """
    sums = np.concatenate([[0.0], np.cumsum(log_variance)])
    found = [log_variance]
    for days in (WEEK, MONTH):
        mean = np.full(len(log_variance), np.nan)
        mean[days - 1 :] = (sums[days:] - sums[:-days]) / days
        found.append(mean)
    return np.stack(found, axis=1)


def scores(series: IrregularSeries, train: float, test: float) -> Mapping[str, Mapping[str, float]]:
    """Errors on the last days of each index, after learning from the first ones.

    Args:
        series: As `liquidtime.data.sets.finance.load()` gives them.
        train: Share of the days that teach.
        test: Share of the days that test, the last ones.

    Returns:
        For "HAR", "HAR with losses", "today's value" and "mean of training": `mse` of the
        logarithm, and `qlike`, the
        mean of v / f - log(v / f) - 1 of the variance v and its forecast f.
    """
    learnt, asked = [], []
    for one in series:
        assert one.target is not None
        today, target = one.values[:, 0].double().numpy(), one.target[:, 0].double().numpy()
        loss = np.minimum(one.values[:, 1:2].double().numpy(), 0.0)
        rows = np.column_stack([np.ones(len(today)), har(today), loss, target])
        known = rows[np.isfinite(rows).all(axis=1)]
        before = round(train * len(today)) - (len(rows) - len(known)) - 1
        learnt.append(known[:before])
        asked.append(rows[len(rows) - round(test * len(today)) :])
    teach, held = np.concatenate(learnt), np.concatenate(asked)
    truth, plain = held[:, -1], slice(0, 4)
    weights, *_ = np.linalg.lstsq(teach[:, plain], teach[:, -1], rcond=None)
    more, *_ = np.linalg.lstsq(teach[:, :-1], teach[:, -1], rcond=None)
    spread = float(np.var(teach[:, -1] - teach[:, plain] @ weights))
    forecasts = {
        "HAR": held[:, plain] @ weights,
        "HAR with losses": held[:, :-1] @ more,
        "today's value": held[:, 1],
        "mean of training": np.full(len(held), teach[:, -1].mean()),
    }
    # Half the variance of the error turns the mean of a logarithm into that of the variance.
    return {
        name: {
            "mse": float(np.mean((found - truth) ** 2)),
            "qlike": float(np.mean(_qlike(truth - found - spread / 2))),
        }
        for name, found in forecasts.items()
    }


def _qlike(difference: np.ndarray) -> np.ndarray:
    return np.exp(difference) - difference - 1
