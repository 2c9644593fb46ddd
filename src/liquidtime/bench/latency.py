"""How long each single step of a stream takes: all of them are kept, for the slow ones count."""

import itertools
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from liquidtime.bench.timing import in_turns, without_garbage_collection


class Steps(NamedTuple):
    """A function to call again and again."""

    function: Callable[..., object]
    arguments: Sequence[tuple[Any, ...]]
    """Of one call each, used in turn."""


class Burst(NamedTuple):
    """The calls of one contender in one round."""

    nanoseconds: NDArray[np.int64]
    """Of each call."""
    peak: float | None
    """As in `timing.Turn`."""


def latencies(
    contenders: Mapping[str, Steps],
    *,
    rounds: int,
    calls: int,
    burst_seconds: float,
    seed: int,
    peak: Callable[[str], float] | None = None,
    clock: Callable[[], int] = time.perf_counter_ns,
    tell: Callable[[str], None] | None = None,
) -> dict[str, list[Burst]]:
    """Time every call, in rounds as `timing.interleave` has them.

    Args:
        contenders: What is called.
        rounds: Rounds.
        calls: Calls in each, fewer where they would take longer than `burst_seconds`.
        burst_seconds: Of the slow ones.
        seed: Of the orders.
        peak: Reads the machine's peak before and after each turn.
        clock: Nanoseconds from any start.
        tell: Is told whose turn it is.
    """
    counts = {
        name: _count(steps, calls, burst_seconds, clock) for name, steps in contenders.items()
    }
    turns = in_turns(
        list(contenders),
        rounds,
        lambda name: _times(contenders[name], counts[name], clock),
        seed=seed,
        peak=peak,
        tell=tell,
    )
    return {name: [Burst(*turn) for turn in taken] for name, taken in turns.items()}


def clock_cost(clock: Callable[[], int] = time.perf_counter_ns, readings: int = 1000) -> float:
    """Nanoseconds that a timed call of nothing takes: what every latency holds besides its call."""
    return float(np.median(_times(Steps(_nothing, [()]), readings, clock)))


def _nothing() -> None:
    pass


def _count(steps: Steps, calls: int, burst_seconds: float, clock: Callable[[], int]) -> int:
    # The first calls of a function are slower than the others.
    _times(steps, 3, clock)
    passed = max(int(_times(steps, 3, clock).min()), 1)
    return min(calls, max(3, round(1e9 * burst_seconds / passed)))


def _times(steps: Steps, count: int, clock: Callable[[], int]) -> NDArray[np.int64]:
    function = steps.function
    passed = [0] * count
    rows = list(itertools.islice(itertools.cycle(steps.arguments), count))
    with without_garbage_collection():
        for number, row in enumerate(rows):
            began = clock()
            function(*row)
            passed[number] = clock() - began
    return np.array(passed, np.int64)
