import dataclasses
import json
import subprocess
import sys

import numpy as np
import pytest

from liquidtime.wirings import (
    NCP,
    AutoNCP,
    Circuit,
    FullyConnected,
    Random,
    Wiring,
    from_dict,
    to_dict,
)

DRIVING = NCP(
    12, 6, 1, sensory_fanout=4, inter_fanout=4, recurrent_command_synapses=6, motor_fanin=6
)
SPECS = [
    FullyConnected(8),
    FullyConnected(8, 3, self_connections=False, seed=5),
    Random(32, sparsity_level=0.75),
    Random(7, 2),
    DRIVING,
    AutoNCP(19, 4),
    AutoNCP(64, 2, sparsity_level=0.9, seed=3),
]


def block(circuit: Circuit, source: str, target: str) -> np.ndarray:
    groups = dict(zip(circuit.layer_names, circuit.layers, strict=True))
    if source == "inputs":
        return circuit.sensory_adjacency[:, list(groups[target])]
    return circuit.adjacency[np.ix_(groups[source], groups[target])]


@pytest.mark.parametrize("spec", SPECS, ids=repr)
def test_build_is_pure_and_agrees_with_the_spec(spec):
    assert isinstance(spec, Wiring)
    circuit = spec.build(11)
    assert spec.build(11) == circuit
    assert hash(spec) == hash(dataclasses.replace(spec))
    assert (circuit.units, circuit.output_size) == (spec.units, spec.output_size)
    assert circuit.input_size == 11


@pytest.mark.parametrize("spec", SPECS, ids=repr)
def test_neurons_are_wired_alike_for_any_number_of_inputs(spec):
    assert np.array_equal(spec.build(3).adjacency, spec.build(29).adjacency)


@pytest.mark.parametrize("spec", SPECS, ids=repr)
def test_another_seed_wires_another_circuit(spec):
    other = dataclasses.replace(spec, seed=spec.seed + 1)
    assert other.build(11) != spec.build(11)


@pytest.mark.parametrize("wiring", [*SPECS, DRIVING.build(5), Random(9).build(2)], ids=repr)
def test_json_round_trip(wiring):
    twin = from_dict(json.loads(json.dumps(to_dict(wiring))))
    assert type(twin) is type(wiring)
    assert twin == wiring


def test_numpy_numbers_reach_json():
    spec = AutoNCP(np.int64(19), np.int32(4), np.float64(0.5))
    assert from_dict(json.loads(json.dumps(to_dict(spec)))) == AutoNCP(19, 4)


@pytest.mark.parametrize(
    ("mapping", "message"),
    [
        ({"kind": "Torus"}, "kind is 'Torus'"),
        ({}, "kind is None"),
        ({"kind": "AutoNCP", "units": 9}, r"lacks the entries \['output_size'\]"),
        ({"kind": "Random", "units": 9, "output_size": 9, "density": 1}, r"unknown entries \['den"),
        ({"kind": "Circuit", "units": 9}, "lacks the entries"),
    ],
)
def test_broken_mappings_are_refused(mapping, message):
    with pytest.raises(ValueError, match=message):
        from_dict(mapping)


def test_only_known_wirings_are_written():
    class Own:
        units, output_size = 3, 3

        def build(self, input_size):
            return FullyConnected(3).build(input_size)

    assert isinstance(Own(), Wiring)
    with pytest.raises(TypeError, match=r"Write wiring.build\(input_size\) instead"):
        to_dict(Own())


def test_full_has_every_synapse():
    circuit = FullyConnected(8).build(3)
    assert (circuit.synapse_count, circuit.sensory_synapse_count) == (64, 24)
    assert circuit.layers == (tuple(range(8)),)
    loopless = FullyConnected(8, self_connections=False).build(3)
    assert loopless.synapse_count == 56
    assert not loopless.adjacency.diagonal().any()


@pytest.mark.parametrize("sparsity", [0.0, 0.25, 0.5, 0.9])
def test_random_lacks_exactly_the_share_asked(sparsity):
    circuit = Random(20, sparsity_level=sparsity).build(10)
    assert circuit.synapse_count == 400 - round(400 * sparsity)
    assert circuit.sensory_synapse_count == 200 - round(200 * sparsity)


