"""What an output is compared with: nothing observed, the training mean, or another series."""

from dataclasses import replace
from typing import Literal

import torch

from liquidtime.data.encoded import EncodedSeries
from liquidtime.data.series import IrregularSeries
from liquidtime.errors import InputError
from liquidtime.explain.question import Question

Named = Literal["not observed", "mean"]
Baseline = Named | IrregularSeries


def usual(question: Question) -> Named:
    """The baseline "not observed", where a network can be led there bit by bit; else "mean"."""
    return "mean" if "mask" in question.about.model.reads else "not observed"


def encoded_baseline(question: Question, baseline: Baseline) -> EncodedSeries:
    """What the network would read of the baseline; rows and gaps are those of the series.

    Args:
        question: Of N series.
        baseline: "not observed": the same rows, and nothing observed in them; static features
            missing. "mean": every observation the mean of the training part (of categories: none
            of them), observed when it was. A series: exactly one with as many rows, for one series.

    Raises:
        InputError: If it is none of these, or the network's mask would have to change, which it
            cannot do bit by bit.
    """
    if isinstance(baseline, IrregularSeries):
        return _of_series(question, baseline)
    if baseline == "mean":
        return _mean(question)
    if baseline == "not observed":
        _check_mask(question, "'not observed'")
        return question.about.encode(nothing_observed(question.series))
    raise InputError(
        f"baseline is {baseline!r}; expected 'not observed', 'mean' or an IrregularSeries."
    )


def nothing_observed(series: IrregularSeries) -> IrregularSeries:
    """The same rows at the same times, and nothing observed in them."""
    static = series.static
    return replace(
        series,
        values=torch.zeros_like(series.values),
        mask=torch.zeros_like(series.mask),
        static=None if static is None else torch.full_like(static, float("nan")),
    )


def _mean(question: Question) -> EncodedSeries:
    encoded = question.encoded
    kinds = [kind for kind, _ in question.about.preprocessor.input_sources]
    there = torch.tensor([kind in ("mask", "since") for kind in kinds])
    values = encoded.values
    return replace(
        encoded,
        inputs=torch.where(there, encoded.inputs, torch.zeros_like(encoded.inputs)),
        values=None if values is None else torch.zeros_like(values),
    )


def _of_series(question: Question, baseline: IrregularSeries) -> EncodedSeries:
    if len(baseline) != 1 or len(question.series) != 1:
        raise InputError(
            f"the baseline has {len(baseline)} series, for {len(question.series)} to explain; "
            "expected one for one."
        )
    rows, wanted = len(baseline.times), len(question.series.times)
    if rows < wanted:
        raise InputError(
            f"the baseline has {rows} rows; expected {wanted} or more, as the series has, so that "
            "row can be compared with row."
        )
    encoded = question.about.encode(replace(baseline, target=None, per_step=False))
    cut = {
        name: part[:wanted]
        for name in ("inputs", "elapsed", "values", "mask", "times")
        if (part := getattr(encoded, name)) is not None
    }
    found = replace(encoded, target=None, lengths=question.series.lengths, **cut)
    mine = question.encoded.mask
    if mine is not None and not torch.equal(mine, found.mask):  # pyright: ignore
        _check_mask(question, "a series observed elsewhere")
    return found


def _check_mask(question: Question, what: str) -> None:
    if "mask" in question.about.model.reads:
        raise InputError(
            f"baseline is {what}, but {question.about.name} reads whether a value was observed, "
            "which cannot change bit by bit. Use baseline='mean', or method='occlusion'."
        )
