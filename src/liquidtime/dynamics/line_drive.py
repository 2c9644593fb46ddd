"""What synapses give to their targets while their sources move along a line."""

from typing import NamedTuple

import torch
from torch import Tensor

from liquidtime.dynamics.bounds import reversal_range
from liquidtime.dynamics.sigmoid_mean import mean_sigmoid
from liquidtime.dynamics.synapse import Synapses


class LineDrive(NamedTuple):
    """Conductance G and current J over one step, at evenly spaced nodes and between them."""

    conductance: Tensor
    """G at each node, [nodes, B, N]."""
    current: Tensor
    """J at each node, [nodes, B, N]."""
    conductance_slope: Tensor
    """dG/ds at each node, s being the share of the step that has passed, [nodes, B, N]."""
    current_slope: Tensor
    """dJ/ds, [nodes, B, N]."""
    passed: Tensor
    """Mean of G between each node and the next, exact, [nodes − 1, B, N]."""
    low: Tensor
    """Smallest reversal potential of each neuron's synapses, [N]; inf where there are none."""
    high: Tensor
    """Largest one, [N]; −inf where there are none."""


def line_drive(before: Tensor, after: Tensor, synapses: Synapses, nodes: int) -> LineDrive:
    """`synaptic_drive` for sources that go evenly from `before` to `after`.

    Args:
        before: Potentials (or inputs) of the sources at the start of the step, [B, P].
        after: The same at its end, [B, P].
        synapses: Parameters, [P, N] each.
        nodes: Points in time, 2 (the ends) or more.

    Raises:
        ValueError: If there are fewer than 2 nodes.
    """
    check_nodes(nodes)
    moved = after - before
    count = torch.arange(nodes, dtype=moved.dtype, device=moved.device)
    potentials = before + count.reshape(-1, 1, 1) / (nodes - 1) * moved  # [nodes, B, P]
    argument = synapses.steepness * (potentials.unsqueeze(-1) - synapses.midpoint)
    opening = torch.sigmoid(argument)
    opened = synapses.conductance * opening
    opens = opened * (1 - opening) * synapses.steepness * moved.unsqueeze(-1)
    passed = synapses.conductance * mean_sigmoid(argument[:-1], argument[1:])
    return LineDrive(
        opened.sum(-2),
        (synapses.reversal_potential * opened).sum(-2),
        opens.sum(-2),
        (synapses.reversal_potential * opens).sum(-2),
        passed.sum(-2),
        *reversal_range(synapses),
    )


def together(one: LineDrive, other: LineDrive) -> LineDrive:
    """What two kinds of synapses give."""
    return LineDrive(
        one.conductance + other.conductance,
        one.current + other.current,
        one.conductance_slope + other.conductance_slope,
        one.current_slope + other.current_slope,
        one.passed + other.passed,
        torch.minimum(one.low, other.low),
        torch.maximum(one.high, other.high),
    )


def check_nodes(nodes: int) -> None:
    """Refuse fewer nodes than a line has ends."""
    if nodes < 2:
        raise ValueError(f"nodes is {nodes}; expected 2 (the ends of the step) or more.")
