"""How much of the fluctuation of the potentials lies at which frequency."""

from collections.abc import Sequence
from typing import Literal

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import NullFormatter

from liquidtime.errors import InputError
from liquidtime.optional import require
from liquidtime.plot import style
from liquidtime.plot.brain.traces import MOST_OVERLAID, checked, direct_labels


@style.figure
def spectrum(
    times: np.ndarray,
    values: np.ndarray,
    names: Sequence[str],
    *,
    units: str = "mV",
    segment: float | None = None,
    frequency_axis: Literal["log", "linear"] = "log",
    title: str = "",
    ax: Axes | None = None,
) -> Figure:
    """Power spectral density by Welch's method, its own mean taken from each segment.

    Of more than twelve neurons, all are drawn faintly, and their median with the band that holds
    four of five.

    Args:
        times: [T], ms, evenly spaced; T is at least 8.
        values: [T, N], or [R, T, N] of R trials, whose densities are averaged.
        names: N names.
        units: Of the values; the density's is their square per Hz.
        segment: Length of the segments over which is averaged, ms. By default a quarter of the
            recording: longer ones tell nearer frequencies apart, shorter ones scatter less.
        frequency_axis: The vertical axis is always logarithmic.
        title: Set over the left end.
        ax: Axes to draw into; by default those of a new figure.

    Raises:
        InputError: If shapes do not fit, times are uneven, or a value is not finite.
    """
    times, trials = checked(times, values, names)
    frequencies, density = power_spectrum(times, trials, segment)
    figure, axes = style.panel(ax, 6.4, 4.0)
    density_units = "1/Hz" if units in ("", "1") else f"{units}²/Hz"
    axes.set_yscale("log")
    axes.set_xscale(frequency_axis)
    shown = frequencies > 0
    frequencies, density = frequencies[shown], density[shown]
    # A neuron that never moves has no density; it is left out of a logarithmic axis.
    moving = (density > 0).any(axis=0)
    count = trials.shape[2]
    if count <= MOST_OVERLAID:
        for n in np.flatnonzero(moving).tolist():
            dashes = "-" if n < len(style.COLOURS) else (0, (5, 2))
            axes.plot(
                frequencies, density[:, n], color=style.colour(n), linewidth=1.2, linestyle=dashes
            )
    elif moving.any():
        axes.plot(frequencies, density[:, moving][:, :200], color=style.FAINT, lw=0.4, alpha=0.2)
        low, middle, high = np.percentile(density[:, moving], [10, 50, 90], axis=1)
        axes.fill_between(frequencies, low, high, color=style.COLOURS[0], alpha=0.3, linewidth=0)
        axes.plot(frequencies, middle, color=style.COLOURS[0], linewidth=2.0)
    style.tidy(axes, x="frequency (Hz)", y=f"power spectral density ({density_units})", title=title)
    if moving.any():
        top = float(density[:, moving].max())
        bottom = max(float(np.percentile(density[:, moving], 1)), 1e-12 * top)
        axes.set_ylim(bottom / 2, top * 2)
    axes.set_xlim(frequencies[0], frequencies[-1])
    if frequency_axis == "log":
        style.plain_decades(axes.xaxis, frequencies[0], frequencies[-1])
    axes.yaxis.set_minor_formatter(NullFormatter())
    if count <= MOST_OVERLAID:
        low, high = np.log10(axes.get_ylim())
        last = np.log10(np.where(density[-1] > 0, density[-1], 10**low))
        places = np.clip((last - low) / (high - low), 0.0, 1.0)
        kept = np.flatnonzero(moving).tolist()
        if kept:
            direct_labels(
                axes,
                places[kept].tolist(),
                [str(names[n]) for n in kept],
                [str(style.colour(n)) for n in kept],
                fractions=True,
            )
    else:
        axes.text(
            0.98,
            0.96,
            f"median of {int(moving.sum()):,} neurons; band: 10 to 90 %",
            transform=axes.transAxes,
            ha="right",
            va="top",
            fontsize=style.SMALL,
            color=style.INK,
        )
    return figure


def power_spectrum(
    times: np.ndarray, trials: np.ndarray, segment: float | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """Welch's estimate with Hann windows that overlap by half.

    Args:
        times: [T], ms, evenly spaced.
        trials: [R, T, N].
        segment: Length of a segment, ms; by default a quarter of the recording.

    Returns:
        Frequencies [F], Hz, and the density [F, N], squared units per Hz, averaged over trials.

    Raises:
        InputError: If times are uneven or few, a value is not finite, or the segment does not fit.
    """
    signal = require("scipy.signal", extra="brain")
    if len(times) < 8:
        raise InputError(f"there are {len(times)} times; expected at least 8.")
    gaps = np.diff(times)
    gap = float(gaps.mean())
    if np.abs(gaps - gap).max() > 1e-3 * gap:
        raise InputError(
            f"the steps of time lie between {gaps.min():g} and {gaps.max():g} ms; expected even "
            "ones."
        )
    if not np.isfinite(trials).all():
        wrong = int(np.flatnonzero(~np.isfinite(trials).all(axis=(0, 1)))[0])
        raise InputError(f"values of neuron {wrong} are not all finite; expected finite values.")
    steps = max(8, len(times) // 4) if segment is None else round(segment / gap)
    if not 2 <= steps <= len(times):
        raise InputError(
            f"segment is {segment:g} ms, {steps} steps; expected 2 to {len(times)} steps."
        )
    frequencies, density = signal.welch(
        trials, fs=1e3 / gap, nperseg=steps, detrend="constant", axis=1
    )
    return frequencies, density.mean(axis=0)
