"""A recording as files to look at: traces, heat map, raster, matrix, spectrum, circuit, player."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from liquidtime.brain.experiment.recording import Recording
from liquidtime.brain.figures.about import About
from liquidtime.brain.figures.comparison import Comparison, blocks, compare, conditions
from liquidtime.errors import InputError
from liquidtime.optional import require
from liquidtime.runs.write import write_atomically, write_text

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from liquidtime.brain.figures.about import Span

MOST_CODES = 40_000_000
"""Values a page is given; with names and edges it stays below some 60 MB."""
_MOST_IMAGE, _MOST_FRAMES = 12_000, 1_000
_MOST_SPECTRUM, _MOST_SPECTRUM_NEURONS = 20_000_000, 2_000
_MOST_COLUMNS, _MOST_DRAWN = 400, 400
_MOST_EVENTS, _MOST_BESIDE = 200_000, 6


@dataclass(frozen=True, eq=False)
class _Pick:
    """Which trials (their mean unless `apart`), neurons and samples of a record to take."""

    trials: Sequence[int]
    neurons: NDArray[np.int64] | None = None
    every: int = 1
    apart: bool = False


def draw(
    recording: Recording,
    folder: str | Path,
    *,
    name: str | None = None,
    stimuli: Sequence[Span] = (),
    stimulated: Sequence[int] | NDArray = (),
    condition: str | None = None,
    comparison: Comparison | None = None,
    title: str = "",
) -> list[Path]:
    """Draw what a recording allows, and write the page that plays it.

    Of large recordings neurons and moments are left out evenly; the record on disk is read once,
    in blocks.

    Args:
        recording: In memory or from a store.
        folder: Where the files go; files of the same names are replaced.
        name: Of the record; by default the potential, else the first.
        stimuli: They are marked; what comes before the first is the rest.
        stimulated: Indices of the stimulated neurons, whose traces are drawn first.
        condition: The label of the trials to draw where only one condition can be; by default that
            of the first trial.
        comparison: Of the recording, if it has been made already.
        title: Of the figures; by default the name of the connectome.

    Returns:
        The files.

    Raises:
        InputError: If there is no such record or condition.
        ImportError: If matplotlib is not installed.
    """
    require("matplotlib", extra="brain")
    from liquidtime.brain.figures import panels

    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    if name is None:
        name = "potential" if "potential" in recording.series else next(iter(recording.series))
    since = min((start for start, _, _ in stimuli if start > 0), default=0.0)
    since = min(since, float(recording.times(name)[-1]))
    comparison = comparison or compare(recording, name, since=since)
    groups = conditions(recording)
    condition = comparison.conditions[0] if condition is None else condition
    if condition not in groups:
        raise InputError(f"no trial is {condition!r}; expected one of {', '.join(groups)}.")
    about = About(recording, name, comparison, condition, tuple(stimuli), title)
    chosen = about.chosen(stimulated)
    count, length = len(comparison.neurons), len(about.times)
    spectral = _evenly(count, min(_MOST_SPECTRUM_NEURONS, _MOST_SPECTRUM // max(1, length)))
    image = _evenly(count, _MOST_IMAGE)
    own = groups[condition]
    picks = {
        "traces": _Pick(own[:20], chosen, apart=True),
        "heatmap": _Pick(own, image, -(-length // _MOST_FRAMES)),
        "spectrum": _Pick(own, spectral),
    }
    beside = list(groups)[:_MOST_BESIDE] if 1 < len(groups) <= _MOST_BESIDE else []
    played = list(dict.fromkeys([condition, *beside]))
    # Each condition, and each but the control's difference to it.
    shares = 2 * len(played) - 1
    frames = -(-length // max(2, MOST_CODES // (count * shares)))
    picks |= {f"player {label}": _Pick(groups[label], None, frames) for label in played}
    changed = about.changed()
    picks |= {f"beside {label}": _Pick(groups[label], changed) for label in beside}
    found = _collect(recording, name, picks)

    drawn: dict[str, Figure | None] = {
        "traces": panels.draw_traces(about, chosen, found["traces"]),
        "conditions": panels.draw_conditions(
            about, changed, [found[f"beside {b}"] for b in beside], beside
        ),
        "heatmap": panels.draw_heatmap(about, image, found["heatmap"], picks["heatmap"].every),
        "raster": panels.draw_raster(about, own[0], _MOST_EVENTS),
        "responses": panels.draw_responses(about, _MOST_COLUMNS),
        "spectrum": panels.draw_spectrum(about, picks["spectrum"].neurons, found["spectrum"]),
        "circuit": panels.draw_circuit(about, stimulated, _MOST_DRAWN),
    }
    files = []
    for what, figure in drawn.items():
        if figure is not None:
            files.append(folder / f"{what}.png")
            _save(figure, files[-1])
    files.append(folder / "player.html")
    write_text(
        files[-1], panels.player_page_of(about, {b: found[f"player {b}"] for b in played}, frames)
    )
    return files


def _evenly(count: int, most: int) -> NDArray[np.int64]:
    most = max(1, min(count, most))
    return np.unique(np.linspace(0, count - 1, most).round().astype(np.int64))


def _collect(
    recording: Recording, name: str, picks: dict[str, _Pick]
) -> dict[str, NDArray[np.float32]]:
    """What each pick asks for, [T, n] or, of trials apart, [R, T, n], in one pass."""
    found: dict[str, list[Any]] = {what: [] for what in picks}
    for first, samples in blocks(recording, name):
        for what, pick in picks.items():
            skipped = -(first + 1) % pick.every
            some = samples[skipped :: pick.every]
            some = some if pick.neurons is None else some[:, pick.neurons]
            some = some[:, :, list(pick.trials)]
            found[what].append(some.transpose(2, 0, 1) if pick.apart else some.mean(axis=2))
    return {
        what: np.concatenate(parts, axis=1 if picks[what].apart else 0)
        for what, parts in found.items()
    }


def _save(figure: Figure, path: Path) -> None:
    def save(beside: Path) -> None:
        figure.savefig(beside, format="png", dpi=150, bbox_inches="tight")

    try:
        write_atomically(path, save)
    except OSError as error:
        raise InputError(f"{path} cannot be written: {error.strerror or error}.") from error
