"""Inputs that are the same in every row of the training part, and so tell nothing."""

from collections.abc import Mapping, Sequence

import torch

from liquidtime.data import ragged
from liquidtime.data.series import IrregularSeries
from liquidtime.deploy.categories import UNKNOWN, Columns
from liquidtime.notes import note_once

_SHOWN = 8


def constant_inputs(
    series: IrregularSeries,
    features: Sequence[str],
    constant: Sequence[bool],
    constant_static: Sequence[bool],
    made: Columns,
    made_static: Columns,
) -> dict[str, tuple[str, ...]]:
    """Names of the constant inputs of each block, blocks without any left out.

    A variable that is always observed has a constant mask and a constant age. One that never is
    has a constant value and mask, and its age tells nothing of it.

    Args:
        series: The training part.
        features: The blocks that are asked for.
        constant: bool [D], variables of numbers that never change.
        constant_static: bool [S] likewise.
        made: Inputs that the variables make.
        made_static: Inputs that static features make.
    """
    every = series.mask.all(0).tolist()
    never = (~series.mask.any(0)).tolist()
    starts = ragged.offsets(series.lengths)[:-1][series.lengths > 0]
    begun = series.mask[starts].all(0).tolist()
    still = [known or gone for known, gone in zip(every, never, strict=True)]
    names = series.features
    found = {
        "values": _still(made, constant, begun),
        "mask": tuple(name for name, known in zip(names, still, strict=True) if known),
    }
    found["since"] = found["mask"]
    there: list[bool] = []
    if series.static is not None:
        there = (~series.static.isnan()).all(0).tolist()
    found["static"] = _still(made_static, constant_static, there)
    blocks = (*features, "static")
    total = {
        "values": len(made.names),
        "mask": len(names),
        "since": len(names),
        "static": len(made_static.names),
    }
    if all(len(found[kind]) == total[kind] for kind in blocks):
        # A network has an input at least; the first block, as a rule the values, stays.
        found[features[0]] = ()
        note_once(
            "no input changes in the training part: nothing but lengths and times can tell its "
            "series apart.",
            stacklevel=4,
        )
    return {kind: found[kind] for kind in blocks if found[kind]}


def tell_dropped(dropped: Mapping[str, Sequence[str]]) -> None:
    """Say, once, which channels and static features are left out; of masks and ages it goes alone.

    Args:
        dropped: As `constant_inputs` returns it.
    """
    names = [*dropped.get("values", ()), *dropped.get("static", ())]
    if names:
        more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
        verb = "does" if len(names) == 1 else "do"
        note_once(
            f"{', '.join(names[:_SHOWN])}{more} {verb} not change in the training part, or was "
            "never observed there, and so tells nothing: left out (drop_constant=False keeps it).",
            stacklevel=4,
        )


def _still(made: Columns, constant: Sequence[bool], there: Sequence[bool]) -> tuple[str, ...]:
    """A number that never changes; the only category of a variable, where it is always known."""
    of = torch.from_numpy(made.source).bincount(minlength=len(there)).tolist()
    return tuple(
        name
        for name, source, code in zip(made.names, made.source, made.code, strict=True)
        if (constant[source] if code == UNKNOWN else of[source] == 1 and there[source])
    )
