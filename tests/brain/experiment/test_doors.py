"""What looks like an experiment or constants, and is not, is refused with what was meant."""

import numpy as np
import pytest

from liquidtime.brain import (
    Ablate,
    Connectome,
    Experiment,
    Hold,
    Parameters,
    Record,
    Silence,
    Step,
    clamp,
    current,
    simulate,
)
from liquidtime.errors import InputError

PAIR = Connectome.from_edges(["a"], ["b"], [20], transmitter=["gaba"])


def test_a_record_in_one_word_is_recorded():
    found = simulate(PAIR, None, Experiment("a=step 30", 10.0, record="calcium"))
    assert list(found.series) == ["calcium"]
    found = simulate(PAIR, None, Experiment("a=step 30", 10.0, record=Record("activation")))
    assert list(found.series) == ["activation"]


@pytest.mark.parametrize(
    "experiment",
    [
        Experiment(current(["a", "a"], Step(10.0))),
        Experiment(current(np.array(["a", "b", "a"]), Step(10.0))),
        Experiment(clamp([0, 0], Step(-20.0))),
        Experiment(record=Record(neurons=["b", "b"])),
        Experiment(trials=[Ablate(["a", "a"])]),
        Experiment(trials=[Silence(["a", "a"])]),
        Experiment(trials=[Hold(["a", "a"], -40.0)]),
    ],
)
def test_a_neuron_comes_once(experiment):
    with pytest.raises(InputError, match=r"the neuron '[ab]' comes twice"):
        experiment.resolved(PAIR)


@pytest.mark.parametrize("text", ["a,a=step 10", "a, b ,a=step 10"])
def test_a_neuron_comes_once_in_words_too(text):
    with pytest.raises(InputError, match="'a' stands there twice"):
        Experiment(text).resolved(PAIR)


def test_a_stimulus_begins_before_the_end():
    with pytest.warns(UserWarning, match="begins at 500 ms, but the simulation ends at 50 ms"):
        Experiment("a=step 20 from 500", 50.0)
    with pytest.warns(UserWarning, match="begins at 50 ms"):
        Experiment(current("a", Step(20.0, 50.0)), 50.0)
    Experiment("a=step 20 from 49.9", 50.0)


@pytest.mark.parametrize("name", ["reversal_potential", "unit_conductance"])
def test_unknown_transmitters_of_constants_are_refused(name):
    with pytest.raises(InputError, match=f"{name} names the transmitter 'gabba'.*mean gaba"):
        simulate(PAIR, Parameters(**{name: {"gabba": 1.0}}), Experiment(duration=1.0))
    simulate(PAIR, Parameters(**{name: {"GABA": 1.0, "histamine": 1.0}}), Experiment(duration=1.0))


@pytest.mark.parametrize("name", ["leak_potential", "membrane_capacitance", "delay", "steepness"])
def test_constants_of_neurons_do_not_go_by_name(name):
    with pytest.raises(InputError, match=f"{name} is given by name"):
        simulate(PAIR, Parameters(**{name: {"a": 1.0}}), Experiment(duration=1.0))


def test_a_delay_that_no_memory_holds_is_refused():
    with pytest.raises(InputError, match=r"a delay is 1e\+09 ms, 10,000,000,000 steps of 0.1 ms"):
        simulate(PAIR, Parameters(delay=1e9), Experiment(duration=1.0))


def test_potentials_that_no_membrane_bears_are_told():
    with pytest.warns(UserWarning, match=r"potential of a is .* mV at the end, beyond ±1000 mV"):
        simulate(PAIR, None, Experiment("a=step 1e30", 5.0))
    strong = Parameters(unit_conductance=0.05)
    both = Connectome.from_edges(["a"], ["b"], [20], gap_junctions=(["a"], ["b"], [1e9]))
    simulate(both, strong, Experiment(duration=5.0))
