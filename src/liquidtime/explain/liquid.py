"""The liquid part: membranes of an LTC with their currents and time constants, gates of a CfC."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from liquidtime.data.series import IrregularSeries
from liquidtime.explain.layer import Walk, walk
from liquidtime.explain.question import ask
from liquidtime.kernels.cfc.reference import Affine, CfCWeights, activate
from liquidtime.nn.cfc_cell import CfCCell
from liquidtime.nn.cfc_group import CfCGroup
from liquidtime.nn.ltc_cell import LTCCell
from liquidtime.nn.members import members
from liquidtime.nn.wired import groups_of


@dataclass(frozen=True, eq=False)
class Membranes:
    """The N neurons of an LTC along one series of T steps, after each step.

    The sum of all currents into a neuron is C dv/dt. Currents are in units of the network's own.

    Attributes:
        times: [T], in the unit of the data.
        potentials: [T, N].
        time_constants: [T, N], C over the conductance open at that moment: the time, in the unit
            of the data, in which a neuron goes 63 % of its way. That it moves is what "liquid"
            means.
        sensory: [T, F, N], current through each synapse of an input.
        internal: [T, N, N], row the source: current through each synapse among the neurons.
        leak: [T, N], current through the leak.
    """

    times: np.ndarray
    potentials: np.ndarray
    time_constants: np.ndarray
    sensory: np.ndarray
    internal: np.ndarray
    leak: np.ndarray


@dataclass(frozen=True, eq=False)
class Gates:
    """The time gates of a CfC's N neurons along one series of T steps.

    Attributes:
        times: [T], in the unit of the data.
        activity: [T, N], the state after each step.
        open: [T, N], from 0 to 1: how far a neuron had gone from its target for short times to
            that for long ones, in the gap before the step. Of the closed form, how far from its
            start to its end; of a relaxation, from the state before to the target.
        time_constants: [T, N], of the closed form, 1 / (|w_τ| + |f|), and of a relaxation, 1 / ρ,
            in the unit of the data; None of the other variants, whose gates are learnt and no
            exponentials.
    """

    times: np.ndarray
    activity: np.ndarray
    open: np.ndarray
    time_constants: np.ndarray | None


def membranes(given: Any, series: IrregularSeries) -> Membranes:
    """Potentials, currents and time constants of an LTC along one series.

    Args:
        given: A run, a fitted estimator or an `Explainable`, whose network is an LTC of one layer
            and direction without mixed memory.
        series: Exactly one.

    Raises:
        InputError: If the network is another.
    """
    asked = ask(given, series, output=_any_output(given))
    path = walk(asked.about, asked.encoded.batch([0]), LTCCell)
    with torch.no_grad():
        found = _currents(path)
    unit = asked.about.preprocessor.time_scale
    return Membranes(
        series.times.numpy(),
        path.states.double().numpy(),
        found[0].double().numpy() * unit,
        *(part.double().numpy() for part in found[1:]),
    )


def gates(given: Any, series: IrregularSeries) -> Gates:
    """Gate values of a CfC along one series.

    Args:
        given: A run, a fitted estimator or an `Explainable`, whose network is a CfC of one layer
            and direction without mixed memory.
        series: Exactly one.

    Raises:
        InputError: If the network is another.
    """
    asked = ask(given, series, output=_any_output(given))
    path = walk(asked.about, asked.encoded.batch([0]), CfCCell)
    with torch.no_grad():
        opened, constants = _gates(path)
    unit = asked.about.preprocessor.time_scale
    return Gates(
        series.times.numpy(),
        path.states.double().numpy(),
        opened.double().numpy(),
        None if constants is None else constants.double().numpy() * unit,
    )


def _any_output(given: Any) -> str | None:
    about = getattr(given, "explainable", given)
    labels = getattr(getattr(about, "meaning", None), "labels", None)
    return labels[0] if labels else None


def _currents(path: Walk) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    assert isinstance(path.cell, LTCCell)
    weights, v = path.cell.weights(), path.states
    conductance, currents = weights.leak_conductance, []
    for source, synapses in (
        (weights.map_input(path.inputs), weights.sensory),
        (v, weights.recurrent),
    ):
        opening = torch.sigmoid(synapses.steepness * (source.unsqueeze(-1) - synapses.midpoint))
        opened = synapses.conductance * opening
        conductance = conductance + opened.sum(-2)
        currents.append(opened * (synapses.reversal_potential - v.unsqueeze(-2)))
    leak = weights.leak_conductance * (weights.leak_potential - v)
    return weights.membrane_capacitance / conductance, *currents, leak


def _gates(path: Walk) -> tuple[Tensor, Tensor | None]:
    cell = path.cell
    assert isinstance(cell, CfCCell)
    groups = members(cell.groups, CfCGroup)
    opened, constants = torch.zeros_like(path.states), torch.zeros_like(path.states)
    every = np.arange(cell.hidden_size)
    wired = None if cell.circuit is None else groups_of(cell.circuit)
    seen = path.inputs
    for at, group in enumerate(groups):
        own = every if wired is None else wired[at].neurons
        inputs = seen if wired is None else seen[:, torch.tensor(wired[at].sources)]
        heads = _heads(cell, group.weights(), torch.cat([inputs, path.before[:, own]], dim=1))
        elapsed = path.elapsed.unsqueeze(1)
        rate = None
        if cell.variant == "closed_form":
            assert group.decay is not None
            rate = group.decay.abs() + heads.abs()
        elif cell.variant == "relaxation":
            rate = torch.nn.functional.softplus(heads.chunk(2, dim=-1)[1])
        if rate is not None:
            opened[:, own], constants[:, own] = -torch.expm1(-elapsed * rate), 1.0 / rate
        else:
            _, _, slope, offset = heads.chunk(4, dim=-1)
            opened[:, own] = torch.sigmoid(slope * elapsed + offset)
        seen = torch.cat([seen, path.states[:, own]], dim=1)
    return opened, constants if cell.variant in ("closed_form", "relaxation") else None


def _heads(cell: CfCCell, weights: CfCWeights, z: Tensor) -> Tensor:
    def through(layer: Affine, z: Tensor) -> Tensor:
        return torch.nn.functional.linear(z, layer.weight, layer.bias)

    for layer in weights.backbone:
        z = activate(cell.activation, through(layer, z))
    return through(weights.heads, z)
