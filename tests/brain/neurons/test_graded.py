"""Constants of neurons and synapses: spread, checked, put together."""

import numpy as np
import pytest

from liquidtime.brain import Connectome, Network, Parameters, SynapseParameters
from liquidtime.brain.connectome.transmitters import FLY, WORM, canonical, reversal_potentials
from liquidtime.brain.experiment.perturbation import ScaleTransmitter
from liquidtime.kernels.network.constants import Gates

PAIR = Connectome.from_edges([0, 1, 1], [1, 2, 0], neurons=3, transmitter=["ach", "gaba", "gaba"])


def constants(**changes):
    return Parameters(**changes).constants(PAIR, Gates(1))


def own(**changes):
    given = {
        "conductance": [1.0, 2.0, 4.0],
        "midpoint": [-40.0, -45.0, -50.0],
        "steepness": [0.1, 0.2, -0.3],
        "reversal_potential": [0.0, -80.0, -20.0],
    } | changes
    return SynapseParameters(**{name: np.array(value) for name, value in given.items()})


def test_one_number_serves_all_neurons_and_an_array_each():
    parameters = Parameters(leak_potential=-50.0, midpoint=np.array([-1.0, -2.0, -3.0]))
    assert parameters.of_neurons("leak_potential", 3).tolist() == [-50.0] * 3
    assert parameters.of_neurons("midpoint", 3).tolist() == [-1.0, -2.0, -3.0]
    found = parameters.of_neurons("leak_potential", 3)
    found[0] = 7.0  # a copy of one's own
    assert parameters.of_neurons("leak_potential", 3)[0] == -50.0
    assert parameters.replace(steepness=0.5).steepness == 0.5
    assert parameters.replace(steepness=0.5).leak_potential == -50.0


def test_conductances_and_potentials_of_transmitters():
    plain = Parameters()
    assert plain.unit_conductances(("gaba", "acetylcholine")).tolist() == [0.01, 0.01]
    assert plain.reversal_potentials(("gaba", "acetylcholine")).tolist() == [-70.0, 0.0]
    named = Parameters(unit_conductance={"GABAergic": 0.3}, reversal_potential={"ACh": -5.0})
    assert named.unit_conductances(("gaba", "acetylcholine")).tolist() == [0.3, 0.01]
    assert named.reversal_potentials(("gaba", "acetylcholine")).tolist() == [-70.0, -5.0]
    one = Parameters(unit_conductance=0.2, reversal_potential=-10.0)
    assert one.unit_conductances(("a", "b")).tolist() == [0.2, 0.2]
    assert one.reversal_potentials(("a", "b")).tolist() == [-10.0, -10.0]


@pytest.mark.parametrize(
    ("name", "usual"),
    [
        ("ACh", "acetylcholine"),
        (" gabaergic ", "gaba"),
        ("5-HT", "serotonin"),
        ("", "unknown"),
        (None, "unknown"),
        (float("nan"), "unknown"),
        ("Nitric Oxide", "nitric oxide"),
    ],
)
def test_transmitters_have_one_name(name, usual):
    assert canonical(name) == usual


def test_tables_of_reversal_potentials():
    assert reversal_potentials(["glutamate"], FLY).tolist() == [-70.0]
    assert reversal_potentials(["glut"], WORM).tolist() == [0.0]
    assert reversal_potentials(["nitric oxide"], {"Nitric oxide": -3}).tolist() == [-3.0]
    with pytest.raises(ValueError, match="no reversal potential is known for 'nitric oxide'"):
        reversal_potentials(["nitric oxide", "gaba"])
    with pytest.raises(ValueError, match="a reversal potential is not finite"):
        reversal_potentials(["gaba"], {"gaba": np.nan})


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"membrane_capacitance": 0.0}, "membrane_capacitance must be positive"),
        ({"leak_conductance": [1.0, -1.0, 1.0]}, "leak_conductance must be positive"),
        ({"leak_conductance": 0.0}, "leak_conductance must be positive"),
        ({"synaptic_time_constant": -1.0}, "synaptic_time_constant must not be negative"),
        ({"delay": -1.0}, "delay must not be negative"),
        ({"gap_conductance": -0.1}, "gap_conductance must not be negative"),
        ({"membrane_capacitance": np.nan}, "membrane_capacitance holds numbers that are not"),
        ({"leak_potential": np.inf}, "leak_potential holds numbers that are not finite"),
        ({"midpoint": [0.0, 0.0]}, r"midpoint has shape \[2\]; expected .* one a neuron, \[3\]"),
        ({"steepness": np.zeros((3, 1))}, r"steepness has shape \[3, 1\]"),
        ({"unit_conductance": -1.0}, "a unit_conductance is negative"),
        ({"unit_conductance": {"gaba": np.nan}}, "unit_conductance holds numbers that are not"),
        ({"unit_conductance": [1.0] * 3}, "one a class of edges"),
        ({"reversal_potential": np.nan}, "reversal_potential holds numbers that are not"),
        ({"reversal_potential": {"gaba": np.inf}}, "a reversal potential is not finite"),
    ],
)
def test_wrong_constants_are_refused(change, message):
    with pytest.raises(ValueError, match=message):
        constants(**change)


