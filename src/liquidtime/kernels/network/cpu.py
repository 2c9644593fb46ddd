"""A network moved by the compiled kernels: float32, on the processor's cores."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from liquidtime.backends import Backend, Request
from liquidtime.kernels.backends import cpu
from liquidtime.kernels.network.catalogue import FORMS
from liquidtime.kernels.network.constants import Constants
from liquidtime.kernels.network.stepper import (
    DELTA,
    LOST,
    Given,
    Outside,
    Place,
    State,
    Task,
    Trace,
    at_hold,
)
from liquidtime.native import native


class CPUStepper:
    """A `Stepper` of the compiled kernels.

    Args:
        constants: Of the network.
        task: How it is moved.
        place: Where its neurons are among more sources; None if the neurons are the sources.
        neurons: [R], their numbers in the whole network; None for all.
    """

    name = "cpu"
    dtype = np.dtype(np.float32)

    def __init__(
        self,
        constants: Constants,
        task: Task,
        *,
        place: Place | None = None,
        neurons: NDArray[np.int32] | None = None,
    ) -> None:
        extension, form = native(), FORMS.find(constants.form)
        form.check(constants)
        kernel = form.kernel
        assert extension is not None and kernel is not None, "the caller has asked `declines`"
        self.trials, self.held, self.dt = constants.gates.trials, constants.gates.held, task.dt
        self.neurons = neurons
        self._scheme, self._threads = task.scheme, task.threads
        self.network = kernel(extension, constants, task, place)
        self.delta = None
        if task.delta > 0:
            self.network.send_on_delta(task.delta, task.threads)
            self.delta = CPUDelta(self.network, task.threads)

    @property
    def step(self) -> int:
        """Steps made since the start."""
        return self.network.step

    def start(self, potentials: NDArray, activations: NDArray | None = None) -> None:
        """See `Stepper.start`."""
        given = None if activations is None else _single(activations)
        self.network.start(_single(potentials), given)

    def advance(
        self, steps: int, outside: Outside, traces: Sequence[Trace], part: str = "whole"
    ) -> None:
        """See `Stepper.advance`; `part` makes one half of a step that goes by its middle."""
        if outside.jump:
            self.network.forget()
        self.network.advance(
            steps,
            (self.dt, self._scheme, part),
            _at_points(outside.current),
            _at_points(outside.conductance, outside.drive),
            # A clamp that is told at one point holds the same over the whole step.
            _at_points(outside.clamp, outside.clamp and outside.clamp.middle()),
            [(trace.variable, trace.neurons, trace.out, trace.every) for trace in traces],
            self._threads,
        )

    def potentials(self) -> NDArray[np.float32]:
        """See `Stepper.potentials`."""
        return self.network.potentials()

    def activations(self) -> NDArray[np.float32]:
        """See `Stepper.activations`."""
        return self.network.activations()

    def state(self) -> State:
        """See `Stepper.state`."""
        # Whether the step before is remembered is state, too: without it ab2 goes by the middle.
        step = np.array([self.network.step, self.network.continued])
        return {**self.network.state(), "step": step}

    def restore(self, state: State) -> None:
        """See `Stepper.restore`."""
        step, continued = state["step"]
        parts = {name: value for name, value in state.items() if name != "step"}
        for name, value in self.network.state().items():
            # Not kept by version 0.1.0, nor where steps were long.
            if name in LOST and (name not in parts or len(parts[name]) != len(value)):
                parts[name] = np.zeros_like(value)
        self.network.restore(parts, int(step), bool(continued))

    def adopt(self) -> None:
        """See `Stepper.adopt`."""
        self.network.adopt(_single(at_hold(self.potentials(), self.held)))


class CPUDelta:
    """A `Delta` of the compiled kernels."""

    def __init__(self, network: Any, threads: int) -> None:
        self._network, self._threads = network, threads

    def work_share(self) -> float:
        """See `Delta.work_share`."""
        return self._network.work_share

    def error(self) -> float:
        """See `Delta.error`."""
        return self._network.delta_error(self._threads)


def _at_points(*given: Given | None) -> tuple[NDArray, ...] | None:
    """Neurons and values [steps, n, 1 or B] of each, at the first point of the steps."""
    parts = [one for one in given if one is not None]
    return (parts[0].neurons, *(one.values[0] for one in parts)) if parts else None


def _declines(request: Request) -> str | None:
    neurons = FORMS.find(request.variant)
    if neurons.kernel is None:
        return f"it has no {neurons.name} neurons"
    if DELTA in request.features and neurons.nonlinear:
        return f"it cannot send on delta where {neurons.nonlinear}"
    return cpu.declines(request, ["float32"])


def _single(values: NDArray) -> NDArray[np.float32]:
    return np.ascontiguousarray(values, dtype=np.float32)


backend = Backend(
    "cpu", CPUStepper, _declines, serves=frozenset({"frozen", "ab2", "midpoint", DELTA})
)
