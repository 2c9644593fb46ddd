"""On which series a fit is validated: folds of its own, a share set aside, others, or none."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from liquidtime.data.series import IrregularSeries
from liquidtime.data.splits import folds, split_by_group, split_by_series
from liquidtime.data.splits.by_group import group_codes
from liquidtime.errors import InputError
from liquidtime.notes import note_once

FEW = 1000
"""Series up to which validation="auto" cross-validates: beyond, a share of them tells enough."""
FOLDS = 3
SHARE = 0.15


@dataclass(frozen=True)
class Validation:
    """What chooses how long to train, and which network.

    Attributes:
        series: All series: those of the fit, then those of a validation set that was given.
        learn: Numbers of those to learn from.
        folds: Of cross-validation, numbers of the series of each fold; None without.
        held: Numbers of the series set aside or given; None without.
    """

    series: IrregularSeries
    learn: NDArray[np.int64]
    folds: tuple[NDArray[np.int64], ...] | None = None
    held: NDArray[np.int64] | None = None


def validation_of(
    series: IrregularSeries,
    how: Any,
    *,
    share: float | None,
    given: IrregularSeries | None,
    seed: int,
    classes: NDArray[Any] | None,
    groups: Any,
) -> Validation:
    """Cut the series of a fit.

    Args:
        series: With targets.
        how: "auto", a number of folds from 2, a share above 0 and below 1, or None.
        share: The share to set aside, instead of "auto"; None says nothing.
        given: Series to validate on, with targets; they are not learnt from.
        seed: Of the cut.
        classes: [N], over which series are spread evenly; or None.
        groups: [N], of which none is on both sides; or None.

    Raises:
        InputError: If an argument is out of range, or there are too few series or groups.
    """
    count = len(series)
    every = np.arange(count)
    if groups is not None:
        codes, _ = group_codes(groups)
        if len(codes) != count:
            raise InputError(f"groups holds {len(codes)} entries; expected {count}, one a series.")
    if given is not None:
        if groups is not None:
            raise InputError(
                "groups and a validation set were given; nothing is left to cut by groups. See to "
                "it that no group is in both, and leave groups out."
            )
        both = IrregularSeries.concatenate([series, given])
        return Validation(both, every, held=np.arange(count, len(both)))
    if how is None:
        return Validation(series, every)
    if how == "auto" and share is not None and not (isinstance(share, str) or 0.0 < share < 1.0):
        raise InputError(
            f"validation_fraction is {share!r}; expected a share above 0 and below 1. Without "
            "validation, for a fixed number of steps: validation=None."
        )
    if how == "auto":
        how = share if share is not None else min(FOLDS, _units(count, groups))
        if share is None and count > FEW:
            how = SHARE
    if count < 2:
        raise InputError(
            f"X holds {count} series; expected 2 or more, of which some are learnt from and others "
            "validated on. validation=None learns from all of them, for a fixed number of steps."
        )
    if isinstance(how, int | np.integer) and not isinstance(how, bool):
        if groups is not None and _units(count, groups) < 2:
            raise InputError("groups holds one group only; expected two or more.")
        cut = folds(count, int(how), stratify=classes, groups=groups, seed=seed)
        return Validation(series, every, folds=tuple(scored for _, scored in cut))
    if not isinstance(how, float | np.floating) or not 0.0 < how < 1.0:
        name = "validation" if share is None else "validation_fraction"
        raise InputError(
            f"{name} is {how!r}; expected a share above 0 and below 1"
            + (
                ", a number of folds from 2, 'auto', or None for a fixed number of steps."
                if share is None
                else ". Without validation, for a fixed number of steps: validation=None."
            )
        )
    fractions = (1.0 - float(how), float(how), 0.0)
    if groups is None:
        split = split_by_series(count, fractions=fractions, seed=seed, stratify=classes)
    else:
        split = split_by_group(groups, fractions=fractions, seed=seed, stratify=classes)
    return Validation(series, split.train, held=split.validation)


def tell_rare(validation: Validation, codes: NDArray[np.int64], labels: Any) -> None:
    """Say, once, which classes cannot be both learnt and validated.

    Args:
        validation: The cut.
        codes: [N] class numbers of its series.
        labels: Names of the classes.
    """
    if validation.folds is not None:
        counts = np.bincount(codes, minlength=len(labels))
        single = [str(label) for label, n in zip(labels, counts, strict=True) if n == 1]
        if single:
            note_once(
                f"the class{'es' if len(single) > 1 else ''} {', '.join(single[:8])} "
                f"{'have' if len(single) > 1 else 'has'} one series only, which is either learnt "
                "from or validated on, never both: what cross-validation says of it is worthless.",
                stacklevel=6,
            )
    elif validation.held is not None:
        for name, part in (("learnt from", validation.learn), ("validated on", validation.held)):
            there = np.bincount(codes[part], minlength=len(labels))
            lacking = [str(label) for label, n in zip(labels, there, strict=True) if not n]
            if lacking:
                note_once(
                    f"no series of class {', '.join(lacking[:8])} is {name}: there are too few, or "
                    "they stand in one group.",
                    stacklevel=6,
                )


def _units(count: int, groups: Any) -> int:
    return count if groups is None else len(group_codes(groups)[1])
