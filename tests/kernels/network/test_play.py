"""What is the same for all steppers, on one that does nothing but tell what it was given."""

import dataclasses

import numpy as np
import pytest

from liquidtime.kernels.network import play as playing
from liquidtime.kernels.network.drives import Drive, together
from liquidtime.kernels.network.play import play
from liquidtime.kernels.network.readers import Tap, _nonzero

ROWS, TRIALS = 6, 2


class Teller:
    """A `Stepper` whose potential is step + row / 10, up and down; the trials stand 0.01 apart."""

    name, dt, dtype, trials, delta = "teller", 0.5, np.dtype(np.float64), TRIALS, None

    def __init__(self, neurons=None, held=None):
        self.neurons, self.held, self.step, self.calls = neurons, held, 0, []

    def values(self, variable, step):
        apart = np.arange(ROWS)[:, None] / 10 + np.arange(TRIALS) / 100
        return {
            "potential": (-1.0) ** step * (step + apart),
            "activation": np.sin(step + apart),
            "conductance": 1 + apart * step,
            "drive": 3 - apart * step,
        }[variable]

    def potentials(self):
        return self.values("potential", self.step)

    def advance(self, steps, outside, traces):
        self.calls.append((steps, outside))
        for trace in traces:
            every = range(self.step + 1, self.step + steps + 1)
            chosen = [step for step in every if step % trace.every == 0]
            assert trace.out.shape == (len(chosen), len(trace.neurons), TRIALS)
            for sample, step in enumerate(chosen):
                trace.out[sample] = self.values(trace.variable, step)[trace.neurons]
        self.step += steps


def constant(kind, neurons, value, steps=4, points=1, **more):
    values = np.full((points, steps, len(neurons), 1), float(value))
    return Drive(kind, np.array(neurons, np.int32), values, **more)


def dense(given, point=0, step=0, rest=0.0):
    full = np.full((ROWS, TRIALS), rest)
    full[given.neurons] = given.values[point, step]
    return full


def test_drives_of_a_kind_are_added_and_a_neuron_named_twice_gets_it_twice():
    outside = together(
        [
            constant("current", [4, 1], 2.0),
            constant("current", [1, 3, 3], 5.0),
            constant("conductance", [0, 2], 3.0, reversal_potential=-70.0),
            constant("conductance", [2], 1.0, reversal_potential=10.0),
        ],
        4,
        None,
        TRIALS,
        "float64",
    )
    assert (dense(outside.current)[:, 0] == [0, 7, 0, 10, 2, 0]).all()
    assert (dense(outside.conductance)[:, 1] == [3, 0, 4, 0, 0, 0]).all()
    assert (dense(outside.drive)[:, 0] == [-210, 0, -200, 0, 0, 0]).all()
    assert outside.clamp is None and together([], 4, None, TRIALS, "float64").current is None


def test_the_last_clamp_rules_and_all_rule_over_what_is_held_for_good():
    held = np.full((ROWS, TRIALS), np.nan)
    held[2], held[5, 1] = -10.0, -11.0
    clamps = [constant("clamp", [2, 3], -20.0, points=2), constant("clamp", [3], -30.0, points=2)]
    clamps[1].values[:, 2:] = np.nan
    clamp = together(clamps, 4, held, TRIALS, "float64").clamp
    for step, last in ((0, -30.0), (3, -20.0)):
        found = dense(clamp, 1, step, np.nan)
        np.testing.assert_array_equal(found[:, 0], [np.nan, np.nan, -20, last, np.nan, np.nan])
        assert found[5, 1] == -11.0 and np.isnan(found[5, 0])


def test_steps_are_cut_where_a_clamp_takes_or_leaves_hold():
    stepper = Teller()
    jumps = np.array([False, False, True, True, False])
    play(stepper, 5, [constant("clamp", [0], -20.0, steps=5, points=2, jumps=jumps)])
    assert [(steps, outside.jump) for steps, outside in stepper.calls] == [
        (2, False),
        (1, True),
        (2, True),
    ]


def taps(steps, every=3):
    names = ("potential", "current", "calcium", "activation")
    return [
        Tap(
            name,
            np.array([5, 0], np.int32),
            np.full((steps // every, 2, TRIALS), np.nan),
            every,
            4.0,
            np.zeros((2, TRIALS)),
        )
        for name in names
    ]


@pytest.mark.parametrize("room", [1, 500, 1 << 20])
def test_what_is_recorded_does_not_depend_on_the_room(room, monkeypatch):
    monkeypatch.setattr(playing, "_BYTES_AT_ONCE", room)
    stepper, recorded = Teller(), taps(10)
    events = play(stepper, 10, [], recorded, 2.05)
    potential, current, calcium, activation = (tap.out for tap in recorded)
    told = {
        name: np.stack([stepper.values(name, step)[[5, 0]] for step in range(1, 11)])
        for name in ("potential", "conductance", "drive", "activation")
    }
    np.testing.assert_array_equal(potential, told["potential"][2::3])
    np.testing.assert_array_equal(activation, told["activation"][2::3])
    inwards = told["drive"] - told["conductance"] * told["potential"]
    np.testing.assert_array_equal(current, inwards[2::3])
    follow, smooth = 1 - np.exp(-0.5 / 4.0), np.zeros((2, TRIALS))
    for step in range(10):
        smooth = smooth + follow * (told["activation"][step] - smooth)
        if step % 3 == 2:
            np.testing.assert_allclose(calcium[step // 3], smooth, rtol=1e-12)
    np.testing.assert_allclose(recorded[2].calcium, smooth, rtol=1e-12)
    # Even steps are positive, odd ones negative; row 0 is at 2.00 and 2.01 at step 2.
    wanted = [
        (step, row, trial)
        for step in range(2, 11, 2)
        for row in range(ROWS)
        for trial in range(TRIALS)
        if step + row / 10 + trial / 100 >= 2.05
    ]
    np.testing.assert_array_equal(events, wanted)


def test_a_part_of_a_network_is_played_by_the_numbers_of_the_whole():
    mine = np.array([40, 7, 19, 3, 22, 30], np.int32)
    stepper = Teller(neurons=mine)
    (tap,) = (dataclasses.replace(tap, neurons=mine[[5, 0]]) for tap in taps(3, 1)[:1])
    drive = constant("current", [19, 8, 50, 40], 2.0, steps=3)
    events = play(stepper, 3, [drive], [tap], 2.45)
    (_, outside), *_ = stepper.calls
    assert (dense(outside.current)[:, 0] == [2, 0, 2, 0, 0, 0]).all()
    np.testing.assert_array_equal(tap.out[1], stepper.values("potential", 2)[[5, 0]])
    np.testing.assert_array_equal(events, [(2, 30, 0), (2, 30, 1)])


@pytest.mark.parametrize("size", [0, 7, 8, 1000, 1003])
def test_what_is_true_is_found(size):
    flags = np.random.default_rng(size).random(size) < 0.01
    if size:
        flags[-1] = flags[0] = True
    np.testing.assert_array_equal(_nonzero(flags), np.flatnonzero(flags))
