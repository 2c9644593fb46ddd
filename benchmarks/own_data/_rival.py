"""Rivals, in an environment of their own: reads problems, fits, writes predictions.

    python _rival.py PROBLEM.npz RIVAL SEED OUT.npz

Holds `values` [N, T, D] on a regular grid, `target`, `train` and `test`; the file written holds
`predicted`, `score` (a column a class) and `seconds` of fitting and predicting.
"""

import sys
import time

import numpy as np


def minirocket(x, y, test, seed):
    from aeon.transformations.collection.convolution_based import MiniRocket
    from sklearn.linear_model import RidgeClassifierCV
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    model = make_pipeline(
        MiniRocket(random_state=seed, n_jobs=1),
        StandardScaler(with_mean=False),
        RidgeClassifierCV(alphas=np.logspace(-3, 3, 10)),
    )
    channels = np.ascontiguousarray(x.transpose(0, 2, 1))
    model.fit(channels, y)
    return model.decision_function(np.ascontiguousarray(test.transpose(0, 2, 1)))


def forest(x, y, test, seed):
    from sklearn.ensemble import RandomForestClassifier

    model = RandomForestClassifier(300, random_state=seed, n_jobs=1)
    return model.fit(summaries(x), y).predict_proba(summaries(test))


def boosting(x, y, test, seed):
    from sklearn.ensemble import HistGradientBoostingClassifier

    model = HistGradientBoostingClassifier(random_state=seed)
    return model.fit(summaries(x), y).predict_proba(summaries(test))


def summaries(x):
    """Eleven numbers a channel: level, spread, range, quartiles, ends, slope, roughness."""
    steps = np.arange(x.shape[1]) - (x.shape[1] - 1) / 2
    parts = [x.mean(1), x.std(1), x.min(1), x.max(1), x[:, 0], x[:, -1]]
    parts += [np.quantile(x, q, axis=1) for q in (0.25, 0.5, 0.75)]
    slope = np.einsum("t,ntd->nd", steps, x) / (steps**2).sum()
    return np.concatenate([*parts, slope, np.abs(np.diff(x, axis=1)).mean(1)], axis=1)


RIVALS = {"minirocket": minirocket, "forest": forest, "boosting": boosting}


def main(path, name, seed, out):
    with np.load(path) as given:
        x, y, train, test = (given[key] for key in ("values", "target", "train", "test"))
    fit = RIVALS[name]
    if name == "minirocket":
        # Compiled beforehand, so that compilation is not timed.
        fit(x[train], y[train], x[test][:2], seed)
    began = time.perf_counter()
    score = fit(x[train].astype(np.float32), y[train], x[test].astype(np.float32), seed)
    seconds = time.perf_counter() - began
    classes = np.unique(y[train])
    if score.ndim == 1:
        score = np.stack([-score, score], axis=1)
    np.savez(out, predicted=classes[score.argmax(1)], score=score, seconds=seconds)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4])
