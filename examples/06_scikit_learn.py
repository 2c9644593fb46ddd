"""Scikit-learn: a grid search over series of unequal length, each with its own clock.

Every entry of X is one `Series(values, times)`: a cup that cools, read with some noise at
irregular moments. Is it insulated? The readings alone do not tell, for some cups are read often
and some seldom; the readings and the clock do. Expect a score near 1 on cups the search never saw,
and one that is clearly worse when the same estimator is not told the times.
"""

import numpy as np
from sklearn.base import clone
from sklearn.model_selection import GridSearchCV, StratifiedKFold, train_test_split

from liquidtime.estimators import LiquidClassifier, Series


def cups(count: int, seed: int) -> tuple[list[Series], list[str]]:
    random = np.random.default_rng(seed)
    X, y = [], []
    for n in range(count):
        insulated = n % 2 == 0
        often = 10 ** random.uniform(-1, 1)
        times = np.cumsum(random.exponential(often, random.integers(6, 14)))
        warmth = random.uniform(0.5, 1) * np.exp(-(0.05 if insulated else 0.5) * times)
        X.append(Series(warmth[:, None] + random.normal(0, 0.01, (len(times), 1)), times))
        y.append("insulated" if insulated else "bare")
    return X, y


def main(epochs: int = 20) -> dict[str, float]:
    X, y = cups(240, seed=0)
    X, X_test, y, y_test = train_test_split(X, y, test_size=0.25, stratify=y, random_state=0)
    search = GridSearchCV(
        LiquidClassifier(epochs=epochs, batch_size=16, learning_rate=1e-2, random_state=0),
        {"hidden_size": [8, 16]},
        cv=StratifiedKFold(2),
        error_score="raise",
    )
    search.fit(X, y)
    clockless = clone(search.best_estimator_).fit([cup.values for cup in X], y)
    scores = {
        "with the clock": float(search.score(X_test, y_test)),
        "without": float(clockless.score([cup.values for cup in X_test], y_test)),
    }
    print(
        f"best of the grid: {search.best_params_}, accuracy in the folds {search.best_score_:.2f}"
    )
    for name, score in scores.items():
        print(f"accuracy on {len(X_test)} cups kept apart, {name}: {score:.2f}")
    return scores


if __name__ == "__main__":
    main()
