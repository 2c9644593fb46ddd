"""No recurrence: the error that the form itself makes."""

from collections.abc import Callable, Iterator, Sequence

from _forms import (
    SYNAPSES,
    Cell,
    Step,
    closed_form,
    draw,
    drive_integrator,
    errors_of,
    seeds,
    truth,
    truth_checks,
    values_alone,
)

from liquidtime.bench.contract import Case, Group
from liquidtime.bench.setting import Setting, Tell
from liquidtime.bench.table import BenchTable, plain_table


def _forms() -> Iterator[tuple[str, int, Callable[[Cell], Step]]]:
    """(name, evaluations a synapse and step, form)."""
    for text, name, unfolds, line in (
        ("fused Euler, 6 unfolds, input still", "fused", 6, False),
        ("exponential, input still", "exponential", 1, False),
        ("fused Euler, 6 unfolds, input in stairs", "fused", 6, True),
        ("exponential, 6 unfolds, input in stairs", "exponential", 6, True),
    ):
        cost = unfolds if line else 1
        yield text, cost, lambda c, n=name, k=unfolds, s=line: drive_integrator(c, n, k, line=s)
    for n in (2, 3, 5):
        yield f"values alone, {n} nodes", n + 3 * (n - 1), lambda c, n=n: values_alone(c, n)
    for n in (2, 3, 5, 9):
        yield f"**closed form, {n} nodes**", n + 3 * (n - 1), lambda c, n=n: closed_form(c, n)


def _measure(setting: Setting, tell: Tell) -> Iterator[Group]:
    cells = [draw(seed, SYNAPSES, 20, recurrent=False) for seed in seeds(setting, 10)]
    exact = [truth(cell) for cell in cells]
    for name, cost, make in _forms():
        tell(f"Measuring errors: {name}")
        errors = errors_of(cells, exact, make)
        yield {
            "form": name,
            "evaluations": cost,
            "median": float(errors.median()),
            "worst": float(errors.max()),
        }


def _tables(groups: Sequence[Group]) -> list[BenchTable]:
    base = groups[0]["median"]
    return plain_table(
        "Errors for inputs that move, without recurrence",
        ["", "evaluations", "median error", "worst", "below fused Euler"],
        [
            [
                g["form"],
                g["evaluations"],
                f"{g['median']:.1e}",
                f"{g['worst']:.1e}",
                f"{base / g['median']:,.0f} ×",
            ]
            for g in groups
        ],
    )


CASE = Case(name="inputs", checks=truth_checks, measure=_measure, tables=_tables)
