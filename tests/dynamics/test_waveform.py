"""A whole series at once converges to the same series step by step."""

import pytest
import torch
from neurons import draw, draw_synapses, walk

from liquidtime.dynamics import sources, waveform
from liquidtime.dynamics.sources import Network

B, T, N, M = 2, 9, 5, 3


@pytest.fixture
def series():
    neurons = draw(0, M, N)
    recurrent = draw_synapses(torch.Generator().manual_seed(1), N, N)
    net = Network(*neurons[1:], recurrent, neurons.synapses)
    inputs = torch.stack([walk(b, T, M) for b in range(B)])
    elapsed = 0.1 + torch.rand(B, T, generator=torch.Generator().manual_seed(2)).double()
    elapsed[1, 3] = 0
    return net, inputs, elapsed, torch.linspace(-0.5, 0.5, B * N).reshape(B, N).double()


def step_by_step(net, inputs, elapsed, v):
    states = []
    for t in range(T):
        line = inputs[:, t], inputs[:, t + 1]
        v = sources.iterated(v, elapsed[:, t : t + 1], *line, net, sweeps=60)
        states.append(v)
    return torch.stack(states, dim=1)


def test_it_converges_to_the_sequence(series):
    net, inputs, elapsed, v = series
    expected = step_by_step(net, inputs, elapsed, v)
    errors = [
        float((waveform.relax(v, elapsed, inputs, net, sweeps=k) - expected).abs().max())
        for k in (5, 10, 20, 40)
    ]
    assert errors[0] > errors[1] > errors[2] > errors[3]
    assert errors[1] / errors[2] > errors[0] / errors[1]  # faster than geometric
    assert errors[3] < 1e-13


def test_a_good_guess_needs_few_sweeps(series):
    net, inputs, elapsed, v = series
    expected = step_by_step(net, inputs, elapsed, v)
    again = waveform.relax(v, elapsed, inputs, net, sweeps=1, trajectory=expected)
    torch.testing.assert_close(again, expected, rtol=0, atol=1e-14)


def test_chains_are_the_loop(series):
    gain, add = torch.rand(2, B, 13, N).double()
    v = torch.randn(B, N).double()
    chained_gain, chained_add = waveform.chain(gain, add)
    at = v
    for t in range(13):
        at = gain[:, t] * at + add[:, t]
        found = chained_gain[:, t] * v + chained_add[:, t]
        torch.testing.assert_close(found, at, rtol=1e-13, atol=1e-13)


def test_it_is_differentiable(series):
    net, inputs, elapsed, v = series
    inputs.requires_grad_()
    states = waveform.relax(v, elapsed, inputs, net, sweeps=40)
    (found,) = torch.autograd.grad(states.square().sum(), inputs)
    (expected,) = torch.autograd.grad(step_by_step(net, inputs, elapsed, v).square().sum(), inputs)
    torch.testing.assert_close(found, expected, rtol=1e-9, atol=1e-12)
