"""A form of neuron from outside, with its parameters: simulated, recorded, resumed and refused.

Leaky linear units: C dv/dt = g (v_leak - v) + Σ w v_source + I, by one Euler step.
"""

import dataclasses
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pytest
from torch import Tensor

from liquidtime import kernels
from liquidtime.brain import (
    Connectome,
    Events,
    Experiment,
    Hold,
    Machine,
    Network,
    Parameters,
    Record,
    Step,
    Store,
    current,
    simulate,
)
from liquidtime.brain.figures.about import About
from liquidtime.brain.figures.comparison import compare
from liquidtime.brain.figures.panels import draw_traces
from liquidtime.brain.simulation.folder import load
from liquidtime.kernels.graph.reference import class_sums
from liquidtime.kernels.network.catalogue import FORMS
from liquidtime.kernels.network.contract import Form
from liquidtime.kernels.network.learning import LearnableNetwork
from liquidtime.kernels.network.membrane import held
from liquidtime.kernels.network.play import play
from liquidtime.kernels.network.reference import ReferenceStepper
from liquidtime.kernels.network.stepper import Task
from liquidtime.kernels.network.tensors import Tensors
from liquidtime.kernels.network.variable import POTENTIAL, Variable

WEIGHT = 0.01  # nS a synapse


class Moment(NamedTuple):
    potential: Tensor


class Linear:
    """A `Rule`."""

    def __init__(self, constants, task, sparse):
        assert not sparse
        tensors = Tensors.of_names(task.device, task.dtype)
        self.graph = tensors.graph(constants.synapses, constants.class_count)
        self.counts = tensors.of(constants.synapses.counts)
        self.capacitance = tensors.column(constants.capacitance)
        self.leak = tensors.column(constants.leak_conductance)
        self.rest = tensors.column(constants.leak_potential)
        self.gain = tensors.column(constants.extra["gain"])

    def begin(self, potentials, activations):
        return Moment(potentials)

    def emitted(self, moment):
        return moment.potential

    def forgetting(self, moment):
        return moment

    def advance(self, moment, past, external, dt):
        v = moment.potential
        above = past.arriving() - self.rest
        pull = WEIGHT * self.gain * class_sums(self.graph, self.counts, above).sum(0)
        flow = self.leak * (self.rest - v) + pull
        if external[0].current is not None:
            flow = flow + external[0].current
        after = held(v + dt * flow / self.capacitance, external[0])
        return Moment(after), {"pull": pull}


LINEAR = Form(
    name="leaky linear",
    rule=Linear,
    variables={"potential": POTENTIAL, "pull": Variable("pA", "pull of others")},
    constants=("capacitance", "leak_conductance", "leak_potential", "gain"),
    lacks={"activation": "a linear unit has no sigmoid"},
)


@pytest.fixture(autouse=True)
def linear(monkeypatch):
    """Registered while a test runs."""
    monkeypatch.setattr(FORMS, "_registered", {})
    FORMS.register(LINEAR)


@dataclass(frozen=True)
class Units:
    """Parameters of such neurons: what they have in common with graded ones, and a gain."""

    gain: float = 2.0
    edgewise: bool = False

    def resting(self, neurons):
        return np.full(neurons, -60.0)

    def constants(self, connectome, gates):
        size = len(connectome)
        common = Parameters(delay=np.resize([0.0, 0.5], size)).constants(connectome, gates)
        extra = {"gain": np.full(size, self.gain)}
        return dataclasses.replace(common, form="leaky linear", extra=extra)


CONNECTOME = Connectome.from_edges(
    *np.random.default_rng(0).integers(0, 20, (2, 80)), 3, neurons=20
)


def network(**options):
    return Network(CONNECTOME, Units(), **options)


PUSH = current([3, 4], Step(40.0, 1.0))


def run(record, *, store=None, duration=10.0, **options):
    experiment = Experiment(PUSH, duration=duration, dt=0.5, record=record, **options)
    return simulate(CONNECTOME, Units(), experiment, store=store)


