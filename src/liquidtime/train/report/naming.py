"""Names and numbers as people read them."""

import math
import re
from collections.abc import Mapping, Sequence
from typing import Any

from liquidtime.train.score.metrics import higher_is_better

_BARE = re.compile(r"[+-]?\d+(\.\d+)?|true|false", re.IGNORECASE)

METRIC_NAMES = {
    "auroc": "AUROC",
    "auprc": "AUPRC",
    "accuracy": "accuracy",
    "f1": "F1",
    "macro_f1": "macro F1",
    "brier": "Brier score",
    "log_loss": "log loss",
    "loss": "loss",
    "mse": "mean squared error",
    "mae": "mean absolute error",
    "r2": "R²",
    "pinball": "pinball loss",
    "coverage": "inside the interval",
}


def metric_name(metric: str) -> str:
    """What to call a metric."""
    name, _, label = metric.partition("/")
    return METRIC_NAMES.get(name, name) + (f" of {label}" if label else "")


def number(value: float | None, *, like: float | None = None) -> str:
    """A measured number with the digits that mean something: three behind the point, or in all.

    Args:
        value: The number; None and NaN are a stroke.
        like: Another number whose notation it shall have, as the ends of an interval have that of
            what lies between them.
    """
    if value is None or math.isnan(value):
        return "–"
    scale = abs(value if like is None or math.isnan(like) else like)
    if value < 0:
        return f"−{number(-value, like=scale)}"
    if scale >= 100:
        return f"{value:,.0f}"
    if scale >= 10:
        return f"{value:.1f}"
    if scale >= 0.01 or not scale:
        return f"{value:.3f}"
    if scale >= 1e-4:
        return f"{value:.{1 - math.floor(math.log10(scale))}f}"
    return f"{value:.1e}"


def interval(found: Mapping[str, Any], *, bracket: bool = True) -> str:
    """The interval of a metric, such as "0.812 to 0.878"; empty where there is none.

    In the notation of the metric itself: beside 0.020, an end at 0.00005 is 0.000. One that is not
    to be relied on, since fewer than ten series stand behind it, has a "!"; one without any width
    is not shown as if it were known so well.
    """
    if found.get("low") is None or found.get("high") is None:
        return ""
    like = found.get("value")
    low, high = number(found["low"], like=like), number(found["high"], like=like)
    text = f"{low} to {high}" if low != high else "no spread"
    text += " !" * (found.get("reliable") is False)
    return f"({text})" if bracket else text


def lead(difference: Mapping[str, Any], metric: str) -> dict[str, Any]:
    """A difference of scores, with its interval, as that by which the first one is better."""
    return dict(difference) if higher_is_better(metric) else turned(difference)


def turned(difference: Mapping[str, Any]) -> dict[str, Any]:
    """A difference, with its interval, the other way round."""
    found = {"value": difference["value"], "low": difference["high"], "high": difference["low"]}
    return {**difference, **{key: value and -value for key, value in found.items()}}


def seconds(value: float) -> str:
    """A duration: "0.04 s", "3.1 s", "2 min 5 s", "1 h 12 min"."""
    if value < 60:
        return f"{value:.2f} s" if value < 1 else f"{value:.1f} s"
    minutes, rest = divmod(round(value), 60)
    if minutes < 60:
        return f"{minutes} min {rest} s"
    return f"{minutes // 60} h {minutes % 60} min"


def verb(name: str, one: str, several: str) -> str:
    """The form of a verb behind a name: "a forest does", "random liquid features do"."""
    return several if name.endswith("features") else one


def capital(text: str) -> str:
    """Text as a sentence begins."""
    return text[:1].upper() + text[1:]


def share(value: float) -> str:
    """A share as per cent: "14.0 %", "0.02 %"."""
    per_cent = 100.0 * value
    if per_cent and abs(per_cent) < 0.1:
        return f"{per_cent:.2g} %"
    return f"{per_cent:.1f} %"


def quoted(label: object) -> str:
    """A label of the user's own inside a sentence."""
    return f"“{label}”"


def pieces_of(record: Mapping[str, Any]) -> str:
    """What the rows of a score are drawn from: "pieces" where long series were cut, or "series"."""
    return "pieces" if (record.get("schema") or {}).get("segments") else "series"


def class_names(labels: Sequence[str], record: Mapping[str, Any]) -> list[str]:
    """Classes as people read them: "died = 1" where the label alone, a number, says nothing.

    Args:
        labels: As the run stores them.
        record: Of the run, which knows the column of the target if there was a table.
    """
    table = (record.get("schema") or {}).get("table") or {}
    target = table.get("target") or ()
    # Of values, quantiles and several labels each has a name of its own.
    if record["objective"]["kind"] != "classes" or len(target) != 1:
        return list(labels)
    bare = all(_BARE.fullmatch(label) for label in labels)
    return [f"{target[0]} = {label}" if bare else label for label in labels]
