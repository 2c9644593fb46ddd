"""What neurons add, what synapses do, and the liquid part, held to the equations."""

import numpy as np
import pytest
import torch
from made_series import make_series

from liquidtime import dynamics, explain
from liquidtime.errors import InputError
from liquidtime.explain.layer import liquid_cell
from liquidtime.models import cfc, gru, latent_ode, ltc

WIRED = {"hidden_size": 12, "wiring": "auto_ncp", "wiring_outputs": 4}
NETWORKS = {
    "cfc": cfc.Config(hidden_size=8, backbone_units=8),
    "cfc wired": cfc.Config(**WIRED),
    "cfc both ways": cfc.Config(hidden_size=8, backbone_units=8, bidirectional=True),
    "ltc wired": ltc.Config(**WIRED, unfolds=2),
    "ltc of two layers": ltc.Config(hidden_size=5, num_layers=2, unfolds=2, readout="mean"),
    "gru": gru.Config(hidden_size=8, readout="last"),
}


@pytest.mark.parametrize("per_step", [False, True])
@pytest.mark.parametrize("name", NETWORKS)
def test_neurons_add_up_to_the_score(name, per_step, mixed, explainable):
    about = explainable(mixed, NETWORKS[name], per_step=per_step)
    for step in (None, 2):
        found = explain.neurons(about, mixed[5], step=step)
        said = explain.without(about, mixed[5], variables=[], step=step).before[0]
        assert found.adds.sum() + found.rest == pytest.approx(said, abs=1e-5)
        assert found.score == pytest.approx(said, abs=1e-5)
    assert found.adds.any() and found.activity.shape[0] >= found.times.shape[0]


@pytest.mark.parametrize("name", ["cfc", "cfc wired", "ltc wired", "gru"])
def test_so_far_is_the_answer_had_the_series_ended(name, mixed, explainable):
    about = explainable(mixed, NETWORKS[name])
    found = explain.neurons(about, mixed[5])
    for step in range(len(mixed[5].times)):
        cut = explain.neurons(about, mixed[5], step=step)
        assert found.so_far[step] == pytest.approx(cut.adds, abs=1e-5)


def test_of_three_classes_the_score_is_over_the_mean(mixed, explainable, classes):
    about = explainable(mixed, meaning=classes("a", "b", "c"))
    logits = about.model.network.eval()(about.encode(mixed[5]).batch([0]))[0]
    found = [explain.neurons(about, mixed[5], output=name).score for name in "abc"]
    assert found == pytest.approx((logits - logits.mean()).tolist(), abs=1e-5)


def test_of_values_the_score_is_the_value(explainable, values):
    series = make_series(8, kind="values")
    about = explainable(series, meaning=values("y"))
    found = explain.neurons(about, series[1])
    assert found.score == pytest.approx(explain.attribute(about, series[1]).value, abs=1e-4)


@pytest.mark.parametrize("name", ["cfc wired", "ltc wired"])
def test_the_influence_of_a_synapse_is_a_difference(name, mixed, explainable):
    """A synapse a little stronger, in all that it does, and a little weaker."""
    about = explainable(mixed, NETWORKS[name])
    found = explain.neurons(about, mixed[5]).synapses
    cell = liquid_cell(about)
    assert (found.internal[found.circuit.adjacency == 0] == 0).all() or name == "cfc wired"
    assert (found.sensory[found.circuit.sensory_adjacency == 0] == 0).all()
    source, target = np.argwhere(found.circuit.adjacency)[-1]
    if name == "ltc wired":
        part = cell.recurrent
        at = int(((part.source == source) & (part.target == target)).nonzero()[0])

    def said(factor):
        with torch.no_grad():
            if name == "ltc wired":
                before = part.raw_conductance[at].clone()
                strength = torch.nn.functional.softplus(before) * factor
                part.raw_conductance[at] = torch.log(torch.expm1(strength))
                value = explain.attribute(about, mixed[5], method="occlusion").value
                part.raw_conductance[at] = before
                return value
            (group, column, row) = place(cell, found.circuit, source, target)
            weight = group.heads.weight
            count = weight.shape[0] // 4
            rows = [row + head * count for head in range(4)]
            before = weight[rows, column].clone()
            weight[rows, column] = before * factor
            value = explain.attribute(about, mixed[5], method="occlusion").value
            weight[rows, column] = before
            return value

    difference = (said(1.05) - said(0.95)) / 0.1
    assert found.internal[source, target] == pytest.approx(difference, rel=0.05, abs=2e-5)


