"""What a target of export is."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from liquidtime.export.parity import Parity
from liquidtime.export.trained import Trained


@dataclass(frozen=True)
class Target:
    """A format that trained networks can be written in.

    Attributes:
        name: What the user calls it, such as `"onnx"`.
        suffix: What the names of its files end in, such as `".onnx"`.
        title: What it is good for, one line.
        write: Writes a network to a path. The path is one beside the file's place, with an ending
            of its own: it is checked, then renamed. What needs a package that may be missing asks
            `liquidtime.optional.require` for it.
        check: Runs the written file beside the reference step, with `liquidtime.export.measure`.
            Raises InputError if the file is damaged or holds another network.
    """

    name: str
    suffix: str
    title: str
    write: Callable[[Trained, Path], None]
    check: Callable[[Trained, Path], Parity]
