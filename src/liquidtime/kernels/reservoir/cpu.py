"""Random liquid units on the CPU, through the compiled kernels."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import fields

import numpy as np
import torch

from liquidtime.backends import Backend, Request
from liquidtime.errors import InputError
from liquidtime.kernels.backends import cpu
from liquidtime.kernels.reservoir.call import Units, width
from liquidtime.native import native


class CompiledReservoir:
    """Units packed for the instruction set in use; calls are shared among PyTorch's threads.

    Args:
        units: K of them.

    Raises:
        InputError: If their arrays do not fit together, or hold what no unit can have.
    """

    def __init__(self, units: Units) -> None:
        extension = native()
        assert extension is not None, "the caller has asked `declines`"
        kind, channels, *numbers = (getattr(units, entry.name) for entry in fields(units))
        whole = [np.ascontiguousarray(array, np.int32) for array in (kind, channels)]
        self._units = len(units)
        with _refused():
            self._compiled = extension.Reservoir(*whole, *map(_single, numbers))

    def pool(
        self,
        values: np.ndarray,
        mask: np.ndarray,
        times: np.ndarray,
        lengths: np.ndarray,
        thresholds: np.ndarray,
        between: float,
    ) -> np.ndarray:
        """As `liquidtime.kernels.reservoir.call.Reservoir` says."""
        thresholds = _single(thresholds)
        features = np.empty(
            (len(values), self._units, width(thresholds.shape[-1])), dtype=np.float32
        )
        series = _series(values, mask, times, lengths)
        with _refused():
            self._compiled.pool(
                *series, thresholds, between, features, threads=torch.get_num_threads()
            )
        return features

    def respond(
        self,
        values: np.ndarray,
        mask: np.ndarray,
        times: np.ndarray,
        lengths: np.ndarray,
        between: float,
        samples: int,
    ) -> np.ndarray:
        """As `liquidtime.kernels.reservoir.call.Reservoir` says."""
        responses = np.empty((len(values), samples, self._units), np.float32)
        series = _series(values, mask, times, lengths)
        with _refused():
            self._compiled.respond(*series, between, responses, threads=torch.get_num_threads())
        return responses


@contextmanager
def _refused() -> Iterator[None]:
    """Turns what the extension refuses into an `InputError`."""
    try:
        yield
    except (ValueError, TypeError) as error:
        raise InputError(str(error)) from error


def _single(array: np.ndarray) -> np.ndarray:
    return np.ascontiguousarray(array, np.float32)


def _series(
    values: np.ndarray, mask: np.ndarray, times: np.ndarray, lengths: np.ndarray
) -> tuple[np.ndarray, ...]:
    return (
        _single(values),
        np.ascontiguousarray(mask, np.bool_),
        np.ascontiguousarray(times, np.float64),
        np.ascontiguousarray(lengths, np.int64),
    )


def _declines(request: Request) -> str | None:
    return cpu.declines(request, ["float32"])


backend = Backend("cpu", CompiledReservoir, _declines)
