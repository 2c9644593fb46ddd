"""The case of a recurrence in batches: its table at some sizes, its figure over many."""

from collections.abc import Iterator, Sequence
from typing import Any

from matplotlib.figure import Figure

from liquidtime.bench.contenders import MODES, contenders
from liquidtime.bench.contract import Case, Group
from liquidtime.bench.gate import Check
from liquidtime.bench.layer_checks import checks
from liquidtime.bench.layer_tables import LEGEND, MODE_NAMES, entry_of, floor_seconds, long_tables
from liquidtime.bench.measure import measure
from liquidtime.bench.setting import Setting, Tell
from liquidtime.bench.sizes import AXES, LayerSizes, Recurrence, sweep_sizes, table_sizes
from liquidtime.native import native
from liquidtime.plot.scaling import Timed, time_against_size

_AXIS_NAMES = {"batch": "batch B", "steps": "steps T"}
_HIDDEN = {"cfc": "hidden units H", "ltc": "neurons N"}


def layer_case(recurrence: Recurrence) -> Case:
    """The case of a recurrence.

    Args:
        recurrence: Whose layers are timed.
    """

    def check(setting: Setting, tell: Tell) -> Iterator[Check]:
        for sizes, threads in checked(recurrence, setting).items():
            yield from checks(sizes, threads, tell)

    def time(setting: Setting, tell: Tell) -> Iterator[Group]:
        measured: dict[tuple[LayerSizes, int], dict[str, Any]] = {}
        for sizes, threads, axis in timed(recurrence, setting):
            # A size that several panels share is timed once.
            if (sizes, threads) not in measured:
                measured[sizes, threads] = measure(
                    sizes,
                    threads,
                    repeats=setting.repeats if axis is None else max(1, setting.repeats // 3),
                    burst_seconds=setting.burst_seconds,
                    seed=setting.seed,
                    tell=tell,
                )
            yield {"axis": axis, **measured[sizes, threads]}

    def notes(setting: Setting) -> list[str]:
        found = [note for sizes in checked(recurrence, setting) for note in contenders(sizes)[1]]
        if native() is None:
            found.append("Without compiled kernels the machine's peak is not known.")
        return found

    def figures(groups: Sequence[Group]) -> dict[str, Figure]:
        drawn = figure(recurrence, groups)
        return {} if drawn is None else {f"{recurrence}-time": drawn}

    return Case(
        name=recurrence,
        checks=check,
        measure=time,
        tables=long_tables,
        figures=figures,
        notes=notes,
        legend=LEGEND,
    )


def timed(recurrence: Recurrence, setting: Setting) -> list[tuple[LayerSizes, int, str | None]]:
    """(sizes, threads, what varies) of all that is timed, in order.

    The figure is measured on the first number of threads alone.
    """
    found: list[tuple[LayerSizes, int, str | None]] = [
        (sizes, threads, None)
        for sizes in table_sizes(recurrence, quick=setting.quick)
        for threads in setting.threads
    ]
    if setting.sweep or setting.quick:
        for axis, cases in sweep_sizes(recurrence, quick=setting.quick).items():
            found += [(sizes, setting.threads[0], axis) for sizes in cases]
    return found


def checked(recurrence: Recurrence, setting: Setting) -> dict[LayerSizes, list[int]]:
    """All sizes once, with the numbers of threads that they are timed with."""
    found: dict[LayerSizes, list[int]] = {}
    for sizes, threads, _ in timed(recurrence, setting):
        if threads not in found.setdefault(sizes, []):
            found[sizes].append(threads)
    return found


def figure(recurrence: Recurrence, groups: Sequence[Group]) -> Figure | None:
    """Time against each size; None where nothing was varied."""
    varied = [group for group in groups if group["axis"]]
    if not varied:
        return None
    rows = {
        MODE_NAMES[mode]: [_panel(varied, axis, mode, recurrence) for axis in AXES]
        for mode in MODES
    }
    return time_against_size(rows)


def _panel(groups: Sequence[Group], axis: str, mode: str, recurrence: str) -> Timed:
    points = [(group["case"][axis], group) for group in groups if group["axis"] == axis]
    lines = {}
    for entry in points[0][1]["entries"]:
        name = entry["contender"]
        # With gaps of one's own it is a hair from the first line.
        if entry["mode"] == mode and "elapsed" not in name:
            seconds = [min(entry_of(group, name, mode)["minima"]) for _, group in points]
            lines[name] = [size for size, _ in points], seconds
    floors = [(size, floor_seconds(group, mode)) for size, group in points]
    known = [(size, floor) for size, floor in floors if floor is not None]
    floor = ([size for size, _ in known], [second for _, second in known]) if known else None
    return Timed(_AXIS_NAMES.get(axis, _HIDDEN[recurrence]), lines, floor)
