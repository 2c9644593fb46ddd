"""Timing in turns: everybody in every round, in random order, each beside a reading of the peak."""

import contextlib
import gc
import random
import statistics
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple, TypeVar

from liquidtime.bench.setting import Setting

Key = TypeVar("Key")
Result = TypeVar("Result")

_LEAST_CALLS = 2
_MOST_CALLS = 50


class Turn(NamedTuple):
    """One contender in one round: some calls in a row."""

    minimum: float
    """Seconds of the fastest call."""
    median: float
    peak: float | None
    """What the machine could do just then: the mean of a reading before and one after."""
    calls: int


def interleave(
    contenders: Mapping[Key, Callable[[], object]],
    *,
    repeats: int,
    burst_seconds: float,
    seed: int,
    peak: Callable[[Key], float] | None = None,
    clock: Callable[[], float] = time.perf_counter,
    tell: Callable[[Key], None] | None = None,
) -> dict[Key, list[Turn]]:
    """Time several calls in rounds.

    In each round everybody has a turn, in an order drawn anew, so that a slow spell of the machine
    meets all alike. Before the first round each is called twice, untimed by the result.

    Args:
        contenders: What is called.
        repeats: Rounds.
        burst_seconds: About how long a turn takes; it has from 2 to 50 calls.
        seed: Of the orders.
        peak: Reads the machine's peak, in whatever unit, before and after each turn.
        clock: Seconds from any start.
        tell: Is told whose turn it is.

    Returns:
        The turns of each contender, round by round.
    """
    counts = {key: _calls(call, burst_seconds, clock) for key, call in contenders.items()}
    turns = in_turns(
        list(contenders),
        repeats,
        lambda key: _burst(contenders[key], counts[key], clock),
        seed=seed,
        peak=peak,
        tell=tell,
    )
    return {
        key: [Turn(min(s), statistics.median(s), between, len(s)) for s, between in taken]
        for key, taken in turns.items()
    }


def fastest(contenders: Mapping[Key, Callable[[], object]], setting: Setting) -> dict[Key, float]:
    """Seconds of the fastest call of each, timed in rounds as the setting says."""
    turns = interleave(
        contenders,
        repeats=setting.repeats,
        burst_seconds=setting.burst_seconds,
        seed=setting.seed,
    )
    return {key: min(turn.minimum for turn in taken) for key, taken in turns.items()}


def in_turns(
    keys: Sequence[Key],
    rounds: int,
    take: Callable[[Key], Result],
    *,
    seed: int,
    peak: Callable[[Key], float] | None,
    tell: Callable[[Key], object] | None,
) -> dict[Key, list[tuple[Result, float | None]]]:
    """Give everybody a turn a round, in an order drawn anew.

    Args:
        keys: Who takes turns.
        rounds: How many each.
        take: Takes a turn.
        seed: Of the orders.
        peak: Reads the machine's peak before and after each turn.
        tell: Is told whose turn it is.

    Returns:
        What each turn gave, and the mean of the two readings around it.
    """
    found: dict[Key, list[tuple[Result, float | None]]] = {key: [] for key in keys}
    order, draw = list(keys), random.Random(seed)
    for _ in range(rounds):
        draw.shuffle(order)
        for key in order:
            if tell is not None:
                tell(key)
            before = None if peak is None else peak(key)
            result = take(key)
            after = None if peak is None else peak(key)
            between = None if before is None or after is None else (before + after) / 2
            found[key].append((result, between))
    return found


@contextlib.contextmanager
def without_garbage_collection() -> Iterator[None]:
    """Keep the collector of reference cycles from running, as it was before afterwards."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _burst(call: Callable[[], object], count: int, clock: Callable[[], float]) -> list[float]:
    seconds = []
    with without_garbage_collection():
        for _ in range(count):
            began = clock()
            call()
            seconds.append(clock() - began)
    return seconds


def _calls(call: Callable[[], object], burst_seconds: float, clock: Callable[[], float]) -> int:
    call()
    began = clock()
    call()
    passed = max(clock() - began, 1e-9)
    return min(max(round(burst_seconds / passed), _LEAST_CALLS), _MOST_CALLS)
