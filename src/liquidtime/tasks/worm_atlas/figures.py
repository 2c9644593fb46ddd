"""The figures of the comparison: both matrices, every pair, every predictor."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from liquidtime.brain.connectome.graph import Connectome
from liquidtime.plot import style
from liquidtime.plot.brain.response import response_matrix
from liquidtime.tasks.worm_atlas.data import Atlas
from liquidtime.tasks.worm_atlas.scores import SIGNIFICANT
from liquidtime.tasks.worm_atlas.split import MODEL

MATRIX, PAIRS, PREDICTORS = "matrix", "pairs", "predictors"
_BINS = 15
_LEAST_IN_A_GROUP = 3
_SHOWN = (("pearson", "Pearson correlation", 0.0), ("auroc", "AUROC, q < 0.05", 0.5))


def figures(
    connectome: Connectome, atlas: Atlas, drawn: Mapping[str, Any], record: Mapping[str, Any]
) -> dict[str, Figure]:
    """All of them, by name.

    Args:
        connectome: Whose table sorts the neurons, by its column `group` where it has one.
        atlas: Over the neurons of the connectome.
        drawn: Of the first split: `response` [N, N], mV a pA, and `testing` [N, N], its pairs.
        record: As `run` returns it.
    """
    measured = atlas.mean()
    return {
        MATRIX: _matrix(connectome, measured, drawn["response"], drawn["testing"]),
        PAIRS: _pairs(drawn["response"], measured, atlas.q, drawn["testing"]),
        PREDICTORS: _predictors(record["summary"]),
    }


def _matrix(
    connectome: Connectome,
    measured: NDArray[np.float64],
    response: NDArray[np.float64],
    testing: NDArray[np.bool_],
) -> Figure:
    """Of the test half, neurons sorted by group; the same pairs are known on both sides."""
    table = connectome.neurons
    groups = np.asarray(table["group"] if "group" in table else np.full(len(table), ""), str)
    order = np.lexsort((np.asarray(table["type"], str), groups))
    rows, columns = (
        np.array([n for n in order if np.any(testing, axis=axis)[n]]) for axis in (0, 1)
    )
    where = np.ix_(columns, rows)
    known = testing[where].T
    return response_matrix(
        np.where(known, 1e3 * response[where].T, np.nan),
        stimulated_groups=_named(groups[rows]),
        responding_groups=_named(groups[columns]),
        label="depolarisation (µV a pA)",
        measured=np.where(known, measured[where].T, np.nan),
        measured_label="mean response (dF/F)",
    )


def _named(groups: NDArray[np.str_]) -> list[str]:
    """Labels, without those of groups too small to be written."""
    names, counts = np.unique(groups, return_counts=True)
    large = {name for name, n in zip(names, counts, strict=True) if n >= _LEAST_IN_A_GROUP}
    return [str(group) if group in large else " " for group in groups]


def _pairs(
    response: NDArray[np.float64],
    measured: NDArray[np.float64],
    q: NDArray[np.float64],
    testing: NDArray[np.bool_],
) -> Figure:
    """Every pair of the test half, and means of equally many; answers below 0 are left of 0."""
    x, y, connected = response[testing], measured[testing], q[testing] < SIGNIFICANT
    figure = style.new_figure(6.4, 4.2)
    axes = figure.subplots()
    threshold = float(np.percentile(np.abs(x), 25)) or 1e-12
    axes.set_xscale("symlog", linthresh=threshold)
    for chosen, colour, name, size in (
        (~connected, style.FAINT, "q ≥ 0.05", 3.0),
        (connected, style.colour(1), "q < 0.05", 7.0),
    ):
        axes.scatter(
            x[chosen],
            y[chosen],
            s=size,
            color=colour,
            linewidths=0,
            alpha=0.6,
            label=name,
            rasterized=True,
        )
    middles, means, errors = _binned(x, y)
    axes.errorbar(
        middles,
        means,
        yerr=errors,
        color=style.INK,
        linewidth=1.6,
        marker="o",
        markersize=4,
        label=f"mean of {len(x) // _BINS} pairs",
        zorder=3,
    )
    low, high = np.percentile(y, [0.3, 99.7])
    axes.set_ylim(low - 0.05, high + 0.05)
    style.tidy(axes, x="simulated depolarisation (mV a pA)", y="measured response (dF/F)")
    axes.tick_params(axis="x", rotation=30)
    style.legend(axes)
    return figure


def _binned(
    x: NDArray[np.float64], y: NDArray[np.float64]
) -> tuple[list[float], list[float], list[float]]:
    """Medians of x, means of y and their 95 % intervals' halves, in bins of equally many."""
    parts = [part for part in np.array_split(np.argsort(x), _BINS) if len(part) > 1]
    return (
        [float(np.median(x[part])) for part in parts],
        [float(y[part].mean()) for part in parts],
        [float(1.96 * y[part].std(ddof=1) / np.sqrt(len(part))) for part in parts],
    )


def _predictors(summary: Mapping[str, Any]) -> Figure:
    """Bars: mean of the splits; lines: mean interval; dots: least and largest split."""
    rows: list[tuple[str, Mapping[str, Any], str]] = [
        (name, found, style.COLOURS[0 if name == MODEL else 4 if name.startswith(MODEL) else 2])
        for name, found in summary["scores"].items()
    ]
    rows += [(f"model, {name}", found, style.FAINT) for name, found in summary["nulls"].items()]
    figure = style.new_figure(9.2, 0.9 + 0.3 * len(rows))
    panels = figure.subplots(1, len(_SHOWN), sharey=True)
    for axes, (metric, label, nothing) in zip(panels, _SHOWN, strict=True):
        _bars(axes, rows, metric, nothing)
        style.tidy(axes, x=label)
        axes.grid(False, axis="y")
    ceiling = summary["ceiling"]["mean"]
    if ceiling is not None:
        panels[0].axvline(ceiling, color=style.INK, linestyle=(0, (4, 2)), linewidth=1.2)
        panels[0].text(
            ceiling - 0.01,
            len(rows) / 2,
            "noise\nceiling",
            ha="right",
            va="center",
            fontsize=style.SMALL,
            color=style.INK,
        )
    panels[0].set_yticks(range(len(rows)), [name for name, _, _ in rows])
    panels[0].invert_yaxis()
    return figure


def _bars(
    axes: Axes, rows: Sequence[tuple[str, Mapping[str, Any], str]], metric: str, nothing: float
) -> None:
    for place, (_, found, colour) in enumerate(rows):
        entry = found[metric]
        if entry["mean"] is None:
            continue
        axes.barh(place, entry["mean"] - nothing, left=nothing, height=0.66, color=colour)
        if entry.get("low") is not None:
            axes.plot([entry["low"], entry["high"]], [place] * 2, color=style.INK, linewidth=1.2)
        axes.plot(
            [entry["least"], entry["largest"]],
            [place] * 2,
            linestyle="",
            marker="|",
            markersize=7,
            color=style.INK,
        )
    axes.axvline(nothing, color=style.FAINT, linewidth=0.8)
