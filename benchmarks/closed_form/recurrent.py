"""12 neurons, all to all, and 4 inputs."""

from collections.abc import Callable, Iterator, Sequence

from _forms import (
    Cell,
    Step,
    closed_form,
    draw,
    drive_integrator,
    errors_of,
    seeds,
    truth,
    truth_checks,
)

from liquidtime.bench.contract import Case, Group
from liquidtime.bench.setting import Setting, Tell
from liquidtime.bench.table import BenchTable, plain_table
from liquidtime.dynamics import sources

_UNFOLDS = (1, 2, 4, 8, 16)


def _forms() -> Iterator[tuple[str, int, Callable[[Cell, int], Step]]]:
    """(name, evaluations in a sub-step, form of so many sub-steps)."""
    yield (
        "fused Euler, input in stairs",
        192,
        lambda c, k: drive_integrator(c, "fused", k, line=True),
    )
    for way in ("frozen", "extrapolated"):
        cost = sources.evaluations(way, 48, 144)
        yield way, cost, lambda c, k, way=way: closed_form(c, 3, k, way)
    for sweeps in (1, 2, 3):
        cost = sources.evaluations("iterated", 48, 144, sweeps=sweeps)
        name = f"iterated, {sweeps} sweep{'s' * (sweeps > 1)}"
        yield name, cost, lambda c, k, s=sweeps: closed_form(c, 3, k, "iterated", s)


def _measure(setting: Setting, tell: Tell) -> Iterator[Group]:
    cells = [draw(seed, 4, 12, recurrent=True) for seed in seeds(setting, 10)]
    exact = [truth(cell) for cell in cells]
    for name, cost, make in _forms():
        tell(f"Measuring errors: {name}")
        medians = [
            float(errors_of(cells, exact, lambda c, k=k, make=make: make(c, k)).median())
            for k in _UNFOLDS
        ]
        yield {"form": name, "evaluations": cost, "medians": medians}


def _tables(groups: Sequence[Group]) -> list[BenchTable]:
    return plain_table(
        "Errors with recurrence",
        ["sub-steps:", "evaluations in each", *map(str, _UNFOLDS)],
        [[g["form"], g["evaluations"], *(f"{m:.1e}" for m in g["medians"])] for g in groups],
    )


CASE = Case(name="recurrent", checks=truth_checks, measure=_measure, tables=_tables)
