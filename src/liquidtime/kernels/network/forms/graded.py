"""Graded neurons whose synapses follow the potential of their source: one activation a neuron."""

from __future__ import annotations

from torch import Tensor

from liquidtime.kernels.graph.reference import class_sums, sparse_matrix
from liquidtime.kernels.network.constants import Constants
from liquidtime.kernels.network.contract import Form
from liquidtime.kernels.network.graded import (
    MEMBRANE_VARIABLES,
    GradedRule,
    junctions_of,
    membrane_of,
    opening_of,
)
from liquidtime.kernels.network.graded_kernel import graded_kernel
from liquidtime.kernels.network.stepper import Task
from liquidtime.kernels.network.tensors import Tensors
from liquidtime.kernels.network.variable import Variable


def _rule(constants: Constants, task: Task, sparse: bool) -> GradedRule:
    tensors = Tensors.of_names(task.device, task.dtype)
    graph = tensors.graph(constants.synapses, constants.class_count)
    weights = tensors.of(constants.synapses.counts)
    matrix = sparse_matrix(graph, weights) if sparse else None
    output = tensors.maybe(constants.gates.output)

    def emit(v: Tensor, s: Tensor) -> Tensor:
        del v
        return s if output is None else s * output

    def sums(arriving: Tensor) -> Tensor:
        if matrix is None:
            return class_sums(graph, weights, arriving)
        # The matrix ends at the last source that has an edge.
        flat = matrix @ arriving[: matrix.shape[1]]
        return flat.unflatten(0, (constants.class_count, constants.neurons))

    return GradedRule(
        membrane_of(constants, tensors),
        opening_of(constants, tensors),
        junctions_of(constants, tensors),
        emit,
        sums,
        task.scheme,
        task.compensated,
    )


FORM = Form(
    name="graded",
    rule=_rule,
    variables={**MEMBRANE_VARIABLES, "activation": Variable("1", "activation")},
    constants=(
        "capacitance",
        "leak_conductance",
        "leak_potential",
        "midpoint",
        "steepness",
        "unit_conductance",
        "reversal_potential",
    ),
    kernel=graded_kernel,
)
