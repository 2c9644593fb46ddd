"""An experiment is one frozen value, said in Python or in words, and resolved once."""

import dataclasses

import numpy as np
import pandas as pd
import pytest

from liquidtime.brain import (
    Ablate,
    Condition,
    Connectome,
    Events,
    Experiment,
    Hold,
    Machine,
    OrnsteinUhlenbeck,
    Parameters,
    Record,
    ScaleTransmitter,
    Screen,
    Silence,
    Spread,
    Step,
    Trials,
    clamp,
    current,
    simulate,
    thinned,
)
from liquidtime.brain.simulation.player import Player
from liquidtime.errors import InputError

TABLE = pd.DataFrame(
    {"group": ["sensory", "inter", "inter", "motor"], "transmitter": ["ach", "ach", "gaba", "ach"]},
    index=["a", "b", "c", "d"],
)
CHAIN = Connectome.from_edges(["a", "b", "c"], ["b", "c", "d"], [20, 15, 25], neurons=TABLE)
SHORT = {"duration": 20.0, "dt": 0.5}


def potentials(experiment, **where):
    return simulate(CHAIN, Parameters(unit_conductance=0.1), experiment, **where)[
        "potential"
    ].values


def test_it_cannot_be_changed():
    start = np.full(4, -50.0)
    asked = Experiment("a=step 20", initial=start)
    with pytest.raises(dataclasses.FrozenInstanceError):
        asked.dt = 0.2
    start[0] = 7.0
    assert asked.initial[0] == -50.0
    with pytest.raises(ValueError, match="read-only"):
        asked.initial[0] = 7.0
    again = dataclasses.replace(asked, dt=0.2)
    assert again.stimuli == asked.stimuli and again.trials is asked.trials


@pytest.mark.parametrize(
    ("words", "values"),
    [
        (
            Experiment("a=step 40 from 2 to 9", **SHORT),
            Experiment(current("a", Step(40.0, 2.0, 9.0)), **SHORT),
        ),
        (
            Experiment(["group:inter=clamp -20 from 3 to 8", "a=step 40"], **SHORT),
            Experiment(
                [
                    clamp({"group": "inter"}, Step(-20.0, -np.inf), 3.0, 8.0),
                    current(["a"], Step(40.0)),
                ],
                **SHORT,
            ),
        ),
        (
            Experiment("a=noise 20 sd 10 tau 5", seed=3, trials=2, **SHORT),
            Experiment(current("a", OrnsteinUhlenbeck(20.0, 10.0, 5.0, 3)), trials=2, **SHORT),
        ),
        (
            Experiment(
                "a=step 40",
                trials=["control", "ablate b", "silence b,c", "hold d at -30", "scale gaba=0.5"],
                **SHORT,
            ),
            Experiment(
                current("a", Step(40.0)),
                trials=[
                    None,
                    Ablate("b"),
                    Silence(["b", "c"]),
                    Hold("d", -30.0),
                    ScaleTransmitter("gaba", 0.5),
                ],
                **SHORT,
            ),
        ),
        (
            Experiment("a=step 40", record="potential of group:motor,a", **SHORT),
            Experiment(current("a", Step(40.0)), record=Record(neurons=["a", "d"]), **SHORT),
        ),
    ],
)
def test_words_say_what_values_say(words, values):
    np.testing.assert_array_equal(potentials(words), potentials(values))


def test_trials_said_in_words_have_labels():
    asked = Experiment("a=step 40", trials=["control", "ablate b", "scale gaba=0"], **SHORT)
    found = simulate(CHAIN, None, asked)
    assert found.labels == ("control", "ablate b", "gaba × 0")
    assert (found["potential"].sel(trial="ablate b", neuron="b") == -60.0).all()
    named = Experiment(trials={"whole": None, "no b": [Ablate("b"), Silence("c")]}, **SHORT)
    assert named.resolved(CHAIN).labels == ("whole", "no b")
    mixed = Experiment(trials=[None, "ablate b", Ablate("c")], **SHORT)
    assert mixed.resolved(CHAIN).labels == ("control", "ablate b", "trial 2")
    assert Experiment(trials=[None, Ablate("b")], **SHORT).resolved(CHAIN).labels == ()
    repeated = Trials([None, Condition("no b", (Ablate("b"),))], repeats=2)
    resolved = Experiment(trials=repeated).resolved(CHAIN)
    assert resolved.labels == ("control", "control", "no b", "no b")
    assert resolved.noises == (0, 1, 2, 3)
    same = dataclasses.replace(repeated, same_noise=True)
    assert Experiment(trials=same).resolved(CHAIN).noises == (0, 1, 0, 1)


def test_a_screen_has_a_condition_for_each_neuron():
    asked = Experiment(trials=Screen("ablate", "group:inter"), **SHORT)
    assert asked.resolved(CHAIN).labels == ("control", "ablate b", "ablate c")
    every = Experiment(["a,b=step 40", "b=step 5"], trials=Screen("stimulate"), **SHORT)
    resolved = every.resolved(CHAIN)
    assert resolved.labels == ("control", "stimulate a", "stimulate b")
    placed = [(each.neurons.tolist(), each.trials) for each in resolved.stimuli]
    assert placed == [([0], (1,)), ([1], (2,)), ([1], (2,))]


