"""Saliency: how much the asked number changes with a small change of each observation and gap."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from liquidtime.data import ragged
from liquidtime.data.features import last_observed, time_since_observed
from liquidtime.data.series import IrregularSeries
from liquidtime.explain.gradients import differentiate, folded, with_vectors
from liquidtime.explain.output import Output, Scale
from liquidtime.explain.placing import place
from liquidtime.explain.question import Question, ask


@dataclass(frozen=True, eq=False)
class Saliency:
    """Gradients of one number along one series; T rows, D variables, S static features.

    Rows that the network was not asked about have zeros, as has what was not observed.

    Attributes:
        output: The number.
        value: What it is.
        times: [T], of the rows.
        variables: D names.
        static_variables: S names.
        values: [T, D], change for one more unit of an observed value, in its own unit. Where the
            variable holds categories: for the indicator of this category. 0 where the value lies
            beyond the clip of the preprocessor, as a bit more would not be seen.
        gaps: [T], change if the time before a row, and with it all that comes after, were one unit
            of time longer; 0 at the first row.
        static: [S], for one more unit of a static feature.
        observed: [T, D], change with the indicator that says "observed in this row"; None if the
            network has no such inputs.
        age: [T, D], change if a variable had last been observed one unit of time earlier, as its
            age in this row says; None likewise.
    """

    output: Output
    value: float
    times: np.ndarray
    variables: tuple[str, ...]
    static_variables: tuple[str, ...]
    values: np.ndarray
    gaps: np.ndarray
    static: np.ndarray
    observed: np.ndarray | None
    age: np.ndarray | None


def saliency(
    given: Any,
    series: IrregularSeries,
    *,
    output: str | None = None,
    scale: Scale | None = None,
    step: int | None = None,
) -> Saliency:
    """Gradients of an output with respect to all that was observed, and when.

    A gradient tells of small changes only; what an observation did as a whole is told by
    `attribute`.

    Args:
        given: A run, a fitted estimator or an `Explainable`.
        series: Exactly one.
        output: Name of the class or value; None is the second of two classes, the likeliest of
            more, or the only value.
        scale: Of classes: "log-odds" (None) or "probability".
        step: Row after which the network is asked, from 0 or from the end; None is the last.

    Raises:
        InputError: If a name or number is unknown, or the network has no gradients.

    References:
        Simonyan, Vedaldi, Zisserman: Deep inside convolutional networks. ICLR workshop 2014.
    """
    asked = ask(given, series, output=output, scale=scale, step=step)
    batch = with_vectors(asked, asked.encoded.batch([0]))
    value, gradients = differentiate(asked, batch)
    if batch.vectors is not None:
        # The change with the indicator of a category is that along its vector.
        gradients["vectors"] = gradients["vectors"] * batch.vectors
        gradients = folded(asked, gradients)
    rows = {name: ragged.unpad(part, batch.lengths).double() for name, part in gradients.items()}
    blocks = {kind: _of_kind(asked, rows["inputs"], kind) for kind in ("mask", "since")}
    gaps = _gaps(asked, rows, blocks["since"])
    rows["inputs"] = _without(asked, rows["inputs"])
    placed = place(rows, asked.series, asked.about.preprocessor)
    width, static_width = _widths(asked)
    whole = len(series.times)
    ages = _ages(asked)
    return Saliency(
        output=asked.output,
        value=float(value[0]),
        times=series.times.numpy(),
        variables=asked.about.preprocessor.variables,
        static_variables=asked.about.preprocessor.static_variables,
        values=_padded(placed.cells * width, whole),
        gaps=_padded(gaps, whole),
        static=(placed.static[0] * static_width).numpy(),
        observed=None if blocks["mask"] is None else _padded(blocks["mask"], whole),
        age=None if blocks["since"] is None else _padded(blocks["since"] * ages, whole),
    )


def _of_kind(asked: Question, rows: Tensor, kind: str) -> Tensor | None:
    sources = asked.about.preprocessor.input_sources
    columns = [at for at, (of, _) in enumerate(sources) if of == kind]
    if not columns:
        return None
    full = rows.new_zeros(len(rows), len(asked.about.preprocessor.variables))
    numbers = torch.tensor([number for of, number in sources if of == kind])
    return full.index_add(1, numbers, rows[:, columns])


def _without(asked: Question, rows: Tensor) -> Tensor:
    """Gradients [R, F] of values alone: of one-hot columns that of the one chosen."""
    sources = asked.about.preprocessor.input_sources
    kept = torch.tensor([kind in ("values", "static") for kind, _ in sources])
    one_each = asked.about.preprocessor.embedded
    categories, static = (
        {name for name in known if name not in one_each}
        for known in (
            asked.about.preprocessor.categories,
            asked.about.preprocessor.static_categories,
        )
    )
    many = torch.tensor(
        [
            (kind == "values" and asked.about.preprocessor.variables[number] in categories)
            or (kind == "static" and asked.about.preprocessor.static_variables[number] in static)
            for kind, number in sources
        ]
    )
    chosen = torch.where(many, asked.encoded.inputs.double(), torch.ones_like(rows))
    return rows * kept * chosen


def _widths(asked: Question) -> tuple[Tensor, Tensor]:
    """What a unit of a variable is to the network, [R, D] and [S]; 0 beyond the clip."""
    known = asked.about.preprocessor
    found = []
    for values, mean, std, names, categories in (
        (asked.series.values, known.mean, known.std, known.variables, known.categories),
        (
            asked.series.static,
            known.static_mean,
            known.static_std,
            known.static_variables,
            known.static_categories,
        ),
    ):
        per_unit = torch.tensor([1.0 / width for width in std], dtype=torch.float64)
        if values is not None:
            centre = torch.tensor(mean, dtype=torch.float64)
            inside = ((values.double() - centre) * per_unit).abs() <= known.clip
            plain = torch.tensor([name in categories for name in names])
            per_unit = per_unit * (inside | plain)
        found.append(per_unit)
    cells, static = found
    return cells, static[0] if static.dim() == 2 else static


def _ages(asked: Question) -> Tensor:
    """Change of each "since" input with the age that it tells, per unit of time: [R, D]."""
    series = asked.series
    age = time_since_observed(series.times, series.mask, series.lengths)
    return 1.0 / (asked.about.preprocessor.time_scale + age)


def _gaps(asked: Question, rows: dict[str, Tensor], since: Tensor | None) -> Tensor:
    """Change with the time before each row, [R]: through the gap itself, ages and raw times."""
    series, unit = asked.series, asked.about.preprocessor.time_scale
    moments = torch.zeros(len(series.times), dtype=torch.float64)
    if "times" in rows:
        moments = moments + rows["times"] / unit
    if since is not None:
        slope = since * _ages(asked)
        # An age is a row's time less that of the observation, or of the series' first row.
        seen = last_observed(series.mask, series.lengths).clamp_min(0)
        moments = moments + slope.sum(1)
        moments = moments.index_add(0, seen.reshape(-1), -slope.reshape(-1))
    later = moments.flip(0).cumsum(0).flip(0)
    gaps = rows["elapsed"] / unit + later
    gaps[0] = 0.0
    return gaps


def _padded(rows: Tensor, count: int) -> np.ndarray:
    """Rows and behind them zeros, as many as there are in all."""
    return np.concatenate([rows.numpy(), np.zeros((count - len(rows), *rows.shape[1:]))])
