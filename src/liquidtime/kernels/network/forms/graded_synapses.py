"""Graded neurons whose synapses have constants of their own: no one activation a neuron."""

from __future__ import annotations

from torch import Tensor

from liquidtime.kernels.graph.reference import SynapseTensors, synapse_sums
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

_NO_ACTIVATION = "each synapse has constants of its own, so a neuron has no one activation"


def _rule(constants: Constants, task: Task, sparse: bool) -> GradedRule:
    assert constants.shares is not None and not sparse
    tensors = Tensors.of_names(task.device, task.dtype)
    graph = tensors.graph(constants.synapses, constants.class_count)
    shares = constants.shares
    parts = (shares.low, shares.high, shares.midpoint, shares.steepness)
    synapses = SynapseTensors(*(tensors.of(part) for part in parts))
    output = tensors.maybe(constants.gates.output)

    def emit(v: Tensor, s: Tensor) -> Tensor:
        del s
        return v

    def sums(arriving: Tensor) -> Tensor:
        return synapse_sums(graph, synapses, arriving, output)

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
    name="graded synapses",
    rule=_rule,
    variables=MEMBRANE_VARIABLES,
    constants=(
        "shares",
        "capacitance",
        "leak_conductance",
        "leak_potential",
        "unit_conductance",
        "reversal_potential",
    ),
    lacks={"activation": _NO_ACTIVATION},
    nonlinear="each synapse has constants of its own",
    kernel=graded_kernel,
)
