"""Turns, minima and medians, with contenders and a clock that are made up."""

import gc
from itertools import pairwise

import numpy as np
import pytest

from liquidtime.bench.latency import Steps, latencies
from liquidtime.bench.timing import Turn, interleave


class Machine:
    """A clock that moves when somebody works, and a list of who did."""

    def __init__(self):
        self.now = 0.0
        self.done = []

    def clock(self):
        return self.now

    def worker(self, name, *seconds):
        """Takes these times in turn, then the last one for ever."""
        left = list(seconds)

        def work():
            self.done.append(name)
            self.now += left.pop(0) if len(left) > 1 else left[0]

        return work


def turns_of(done, calls):
    """Who had a turn, in order, from the single calls behind the two of each warm-up."""
    return [done[at] for at in range(0, len(done), calls)]


def test_everybody_has_one_turn_a_round_in_changing_order():
    machine = Machine()
    names = "abcd"
    workers = {name: machine.worker(name, 1.0) for name in names}
    found = interleave(workers, repeats=12, burst_seconds=3.0, seed=0, clock=machine.clock)
    assert machine.done[:8] == [*"aabbccdd"]
    turns = turns_of(machine.done[8:], 3)
    rounds = [turns[4 * n : 4 * n + 4] for n in range(12)]
    assert all(sorted(order) == [*names] for order in rounds)
    assert len({tuple(order) for order in rounds}) > 5
    assert found == {name: [Turn(1.0, 1.0, None, 3)] * 12 for name in names}


def test_the_order_follows_from_the_seed():
    orders = []
    for seed in (1, 1, 2):
        machine = Machine()
        workers = {name: machine.worker(name, 1.0) for name in "abcdef"}
        interleave(workers, repeats=5, burst_seconds=1.0, seed=seed, clock=machine.clock)
        orders.append(machine.done)
    assert orders[0] == orders[1] != orders[2]


def test_minimum_and_median_are_those_of_the_calls_of_a_turn():
    machine = Machine()
    # Two calls of warm-up, then a turn of four and one of four.
    work = machine.worker("a", 9.0, 1.0, 4.0, 2.0, 3.0, 8.0, 5.0)
    found = interleave({"a": work}, repeats=2, burst_seconds=4.0, seed=0, clock=machine.clock)
    assert found["a"] == [Turn(2.0, 3.5, None, 4), Turn(5.0, 5.0, None, 4)]


@pytest.mark.parametrize("seconds, calls", [(100.0, 2), (0.25, 4), (0.001, 50)])
def test_a_turn_has_from_2_to_50_calls(seconds, calls):
    machine = Machine()
    work = machine.worker("a", seconds)
    found = interleave({"a": work}, repeats=1, burst_seconds=1.0, seed=0, clock=machine.clock)
    assert found["a"][0].calls == calls


def test_the_peak_of_a_turn_is_read_beside_it():
    machine = Machine()
    readings = iter([10.0, 20.0, 30.0, 60.0])
    asked = []

    def peak(name):
        asked.append((name, len(machine.done)))
        return next(readings)

    found = interleave(
        {"a": machine.worker("a", 1.0)},
        repeats=2,
        burst_seconds=2.0,
        seed=0,
        peak=peak,
        clock=machine.clock,
    )
    assert [turn.peak for turn in found["a"]] == [15.0, 45.0]
    # Before and after each turn of two calls, behind the two of the warm-up.
    assert asked == [("a", 2), ("a", 4), ("a", 4), ("a", 6)]


def test_reference_cycles_are_not_collected_during_a_turn_and_are_again_afterwards():
    seen = []
    interleave({"a": lambda: seen.append(gc.isenabled())}, repeats=1, burst_seconds=1e-9, seed=0)
    assert seen[:2] == [True, True] and not any(seen[2:])
    assert gc.isenabled()


def test_every_step_of_a_stream_is_kept_and_its_arguments_come_in_turn():
    rows = []
    ticks = iter(range(10**6))
    found = latencies(
        {"a": Steps(lambda *row: rows.append(row), [(1, 2), (3, 4), (5, 6)])},
        rounds=2,
        calls=5,
        burst_seconds=1.0,
        seed=0,
        clock=lambda: 7 * next(ticks),
    )
    assert [burst.nanoseconds.tolist() for burst in found["a"]] == [[7] * 5, [7] * 5]
    assert rows[-5:] == [(1, 2), (3, 4), (5, 6), (1, 2), (3, 4)]


def test_slow_steps_are_fewer():
    ticks = iter(range(10**6))
    found = latencies(
        {"a": Steps(lambda: None, [()])},
        rounds=1,
        calls=1000,
        burst_seconds=0.01,
        seed=0,
        clock=lambda: 10**6 * next(ticks),
    )
    assert len(found["a"][0].nanoseconds) == 10
    assert np.all(found["a"][0].nanoseconds == 10**6)


def test_rounds_of_latencies_are_interleaved():
    order = []
    contenders = {
        name: Steps(lambda name=name: order.append(name), [()]) for name in ("a", "b", "c")
    }
    latencies(contenders, rounds=6, calls=4, burst_seconds=1.0, seed=3)
    timed = order[3 * 6 :]
    turns = timed[::4]
    assert len(turns) == 18
    assert all(sorted(turns[n : n + 3]) == ["a", "b", "c"] for n in range(0, 18, 3))
    assert sum(one == other for one, other in pairwise(turns)) < 6