def place(cell, circuit, source, target):
    """The group that a synapse leads into, and its column and row there."""
    order = [*range(circuit.input_size)]
    for number, layer in enumerate(circuit.layers):
        sources = cell.get_buffer(f"sources_{number}").tolist()
        columns = [*(order[k] for k in sources), *(circuit.input_size + n for n in layer)]
        if target in layer:
            column = columns.index(circuit.input_size + source)
            return cell.groups[number], column, layer.index(target)
        order += [circuit.input_size + n for n in layer]
    raise AssertionError


def test_what_has_no_synapses_has_no_influence(mixed, explainable):
    for name in ("cfc", "cfc both ways", "gru", "ltc of two layers"):
        assert explain.neurons(explainable(mixed, NETWORKS[name]), mixed[5]).synapses is None


def test_currents_are_those_of_the_equation(mixed, explainable):
    about = explainable(mixed, NETWORKS["ltc wired"])
    found = explain.membranes(about, mixed[5])
    cell = liquid_cell(about)
    weights = cell.weights()
    inputs = about.encode(mixed[5]).inputs
    v = torch.tensor(found.potentials, dtype=torch.float32)

    def drive(v):
        parts = [
            dynamics.synaptic_drive(*pair)
            for pair in ((weights.map_input(inputs), weights.sensory), (v, weights.recurrent))
        ]
        leak = weights.leak_conductance
        return (
            parts[0][0] + parts[1][0] + leak,
            parts[0][1] + parts[1][1] + leak * weights.leak_potential,
        )

    from liquidtime.dynamics.neuron import slope, time_constant

    with torch.no_grad():
        wanted = slope(v, drive, weights.membrane_capacitance) * weights.membrane_capacitance
        constants = time_constant(v, drive, weights.membrane_capacitance)
    total = found.sensory.sum(1) + found.internal.sum(1) + found.leak
    assert total == pytest.approx(wanted.numpy(), abs=1e-4)
    unit = about.preprocessor.time_scale
    assert found.time_constants == pytest.approx(constants.numpy() * unit, rel=1e-5)
    assert np.ptp(found.time_constants, axis=0).max() > 0


@pytest.mark.parametrize("variant", ["gated", "no_gate", "closed_form", "relaxation"])
@pytest.mark.parametrize("wiring", [False, True])
def test_gates_are_between_the_targets(variant, wiring, mixed, explainable):
    given = WIRED if wiring else {"hidden_size": 8, "backbone_units": 8}
    about = explainable(mixed, cfc.Config(**given, variant=variant))
    found = explain.gates(about, mixed[5])
    assert ((found.open >= 0) & (found.open <= 1)).all() and np.ptp(found.open) > 0
    trace = about.model.trace(about.encode(mixed[5]).batch([0])).hidden[0]
    assert found.activity == pytest.approx(trace.numpy(), abs=1e-5)
    if variant in ("closed_form", "relaxation"):
        assert found.open[0] == pytest.approx(0)
        gaps = np.diff(mixed[5].times.numpy(), prepend=mixed[5].times[0])
        way = 1 - np.exp(-gaps[:, None] / found.time_constants)
        assert found.open == pytest.approx(way, abs=1e-5)
    else:
        assert found.time_constants is None


def test_the_gate_is_the_one_that_steps(mixed, explainable):
    """With heads f and g apart, the state itself says how far the gate was open."""
    about = explainable(mixed, NETWORKS["cfc"])
    cell = liquid_cell(about)
    (group,) = cell.groups
    with torch.no_grad():
        group.heads.weight[:16] = 0.0
        group.heads.bias[:8], group.heads.bias[8:16] = -0.5, 0.8
    found = explain.gates(about, mixed[5])
    low, high = np.tanh(-0.5), np.tanh(0.8)
    assert found.activity == pytest.approx(low + found.open * (high - low), abs=1e-5)


def test_other_networks_are_refused(mixed, explainable):
    with pytest.raises(InputError, match="no recurrent layer with a linear read-out"):
        explain.neurons(explainable(mixed, latent_ode.Config()), mixed[5])
    with pytest.raises(InputError, match="expected a LTC of one layer"):
        explain.membranes(explainable(mixed, NETWORKS["gru"]), mixed[5])
    with pytest.raises(InputError, match="expected a CfC of one layer"):
        explain.gates(explainable(mixed, cfc.Config(hidden_size=4, mixed_memory=True)), mixed[5])
    line = ltc.Config(hidden_size=4, integrator="closed_form_linear", unfolds=1)
    with pytest.raises(InputError, match="steps along a line"):
        explain.membranes(explainable(mixed, line), mixed[5])
