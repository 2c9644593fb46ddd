"""The windows of the roll-outs: as published, and with every step of a test counted once."""

from functools import cache
from typing import TYPE_CHECKING

from liquidtime.tasks.protocol import Protocol

if TYPE_CHECKING:
    from liquidtime.data import IrregularSeries, Split


@cache
def _published() -> "tuple[IrregularSeries, Split]":
    from liquidtime.data.sets import walker2d

    return walker2d.load("published")


def published(seed: int) -> "tuple[IrregularSeries, Split]":
    """The published parts, whatever the seed."""
    return _published()


@cache
def clean(seed: int) -> "tuple[IrregularSeries, Split]":
    """Roll-outs drawn by the seed."""
    from liquidtime.data.sets import walker2d

    return walker2d.load("clean", seed=seed)


def changes(series: "IrregularSeries") -> "IrregularSeries":
    """The same with the change of the state as target: its errors are those of the next state."""
    from dataclasses import replace

    assert series.target is not None
    names = tuple(f"change_of_{name}" for name in series.features)
    return replace(series, target=series.target - series.values, target_names=names)


PROTOCOLS = {
    "paper": Protocol(
        about=(
            "Roll-outs split 75 / 10 / 15 % by file and thinned with the published random numbers, "
            "windows of 64 steps; the published validation part chose the epoch. Published figures "
            "are those of the last epoch: their code stores the best weights and does not read "
            "them back."
        ),
        parts=published,
        traps=(
            "Test windows begin every 16 steps, so that most steps count four times, and the last "
            "steps of a roll-out not at all; an interval over windows is too narrow.",
        ),
    ),
    "clean": Protocol(
        about=(
            "Roll-outs split 75 / 10 / 15 % by file, drawn and thinned anew for each seed; windows "
            "of validation and test follow each other, so that every step counts once."
        ),
        parts=clean,
    ),
}
