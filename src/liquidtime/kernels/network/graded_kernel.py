"""Graded neurons of either form as the extension takes them."""

from __future__ import annotations

import math
from types import ModuleType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from liquidtime.kernels.network.constants import Constants
from liquidtime.kernels.network.edges import Edges
from liquidtime.kernels.network.stepper import Place, Task

_LOG2_E = 1 / math.log(2)


def graded_kernel(
    extension: ModuleType, constants: Constants, task: Task, place: Place | None
) -> Any:
    """The extension's `Network`."""
    gates, size = constants.gates, constants.neurons
    # The kernels' sigmoid is 1 / (1 + 2^(slope v + shift)).
    slope = -_LOG2_E * constants.steepness
    given = {
        # Divided here, in float64, so that a step multiplies.
        "inverse_capacitance": 1 / constants.capacitance,
        "leak_conductance": constants.leak_conductance,
        "leak_current": constants.leak_conductance * constants.leak_potential,
        "slope": slope,
        "shift": -slope * constants.midpoint,
        "synaptic_time": constants.synaptic_time,
        "unit_conductance": constants.unit_conductance,
        "reversal_potential": constants.reversal_potential,
        "class_scale": gates.class_scale,
        "output_gate": gates.output,
        "contact_gate": gates.contact,
    }
    return extension.Network(
        _graph(extension, constants, task.threads, place),
        gates.trials,
        {
            **{name: None if part is None else _single(part) for name, part in given.items()},
            "delay": constants.delay_steps(task.dt),
            "own": np.arange(size, dtype=np.int32) if place is None else place.own,
            "compensated": task.compensated,
            "gaps": _gaps(constants.gaps, constants.gap_conductance),
        },
    )


def _graph(extension: ModuleType, constants: Constants, threads: int, place: Place | None) -> Any:
    edges, shares = constants.synapses, constants.shares
    own = None
    if shares is not None:
        parts = (shares.low, shares.high, shares.midpoint, shares.steepness)
        own = tuple(_single(part) for part in parts)
    return extension.Graph(
        edges.offsets,
        edges.sources,
        None if own else edges.counts,
        edges.classes,
        constants.class_count,
        constants.neurons if place is None else place.sources,
        own,
        threads=threads,
        block_limits=None if place is None else place.block_limits,
    )


def _gaps(gaps: Edges | None, conductance: float) -> tuple | None:
    if gaps is None or not len(gaps):
        return None
    return gaps.offsets, gaps.sources, _single(gaps.counts.astype(np.float64) * conductance)


def _single(values: NDArray) -> NDArray[np.float32]:
    return np.ascontiguousarray(values, dtype=np.float32)
