"""Random neurons in the published initial ranges, and the truth about them by DOP853."""

from typing import NamedTuple

import numpy as np
import torch
from scipy.integrate import solve_ivp

from liquidtime.dynamics import Synapses


class Neurons(NamedTuple):
    synapses: Synapses  # [P, N]
    capacitance: torch.Tensor
    leak_conductance: torch.Tensor
    leak_potential: torch.Tensor

    @property
    def leak(self):
        return self.leak_conductance, self.leak_conductance * self.leak_potential

    def to(self, dtype):
        return Neurons(
            Synapses(*(p.to(dtype) for p in self.synapses)), *(p.to(dtype) for p in self[1:])
        )


def uniform(generator, low, high, *shape):
    return low + (high - low) * torch.rand(*shape, generator=generator, dtype=torch.float64)


def draw_synapses(generator, sources, neurons, strength=1.0):
    return Synapses(
        strength * uniform(generator, 0.001, 1, sources, neurons),
        uniform(generator, 0.3, 0.8, sources, neurons),
        uniform(generator, 3, 8, sources, neurons),
        torch.sign(uniform(generator, -1, 1, sources, neurons)),
    )


def draw(seed, sources, neurons, strength=1.0):
    generator = torch.Generator().manual_seed(seed)
    return Neurons(
        draw_synapses(generator, sources, neurons, strength),
        uniform(generator, 0.4, 0.6, neurons),
        uniform(generator, 0.001, 1, neurons),
        uniform(generator, -0.2, 0.2, neurons),
    )


def walk(seed, steps, sources, step=0.15):
    """[steps + 1, P], a random walk from the middle of the sigmoids."""
    generator = torch.Generator().manual_seed(seed)
    moves = torch.randn(steps, sources, generator=generator, dtype=torch.float64)
    return 0.5 + torch.cat([torch.zeros(1, sources), step * moves]).cumsum(0)


def truth(neurons, v, elapsed, before, after, recurrent=None, rtol=1e-12):
    """Potentials [1, N] after `elapsed`; inputs [1, P] on a line, recurrent synapses if any."""
    kinds = [[p.numpy() for p in kind] for kind in (neurons.synapses, recurrent) if kind]
    capacitance, leak, potential = (p.numpy() for p in neurons[1:])
    start, moved = before[0].numpy(), (after - before)[0].numpy()

    def slope(t, y):
        total = leak * (potential - y)
        for (w, mu, s, e), at in zip(kinds, (start + t * moved, y), strict=False):
            opening = 0.5 + 0.5 * np.tanh(0.5 * s * (at[:, None] - mu))
            total = total + (w * opening * (e - y)).sum(0)
        return elapsed * total / capacitance

    end = solve_ivp(slope, (0, 1), v[0].numpy(), method="DOP853", rtol=rtol, atol=rtol * 1e-2)
    return torch.from_numpy(end.y[:, -1])[None]


def fitted_order(counts, errors):
    return -np.polyfit(np.log(counts), np.log(errors), 1)[0]
