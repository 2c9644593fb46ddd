"""Networks whose constants are learnt: potentials as a differentiable function of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.utils.checkpoint import checkpoint

from liquidtime.kernels.graph.cpu import CompiledSums
from liquidtime.kernels.graph.reference import class_sums
from liquidtime.kernels.network.constants import Constants
from liquidtime.kernels.network.drives import Drive, jumps, together
from liquidtime.kernels.network.external import Externals
from liquidtime.kernels.network.graded import (
    GradedMoment,
    GradedRule,
    Opening,
    junctions_of,
    opening_of,
)
from liquidtime.kernels.network.membrane import Membrane
from liquidtime.kernels.network.past import Past
from liquidtime.kernels.network.stepper import Task
from liquidtime.kernels.network.tensors import Tensors
from liquidtime.native import native


class Learnable(NamedTuple):
    """Constants of a network as tensors, which may carry gradients."""

    membrane: Membrane
    midpoint: Tensor
    """[N, 1]."""
    steepness: Tensor
    """[N, 1]."""
    weights: Tensor
    """[E], in the place of counts."""
    gap_weights: Tensor
    """[J], nS."""


class LearnableNetwork:
    """Graded neurons with one activation each, begun anew with other constants at every `trace`.

    On the CPU, in float32, the sums over synapses and their derivatives are compiled.

    Args:
        constants: Of the network; those that are learnt do not matter.
        task: How and on what it is moved.

    Raises:
        ValueError: If the network's synapses have constants of their own.
    """

    def __init__(self, constants: Constants, task: Task) -> None:
        if constants.form != "graded":
            raise ValueError(
                f"the form is {constants.form!r}; expected 'graded' neurons, with constants of "
                "neurons and of edges. Where synapses have constants of their own, train them as "
                "an LTC layer instead (`liquidtime.brain.to_circuit`)."
            )
        tensors = Tensors.of_names(task.device, task.dtype)
        self._task, self._tensors, self._constants = task, tensors, constants
        self._graph = tensors.graph(constants.synapses, constants.class_count)
        self._opening = opening_of(constants, tensors)
        self._junctions = junctions_of(constants, tensors)
        self._output = tensors.maybe(constants.gates.output)
        self._delays = torch.from_numpy(constants.delay_steps(task.dt)).to(tensors.device)
        compiled = task.dtype == "float32" and task.device == "cpu" and native() is not None
        self._compiled = CompiledSums(self._graph, constants.neurons) if compiled else None

    def trace(
        self,
        values: Learnable,
        steps: int,
        drives: Sequence[Drive],
        neurons: Tensor,
        *,
        start: Tensor,
        held: NDArray[np.float64] | None = None,
        checkpoint_steps: int | None = None,
    ) -> Tensor:
        """Potentials [T, n, B] after each step, differentiable by constants and start.

        Args:
            values: Constants.
            steps: T.
            drives: What comes over them.
            neurons: [n], which.
            start: [N, B], mV.
            held: [N, B], mV, where neurons are held for good, NaN where free; by default as the
                constants say.
            checkpoint_steps: Steps between states that are kept for the backward pass; what lies
                between is computed again then. None keeps everything.
        """
        rule, past = self._rule(values), Past(self._delays)
        shape = (self._constants.neurons, start.shape[1])
        held = self._constants.gates.held if held is None else held
        outside = together(drives, steps, held, shape[1], self._task.dtype)
        externals = Externals(outside, self._task.scheme, shape, self._tensors)
        course = _Course(rule, externals, jumps(drives, steps), neurons, self._delays)
        moment = rule.begin(start, None)
        past.fill(rule.emitted(moment))
        state: list[Any] = [past.stacked(), *moment]
        found = []
        length = checkpoint_steps or steps
        for first in range(0, steps, length):
            span = range(first, min(first + length, steps))
            if checkpoint_steps is None:
                traced, *state = course.over(span, self._task.dt, *state)
            else:
                # Not re-entrant, so that gradients also reach what the rule holds and no argument
                # names.
                again: Any = checkpoint(
                    course.over, span, self._task.dt, *state, use_reentrant=False
                )
                traced, *state = again
            found.append(traced)
        return torch.cat(found)

    def _rule(self, values: Learnable) -> GradedRule:
        output, compiled, graph = self._output, self._compiled, self._graph
        junctions = self._junctions
        return GradedRule(
            values.membrane,
            Opening(values.midpoint, values.steepness, self._opening.time),
            None if junctions is None else junctions._replace(weights=values.gap_weights),
            lambda _, s: s if output is None else s * output,
            lambda arriving: (
                class_sums(graph, values.weights, arriving)
                if compiled is None
                else compiled(values.weights, arriving)
            ),
            self._task.scheme,
            self._task.compensated,
        )


class _Course(NamedTuple):
    """One trace: what moves, under what, and who is watched."""

    rule: GradedRule
    externals: Externals
    jumped: NDArray[np.bool_]
    neurons: Tensor
    delays: Tensor

    def over(
        self, span: range, dt: float, stacked: Tensor, *moment: Tensor
    ) -> tuple[Tensor | None, ...]:
        """Some steps: potentials [steps, n, B], then what the next ones go on from.

        All that gradients pass through is an argument or a result, as checkpoints want it.
        """
        now, past = GradedMoment(*moment), Past(self.delays)
        past.restore(stacked)
        found = []
        for step in span:
            if self.jumped[step]:
                now = self.rule.forgetting(now)
            now, _ = self.rule.advance(now, past, self.externals.at(step), dt)
            past.put(self.rule.emitted(now))
            found.append(now.potential[self.neurons])
        return torch.stack(found), past.stacked(), *now
