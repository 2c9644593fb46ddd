"""Where a recurrent network's own neurons are while it steps along the line of its input.

The linear closed form needs every presynaptic potential along the step. Those of the input are
known at both ends; those of the network's own neurons are what is sought. There are three ways:

| sources | the neurons' own potentials during a step | order | evaluations |
|---|---|---|---|
| frozen | stay where they were at its start | 1 | R + e S |
| extrapolated | go on as in the step before | 2 | e (R + S) |
| iterated | go to where the last sweep put them; the first is frozen | 2 | R + e (S + k R) |

for S sensory and R recurrent synapses, k further sweeps and e = 4 n − 3 sigmoids or softplus tails
that a moving synapse costs with n nodes. The orders are proved in `docs/maths/closed-form.md`.
"""

from typing import Literal, NamedTuple, get_args

import torch
from torch import Tensor

from liquidtime.dynamics import closed_form_linear
from liquidtime.dynamics.bounds import state_bounds
from liquidtime.dynamics.line_drive import LineDrive, line_drive, together
from liquidtime.dynamics.synapse import Synapses, synaptic_drive

SourcesName = Literal["frozen", "extrapolated", "iterated"]


class Network(NamedTuple):
    """A recurrent network, as physical quantities."""

    capacitance: Tensor
    """C [N]"""
    leak_conductance: Tensor
    """g [N]"""
    leak_potential: Tensor
    """v_leak [N]"""
    recurrent: Synapses
    """Among the neurons, [N, N] each."""
    sensory: Synapses
    """From the inputs, [M, N] each."""

    @property
    def leak(self) -> tuple[Tensor, Tensor]:
        """(g, g v_leak), [N] each."""
        return self.leak_conductance, self.leak_conductance * self.leak_potential


def check_sources(name: str) -> None:
    """Refuse a name that is none of the three."""
    if name not in get_args(SourcesName):
        known = ", ".join(map(repr, get_args(SourcesName)))
        raise ValueError(f"sources is {name!r}; expected one of {known}.")


def order(sources: SourcesName) -> int:
    """Global order of convergence in the recurrent synapses, input linear."""
    check_sources(sources)
    return 1 if sources == "frozen" else 2


def evaluations(
    sources: SourcesName, sensory: int, recurrent: int, nodes: int = 3, sweeps: int = 2
) -> int:
    """Sigmoids and softplus tails of one step of a network with so many synapses."""
    check_sources(sources)
    line = nodes + 3 * (nodes - 1)
    if sources == "extrapolated":
        return line * (recurrent + sensory)
    frozen = recurrent + line * sensory
    return frozen if sources == "frozen" else frozen + sweeps * line * recurrent


def frozen(
    v: Tensor, elapsed: Tensor, before: Tensor, after: Tensor, network: Network, nodes: int = 3
) -> Tensor:
    """Potentials after `elapsed`, the network's own neurons held where they were.

    Args:
        v: Potentials, [B, N].
        elapsed: δ ≥ 0, [B, 1].
        before: Inputs at the start, [B, M].
        after: Inputs at the end, [B, M].
        network: What steps.
        nodes: As in `closed_form_linear.step`.
    """
    inward = line_drive(before, after, network.sensory, nodes)
    return _frozen(v, elapsed, inward, network)


def extrapolated(
    v: Tensor,
    elapsed: Tensor,
    before: Tensor,
    after: Tensor,
    network: Network,
    slope: Tensor,
    nodes: int = 3,
) -> tuple[Tensor, Tensor]:
    """Potentials after `elapsed`, the network's own neurons taken to keep the slope they had.

    Where that would lead is kept inside the state bounds of the network.

    Args:
        v: Potentials, [B, N].
        elapsed: δ ≥ 0, [B, 1].
        before: Inputs at the start, [B, M].
        after: Inputs at the end, [B, M].
        network: What steps.
        slope: Change per time in the step before, [B, N]; 0 for the first.
        nodes: As in `closed_form_linear.step`.

    Returns:
        The new potentials and their slope over this step, which the next one needs; over a step
        of no time the slope stays as it was.
    """
    low, high = state_bounds(v, network.leak_potential, network.recurrent, network.sensory)
    ahead = torch.minimum(torch.maximum(v + elapsed * slope, low), high)
    inward = line_drive(before, after, network.sensory, nodes)
    new = _along(v, elapsed, inward, network, ahead, nodes)
    passes = elapsed > 0
    change = (new - v) / torch.where(passes, elapsed, torch.ones_like(elapsed))
    return new, torch.where(passes, change, slope)


def iterated(
    v: Tensor,
    elapsed: Tensor,
    before: Tensor,
    after: Tensor,
    network: Network,
    nodes: int = 3,
    sweeps: int = 2,
) -> Tensor:
    """Potentials after `elapsed` by waveform relaxation.

    The first sweep is `frozen`. Each further one repeats the step with the network's own neurons
    on the line that leads from v to where the sweep before put them.

    Args:
        v: Potentials, [B, N].
        elapsed: δ ≥ 0, [B, 1].
        before: Inputs at the start, [B, M].
        after: Inputs at the end, [B, M].
        network: What steps.
        nodes: As in `closed_form_linear.step`.
        sweeps: Further sweeps, 1 or more. One is enough for the second order.

    References:
        Lelarasmee, Ruehli, Sangiovanni-Vincentelli: The waveform relaxation method for
        time-domain analysis of large scale integrated circuits. IEEE Transactions on
        Computer-Aided Design 1, 131–145 (1982).
    """
    inward = line_drive(before, after, network.sensory, nodes)
    new = _frozen(v, elapsed, inward, network)
    for _ in range(sweeps):
        new = _along(v, elapsed, inward, network, new, nodes)
    return new


def _frozen(v: Tensor, elapsed: Tensor, inward: LineDrive, network: Network) -> Tensor:
    """The step with what the inputs give on a line, and the rest as it is."""
    conductance, current = synaptic_drive(v, network.recurrent)
    leak_conductance, leak_current = network.leak
    steady = conductance + leak_conductance, current + leak_current
    gain, add = closed_form_linear.affine_map(elapsed, inward, network.capacitance, steady)
    return gain * v + add


def _along(
    v: Tensor, elapsed: Tensor, inward: LineDrive, network: Network, ahead: Tensor, nodes: int
) -> Tensor:
    """The step with the neurons' own potentials on the line from v to `ahead`."""
    among = line_drive(v, ahead, network.recurrent, nodes)
    gain, add = closed_form_linear.affine_map(
        elapsed, together(inward, among), network.capacitance, network.leak
    )
    return gain * v + add
