"""Cells, their truth, and the forms that step them.

The truth is DOP853 at rtol 1e-10, solved anew for every stretch between two samples. A figure is
the median over neurons of the largest error over the 20 steps of a series.
"""

from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np
import torch
from scipy.integrate import solve_ivp
from torch import Tensor

from liquidtime import dynamics
from liquidtime.bench.gate import Check
from liquidtime.bench.setting import Setting, Tell
from liquidtime.dynamics import Synapses, sources
from liquidtime.dynamics.sigmoid_mean import mean_sigmoid
from liquidtime.dynamics.sources import Network

SYNAPSES, STEPS, WALK = 16, 20, 0.15
Step = Callable[[Tensor, Tensor, Tensor], Tensor]  # (v, before, after) → v


class Cell(NamedTuple):
    """Neurons and the inputs that they see."""

    network: Network
    inputs: Tensor  # [STEPS + 1, M]
    elapsed: float


def draw(seed: int, inputs: int, neurons: int, recurrent: bool, strength=1.0, elapsed=1.0) -> Cell:
    """Published initial ranges, and a random walk from the middle of the sigmoids."""
    generator = torch.Generator().manual_seed(seed)

    def uniform(low: float, high: float, *shape: int) -> Tensor:
        return low + (high - low) * torch.rand(*shape, generator=generator, dtype=torch.float64)

    def synapses(sources: int, strength: float) -> Synapses:
        return Synapses(
            strength * uniform(0.001, 1, sources, neurons),
            uniform(0.3, 0.8, sources, neurons),
            uniform(3, 8, sources, neurons),
            torch.sign(uniform(-1, 1, sources, neurons)),
        )

    network = Network(
        uniform(0.4, 0.6, neurons),
        uniform(0.001, 1, neurons),
        uniform(-0.2, 0.2, neurons),
        synapses(neurons, strength * recurrent),
        synapses(inputs, strength),
    )
    moves = torch.randn(STEPS, inputs, generator=generator, dtype=torch.float64)
    walk = 0.5 + torch.cat([torch.zeros(1, inputs), WALK * moves]).cumsum(0)
    return Cell(network, walk, elapsed)


def truth(cell: Cell) -> Tensor:
    """[STEPS, N] by DOP853."""
    network = cell.network
    capacitance, leak, potential = (part.numpy() for part in network[:3])
    recurrent, sensory = ([p.numpy() for p in kind] for kind in network[3:])
    v, states = np.zeros(len(leak)), []
    for before, after in zip(cell.inputs[:-1].numpy(), cell.inputs[1:].numpy(), strict=True):

        def slope(t, y, before=before, after=after):
            total = leak * (potential - y)
            for (w, mu, s, e), at in ((recurrent, y), (sensory, before + t * (after - before))):
                total = total + (w / (1 + np.exp(-s * (at[:, None] - mu))) * (e - y)).sum(0)
            return cell.elapsed * total / capacitance

        v = solve_ivp(slope, (0, 1), v, method="DOP853", rtol=1e-10, atol=1e-12).y[:, -1]
        states.append(v)
    return torch.from_numpy(np.array(states))


def run(cell: Cell, step: Step) -> Tensor:
    """[STEPS, N] by a step function."""
    v, states = torch.zeros(1, len(cell.network.capacitance), dtype=torch.float64), []
    for before, after in zip(cell.inputs[:-1, None], cell.inputs[1:, None], strict=True):
        v = step(v, before, after)
        states.append(v[0])
    return torch.stack(states)


def drive_integrator(cell: Cell, name: str, unfolds: int, *, line: bool) -> Step:
    """An integrator of a drive; the input stands at its new value, or goes there in stairs."""
    span = torch.full((1, 1), cell.elapsed / unfolds, dtype=torch.float64)

    def step(v: Tensor, before: Tensor, after: Tensor) -> Tensor:
        for k in range(unfolds):
            at = before + (k + 1) / unfolds * (after - before) if line else after
            inward = dynamics.synaptic_drive(at, cell.network.sensory)

            def drive(v: Tensor, inward=inward) -> tuple[Tensor, Tensor]:
                among = dynamics.synaptic_drive(v, cell.network.recurrent)
                return tuple(
                    sum(parts) for parts in zip(inward, among, cell.network.leak, strict=True)
                )

            v = dynamics.integrator(name)(v, span, drive, cell.network.capacitance)
        return v

    return step


