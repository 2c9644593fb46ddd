"""What `simulate` and `show` print of a simulation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from liquidtime.brain.experiment.recording import Recording
from liquidtime.brain.figures.about import described
from liquidtime.brain.figures.comparison import Comparison
from liquidtime.brain.figures.tables import CHANGED, condition_table
from liquidtime.brain.simulation.bounds import impossible
from liquidtime.brain.simulation.description import Description
from liquidtime.kernels.network.catalogue import variables

if TYPE_CHECKING:
    from rich.table import Table

_SHOWN_NEURONS, _SHOWN_CONDITIONS, _ACTIVE = 6, 12, 5


def summary(recording: Recording, comparison: Comparison, experiment: Description) -> Table:
    """What was simulated, how fast, and what came out."""
    from rich import box
    from rich.markup import escape
    from rich.table import Table

    table = Table(box=box.SIMPLE, show_header=False, pad_edge=False)
    for name, value in _facts(recording, comparison, experiment):
        table.add_row(name, escape(value))
    return table


def differences(
    recording: Recording, comparison: Comparison, experiment: Description
) -> Table | None:
    """Which neurons differ most from the control; of a screen, which conditions matter most.

    With a stimulus it is the answers to it that are compared, each to where the neuron stood just
    before; a difference that was there before is told beside.
    """
    from rich import box
    from rich.markup import escape
    from rich.table import Table

    if len(comparison.conditions) < 2:
        return None
    units, evoked = _units(recording), bool(experiment.stimuli)
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, collapse_padding=True)
    if len(comparison.conditions) - 1 > 3:
        rows = condition_table(recording, comparison, evoked=evoked).head(_SHOWN_CONDITIONS)
        table.add_column("condition", overflow="fold")
        what = "answers" if evoked else "neurons"
        table.add_column(
            f"{what} changed\nby > {CHANGED:g}{units and f' {units}'}", justify="right"
        )
        table.add_column(f"rms of all\n{units and f'({units})'}", justify="right")
        of = "evoked" if evoked else "largest"
        table.add_column(f"most changed ({of} difference{units and f', {units}'})", overflow="fold")
        for condition, changed, rms, most in rows.to_numpy().tolist():
            table.add_row(*map(escape, (condition, f"{changed:,}", _number(rms), most)))
        return table
    for name in ("condition", "neuron"):
        table.add_column(name, overflow="fold")
    columns = {
        "mean": comparison.difference,
        "largest": comparison.largest,
        "rms": comparison.rms,
    }
    if evoked:
        control = np.broadcast_to(comparison.response[:, :1], comparison.response.shape)
        columns = {
            "control\nanswers": control,
            "answers\nhere": comparison.response,
            "evoked\ndifference": comparison.evoked,
            "difference\nbefore": comparison.before,
        }
    for name in columns:
        table.add_column(f"{name}\n{units and f'({units})'}", justify="right", no_wrap=True)
    labels = described(recording.connectome, comparison.neurons)
    for number, condition in enumerate(comparison.conditions[1:], start=1):
        name = escape(condition)
        for place in comparison.most_changed(number, evoked=evoked)[:_SHOWN_NEURONS]:
            if np.isnan(comparison.rms[place, number]):
                continue
            values = (found[place, number] for found in columns.values())
            table.add_row(name, escape(labels[place]), *map(_number, values))
            name = ""
        table.add_section()
    return table


def _facts(
    recording: Recording, comparison: Comparison, experiment: Description
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
    facts.append(("range", f"{comparison.low:.4g} to {comparison.high:.4g}{units and f' {units}'}"))
    labels = described(connectome, comparison.neurons)
    number = comparison.conditions.index(experiment.shown)
    moved = comparison.most_moved(number)[:_ACTIVE]
    told = ", ".join(f"{labels[who]} {comparison.response[who, number]:+.3g}" for who in moved)
    since = f"since {experiment.since:g} ms" if experiment.since else "since the start"
    facts.append(("moved most", f"{told}{units and f' {units}'} {since}"))
    if told := impossible(recording, comparison.low, comparison.high):
        facts.append(("impossible", told))
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
    # A pure number has none.
    return variables()[series.record.variable].units.removeprefix("1")


def _number(value: float) -> str:
    return f"{value:.2f}" if abs(value) >= 0.005 or value == 0 else f"{value:.0e}"
