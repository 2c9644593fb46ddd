"""What is timed: the sizes of the tables and of the figures."""

from dataclasses import dataclass, replace
from typing import Literal

Recurrence = Literal["cfc", "ltc"]
AXES = ("batch", "hidden", "steps")
"""What a figure varies: one at a time, the others as in the first case of its list."""


@dataclass(frozen=True)
class LayerSizes:
    """Sizes of a batch and of a layer."""

    recurrence: Recurrence
    batch: int
    steps: int
    inputs: int
    hidden: int
    backbone: int = 0
    """Backbone units of a CfC."""
    wired: int = 0
    """Motor neurons of an AutoNCP circuit that an LTC is timed over too; 0 for none."""

    @property
    def title(self) -> str:
        """The sizes by their letters."""
        own = (
            f"H {self.hidden}, U {self.backbone}"
            if self.recurrence == "cfc"
            else f"N {self.hidden}"
        )
        return f"B {self.batch}, T {self.steps}, I {self.inputs}, {own}"


@dataclass(frozen=True)
class StreamSizes:
    """Sizes of a CfC that steps with its data."""

    inputs: int
    hidden: int
    backbone: int
    streams: int
    """How many step together in the contender that has several."""
    steps: int
    """Of the sequence that sequence contenders run over."""

    @property
    def title(self) -> str:
        """The sizes by their letters."""
        return f"B 1, I {self.inputs}, H {self.hidden}, U {self.backbone}"


_CFC = LayerSizes("cfc", batch=64, steps=100, inputs=20, hidden=128, backbone=128)
_LTC = LayerSizes("ltc", batch=64, steps=20, inputs=20, hidden=32)
_SMALL = {
    "cfc": LayerSizes("cfc", batch=8, steps=10, inputs=5, hidden=16, backbone=16),
    "ltc": LayerSizes("ltc", batch=4, steps=4, inputs=5, hidden=8, wired=2),
}
_SIZES = {
    "cfc": {
        "batch": (1, 4, 16, 64, 256),
        "hidden": (16, 32, 64, 128, 256),
        "steps": (10, 30, 100, 300, 1000),
    },
    "ltc": {"batch": (1, 4, 16, 64, 256), "hidden": (8, 16, 32, 64, 128), "steps": (5, 10, 20, 40)},
}
_SMALL_SIZES = {"batch": (2, 8), "hidden": (8, 16), "steps": (5, 10)}


def table_sizes(recurrence: Recurrence, *, quick: bool = False) -> list[LayerSizes]:
    """The cases of the table.

    Args:
        recurrence: Whose.
        quick: One tiny case in their place.
    """
    if quick:
        return [_SMALL[recurrence]]
    if recurrence == "cfc":
        return [replace(_CFC, hidden=64), _CFC, replace(_CFC, batch=256)]
    return [_LTC, replace(_LTC, hidden=64, wired=8)]


def sweep_sizes(recurrence: Recurrence, *, quick: bool = False) -> dict[str, list[LayerSizes]]:
    """The cases of the figure, by what varies.

    Args:
        recurrence: Whose.
        quick: Two tiny cases each.
    """
    base = replace(_SMALL[recurrence] if quick else _base(recurrence), wired=0)
    sizes = _SMALL_SIZES if quick else _SIZES[recurrence]
    return {axis: [replace(base, **{axis: size}) for size in sizes[axis]] for axis in AXES}


def stream_sizes(*, quick: bool = False) -> StreamSizes:
    """The case of the stream table."""
    if quick:
        return StreamSizes(inputs=5, hidden=16, backbone=16, streams=4, steps=10)
    return StreamSizes(inputs=20, hidden=128, backbone=128, streams=64, steps=100)


def _base(recurrence: Recurrence) -> LayerSizes:
    return _CFC if recurrence == "cfc" else _LTC
