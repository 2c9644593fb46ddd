"""The truth for linear input, against SciPy and against itself where the input stands still."""

import numpy as np
import torch
from scipy.integrate import solve_ivp

from liquidtime.dynamics import Synapses, dopri5, dopri5_linear, synaptic_drive


def network():
    generator = torch.Generator().manual_seed(3)

    def uniform(low, high, *shape):
        return low + (high - low) * torch.rand(*shape, generator=generator, dtype=torch.float64)

    def kind(sources):
        return Synapses(
            uniform(0.1, 1, sources, 4),
            uniform(0.3, 0.8, sources, 4),
            uniform(3, 8, sources, 4),
            uniform(-1, 1, sources, 4),
        )

    sensory, recurrent, leak = kind(3), kind(4), uniform(0.1, 1, 4)

    def drive(v):
        conductance, current = synaptic_drive(v, recurrent)
        return conductance + leak, current + 0.1 * leak

    return sensory, drive, uniform(0.4, 0.6, 4), uniform(-1, 1, 2, 4), uniform(-1, 2, 2, 2, 3)


def test_it_agrees_with_scipy():
    sensory, drive, capacitance, v, (before, after) = network()
    elapsed = torch.tensor([[0.4], [3.0]], dtype=torch.float64)
    new = dopri5_linear.step(v, elapsed, before, after, sensory, drive, capacitance)
    for k, total in enumerate(elapsed[:, 0].tolist()):

        def slope(t, at, k=k, total=total):
            at = torch.from_numpy(at).unsqueeze(0)
            u = before[k : k + 1] + t / total * (after - before)[k : k + 1]
            pairs = zip(synaptic_drive(u, sensory), drive(at), strict=True)
            conductance, current = (one + two for one, two in pairs)
            return ((current - conductance * at) / capacitance)[0].numpy()

        exact = solve_ivp(slope, (0, total), v[k].numpy(), method="DOP853", rtol=1e-11, atol=1e-13)
        np.testing.assert_allclose(new[k].numpy(), exact.y[:, -1], atol=2e-9)


def test_an_input_that_stands_still_is_the_other_input_model():
    sensory, drive, capacitance, v, (before, _) = network()
    elapsed = torch.tensor([[0.4], [3.0]], dtype=torch.float64)
    conductance_in, current_in = synaptic_drive(before, sensory)

    def whole(at):
        conductance, current = drive(at)
        return conductance + conductance_in, current + current_in

    new = dopri5_linear.step(v, elapsed, before, before, sensory, drive, capacitance)
    torch.testing.assert_close(new, dopri5.step(v, elapsed, whole, capacitance), atol=1e-10, rtol=0)
