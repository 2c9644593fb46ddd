"""Strong synapses and long steps. The truth is the form itself in 200 sub-steps of 5 nodes."""

from collections.abc import Callable, Iterator, Sequence

from _forms import (
    SYNAPSES,
    Cell,
    Step,
    closed_form,
    draw,
    drive_integrator,
    errors_of,
    run,
    seeds,
    truth_checks,
    values_alone,
)

from liquidtime.bench.contract import Case, Group
from liquidtime.bench.setting import Setting, Tell
from liquidtime.bench.table import BenchTable, plain_table

_FORMS: dict[str, Callable[[Cell], Step]] = {
    "fused Euler, 6 unfolds": lambda c: drive_integrator(c, "fused", 6, line=False),
    "values alone, 5": lambda c: values_alone(c, 5),
    "closed form, 3": lambda c: closed_form(c, 3),
    "5": lambda c: closed_form(c, 5),
}


def _measure(setting: Setting, tell: Tell) -> Iterator[Group]:
    for strength, elapsed in ((1, 1), (1, 1e3), (1e3, 1), (1e3, 1e3)):
        tell(f"Measuring errors: weights × {strength:g}, elapsed {elapsed:g}")
        cells = [
            draw(seed, SYNAPSES, 20, recurrent=False, strength=strength, elapsed=elapsed)
            for seed in seeds(setting, 3)
        ]
        exact = [run(cell, closed_form(cell, 5, 200)) for cell in cells]
        errors = {name: errors_of(cells, exact, make) for name, make in _FORMS.items()}
        yield {
            "strength": strength,
            "elapsed": elapsed,
            "errors": {name: [float(e.median()), float(e.max())] for name, e in errors.items()},
        }


def _tables(groups: Sequence[Group]) -> list[BenchTable]:
    return plain_table(
        "Strong synapses and long steps: median and worst error",
        ["weights ×", "elapsed", *_FORMS],
        [
            [
                f"{g['strength']:g}",
                f"{g['elapsed']:g}",
                *(f"{middle:.1e}, {worst:.1e}" for middle, worst in g["errors"].values()),
            ]
            for g in groups
        ],
    )


CASE = Case(name="stiff", checks=truth_checks, measure=_measure, tables=_tables)
