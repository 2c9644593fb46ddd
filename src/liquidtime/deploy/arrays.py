"""What users hand to a stream, brought to the arrays that steps take, or refused."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

_FLOAT, _BOOL = np.dtype(np.float32), np.dtype(np.bool_)


def floats(name: str, given: Any, dtype: Any = np.float32) -> NDArray[Any]:
    """Numbers as an array: of a list, of an array of any other dtype, of a tensor on the CPU.

    Raises:
        TypeError: If it holds anything but numbers.
    """
    if type(given) is np.ndarray and given.dtype is _FLOAT and dtype is np.float32:
        return given
    found = _array(name, given)
    if found.dtype.kind not in "biuf":
        came = "None" if given is None else f"{type(given).__name__} of {found.dtype}"
        raise TypeError(f"{name} is {came}; expected numbers: a list, or a float32 array.")
    return found.astype(dtype)


def gap(given: Any) -> float | NDArray[Any]:
    """The time since the previous step: a number, or float32 [S].

    Raises:
        TypeError: If it is neither.
    """
    found = floats("elapsed", given)
    return float(found) if found.ndim == 0 else found


def booleans(name: str, given: Any) -> NDArray[np.bool_]:
    """Booleans as an array.

    Raises:
        TypeError: If it holds anything but booleans, or 0 and 1.
    """
    if type(given) is np.ndarray and given.dtype is _BOOL:
        return given
    found = _array(name, given)
    if found.dtype != bool and not (found.dtype.kind in "iu" and np.isin(found, (0, 1)).all()):
        raise TypeError(f"{name} holds {found.dtype}; expected booleans, one a stream.")
    return found.astype(bool)


def check_out(out: Any) -> None:
    """Refuse what outputs cannot be written into.

    Raises:
        TypeError: If it is no float32 array.
        ValueError: If it is read-only or strided.
    """
    if not isinstance(out, np.ndarray) or out.dtype != _FLOAT:
        kind = f"of {out.dtype}" if isinstance(out, np.ndarray) else f"a {type(out).__name__}"
        raise TypeError(f"out is {kind}; expected a float32 array to write into.")
    if not out.flags.writeable:
        raise ValueError("out is read-only; expected an array to write into. Pass out.copy().")
    if not out.flags.c_contiguous:
        raise ValueError("out is strided; expected a contiguous array to write into.")


def _array(name: str, given: Any) -> np.ndarray:
    try:
        return np.asarray(given)
    except (TypeError, ValueError, RuntimeError) as error:
        raise TypeError(f"{name} is no array of numbers ({error}).") from error