def test_a_misspelt_transmitter_is_refused():
    with pytest.raises(ValueError, match="gabba"):
        constants(unit_conductance={"gabba": 0.2})


def test_delays_are_whole_steps():
    delayed = constants(delay=np.array([0.0, 0.3, 2.0]))
    assert delayed.delay_steps(0.1).tolist() == [0, 3, 20]
    assert delayed.delay_steps(0.1).dtype == np.int32
    with pytest.raises(ValueError, match=r"a delay is 0.3 ms, which is no multiple of dt = 0.2"):
        delayed.delay_steps(0.2)
    far = constants(delay=1e5)  # rounding grows with the delay, and is no error
    assert far.delay_steps(0.1).tolist() == [1_000_000] * 3


def test_synaptic_times_that_are_all_0_are_none():
    assert constants().synaptic_time is None
    assert constants(synaptic_time_constant=[0.0, 0.0, 2.0]).synaptic_time.tolist() == [0, 0, 2]


def test_a_synapse_is_shared_between_the_outer_potentials():
    found = constants(synapses=own())
    assert found.reversal_potential.tolist() == [-80.0, 0.0]
    assert found.unit_conductance.tolist() == [1.0, 1.0]
    assert found.class_count == 2
    low, high = found.shares.low, found.shares.high
    np.testing.assert_allclose(low + high, [1, 2, 4], rtol=1e-15)
    np.testing.assert_allclose(-80 * low + 0 * high, np.array([1, 2, 4]) * [0, -80, -20])
    assert (low >= 0).all()
    assert (high >= 0).all()


@pytest.mark.parametrize("potential", [-65.0, 0.0])
def test_synapses_of_one_potential_have_one_share(potential):
    found = constants(synapses=own(reversal_potential=[potential] * 3))
    assert found.shares.low.tolist() == [1, 2, 4]
    assert found.shares.high.tolist() == [0, 0, 0]
    assert found.reversal_potential.tolist() == [potential, potential]


def test_synapses_with_wrong_constants_are_refused():
    with pytest.raises(ValueError, match=r"have shapes .*'midpoint': \(2,\)"):
        own(midpoint=[1.0, 2.0])
    with pytest.raises(ValueError, match=r"expected \[E\]"):
        SynapseParameters(*[np.array(1.0)] * 4)
    with pytest.raises(ValueError, match="a conductance is negative"):
        own(conductance=[1.0, -1.0, 1.0])
    with pytest.raises(ValueError, match="steepness holds numbers that are not finite"):
        own(steepness=[np.nan, 1.0, 1.0])
    short = SynapseParameters(*[np.ones(2)] * 4)
    with pytest.raises(ValueError, match=r"constants for 2 synapses; .* the connectome's 3 edges"):
        constants(synapses=short)
    with pytest.raises(ValueError, match="one or the other"):
        constants(synapses=own(), synaptic_time_constant=1.0)
    with pytest.raises(ValueError, match="do not know transmitters"):
        Network(
            PAIR,
            Parameters(synapses=own()),
            perturbations=[ScaleTransmitter("gaba", 0.5)],
        )
