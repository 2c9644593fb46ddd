"""Arguments of layers and cells that are no tensors, or no sizes: answered, not broadcast."""

import operator
from typing import Any

import numpy as np
import torch
from torch import Tensor

from liquidtime.instants import read_instants
from liquidtime.wirings import Wiring


def check_tensor(name: str, value: object) -> None:
    """Refuse arrays, lists and frames where a tensor belongs.

    Raises:
        TypeError: With the call that makes a tensor of it.
    """
    if not isinstance(value, Tensor):
        raise TypeError(_no_tensor(name, value))


def check_gap(elapsed: object) -> None:
    """Refuse what is neither a tensor nor one number.

    Raises:
        TypeError: With the call that makes a tensor of it.
    """
    if isinstance(elapsed, Tensor | float | int) or torch.compiler.is_compiling():
        return
    found = np.asarray(elapsed)
    if found.ndim > 0 or found.dtype.kind not in "biuf":
        raise TypeError(_no_tensor("elapsed", elapsed, "a float or "))


def _no_tensor(name: str, value: Any, other: str = "") -> str:
    kind = f"{type(value).__module__}.{type(value).__name__}".removeprefix("builtins.")
    expected = f"{name} is a {kind}; expected {other}a tensor."
    if read_instants(name, value) is not None:
        return (
            f"{expected} Dates and durations become numbers by a division: torch.as_tensor((dates "
            "- dates[0]) / numpy.timedelta64(1, 'h')) gives hours."
        )
    if isinstance(value, np.ndarray):
        return f"{expected} Convert it: torch.from_numpy({name}), or torch.as_tensor({name})."
    return f"{expected} Convert it: torch.as_tensor({name})."


def check_size(name: str, value: object) -> None:
    """Refuse a size that is no whole number, a wiring given by position among them.

    Raises:
        TypeError: With the spelling that was meant.
    """
    if isinstance(value, Wiring) or hasattr(value, "build"):
        raise TypeError(
            f"{name} is a wiring ({type(value).__name__}), as in ncps; here it goes by its name: "
            "CfC(input_size, wiring=…), LTC(input_size, wiring=…). Layers called as those of ncps "
            "are in liquidtime.compat.ncps.torch."
        )
    try:
        if isinstance(value, bool):
            raise TypeError("a bool counts nothing")
        operator.index(value)  # pyright: ignore[reportArgumentType]
    except TypeError:
        raise TypeError(
            f"{name} is {value!r}, a {type(value).__name__}; expected a whole number."
        ) from None


def check_wiring(wiring: object) -> None:
    """Refuse a wiring that is none of liquidtime.

    Raises:
        TypeError: With where to find one.
    """
    if wiring is not None and not isinstance(wiring, Wiring):
        kind = f"{type(wiring).__module__}.{type(wiring).__name__}".removeprefix("builtins.")
        raise TypeError(
            f"wiring is a {kind}; expected a spec or circuit of liquidtime.wirings, such as "
            "AutoNCP(units, output_size). Layers that take wirings of ncps are in "
            "liquidtime.compat.ncps.torch."
        )
