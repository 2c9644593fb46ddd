"""Print and draw a finished simulation from its folder."""

from __future__ import annotations

from pathlib import Path

from rich.markup import escape

from liquidtime.brain.figures.comparison import compare
from liquidtime.brain.figures.draw import draw
from liquidtime.brain.figures.tables import write_tables
from liquidtime.brain.simulation.folder import load
from liquidtime.cli.brain.tables import differences, summary
from liquidtime.cli.common.console import messages, results


def show_simulation(folder: Path) -> None:
    """Print the summary, write tables, figures and the page into the folder, and name them.

    Raises:
        InputError: If the folder holds no finished simulation.
    """
    recording, experiment = load(folder)
    name = "potential" if "potential" in recording.series else next(iter(recording.series))
    console, evoked = results(), bool(experiment.stimuli)
    # Samples are few where they are kept seldom, and none may be as late as the stimulus.
    since = min(experiment.since, float(recording.times(name)[-1]))
    with messages().status("Comparing …"):
        comparison = compare(recording, name, since=since).without(experiment.removed)
    console.print(f"[bold]{escape(str(folder))}[/]  simulated {experiment.created}")
    console.print(summary(recording, comparison, experiment))
    if (table := differences(recording, comparison, experiment)) is not None:
        what = (
            "The answer to the stimulus beside the control's" if evoked else "Against the control"
        )
        console.print(f"{what}, from {since:g} ms on:", markup=False)
        console.print(table)
    files = write_tables(folder, recording, comparison, evoked=evoked)
    end = recording.duration
    # Of a screen one condition is drawn, and its one neuron is the stimulated one.
    one = experiment.shown.partition(" ")[2] if experiment.screen == "stimulate" else ""
    stimuli = [
        (start, end if stop is None else stop, one or who)
        for who, _, start, stop in experiment.stimuli
    ]
    try:
        with messages().status("Drawing …"):
            files += draw(
                recording,
                folder,
                name=name,
                stimuli=[each for each in stimuli if each[1] - each[0] < end],
                stimulated=experiment.stimulated,
                condition=experiment.shown,
                comparison=comparison,
            )
    except KeyboardInterrupt:
        raise KeyboardInterrupt(
            f"Stopped while drawing. The simulation is kept; to draw: liquidtime show {folder}"
        ) from None
    for file in files:
        console.print(f"  {file}", markup=False, soft_wrap=True)
