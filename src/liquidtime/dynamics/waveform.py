"""Waveform relaxation: a recurrent network over a whole series, all steps at once.

With the trajectory of the sweep before as the presynaptic potentials, every step of the series is a
known affine map of the potential at its start: all of them are computed in parallel, and chained by
an associative scan of log₂ T rounds. What the sweeps converge to is the step-by-step method of
`liquidtime.dynamics.sources.iterated` with its own sweeps run to the end.
"""

import torch
from torch import Tensor

from liquidtime.dynamics import closed_form_linear
from liquidtime.dynamics.line_drive import line_drive, together
from liquidtime.dynamics.sources import Network


def order() -> int:
    """Second order, once the sweeps have converged."""
    return 2


def relax(
    v: Tensor,
    elapsed: Tensor,
    inputs: Tensor,
    network: Network,
    nodes: int = 3,
    sweeps: int = 10,
    trajectory: Tensor | None = None,
) -> Tensor:
    """Potentials after every step of a series.

    After k sweeps from a standing start the error of the iteration falls as (c t)ᵏ / k!, t being
    the length of the series: few sweeps for a short one or weak recurrent synapses, many for a
    long one, for which windows of it are relaxed one after another.

    Args:
        v: Potentials at the start, [B, N].
        elapsed: Length of each step, [B, T].
        inputs: [B, T + 1, M]; step t goes evenly from row t to row t + 1.
        network: What steps.
        nodes: As in `closed_form_linear.step`.
        sweeps: How often the trajectory is corrected, 1 or more.
        trajectory: A guess of the result, [B, T, N]; None for one that stands still.

    Returns:
        [B, T, N].

    References:
        Lelarasmee, Ruehli, Sangiovanni-Vincentelli: The waveform relaxation method for
        time-domain analysis of large scale integrated circuits. IEEE Transactions on
        Computer-Aided Design 1, 131–145 (1982); convergence on finite windows: Nevanlinna, BIT 29,
        328–346 (1989).
    """
    batch, steps = elapsed.shape
    start = v.unsqueeze(1)
    if trajectory is None:
        trajectory = start.expand(batch, steps, -1)
    inward = line_drive(*_ends(inputs), network.sensory, nodes)
    for _ in range(sweeps):
        among = line_drive(*_ends(torch.cat([start, trajectory], 1)), network.recurrent, nodes)
        maps = closed_form_linear.affine_map(
            elapsed.reshape(-1, 1), together(inward, among), network.capacitance, network.leak
        )
        gain, add = chain(*(part.reshape(batch, steps, -1) for part in maps))
        trajectory = gain * start + add
    return trajectory


def _ends(path: Tensor) -> tuple[Tensor, Tensor]:
    """Where each step of [B, T + 1, P] begins and where it ends, [B · T, P] each."""
    return path[:, :-1].flatten(0, 1), path[:, 1:].flatten(0, 1)


def chain(gain: Tensor, add: Tensor) -> tuple[Tensor, Tensor]:
    """The maps v → gain v + add of all steps up to each one, in log₂ T rounds.

    Args:
        gain: [B, T, N].
        add: [B, T, N].

    Returns:
        Gain and addend of the first step, the first two, the first three, …, [B, T, N] each.

    References:
        Hillis, Steele: Data parallel algorithms. Communications of the ACM 29, 1170–1183 (1986).
    """
    reach = 1
    while reach < gain.shape[1]:
        later_gain, earlier_gain = gain[:, reach:], gain[:, :-reach]
        later_add, earlier_add = add[:, reach:], add[:, :-reach]
        add = torch.cat([add[:, :reach], later_gain * earlier_add + later_add], dim=1)
        gain = torch.cat([gain[:, :reach], later_gain * earlier_gain], dim=1)
        reach *= 2
    return gain, add
