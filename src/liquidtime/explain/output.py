"""The one number that is explained: log-odds or probability of a class, or a value."""

import shlex
from dataclasses import dataclass
from typing import Literal

import numpy as np
import torch
from torch import Tensor

from liquidtime.errors import InputError, nearest
from liquidtime.explain.explainable import Meaning

Scale = Literal["log-odds", "probability"]


@dataclass(frozen=True)
class Output:
    """One output of a network, as people say it.

    Attributes:
        name: Of the class or value.
        number: From 0.
        scale: "log-odds", "probability" or "value".
        exclusive: Whether one of the classes is true, or each for itself.
        slope: Of a value: the target's unit over the network's.
        offset: Of a value: what an output of 0 means.
        called: What to call it in sentences; empty for its name.
    """

    name: str
    number: int
    scale: Literal["log-odds", "probability", "value"]
    exclusive: bool = True
    slope: float = 1.0
    offset: float = 0.0
    called: str = ""

    def of(self, logits: Tensor) -> Tensor:
        """The number, [...], of what the network says, [..., K]."""
        own = logits[..., self.number]
        if self.scale == "value":
            return own * self.slope + self.offset
        if self.exclusive:
            own = own - torch.logsumexp(self._others(logits), dim=-1)
        return own if self.scale == "log-odds" else torch.sigmoid(own)

    def linear(self, outputs: int) -> tuple[np.ndarray, float]:
        """Factors [K] and offset with which logits make the score that neurons share.

        Of values and of two classes it is the value, or the log-odds, itself. Of more classes it
        is the logit over the mean of all logits, as log-odds are no sum over neurons.
        """
        factors = np.zeros(outputs)
        factors[self.number] = self.slope
        if self.scale != "value" and self.exclusive:
            rest = np.arange(outputs) != self.number
            factors[rest] = -1.0 if outputs == 2 else -1.0 / outputs
            factors[self.number] = 1.0 if outputs == 2 else 1.0 - 1.0 / outputs
        return factors, self.offset

    def _others(self, logits: Tensor) -> Tensor:
        return torch.cat([logits[..., : self.number], logits[..., self.number + 1 :]], dim=-1)

    @property
    def words(self) -> str:
        """Such as "log-odds of death"."""
        name = self.called or self.name
        return name if self.scale == "value" else f"{self.scale} of {name}"


def output_of(
    meaning: Meaning, name: str | None, scale: Scale | None, likeliest: int | None
) -> Output:
    """The output that is asked for.

    Args:
        meaning: Of all outputs.
        name: Of the class or value. None is the second of two classes, the only value, or the
            likeliest of several classes.
        scale: Of classes; None is "log-odds".
        likeliest: Number of the likeliest class; None if there is none in common.

    Raises:
        InputError: If there is no such output or scale, or several could be meant.
    """
    labels = tuple(str(label) for label in meaning.labels)
    kind = _kind(meaning)
    if scale not in (None, "log-odds", "probability"):
        raise InputError(f"scale is {scale!r}; expected 'log-odds' or 'probability'.")
    if kind == "values" and scale is not None:
        raise InputError(
            f"scale is {scale!r}, but {', '.join(labels)} is no class; leave scale out, values are "
            "explained in their own unit."
        )
    number = _number(labels, name, kind, likeliest)
    if kind == "values":
        column, slope, offset = _line(meaning, number)
        return Output(labels[number], column, "value", False, slope, offset)
    return Output(labels[number], number, scale or "log-odds", kind == "classes")


def _number(labels: tuple[str, ...], name: str | None, kind: str, likeliest: int | None) -> int:
    if name is None:
        if kind == "classes" and len(labels) == 2:
            return 1
        if len(labels) == 1:
            return 0
        if kind == "classes" and likeliest is not None:
            return likeliest
        raise InputError(
            f"output is missing, and each is explained by itself; expected one of "
            f"{', '.join(labels)} (--output {shlex.quote(labels[0])})."
        )
    if str(name) not in labels:
        meant = nearest(str(name), labels)
        hint = f" Did you mean {meant!r}?" if meant else ""
        raise InputError(f"output is {name!r}; expected one of {', '.join(labels)}.{hint}")
    return labels.index(str(name))


def _kind(meaning: Meaning) -> str:
    """One of "classes", "labels" (each for itself) and "values"."""
    if meaning.exclusive:
        return "classes"
    return "labels" if meaning.bounded else "values"


def _line(meaning: Meaning, number: int) -> tuple[int, float, float]:
    """Which logit a value is, with slope and offset; 1 and 0 where the value is no line of it.

    Of quantiles, several logits a value, it is the middle one.
    """
    each = int(getattr(meaning, "output_size", len(meaning.labels))) // len(meaning.labels)
    count = each * len(meaning.labels)
    column = number * each + (int(getattr(meaning, "middle", 0)) if each > 1 else 0)

    def said(logits: np.ndarray) -> np.ndarray:
        found = np.asarray(meaning.predictions(logits[None]))
        return (meaning.point(found) if each > 1 else found)[0]  # pyright: ignore

    at = [np.zeros(count), np.ones(count), np.linspace(-2.0, 3.0, count)]
    low, high, other = map(said, at)
    if len(low) != len(meaning.labels):
        return column, 1.0, 0.0
    slope, offset = float(high[number] - low[number]), float(low[number])
    straight = np.isclose(float(other[number]), offset + slope * at[2][column], rtol=1e-6)
    return (column, slope, offset) if straight else (column, 1.0, 0.0)