def test_records_of_one_variable_in_words_are_numbered():
    asked = Experiment(record=["potential of a", Events(-40.0), "potential of b"])
    assert [record.name for record in asked.records] == ["potential", "potential_2"]
    assert asked.threshold == -40.0


@pytest.mark.parametrize("where", [Machine(), Spread()])
def test_names_are_looked_up_once(where, monkeypatch):
    asked = Experiment(
        [current("a", Step(40.0)), "b=step 5"],
        record=[Record(neurons="d"), "current of group:motor"],
        trials=[None, Ablate(["b"]), "silence c"],
        **SHORT,
    )
    looked_up = []
    find = Connectome.find

    def counting(self, neurons):
        looked_up.append(neurons)
        return find(self, neurons)

    monkeypatch.setattr(Connectome, "find", counting)
    asked.resolved(CHAIN)
    once = len(looked_up)
    assert once == 6  # two stimuli, two records, two perturbations
    simulate(CHAIN, None, asked, where=where)
    assert len(looked_up) == 2 * once


def test_a_player_draws_the_same_noise_for_all_conditions():
    trials = Trials([None, "ablate b"], repeats=2, same_noise=True)
    asked = Experiment("a=noise 0 sd 1 tau 5", trials=trials)
    player = Player(asked.resolved(CHAIN))
    (drive,) = player.play(0, 50)
    one, two, three, four = drive.values[0, :, 0].T
    np.testing.assert_array_equal(one, three)
    np.testing.assert_array_equal(two, four)
    assert not np.allclose(one, two)
    other = Player(asked.resolved(CHAIN))
    other.restore(player.state())
    np.testing.assert_array_equal(other.play(50, 9)[0].values, player.play(50, 9)[0].values)


def test_records_are_thinned_where_there_are_many(monkeypatch):
    from liquidtime.brain.experiment import thinning

    asked = Experiment(record=["potential", "current of a", Events(0.0)], **SHORT)
    same, notes = thinned(asked, CHAIN)
    assert [record.every for record in same.records] == [1, 1] and not notes
    every, _ = thinned(asked, CHAIN, every=2.0)
    assert [record.every for record in every.records] == [4, 4] and every.threshold == 0.0
    monkeypatch.setattr(thinning, "MOST_SAMPLES", 40)
    fewer, notes = thinned(asked, CHAIN)
    assert [record.every for record in fewer.records] == [4, 1]
    assert len(notes) == 1 and "every 2 ms" in notes[0]


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"stimuli": 7}, "stimuli are 7"),
        ({"stimuli": [7]}, "a stimulus is 7"),
        ({"stimuli": "a"}, "expected NEURONS=WAVEFORM"),
        ({"stimuli": "a=stpe 20"}, "Did you mean step"),
        ({"stimuli": "a=step 20 from 5 to 2"}, "not after its beginning"),
        ({"record": 7}, "the record is 7"),
        ({"record": [7]}, "a record is 7"),
        ({"record": "volts"}, "expected one of potential"),
        ({"trials": 0}, "there are 0 trials"),
        ({"trials": []}, "there are 0 trials"),
        ({"trials": "ablate a"}, "expected a number, or a list"),
        ({"trials": ["abalte a"]}, "expected control, or one of ablate"),
        ({"trials": ["hold a"]}, "expected NEURONS at MV"),
        ({"trials": ["scale gaba"]}, "expected TRANSMITTER=FACTOR"),
        ({"trials": [7]}, "7 is to be done"),
        ({"trials": [[Ablate("a"), 7]]}, "7 is to be done"),
        ({"initial": "sleep"}, "initial is 'sleep'"),
        ({"initial": [np.nan]}, "not finite"),
        ({"dt": -1.0}, "dt is -1.0 ms"),
        ({"duration": 0.0}, "at least one step"),
        ({"delta": np.nan}, "delta is nan"),
        ({"scheme": "euler"}, "the scheme is 'euler'"),
    ],
)
def test_what_makes_no_sense_is_refused_at_once(asked, message):
    with pytest.raises(InputError, match=message):
        Experiment(**asked)


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"stimuli": "e=step 20"}, "there is no neuron 'e'"),
        ({"stimuli": "group:intr=step 20"}, "Did you mean group:inter"),
        ({"stimuli": current("e", Step(1.0))}, "not in the table"),
        ({"stimuli": current("a", Step(1.0), trials=[3]), "trials": 2}, "numbers from 0 to 1"),
        ({"record": "potential of e"}, "there is no neuron 'e'"),
        ({"trials": ["ablate e"]}, "there is no neuron 'e'"),
        ({"trials": ["ablate a", "ablate a"]}, "asked for twice"),
        ({"trials": Screen("stimulate")}, "expected a stimulus"),
        ({"trials": 200_000_000}, "800,000,000 potentials"),
    ],
)
def test_what_does_not_fit_the_connectome_is_refused(asked, message):
    with pytest.raises(InputError, match=message):
        Experiment(**asked).resolved(CHAIN)


def test_a_transmitter_that_is_not_there_is_refused():
    with pytest.raises(InputError, match="no edge has the transmitter 'dopamine'"):
        simulate(CHAIN, None, Experiment(trials=["scale dopamine=0"]))


def test_a_screen_of_something_else_is_refused():
    with pytest.raises(InputError, match="a screen is 'tickle'"):
        Screen("tickle")
