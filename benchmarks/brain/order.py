"""Steps at equal error: frozen sources at 0.1 ms against ab2."""

from collections.abc import Iterator, Sequence

import numpy as np
from _networks import simulated, step_checks, weak

from liquidtime.bench.contract import Case, Group
from liquidtime.bench.setting import Setting, Tell
from liquidtime.bench.table import BenchTable, plain_table
from liquidtime.brain import Experiment, Record, Sine, current
from liquidtime.brain.generate import random

_DTS = (0.05, 0.1, 0.125, 0.2, 0.25, 0.5, 1.0)
_SHOWN = (("frozen", 0.1), ("ab2", 0.1), ("ab2", 0.5), ("ab2", 1.0))


def _measure(setting: Setting, tell: Tell) -> Iterator[Group]:
    neurons, in_degree = (50, 10) if setting.quick else (1000, 100)
    connectome, parameters = random(neurons, in_degree, seed=3), weak(in_degree)
    start = np.random.default_rng(4).uniform(-70, -20, neurons)
    long = 10.0 if setting.quick else 100.0
    cases = {
        "start-up transient, 10 ms": ((), 10.0),
        f"20 ms sine into every 4th neuron, {long:g} ms": (
            current(np.arange(0, neurons, 4), Sine(60.0, 20.0)),
            long,
        ),
    }
    for name, (stimulus, duration) in cases.items():
        tell(f"Measuring errors: {name}")

        def potentials(scheme, dt, stimulus=stimulus, duration=duration):
            experiment = Experiment(
                stimulus,
                duration=duration,
                dt=dt,
                scheme=scheme,
                initial=start,
                record=Record(every=round(1 / dt)),
            )
            return simulated(connectome, parameters, experiment, exact=True)["potential"].values

        truth = potentials("rk4", 0.01)
        errors = {
            scheme: {str(dt): float(np.abs(potentials(scheme, dt) - truth).max()) for dt in _DTS}
            for scheme in ("frozen", "ab2", "midpoint")
        }
        wanted = np.log(errors["frozen"]["0.1"])
        equal = float(np.exp(np.interp(wanted, np.log([*errors["ab2"].values()]), np.log(_DTS))))
        yield {"case": name, "errors": errors, "equal_dt": equal, "fewer": equal / 0.1}


def _tables(groups: Sequence[Group]) -> list[BenchTable]:
    return plain_table(
        "Steps at equal error",
        ["case", "frozen 0.1 ms", "ab2 0.1 ms", "0.5 ms", "1 ms", "ab2's dt at equal error"],
        [
            [
                g["case"],
                *(f"{g['errors'][scheme][str(dt)]:.2g} mV" for scheme, dt in _SHOWN),
                f"{g['equal_dt']:.2f} ms",
            ]
            for g in groups
        ],
    )


CASE = Case(
    name="order",
    checks=lambda setting, tell: step_checks(setting, "order"),
    measure=_measure,
    tables=_tables,
)
