"""What a simulation is told by stays what it was in version 0.1.0, so that its folders go on."""

import json
from pathlib import Path

import pytest

from liquidtime.brain import Experiment, Machine, OrnsteinUhlenbeck, Parameters, Trials, current
from liquidtime.brain.generate import random
from liquidtime.brain.simulation.fingerprint import fingerprint
from liquidtime.brain.simulation.where import Alone

STORED = Path(__file__).parents[2] / "stored" / "v0.1.0"
TWENTY = random(20, 4, seed=0)


def print_of(experiment):
    worker = Alone.on(Machine(), TWENTY, Parameters(), experiment)
    return fingerprint(worker.constants, worker.resolved)


def test_a_command_of_version_0_1_0_has_its_old_fingerprint():
    trials = Trials(["control", "ablate 7"], same_noise=True)
    asked = Experiment("0,1=step 50 from 2 to 8", 20.0, 0.5, trials=trials)
    stored = json.loads((STORED / "simulate-cli" / "run.json").read_text())
    assert print_of(asked) == stored["fingerprint"]


@pytest.mark.parametrize(
    "other",
    [
        {"stimuli": "0,1=step 51 from 2 to 8"},
        {"stimuli": "0,2=step 50 from 2 to 8"},
        {"trials": [None, "ablate 8"]},
        {"record": "potential of 0-18"},
        {"initial": -50.0},
    ],
)
def test_what_is_other_is_told_by_it(other):
    asked = {"stimuli": "0,1=step 50 from 2 to 8", "trials": [None, "ablate 7"]}
    assert print_of(Experiment(**asked)) != print_of(Experiment(**asked | other))


def test_the_same_noise_for_all_is_another_experiment():
    noise = current(3, OrnsteinUhlenbeck(0.0, 1.0, 5.0))
    one, other = (
        Experiment(noise, trials=Trials([None, "ablate 7"], same_noise=same))
        for same in (False, True)
    )
    assert print_of(one) != print_of(other)
