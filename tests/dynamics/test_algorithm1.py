"""Algorithm 1 and the neuron taken as one synapse: where they agree, and where they must fail."""

import pytest
import torch

from liquidtime.dynamics import Synapses, algorithm1, published
from liquidtime.dynamics.whole_neuron import as_one_synapse


def synapses(sources=4, neurons=3, seed=0):
    generator = torch.Generator().manual_seed(seed)

    def uniform(low, high):
        shape = (sources, neurons)
        return low + (high - low) * torch.rand(*shape, generator=generator, dtype=torch.float64)

    return Synapses(uniform(0.1, 1), uniform(0.3, 0.8), uniform(3, 8), uniform(-1, 1))


def row(*numbers):
    return torch.tensor([numbers], dtype=torch.float64)


LEAK, POTENTIAL, CAPACITANCE = (
    torch.tensor(numbers, dtype=torch.float64)
    for numbers in ([0.3, 0.5, 0.9], [0.1, -0.1, 0.2], [0.5, 0.4, 0.6])
)


def run(v, elapsed, presynaptic, chosen, reading):
    return algorithm1.step(v, elapsed, presynaptic, chosen, LEAK, POTENTIAL, CAPACITANCE, reading)


@pytest.mark.parametrize("reading", ["sum", "mean"])
@pytest.mark.parametrize("time", [0.0, 0.3, 2.0])
def test_one_synapse_is_eq_2(reading, time):
    one = synapses(sources=1)._replace(conductance=CAPACITANCE.unsqueeze(0))
    u, v, elapsed = row(0.7), row(0.2, -0.4, 0.9), row(time)
    opening = torch.sigmoid(one.steepness * (u.T - one.midpoint))
    expected = published.eq2(
        v, elapsed, opening, 1 - opening, LEAK / CAPACITANCE, one.reversal_potential
    )
    torch.testing.assert_close(run(v, elapsed, u, one, reading), expected, rtol=1e-14, atol=0)
    whole = as_one_synapse(u, one, LEAK, CAPACITANCE)
    torch.testing.assert_close(whole.f, opening)
    torch.testing.assert_close(whole.f_negated, 1 - opening)
    torch.testing.assert_close(whole.a, one.reversal_potential)


def test_the_mean_does_not_grow_with_the_number_of_synapses():
    """At t = 0 rates have no part: two halves of a synapse are the synapse; the sum doubles."""
    one = synapses(sources=1)
    two = Synapses(*(part.repeat(2, 1) for part in one))
    two = two._replace(conductance=two.conductance / 2)
    v, now = row(0.2, -0.4, 0.9), row(0.0)
    u = row(0.6)
    mean = run(v, now, u, one, "mean")
    torch.testing.assert_close(run(v, now, u.repeat(1, 2), two, "mean"), mean)
    torch.testing.assert_close(run(v, now, u.repeat(1, 2), two, "sum"), 2 * mean)


def test_the_printed_sum_ends_at_the_sum_of_reversal_potentials_whatever_the_input():
    several = synapses()
    for level in (-1.0, 0.5, 2.0):
        end = run(row(0.2, -0.4, 0.9), row(1e6), row(*[level] * 4), several, "sum")
        torch.testing.assert_close(end, several.reversal_potential.sum(0, keepdim=True))


def test_no_time_does_not_return_the_state():
    v = row(0.2, -0.4, 0.9)
    for reading in ("sum", "mean"):
        moved = run(v, row(0.0), row(0.9, 0.9, 0.9, 0.9), synapses(), reading) - v
        assert moved.abs().max() > 0.1


def test_a_neuron_without_synapses_decays_exactly_to_its_leak_potential():
    lonely = synapses()
    conductance = lonely.conductance.clone()
    conductance[:, 1] = 0
    v, time = row(0.2, -0.4, 0.9), 0.8
    for reading in ("sum", "mean"):
        new = run(v, row(time), row(0.1, 0.2, 0.3, 0.4), lonely._replace(
            conductance=conductance), reading)  # fmt: skip
        decay = torch.exp(-time * LEAK[1] / CAPACITANCE[1])
        expected = POTENTIAL[1] + (v[0, 1] - POTENTIAL[1]) * decay
        torch.testing.assert_close(new[0, 1], expected)
        assert new.isfinite().all()


def test_synapses_together_have_the_conductance_and_the_pull_of_all():
    several, u = synapses(), row(0.1, 0.5, 0.9, -0.3)
    whole = as_one_synapse(u, several, LEAK, CAPACITANCE)
    opening = torch.sigmoid(several.steepness * (u.T - several.midpoint))
    conductance = (several.conductance * opening).sum(0)
    current = (several.conductance * opening * several.reversal_potential).sum(0)
    torch.testing.assert_close(whole.f[0] * CAPACITANCE, conductance)
    torch.testing.assert_close(whole.a[0] * conductance, current)
    assert (whole.f_negated >= 0).all() and (whole.f_negated <= 1).all()
    silent = several._replace(conductance=torch.zeros_like(several.conductance))
    assert all(part.isfinite().all() for part in as_one_synapse(u, silent, LEAK, CAPACITANCE))
