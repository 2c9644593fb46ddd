"""A network moved by PyTorch: any device, any float, any form."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray

from liquidtime.backends import Backend, Request
from liquidtime.errors import InputError
from liquidtime.kernels.network.catalogue import FORMS
from liquidtime.kernels.network.constants import Constants
from liquidtime.kernels.network.external import Externals
from liquidtime.kernels.network.past import Past
from liquidtime.kernels.network.stepper import (
    DELTA,
    LOST,
    Outside,
    State,
    Task,
    Trace,
    at_hold,
    samples,
)
from liquidtime.kernels.network.tensors import Tensors

_CARRIED = {"potential", "activation", "sums_before", "neighbours_before", *LOST}
"""What of a moment is carried to other constants, or forgotten."""


class ReferenceStepper:
    """A `Stepper` that makes steps as the form's rule defines them.

    Args:
        constants: Of the network.
        task: How and on what it is moved.
        sparse: Whether sums go through a sparse matrix (fast on accelerators) instead of being
            added edge by edge.
    """

    neurons = None
    delta = None

    def __init__(self, constants: Constants, task: Task, *, sparse: bool = False) -> None:
        self.name = "sparse" if sparse else "reference"
        self.trials, self.held, self.dt = constants.gates.trials, constants.gates.held, task.dt
        self.dtype = np.dtype(task.dtype)
        self.step = 0
        self._task, self._shape = task, (constants.neurons, self.trials)
        self._form = FORMS.find(constants.form)
        self._form.check(constants)
        self._tensors = Tensors.of_names(task.device, task.dtype)
        self._rule = self._form.rule(constants, task, sparse)
        time = constants.synaptic_time
        self._slow = None if time is None else self._tensors.column(time) > 0
        delays = torch.from_numpy(constants.delay_steps(task.dt)).to(self._tensors.device)
        self._past = Past(delays)
        # So that `restore` has a moment of the form's kind to fill.
        self.start(np.zeros(self._shape))

    def start(self, potentials: NDArray, activations: NDArray | None = None) -> None:
        """See `Stepper.start`."""
        given = self._tensors.maybe(activations)
        self._moment = self._rule.begin(self._tensors.of(potentials), given)
        self._past.fill(self._rule.emitted(self._moment))
        self.step = 0

    @torch.no_grad()
    def advance(self, steps: int, outside: Outside, traces: Sequence[Trace]) -> None:
        """See `Stepper.advance`."""
        externals = Externals(outside, self._task.scheme, self._shape, self._tensors)
        if outside.jump:
            self._moment = self._rule.forgetting(self._moment)
        began = self.step
        for index in range(steps):
            self._moment, used = self._rule.advance(
                self._moment, self._past, externals.at(index), self.dt
            )
            self.step += 1
            self._past.put(self._rule.emitted(self._moment))
            for trace in traces:
                if self.step % trace.every == 0:
                    values = used.get(trace.variable)
                    values = getattr(self._moment, trace.variable) if values is None else values
                    sample = samples(began, self.step - began, trace.every) - 1
                    trace.out[sample] = values.cpu().numpy()[trace.neurons]

    def potentials(self) -> NDArray:
        """See `Stepper.potentials`."""
        return self._moment.potential.cpu().numpy()

    def activations(self) -> NDArray:
        """See `Stepper.activations`."""
        if "activation" not in self._form.variables:
            return np.zeros((0, self.trials), dtype=self.dtype)
        return self._moment.activation.cpu().numpy()

    def state(self) -> State:
        """See `Stepper.state`."""
        parts = {name: part for name, part in self._moment._asdict().items() if part is not None}
        parts["past"] = self._past.stacked()
        found = {name: part.cpu().numpy().copy() for name, part in parts.items()}
        return found | {"step": np.array([self.step])}

    def restore(self, state: State) -> None:
        """See `Stepper.restore`."""
        fields = type(self._moment)._fields
        parts = {name: self._tensors.maybe(state.get(name)) for name in fields}
        for name in LOST:
            # Not kept by version 0.1.0, nor where steps were long.
            if getattr(self._moment, name, None) is None or parts[name] is None:
                parts |= {name: getattr(self._moment, name)} if name in fields else {}
        self._moment = type(self._moment)(**parts)
        self._past.restore(self._tensors.of(state["past"]))
        self.step = int(state["step"][0])

    def adopt(self) -> None:
        """See `Stepper.adopt`."""
        if others := set(type(self._moment)._fields) - _CARRIED:
            raise InputError(
                f"{self._form.name} neurons have {', '.join(sorted(others))} besides potential and "
                "activation, and go on with the constants that they had alone; expected the same."
            )
        potentials = at_hold(self.potentials(), self.held)
        fresh = self._rule.begin(self._tensors.of(potentials), None)
        if self._slow is not None and "activation" in type(fresh)._fields:
            kept = torch.where(self._slow, self._moment.activation, fresh.activation)
            fresh = self._rule.begin(self._tensors.of(potentials), kept)
        self._moment = fresh
        self._past.replace(self._rule.emitted(fresh))


def _declines(request: Request) -> str | None:
    if DELTA in request.features:
        return "it passes on all at every step, so it cannot send on delta"
    return None


def _declines_sparse(request: Request) -> str | None:
    if why := FORMS.find(request.variant).nonlinear:
        return f"{why}, which are no matrix"
    return _declines(request)


def _stands_back(request: Request) -> str | None:
    if request.device == "cpu":
        return "stands back on the CPU, where the reference is the definition"
    return None


def _make(constants: Constants, task: Task) -> ReferenceStepper:
    return ReferenceStepper(constants, task)


def _make_sparse(constants: Constants, task: Task) -> ReferenceStepper:
    return ReferenceStepper(constants, task, sparse=True)


reference = Backend("reference", _make, _declines, serves=None)
sparse = Backend("sparse", _make_sparse, _declines_sparse, _stands_back, serves=None)
