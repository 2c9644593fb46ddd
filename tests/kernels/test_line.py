"""The LTC recurrence along a line: a whole irregular series against DOP853."""

import numpy as np
import pytest
import torch
from scipy.integrate import solve_ivp

from liquidtime.nn import LTC
from liquidtime.wirings import AutoNCP

D, T = 3, 6


def solved(rnn, x, elapsed):
    """[T, N]: the network's ODE with inputs that go evenly from each to the next."""
    weights = rnn.cells[0].weights()
    capacitance, leak, potential = (part.detach().numpy() for part in weights[:3])
    recurrent, sensory = (
        [part.detach().numpy() for part in kind] for kind in (weights.recurrent, weights.sensory)
    )
    inputs = weights.map_input(x).detach().numpy()
    v, before, states = np.zeros(len(leak)), inputs[0], []
    for now, gap in zip(inputs, elapsed.numpy(), strict=True):

        def slope(t, y, before=before, now=now, gap=gap):
            total = leak * (potential - y)
            for (w, mu, s, e), at in ((recurrent, y), (sensory, before + t * (now - before))):
                total = total + (w / (1 + np.exp(-s * (at[:, None] - mu))) * (e - y)).sum(0)
            return gap * total / capacitance

        v = solve_ivp(slope, (0, 1), v, method="DOP853", rtol=1e-11, atol=1e-13).y[:, -1]
        before = now
        states.append(v)
    return torch.from_numpy(np.array(states))


@pytest.mark.parametrize(
    ("sources", "unfolds", "bound"),
    [("frozen", 60, 1e-2), ("extrapolated", 60, 1e-3), ("iterated", 60, 1e-4)],
)
@torch.no_grad()
def test_a_layer_follows_its_ode(sources, unfolds, bound):
    rnn = LTC(
        D,
        wiring=AutoNCP(10, 3),
        integrator="closed_form_linear",
        unfolds=unfolds,
        sources=sources,
        output_mapping=None,
    ).double()
    torch.nn.init.uniform_(rnn.cells[0].input_map.weight, 0.5, 2.0)
    torch.nn.init.normal_(rnn.cells[0].input_map.bias)
    x, elapsed = torch.rand(T, D).double(), 0.1 + 2 * torch.rand(T).double()
    output, _ = rnn(x, elapsed=elapsed)
    exact = solved(rnn, x, elapsed)[:, : rnn.output_size]
    assert (output - exact).abs().max() < bound


@torch.no_grad()
def test_without_recurrent_synapses_no_unfold_is_needed():
    rnn = LTC(D, 5, integrator="closed_form_linear", unfolds=1, nodes=5, output_mapping=None)
    rnn = rnn.double()
    rnn.cells[0].recurrent.raw_conductance.fill_(-200.0)
    x, elapsed = torch.rand(T, D).double(), 0.1 + 2 * torch.rand(T).double()
    output, _ = rnn(x, elapsed=elapsed)
    assert (output - solved(rnn, x, elapsed)).abs().max() < 1e-4
