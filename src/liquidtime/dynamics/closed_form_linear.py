"""The closed form of a neuron whose presynaptic potentials move along a line.

The integrated conductance Y = ∫ G/C dt is exact, since the integral of a sigmoid along a line is a
difference of softplus functions. With y as the clock the neuron is dv/dy = v∞(y) − v, and v∞ = J/G,
whose values and slopes at the nodes are exact too, is a cubic in y between any two of them, which
integrates against exp(−(Y − y)) in closed form. The derivation, its order and what it was measured
to err are in `docs/maths/closed-form.md`.
"""

import torch
from torch import Tensor

from liquidtime.dynamics.decay_weights import decay_weights
from liquidtime.dynamics.line_drive import LineDrive, line_drive
from liquidtime.dynamics.synapse import Synapses


def order() -> int:
    """Fourth order in the length of the step, for any number of nodes."""
    return 4


def step(
    v: Tensor,
    elapsed: Tensor,
    before: Tensor,
    after: Tensor,
    synapses: Synapses,
    capacitance: Tensor,
    steady: tuple[Tensor, Tensor],
    nodes: int = 3,
) -> Tensor:
    """Integrate over `elapsed` while the sources go from `before` to `after` at constant speed.

    v(t₁) = exp(−Y) v₀ + Σᵢ Wᵢ(Y) bᵢ between two nodes, with the control points of the cubic

        b₀ = v∞(0),  b₁ = v∞(0) + Y v∞′(0)/3,  b₂ = v∞(Y) − Y v∞′(Y)/3,  b₃ = v∞(Y)

    and weights Wᵢ ≥ 0 that sum to 1 − exp(−Y). v∞ is a mean of the reversal potentials of the
    neuron's synapses and its leak; b₁ and b₂ are kept between the smallest and the largest of
    them, so the new v is a mean of these and v₀: the state bounds of the LTC paper hold at any
    step, however stiff.

    It is the identity at `elapsed` 0, exact for sources that stand still, and differentiable with
    respect to everything.

    Args:
        v: Potentials v₀, [B, N].
        elapsed: δ ≥ 0, broadcastable to [B, N].
        before: Potentials of the sources at the start, [B, P]; inputs and neurons alike.
        after: The same at the end, [B, P].
        synapses: From the sources, [P, N] each.
        capacitance: C > 0, [N].
        steady: (G, J), the conductance and current that do not change in this step, broadcastable
            to [B, N]: of the leak, (g, g v_leak), and of synapses whose source stands still.
        nodes: Points in time, evenly spaced, at which v∞ is evaluated: 2 (the ends) or more.

    Returns:
        Potentials after the step, [B, N].

    Raises:
        ValueError: If there are fewer than 2 nodes.
    """
    along = line_drive(before, after, synapses, nodes)
    gain, add = affine_map(elapsed, along, capacitance, steady)
    return gain * v + add


def affine_map(
    elapsed: Tensor, along: LineDrive, capacitance: Tensor, steady: tuple[Tensor, Tensor]
) -> tuple[Tensor, Tensor]:
    """The step as what it does to any v₀: v(t₁) = gain v₀ + add.

    The neuron's ODE is linear in its own potential, so for given sources a step is an affine map.

    Args:
        elapsed: As in `step`.
        along: What the moving sources give; of several kinds of synapses, `together`.
        capacitance: As in `step`.
        steady: As in `step`.

    Returns:
        gain = exp(−Y) and add, [B, N] each.
    """
    pieces = len(along.passed)
    conductance = _above_zero(steady[0] + along.conductance)  # [nodes, B, N]
    target = (steady[1] + along.current) / conductance  # v∞
    target_slope = (along.current_slope - target * along.conductance_slope) / conductance
    mean_conductance = _above_zero(steady[0] + along.passed)  # [nodes − 1, B, N]
    clock = elapsed / pieces / capacitance * mean_conductance

    # Y v∞′/3, where v∞′ = dv∞/dy and target_slope is taken over the whole step, not over y.
    third = mean_conductance / (3 * pieces)
    low, high = _bounds(along, steady)
    leaving = target[:-1] + target_slope[:-1] / conductance[:-1] * third
    arriving = target[1:] - target_slope[1:] / conductance[1:] * third
    control = (
        target[:-1],
        torch.minimum(torch.maximum(leaving, low), high),
        torch.minimum(torch.maximum(arriving, low), high),
        target[1:],
    )
    gains = torch.exp(-clock)
    weighted = [w * b for w, b in zip(decay_weights(clock), control, strict=True)]
    gain, *further = gains.unbind(0)
    add, *gathered = torch.stack(weighted).sum(0).unbind(0)
    for keep, more in zip(further, gathered, strict=True):
        gain, add = keep * gain, keep * add + more
    return gain, add


def _bounds(along: LineDrive, steady: tuple[Tensor, Tensor]) -> tuple[Tensor, Tensor]:
    """Smallest and largest potential that pulls on each neuron, broadcastable to [B, N].

    J/G of what is steady is one of them, where it flows. A neuron on which nothing pulls has the
    bounds 0, which are of no effect.
    """
    conductance, current = steady
    flows = conductance > 0
    potential = current / torch.where(flows, conductance, torch.ones_like(conductance))
    counts = flows | along.low.isinf()
    low = torch.where(counts, torch.minimum(along.low, potential), along.low)
    high = torch.where(counts, torch.maximum(along.high, potential), along.high)
    return low, high


def _above_zero(conductance: Tensor) -> Tensor:
    """So that J/G is 0/tiny, not 0/0, for a neuron without leak whose synapses are all shut."""
    return conductance.clamp(min=torch.finfo(conductance.dtype).tiny ** 0.5)
