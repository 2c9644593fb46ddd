"""Ours, as a user would call it: the defaults, at the first try."""

import time
import warnings

import numpy as np
import torch
from _problems import Problem
from _rivals import Answer

from liquidtime.estimators import LiquidClassifier, LiquidRidgeClassifier, Series

FIRST_TRY = "liquidtime, first try"
RIDGE = "random liquid features"


def ours(problem: Problem, who: str, seed: int) -> Answer:
    """Fit on the training part with defaults and ask about the test part."""
    torch.set_num_threads(1)
    X = [Series(x, t) for x, t in zip(problem.values, problem.times, strict=True)]
    teach, ask = [X[n] for n in problem.train], [X[n] for n in problem.test]
    groups = None if problem.groups is None else problem.groups[problem.train]
    y = problem.target[problem.train]
    began = time.perf_counter()
    with warnings.catch_warnings():
        # Hyphenated advice to a user, who reads it once; here it would come a hundred times.
        warnings.simplefilter("ignore", UserWarning)
        if who == RIDGE:
            model = LiquidRidgeClassifier(random_state=seed).fit(teach, y)
        else:
            model = LiquidClassifier(random_state=seed).fit(teach, y, groups=groups)
        score = model.predict_proba(ask)
    seconds = time.perf_counter() - began
    what = RIDGE if who == RIDGE else str(getattr(model, "chosen_", model.get_params()["kind"]))
    return Answer(model.classes_[score.argmax(1)], score, seconds, what)


def accuracy(problem: Problem, answer: Answer) -> float:
    """Share of the test part that was told right."""
    return float(np.mean(answer.predicted == problem.target[problem.test]))