def closed_form(cell: Cell, nodes: int, unfolds: int = 1, way="frozen", sweeps: int = 2) -> Step:
    """The linear closed form with any recurrent sources."""
    span = torch.full((1, 1), cell.elapsed / unfolds, dtype=torch.float64)
    slope = torch.zeros(1, len(cell.network.capacitance), dtype=torch.float64)

    def step(v: Tensor, before: Tensor, after: Tensor) -> Tensor:
        nonlocal slope
        for k in range(unfolds):
            line = [before + share / unfolds * (after - before) for share in (k, k + 1)]
            if way == "frozen":
                v = sources.frozen(v, span, *line, cell.network, nodes)
            elif way == "extrapolated":
                v, slope = sources.extrapolated(v, span, *line, cell.network, slope, nodes)
            else:
                v = sources.iterated(v, span, *line, cell.network, nodes, sweeps)
        return v

    return step


def values_alone(cell: Cell, nodes: int) -> Step:
    """What the closed form is without slopes: one polynomial in y through v∞ at the nodes.

    Integrated against the exponential by Gauss–Legendre on 1 − exp(−(Y − y)), exact to rounding.
    """
    network = cell.network
    w, mu, s, e = network.sensory
    points, weights = (torch.from_numpy(part) for part in np.polynomial.legendre.leggauss(60))

    def step(v: Tensor, before: Tensor, after: Tensor) -> Tensor:
        shares = torch.linspace(0, 1, nodes, dtype=torch.float64)[:, None, None]
        z = s * (before[..., None] + shares * (after - before)[..., None] - mu)
        opening = w * torch.sigmoid(z)
        target = (network.leak[1] + (e * opening).sum(1)) / (network.leak[0] + opening.sum(1))
        passed = network.leak[0] + (w * mean_sigmoid(z[:-1], z[1:])).sum(1)
        clock = cell.elapsed / (nodes - 1) / network.capacitance * passed
        y = torch.cat([torch.zeros_like(clock[:1]), clock.cumsum(0)])
        gone = -torch.expm1(-y[-1])
        new = torch.exp(-y[-1]) * v[0]
        for point, weight in zip(0.5 * (1 + points), 0.5 * weights, strict=True):
            at, value = y[-1] + torch.log1p(-point * gone), torch.zeros_like(gone)
            for k in range(nodes):
                others = [j for j in range(nodes) if j != k]
                basis = torch.stack([(at - y[j]) / (y[k] - y[j]) for j in others]).prod(0)
                value = value + target[k] * basis
            new = new + weight * gone * value
        return new[None]

    return step


def errors_of(cells: list[Cell], exact: list[Tensor], make: Callable[[Cell], Step]) -> Tensor:
    """Largest error of every neuron of every cell."""
    errors = [(run(c, make(c)) - t).abs().amax(0) for c, t in zip(cells, exact, strict=True)]
    return torch.cat(errors)


def in_dtype(network: Network, dtype: torch.dtype) -> Network:
    kinds = (Synapses(*(part.to(dtype) for part in kind)) for kind in network[3:])
    return Network(*(part.to(dtype) for part in network[:3]), *kinds)


def truth_checks(setting: Setting, tell: Tell) -> Iterator[Check]:
    """The gate: in small steps the closed form goes where the solver of the truth goes."""
    tell("Checking the truth: closed form in sub-steps")
    for recurrent, limit in ((False, 1e-8), (True, 1e-3)):
        cell = draw(0, 4, 6, recurrent=recurrent)
        way = "iterated" if recurrent else "frozen"
        errors = errors_of([cell], [truth(cell)], lambda c, way=way: closed_form(c, 5, 8, way, 3))
        name = f"cell, {'with' if recurrent else 'without'} recurrence"
        yield Check(name, "closed form", 1, limit, {"potential": float(errors.max())})


def seeds(setting: Setting, count: int) -> range:
    """Of how many cells."""
    return range(1 if setting.quick else count)
