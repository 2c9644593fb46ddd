"""The sentence under each heading that answers it."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score

from liquidtime.train.report.naming import (
    capital,
    class_names,
    interval,
    metric_name,
    number,
    quoted,
    share,
    verb,
)
from liquidtime.train.score.metrics import higher_is_better
from liquidtime.train.score.parts import ENOUGH

# A last epoch that is the best one by less than this share of all that was gained is no promise.
_STILL = 0.01
_APART = 2.0
_FIRST = ("auroc", "accuracy", "log_loss", "mse")


def reached(metrics: Mapping[str, Any], part: str, name: str, what: str = "series") -> str:
    """What the network reaches on a part, in one sentence; "" where nothing was measured.

    Args:
        metrics: What `metrics.json` holds.
        part: "validation" or "test".
        name: What people call the network.
        what: The part is made of: "series", or "pieces" of such.
    """
    found = metrics[part]["metrics"]
    size = f"{metrics[part]['series']:,} {what}"
    if _there(found, "r2"):
        r2 = found["r2"]["value"]
        explained = share(r2) if r2 > 0 else "nothing"
        told = (
            f"{verb(name, 'explains', 'explain')} {explained} of the variance (R² "
            f"{_score(found['r2'])}), with errors of {number(found['mae']['value'])} on average"
        )
    else:
        first = next((key for key in _FIRST if _there(found, key)), None)
        if first is None:
            return ""
        told = f"{verb(name, 'reaches', 'reach')} {metric_name(first)} {_score(found[first])}"
        several = len(metrics[part].get("counts", ())) > 2
        if several and first != "accuracy" and _there(found, "accuracy"):
            told += f" and accuracy {_score(found['accuracy'])}"
        elif first == "auroc":
            told += "; guessing gives 0.5"
    return f"{capital(name)} {told}, on the {part} part ({size})."


def caution(
    part: Mapping[str, Any], heading: str, names: Mapping[str, str], unit: str = "series"
) -> str:
    """What makes the intervals of a part say little; "" where there is enough of everything.

    Args:
        part: As `metrics.json` holds it.
        heading: What to call the part, such as "the test part".
        names: Class as stored to what people call it.
        unit: The part is made of: "series", or "pieces" of such.
    """
    few = part.get("few")
    if not few:
        return ""
    what = (
        "" if few["class"] is None else f" of class {quoted(names.get(few['class'], few['class']))}"
    )
    if few["count"] != few["series"] and few["count"]:
        count = f"{few['count']:,} targets{what}, in {few['series']:,} {unit},"
    elif what:
        count = f"{few['count']:,}{what}"
    else:
        count = f"{few['series']:,} {unit}"
    are = "is" if few["count"] == 1 else "are"
    count = f"Only {count}" if few["count"] else f"None{what or f' of the {unit}'}"
    return (
        f"{count} {are} in {heading}. Scores and intervals (!) from fewer than {ENOUGH} "
        "may be far off."
    )


def told_apart(
    metrics: Mapping[str, Any], curves: Mapping[str, tuple[np.ndarray, np.ndarray]], part: str
) -> str:
    """Whether the classes are told apart.

    Args:
        metrics: Of the run.
        curves: Of several classes, name to (is it, probability of it), each against the rest.
        part: Whose scores.
    """
    found = metrics[part]["metrics"].get("auroc") or {}
    value, low, high = (found.get(key) for key in ("value", "low", "high"))
    if value is None:
        return "That cannot be said: only one class is there."
    if low is not None and high is not None and low <= 0.5 <= high:
        yes = "Not so that it could be told from guessing"
    else:
        steps = ((0.9, "Yes, well"), (0.8, "Yes"), (0.7, "Somewhat"), (0.5, "Hardly"))
        yes = next(
            (word for least, word in steps if value >= least), "No, it ranks them the wrong way"
        )
    if len(metrics[part].get("counts", ())) > 2:
        each = {
            name: float(roc_auc_score(truth, score))
            for name, (truth, score) in curves.items()
            if 0 < truth.sum() < len(truth)
        }
        hardest = min(each, key=lambda name: each[name]) if each else None
        rest = f"; hardest is {quoted(hardest)} ({each[hardest]:.3f})" if hardest else ""
        return (
            f"{yes}: AUROC {number(value)} on average over the classes, each against the "
            f"rest{rest}."
        )
    return (
        f"{yes}: of a case and a non-case, the case has the higher probability in "
        f"{100 * value:.0f} of 100 pairs; by guessing in 50."
    )


def errors(target: NDArray, prediction: NDArray, mean: float, unit: str = "") -> str:
    """How large the errors are, against those of the mean of the training part.

    Args:
        target: [R], all there.
        prediction: [R].
        mean: Of the training part.
        unit: Of the target.
    """
    own, means = np.abs(prediction - target), np.abs(mean - target)
    spread = ((target - target.mean()) ** 2).sum()
    r2 = 1 - ((prediction - target) ** 2).sum() / spread if spread > 0 else float("nan")
    unit = f" {unit}" if unit else ""
    if np.isnan(r2):
        explained = "The target does not vary here"
    elif r2 <= 0:
        explained = "No better than the mean of these targets"
    else:
        explained = f"It explains {share(r2)} of the variance"
    text = (
        f"{explained}. Errors are {number(own.mean())}{unit} on average, against "
        f"{number(means.mean())}{unit} with the mean of the training part."
    )
    bias = float((prediction - target).mean())
    error = float((prediction - target).std()) / max(1, len(target)) ** 0.5
    if abs(bias) > 2 * error and abs(bias) > 0.1 * own.mean():
        way = "high" if bias > 0 else "low"
        text += f" It predicts too {way}, by {number(abs(bias))}{unit} on average."
    return text + _where(own, means, prediction)


def _where(own: NDArray, means: NDArray, prediction: NDArray) -> str:
    """In which third of the predictions it is no better than the mean; "" where in none or all."""
    if len(own) < 3 * ENOUGH or prediction.min() == prediction.max():
        return ""
    order = np.argsort(prediction, kind="stable")
    for part in np.array_split(order, 3):
        if own[part].mean() >= means[part].mean() and own.mean() < means.mean():
            low, high = prediction[part].min(), prediction[part].max()
            return (
                f" Where it predicts {number(low)} to {number(high)}, it is no better than that "
                "mean."
            )
    return ""


def trained(metrics: Mapping[str, Any], history: Mapping[str, Sequence[float]]) -> str:
    """Whether the training came to its end, and what to change."""
    chosen = metrics["selection"]
    last, at = metrics["epochs"], chosen["best_epoch"]
    scores = [float(value) for value in history.get(f"validation_{chosen['metric']}", ())]
    epochs = [int(each) for each in history["epoch"]]
    if not scores or at not in epochs:
        return ""
    what = metric_name(chosen["metric"])
    best = epochs.index(at)
    sign = 1.0 if higher_is_better(chosen["metric"]) else -1.0
    curve = np.array(scores) * sign
    # What the last quarter has added.
    late = curve[best] - curve[: max(1, len(curve) - max(1, len(curve) // 4))].max()
    if len(curve) > 1 and at == last and late > _STILL * max(curve[best] - curve[0], 1e-12):
        return f"The validation {what} was still getting better at the last epoch: train longer."
    text = f"The validation {what} was best at epoch {at} of {last}."
    train, held = history["train_loss"][best], history["validation_loss"]
    least = int(np.argmin(held))
    if least < best and held[best] > 1.1 * held[least]:
        sure = ", so probabilities may be too sure" * (chosen["metric"] in ("auroc", "auprc"))
        text += f" The validation loss was lowest at epoch {epochs[least]}{sure}."
    if train > 0 and held[best] > _APART * train:
        text += (
            f" The training loss is far lower ({number(train)} against {number(held[best])}): "
            "more series, more dropout or a smaller network may help."
        )
    return text


def names_of(record: Mapping[str, Any]) -> dict[str, str]:
    """Class as stored to what people call it; empty for values."""
    labels = record["objective"]["labels"]
    return dict(zip(labels, class_names(labels, record), strict=True))


def _score(found: Mapping[str, Any]) -> str:
    return f"{number(found['value'])} {interval(found)}".rstrip()


def _within(found: Mapping[str, Any]) -> str:
    text = interval(found, bracket=False)
    return f", 95 % interval {text}" if text else ""


def _there(found: Mapping[str, Any], name: str) -> bool:
    return found.get(name, {}).get("value") is not None
