"""Probabilities set right by the validation part: temperature, Platt's or isotonic."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal, Self

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar
from sklearn.isotonic import IsotonicRegression
from sklearn.linear_model import LogisticRegression

from liquidtime.errors import InputError

Array = NDArray[np.float64]
Method = Literal["temperature", "platt", "isotonic"]
_TINY = 1e-7
_FOLDS = 5
_FEWEST = 20


@dataclass(frozen=True)
class Recalibration:
    """A function of probabilities; of more than two classes each by itself, then to a sum of 1.

    Attributes:
        method: "temperature" divides log-probabilities by one number (Guo et al. 2017); "platt" is
            a logistic regression on log-odds; "isotonic" any rising function.
        inputs: The temperature; or, for each class, slope and shift of the log-odds, or the
            probabilities between which "isotonic" goes straight.
        outputs: What "isotonic" gives at these; empty for the others.
    """

    method: Method
    inputs: tuple[tuple[float, ...], ...]
    outputs: tuple[tuple[float, ...], ...] = ()

    @classmethod
    def fit(cls, method: Method, probability: Array, target: NDArray[np.int64]) -> Self:
        """Fit it on probabilities [R, K] and class numbers [R] that training never saw.

        Raises:
            InputError: If there are too few targets, or classes without any.
        """
        count = probability.shape[1]
        check_enough(target, count)
        if method == "temperature":
            logs, rows = np.log(np.clip(probability, _TINY, 1.0)), np.arange(len(target))

            def surprise(power: float) -> float:
                found = _softmax(logs / np.exp(power))
                return -float(np.log(np.clip(found[rows, target], _TINY, 1.0)).mean())

            best: Any = minimize_scalar(surprise, bounds=(-3.0, 3.0), method="bounded")
            return cls(method, ((float(np.exp(best.x)),),))
        inputs, outputs = [], []
        for k in [1] if count == 2 else range(count):
            came, chance = target == k, probability[:, k]
            if method == "platt":
                line = LogisticRegression(C=1e4).fit(_log_odds(chance)[:, None], came)
                inputs.append((float(line.coef_[0, 0]), float(line.intercept_[0])))
                continue
            steps = IsotonicRegression(y_min=0.0, y_max=1.0, out_of_bounds="clip")
            steps.fit(chance, came.astype(np.float64))
            inputs.append(tuple(map(float, steps.X_thresholds_)))
            outputs.append(tuple(map(float, steps.y_thresholds_)))
        return cls(method, tuple(inputs), tuple(outputs))

    def __call__(self, probability: Array) -> Array:
        """Probabilities [R, K] set right, rows adding up to 1."""
        if self.method == "temperature":
            logs = np.log(np.clip(probability, _TINY, 1.0))
            return _softmax(logs / self.inputs[0][0])
        if probability.shape[1] == 2:
            second = self._one(0, probability[:, 1])
            return np.stack([1.0 - second, second], axis=1)
        each = np.stack([self._one(k, p) for k, p in enumerate(probability.T)], axis=1)
        total = each.sum(axis=1, keepdims=True)
        # Where no class is left with any, the network's own stand.
        return np.where(total > 0, each / np.where(total > 0, total, 1.0), probability)

    def _one(self, k: int, chance: Array) -> Array:
        if self.method == "platt":
            slope, shift = self.inputs[k]
            return 0.5 * (1.0 + np.tanh(0.5 * (slope * _log_odds(chance) + shift)))
        return np.interp(chance, self.inputs[k], self.outputs[k])

    def to_dict(self) -> dict[str, Any]:
        """The fields, JSON-able."""
        return asdict(self)

    @classmethod
    def from_dict(cls, mapping: Mapping[str, Any]) -> Self:
        """The inverse of `to_dict`."""
        inputs, outputs = (
            tuple(tuple(map(float, each)) for each in mapping[name])
            for name in ("inputs", "outputs")
        )
        return cls(mapping["method"], inputs, outputs)


def check_enough(target: NDArray[np.int64], classes: int) -> None:
    """Check that there are targets enough to recalibrate by.

    Args:
        target: Class numbers [R] of the validation part; -1 where there is none.
        classes: How many there are.

    Raises:
        InputError: If not.
    """
    known = target[target >= 0]
    fewest = np.bincount(known, minlength=classes).min()
    if len(known) < _FEWEST or fewest < 2:
        raise InputError(
            f"probabilities cannot be recalibrated from {len(known)} validation targets, {fewest} "
            f"of the rarest class; expected {_FEWEST} and 2. Give a larger validation part, or "
            "leave --recalibrate out."
        )


def across(
    method: Method, probability: Array, target: NDArray[np.int64], cluster: NDArray[np.int64]
) -> Array:
    """The probabilities of the validation part, each set right by the other four fifths of it.

    So that their scores do not flatter: a part that a function was fitted on looks right to it.

    Args:
        method: Which.
        probability: [R, K].
        target: Class numbers [R]; -1 where there is none.
        cluster: Series of each row, [R]; whole series are left out.
    """
    found = probability.copy()
    fold = np.unique(cluster, return_inverse=True)[1] % _FOLDS
    for part in range(_FOLDS):
        held = fold == part
        learnt = ~held & (target >= 0)
        try:
            found[held] = Recalibration.fit(method, probability[learnt], target[learnt])(
                probability[held]
            )
        except InputError:
            continue
    return found


def _softmax(logs: Array) -> Array:
    powers = np.exp(logs - logs.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


def _log_odds(chance: Array) -> Array:
    cut = np.clip(chance, _TINY, 1.0 - _TINY)
    return np.log(cut) - np.log1p(-cut)
