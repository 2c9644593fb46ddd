"""A network of the fly's size at half a millisecond a step, sources sent on delta."""

from collections.abc import Iterator, Sequence

import numpy as np
import torch
from _networks import simulated, step_checks, weak

from liquidtime.bench.contract import Case, Group
from liquidtime.bench.setting import Setting, Tell
from liquidtime.bench.table import BenchTable, plain_table
from liquidtime.brain import Experiment, Network, Parameters, Record, Step, current
from liquidtime.brain.generate import fly_like, random

_RUNS = ((0.5, 0.0), (0.5, 1e-4), (0.5, 1e-3), (0.5, 3e-3), (0.5, 1e-2), (1.0, 1e-3))
_IN_DEGREE = 393
"""Mean synapses, counted, onto a neuron of the network like the fly's."""


def _measure(setting: Setting, tell: Tell) -> Iterator[Group]:
    torch.set_num_threads(max(setting.threads))
    if setting.quick:
        connectome, parameters, duration = random(400, 10, seed=1), weak(10), 20.0
    else:
        connectome, duration = fly_like(seed=1), 200.0
        # The mean neuron gets 20 leak conductances if all its sources are open: tau 0.5 to 10 ms.
        parameters = Parameters(unit_conductance=20.0 / _IN_DEGREE)
    count = len(connectome)
    driven = np.random.default_rng(5).choice(count, min(count // 2, 7000), replace=False)
    stimulus = current(driven, Step(40.0, 0.1 * duration, 0.6 * duration))
    seen = np.random.default_rng(6).choice(count, min(count, 5000), replace=False)
    start = Network(connectome, parameters).rest()[:, 0]

    def potentials(dt, delta):
        experiment = Experiment(
            stimulus,
            duration=duration,
            dt=dt,
            delta=delta,
            initial=start,
            record=Record(neurons=seen, every=round(1 / dt)),
        )
        found = simulated(connectome, parameters, experiment)
        return found["potential"].values, found.statistics

    tell("Simulating the truth: 0.05 ms a step")
    truth, _ = potentials(0.05, 0.0)
    for dt, delta in _RUNS:
        tell(f"Simulating: {dt} ms, delta {delta}")
        runs = [potentials(dt, delta) for _ in range(min(3, setting.repeats))]
        values, statistics = min(runs, key=lambda run: run[1]["wall_seconds"])
        yield {
            "neurons": count,
            "edges": len(connectome.synapses),
            "dt": dt,
            "delta": delta,
            "error": float(np.abs(values - truth).max()),
            "work": statistics.get("work_share", 1.0),
            "slowdown": 1 / statistics["simulated_per_wall"],
        }


def _tables(groups: Sequence[Group]) -> list[BenchTable]:
    return plain_table(
        "A network of the fly's size",
        ["dt ms", "delta", "work share", "largest error mV", "× slower than real time"],
        [
            [g["dt"], g["delta"], f"{g['work']:.3f}", f"{g['error']:.3f}", f"{g['slowdown']:.2f}"]
            for g in groups
        ],
    )


CASE = Case(
    name="fly",
    checks=lambda setting, tell: step_checks(setting, "fly"),
    measure=_measure,
    tables=_tables,
)