@pytest.mark.parametrize("spec", [FullyConnected(60), Random(60)])
def test_two_thirds_of_the_synapses_are_excitatory(spec):
    signs = spec.build(60).adjacency
    assert (signs > 0).sum() / (signs != 0).sum() == pytest.approx(2 / 3, abs=0.03)


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("inputs", [1, 5, 32])
def test_ncp_has_the_fans_asked(seed, inputs):
    spec = NCP(10, 6, 3, 4, 2, 20, 3, seed=seed)
    circuit = spec.build(inputs)
    sensory, to_command = block(circuit, "inputs", "inter"), block(circuit, "inter", "command")
    to_motor, recurrent = block(circuit, "command", "motor"), block(circuit, "command", "command")
    reached = (sensory != 0).sum(axis=1)
    assert (reached >= 4).all()
    assert ((to_command != 0).sum(axis=1) >= 2).all()
    assert ((to_motor != 0).sum(axis=0) >= 3).all()
    assert np.count_nonzero(recurrent) == 20
    everything = sum(map(np.count_nonzero, (to_command, to_motor, recurrent)))
    assert circuit.synapse_count == everything
    assert circuit.sensory_synapse_count == np.count_nonzero(sensory)


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("spec", [AutoNCP(40, 5, 0.9), AutoNCP(4, 1), NCP(30, 20, 2, 1, 1, 0, 1)])
@pytest.mark.parametrize("inputs", [1, 3, 50])
def test_every_neuron_of_an_ncp_hears_and_is_heard(spec, inputs, seed):
    circuit = dataclasses.replace(spec, seed=seed).build(inputs)
    for source, target in (("inputs", "inter"), ("inter", "command"), ("command", "motor")):
        present = block(circuit, source, target) != 0
        assert present.any(axis=0).all()
        assert present.any(axis=1).all()


def test_unreached_neurons_get_the_mean_fan_in():
    # 5 inputs reach at most 5 of the 30 inter neurons; the mean fan-in 5 · 1 / 30 counts as one.
    one = block(NCP(30, 2, 1, 1, 1, 0, 1).build(5), "inputs", "inter")
    assert (np.count_nonzero(one, axis=0) >= 1).all()
    # Motor neurons that all listen to the same command neuron leave others without a listener.
    circuit = NCP(4, 3, 12, 1, 1, 0, 1, seed=1).build(2)
    sent = np.count_nonzero(block(circuit, "command", "motor"), axis=1)
    assert sent.min() >= 1


def test_ncp_polarities_are_even():
    signs = NCP(60, 60, 10, 30, 30, 2000, 30).build(60).adjacency
    assert (signs > 0).sum() / (signs != 0).sum() == pytest.approx(0.5, abs=0.03)


def test_ncp_numbers_motor_then_command_then_inter():
    circuit = DRIVING.build(32)
    assert circuit.layer_names == ("inter", "command", "motor")
    assert circuit.layers == (tuple(range(7, 19)), tuple(range(1, 7)), (0,))
    assert circuit.synapse_count >= 12 * 4 + 6 + 6


def test_auto_ncp_follows_the_published_rule():
    assert AutoNCP(19, 4).ncp() == NCP(9, 6, 4, 4, 3, 6, 3)
    assert AutoNCP(64, 2, 0.9).ncp() == NCP(38, 24, 2, 3, 2, 4, 2)
    assert AutoNCP(3, 1).ncp() == NCP(1, 1, 1, 1, 1, 1, 1)
    # All pairs taken: twice the command neurons would be more than there are pairs.
    assert AutoNCP(3, 1, 0.0).ncp().recurrent_command_synapses == 1


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: AutoNCP(6, 5), r"at least output_size \+ 2 = 7 units"),
        (lambda: AutoNCP(8, 2, 1.5), "sparsity_level is 1.5; expected a share between 0 and 1"),
        (lambda: AutoNCP(8, 2, float("nan")), "sparsity_level is nan"),
        (lambda: AutoNCP(8, 0), "output_size is 0; expected at least 1"),
        (lambda: Random(4, sparsity_level=1.0), "below 1"),
        (lambda: Random(4, 5), "more than the 4 units"),
        (lambda: FullyConnected(0), "units is 0"),
        (lambda: FullyConnected(4, seed=-1), "seed is -1"),
        (lambda: NCP(4, 3, 1, 5, 1, 0, 1), "sensory_fanout is 5, more than the 4 inter neurons"),
        (lambda: NCP(4, 3, 1, 1, 4, 0, 1), "inter_fanout is 4, more than the 3 command neurons"),
        (lambda: NCP(4, 3, 1, 1, 1, 10, 1), "more than the 9 pairs of command neurons"),
        (lambda: NCP(4, 3, 1, 1, 1, 0, 4), "motor_fanin is 4, more than the 3 command neurons"),
        (lambda: AutoNCP(8, 2).build(0), "input_size is 0"),
    ],
)
def test_impossible_specs_are_refused(make, message):
    with pytest.raises(ValueError, match=message):
        make()


def test_the_tightest_auto_ncp_that_the_message_promises_can_be_built():
    assert AutoNCP(7, 5).build(3).units == 7
    assert AutoNCP(7, 5, 0.0).build(3).units == 7
    assert AutoNCP(7, 5, 1.0).build(3).units == 7


def test_part_of_a_neuron_is_no_number():
    with pytest.raises(TypeError, match=r"units is 4\.5; expected a whole number"):
        FullyConnected(4.5)


def test_wirings_do_without_torch():
    code = "import sys, liquidtime.wirings; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