def test_it_follows_its_equation():
    found = run([Record(), Record("pull")])
    v, pull = found["potential"].values[0], found["pull"].values[0]
    before = np.concatenate([np.full((1, 20), -60.0), v[:-1]])
    pushed = np.zeros((20, 20))
    pushed[2:, 3:5] = 40.0
    constants = network().constants
    slope = (constants.leak_conductance * (-60.0 - before) + pull + pushed) / constants.capacitance
    np.testing.assert_allclose(v, before + 0.5 * slope, rtol=0, atol=2e-5)
    assert np.abs(pull).max() > 0.1
    assert found["pull"].attrs == {"units": "pA", "long_name": "pull of others"}


def test_a_variable_of_its_own_is_drawn_in_its_words():
    found = run(Record("pull"))
    comparison = compare(found, "pull")
    about = About(found, "pull", comparison, comparison.conditions[0], (), "")
    chosen = about.chosen([3, 4])
    figure = draw_traces(about, chosen, found["pull"].values[:, :, chosen])
    assert "pull of others" in str([axes.get_ylabel() for axes in figure.axes])


def test_events_holds_and_trials_cost_it_nothing():
    found = run([Record(), Events(-55.0)], trials=[None, Hold(5, -20.0)])
    v = found["potential"].values
    assert (v[1, :, 5] == -20.0).all() and (v[0, :, 5] != -20.0).all()
    before = np.concatenate([np.full((2, 1, 20), -60.0), v[:, :-1]], axis=1)
    before[1, 0, 5] = -20.0
    crossed = np.argwhere((before < -55) & (v >= -55))
    assert len(crossed) > 0
    np.testing.assert_array_equal(
        found.event_table, sorted((step + 1, row, trial) for trial, step, row in crossed)
    )


def test_it_goes_on_from_a_state():
    whole, other = (network().stepper(0.5) for _ in range(2))
    whole.start(np.linspace(-70, -50, 20)[:, None])
    play(whole, 5)
    other.restore(whole.state())
    play(whole, 6), play(other, 6)
    np.testing.assert_array_equal(other.potentials(), whole.potentials())


def test_it_goes_on_from_a_store(tmp_path, monkeypatch):
    record = Record("pull", every=2)
    whole = run(record, duration=20.0)["pull"].values
    store = Store(tmp_path / "run", checkpoint_every=4.0)
    advance = ReferenceStepper.advance

    def dying(self, steps, outside, traces):
        if self.step + steps > 24:
            raise KeyboardInterrupt
        advance(self, steps, outside, traces)

    monkeypatch.setattr(ReferenceStepper, "advance", dying)
    with pytest.raises(KeyboardInterrupt):
        run(record, duration=20.0, store=store)
    monkeypatch.undo()
    FORMS.register(LINEAR)
    found = run(record, duration=20.0, store=store)
    assert 0 < found.statistics["steps"] < 40
    np.testing.assert_array_equal(found["pull"].values, whole)
    np.testing.assert_array_equal(load(store.folder)[0]["pull"].values, whole)


def test_backends_that_have_no_such_neurons_say_so():
    told = str(kernels.explain(network()))
    assert "network (leaky linear)" in told
    assert "cpu        declines: it has no leaky linear" in told
    with pytest.raises(ValueError, match="'cpu' cannot run this network: it has no leaky linear"):
        network(machine=Machine(backend="cpu")).stepper(0.5)


@pytest.mark.parametrize("variable", ["activation", "calcium"])
def test_what_it_lacks_is_refused_with_its_reason(variable):
    message = f"'{variable}' cannot be recorded: a linear unit has no sigmoid; expected one of pot"
    with pytest.raises(ValueError, match=message):
        run(Record(variable))


def test_a_constant_that_it_needs_and_has_not_is_missed():
    bare = dataclasses.replace(network().constants, extra={})
    with pytest.raises(ValueError, match="leaky linear neurons need gain, which is not there"):
        ReferenceStepper(bare, Task(0.5))


def test_no_two_forms_have_one_name():
    with pytest.raises(ValueError, match="there is a form of neuron named 'leaky linear' already"):
        FORMS.register(LINEAR)


def test_gradients_of_it_are_not_claimed():
    with pytest.raises(ValueError, match="the form is 'leaky linear'; expected 'graded'"):
        LearnableNetwork(network().constants, Task(0.5))
