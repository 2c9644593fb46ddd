"""What `simulate` and `show` print of a simulation, and the tables that they store."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from liquidtime.brain.experiment.recording import Recording
from liquidtime.brain.figures.about import described
from liquidtime.brain.figures.comparison import Comparison, to_frame
from liquidtime.brain.simulation.folder import Experiment
from liquidtime.kernels.network.catalogue import units
from liquidtime.optional import require
from liquidtime.runs.write import write_text

if TYPE_CHECKING:
    import pandas
    from rich.table import Table

COMPARISON, CONDITIONS = "comparison.csv", "conditions.csv"
_MOST_ROWS, _ROWS_A_CONDITION = 1_000_000, 100
_SHOWN_NEURONS, _SHOWN_CONDITIONS, _ACTIVE = 6, 12, 5
_CHANGED = 1.0


def summary(recording: Recording, comparison: Comparison, experiment: Experiment) -> Table:
    """What was simulated, how fast, and what came out."""
    from rich import box
    from rich.markup import escape
    from rich.table import Table

    table = Table(box=box.SIMPLE, show_header=False, pad_edge=False)
    for name, value in _facts(recording, comparison, experiment):
        table.add_row(name, escape(value))
    return table


def differences(
    recording: Recording, comparison: Comparison, experiment: Experiment
) -> Table | None:
    """Which neurons change most against the control; of a screen, which conditions matter most."""
    from rich import box
    from rich.markup import escape
    from rich.table import Table

    if len(comparison.conditions) < 2:
        return None
    units = _units(recording)
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, collapse_padding=True)
    if len(comparison.conditions) - 1 > 3:
        rows = condition_table(recording, comparison).head(_SHOWN_CONDITIONS)
        table.add_column("condition", overflow="fold")
        table.add_column(f"neurons moved\nby > {_CHANGED:g} {units}", justify="right")
        table.add_column(f"rms of all\n({units})", justify="right")
        table.add_column(f"most changed (largest difference, {units})", overflow="fold")
        for condition, changed, rms, most in rows.to_numpy().tolist():
            table.add_row(*map(escape, (condition, f"{changed:,}", _number(rms), most)))
        return table
    for name in ("condition", "neuron"):
        table.add_column(name, overflow="fold")
    for name in ("mean", "largest", "rms"):
        table.add_column(f"{name}\n({units})", justify="right", no_wrap=True)
    labels = described(recording.connectome, comparison.neurons)
    for number, condition in enumerate(comparison.conditions[1:], start=1):
        name = escape(condition)
        for place in comparison.most_changed(number)[:_SHOWN_NEURONS]:
            if np.isnan(comparison.rms[place, number]):
                continue
            values = (
                found[place, number]
                for found in (comparison.difference, comparison.largest, comparison.rms)
            )
            table.add_row(name, escape(labels[place]), *map(_number, values))
            name = ""
        table.add_section()
    return table


def write_tables(folder: Path, recording: Recording, comparison: Comparison) -> list[Path]:
    """Store the differences of all neurons, and one row a condition; nothing without conditions."""
    many = len(comparison.conditions) - 1
    if not many:
        return []
    most = None if many * len(comparison.neurons) <= _MOST_ROWS else _ROWS_A_CONDITION
    write_text(
        folder / COMPARISON,
        to_frame(comparison, recording, most=most).to_csv(index=False, float_format="%.5g"),
    )
    rows = condition_table(recording, comparison)
    write_text(folder / CONDITIONS, rows.to_csv(index=False, float_format="%.5g"))
    return [folder / COMPARISON, folder / CONDITIONS]


def condition_table(recording: Recording, comparison: Comparison) -> pandas.DataFrame:
    """One row a condition, that with the largest effect first.

    Returns:
        Columns: condition, changed (neurons whose largest difference to the control is above 1 in
        the unit of the record), rms (over neurons and time) and most (the neurons that differ
        most, with their largest difference).
    """
    pandas = require("pandas", extra="brain")
    labels = described(recording.connectome, comparison.neurons)
    rows = []
    for number, condition in enumerate(comparison.conditions[1:], start=1):
        largest = comparison.largest[:, number]
        first = comparison.most_changed(number)[:3]
        told = ", ".join(f"{labels[who]} {largest[who]:+.2g}" for who in first)
        rms = float(np.sqrt(np.nanmean(np.square(comparison.rms[:, number]))))
        rows.append((condition, int((np.abs(largest) > _CHANGED).sum()), rms, told))
    found = pandas.DataFrame(rows, columns=["condition", "changed", "rms", "most"])
    return found.sort_values("rms", ascending=False, ignore_index=True, kind="stable")


def _facts(
    recording: Recording, comparison: Comparison, experiment: Experiment
) -> list[tuple[str, str]]:
    statistics, connectome = recording.statistics, recording.connectome
    gaps = f", {experiment.gap_junctions:,} gap junctions" if experiment.gap_junctions else ""
    facts = [
        ("network", connectome.name),
        ("neurons", f"{len(connectome):,}"),
        ("edges", f"{experiment.edges:,} with {experiment.synapses:,.0f} synapses{gaps}"),
        ("simulated", f"{recording.duration:,.6g} ms in steps of {recording.dt:g} ms"),
    ]
    if (trials := len(experiment.labels)) > 1:
        facts.append(("trials", f"{trials:,} of {len(comparison.conditions):,} conditions"))
    for _, text, _, _ in experiment.stimuli[:4]:
        facts.append(("stimulus", text))
    if (more := len(experiment.stimuli) - 4) > 0:
        facts.append(("", f"and {more} more"))
    seconds = statistics["wall_seconds"]
    facts.append(("computed", f"{statistics['backend']}, {statistics['scheme']}, {seconds:.3g} s"))
    facts.append(("speed", _speed(statistics["simulated_per_wall"], trials)))
    if "work_share" in statistics:
        share, wrong = statistics["work_share"], statistics["delta_error"]
        facts.append(("delta", f"{100 * share:.1f} % of synapses passed; error up to {wrong:.2g}"))
    units = _units(recording)
    facts.append(("range", f"{comparison.low:.4g} to {comparison.high:.4g} {units}"))
    labels = described(connectome, comparison.neurons)
    number = comparison.conditions.index(experiment.shown)
    moved = comparison.most_moved(number)[:_ACTIVE]
    told = ", ".join(f"{labels[who]} {comparison.response[who, number]:+.3g}" for who in moved)
    since = f"since {experiment.since:g} ms" if experiment.since else "since the start"
    facts.append(("moved most", f"{told} {units} {since}"))
    if len(recording.event_table):
        facts.append(("crossings", f"{len(recording.event_table):,}"))
    return facts


def _speed(simulated_per_wall: float, trials: int) -> str:
    if simulated_per_wall <= 0:
        return "unknown, as it was resumed at its end"
    side = f", {trials:,} trials side by side" if trials > 1 else ""
    if simulated_per_wall >= 0.1:
        return f"{simulated_per_wall:.3g} × real time{side}"
    return f"1/{1 / simulated_per_wall:.3g} of real time{side}"


def _units(recording: Recording) -> str:
    series: Any = recording.series.get("potential") or next(iter(recording.series.values()))
    return units()[series.record.variable]


def _number(value: float) -> str:
    return f"{value:.2f}" if abs(value) >= 0.005 or value == 0 else f"{value:.0e}"
