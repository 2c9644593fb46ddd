"""An attribution in sentences: what raised the output, and what lowered it."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from liquidtime.explain.attribution import GAPS, Attribution


class Observation(NamedTuple):
    """Something that was observed, and what it did.

    Attributes:
        what: Such as "HR = 142 at 31.5 hours".
        amount: In the unit of the output.
    """

    what: str
    amount: float


def observations(found: Attribution) -> list[Observation]:
    """All that was observed, and the gaps, the largest amounts first.

    Observations that were left out at once are one.
    """
    rows, columns = np.nonzero(np.isfinite(found.values) & _alone(found))
    every = [*_stretches(found)]
    every += [
        Observation(
            f"{found.variables[column]} = {_value(found, found.variables[column], value)} "
            f"{_moment(found, found.times[row])}",
            float(found.cells[row, column]),
        )
        for row, column, value in zip(rows, columns, found.values[rows, columns], strict=True)
    ]
    for name, value, amount in zip(
        found.static_variables, found.static_values, found.static, strict=True
    ):
        if np.isfinite(value):
            every.append(Observation(f"{name} = {_value(found, name, value)}", float(amount)))
    every += [
        Observation(f"that {name} had not been observed", float(amount))
        for name, amount in zip(found.variables, found.absent, strict=True)
        if amount
    ]
    if found.gaps.any():
        every.append(Observation(GAPS, float(found.gaps.sum())))
    return sorted(every, key=lambda one: -abs(one.amount))


def _alone(found: Attribution) -> np.ndarray:
    if found.together is None:
        return np.ones(found.values.shape, dtype=bool)
    return found.together < 0


def _stretches(found: Attribution) -> Iterator[Observation]:
    """What was left out at once: such as "142 values of HR (mean 88.1) from 30 to 35 hours"."""
    if found.together is None:
        return
    for number in range(int(found.together.max(initial=-1)) + 1):
        own = found.together == number
        rows, columns = np.nonzero(own)
        if not len(rows):
            continue
        name, values = found.variables[columns[0]], found.values[own]
        total = float(found.cells[own].sum())
        if len(rows) == 1:
            moment = _moment(found, float(found.times[rows[0]]))
            yield Observation(f"{name} = {_value(found, name, values[0])} {moment}", total)
            continue
        mean = "" if name in found.labels else f" (mean {_value(found, name, values.mean())})"
        unit = f" {found.time_unit}" if found.time_unit else ""
        first, last = (f"{found.times[at]:.4g}" for at in (rows[0], rows[-1]))
        when = f"from {first} to {last}{unit}" if unit else f"from time {first} to {last}"
        yield Observation(f"{len(rows):,} values of {name}{mean} {when}", total)


def sentences(found: Attribution, most: int = 3) -> list[str]:
    """What the output is, and the observations that did most, as a reader would say it.

    Args:
        found: The attribution.
        most: Observations that raised, and that lowered.
    """
    against = AGAINST.get(found.baseline, f"with {found.baseline}")
    name = found.output.called or found.output.name
    if found.output.scale == "log-odds":
        now, other = (probability(odds) for odds in (found.value, found.baseline_value))
        texts = [
            f"The probability of “{name}” is {amount(now)} (log-odds {amount(found.value)}); "
            f"{against} it would be {amount(other)} (log-odds {amount(found.baseline_value)})."
        ]
    else:
        texts = [
            f"{found.output.words}: {amount(found.value)} is predicted; {against} it would be "
            f"{amount(found.baseline_value)}."
        ]
    what = "the log-odds" if found.output.scale == "log-odds" else "it"
    every = observations(found)
    least = 0.005 * sum(abs(one.amount) for one in every)
    for verb, sign in (("Raised", 1), ("Lowered", -1)):
        own = [one for one in every if one.amount * sign > least][:most]
        if own:
            listed = "; ".join(f"{one.what} ({amount(one.amount, signed=True)})" for one in own)
            texts.append(f"{verb} {what} most: {listed}.")
    if len(texts) == 1:
        texts.append("No single observation moved it.")
    return texts


AGAINST = {
    "not observed": "had nothing been observed",
    "mean": "had every observation been the training mean",
}
"""What a baseline means, in a sentence."""


def amount(number: float, *, signed: bool = False) -> str:
    """A number with three digits, as text."""
    text = f"{number:+.3g}" if signed else f"{number:.3g}"
    return text.replace("-", "−")


def probability(odds: float) -> float:
    """Of log-odds."""
    return float(1.0 / (1.0 + np.exp(-odds)))


def time_label(found: Attribution) -> str:
    """Of a time axis."""
    return f"time ({found.time_unit})" if found.time_unit else "time"


def _value(found: Attribution, name: str, value: float) -> str:
    known = found.labels.get(name)
    return f"{value:.4g}".replace("-", "−") if known is None else known[int(value)]


def _moment(found: Attribution, time: float) -> str:
    if found.time_unit:
        return f"at {time:.4g} {found.time_unit}"
    return f"at time {time:.4g}"
