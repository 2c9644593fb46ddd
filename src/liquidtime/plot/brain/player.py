"""A page that plays a network's activity: one HTML file, nothing fetched, nothing to install."""

import base64
import gzip
import json
import re
from collections.abc import Mapping, Sequence
from html import escape
from importlib import resources
from typing import Any, NamedTuple

import numpy as np

from liquidtime.errors import InputError
from liquidtime.plot.brain.layout import boxed

MOST_CODES = 60_000_000
"""Values one page holds; a longer recording is thinned in time, so that a browser can carry it."""
FINE_CODES = 4_000_000
"""Up to here a value takes two bytes, above it one."""
MOST_EDGES = 200_000
"""Edges one page holds of each kind: the strongest, or an even sample where none is stronger."""
SCRIPTS = ("values", "dots", "edges", "traces", "picture", "controls", "start")
"""Parts of the page's one script, in the order in which they stand in it."""


class Codes(NamedTuple):
    """Values as whole numbers: value = low + step * code; the largest code of the type is NaN."""

    codes: np.ndarray
    """[T, N], of 8 or 16 bits."""
    low: np.ndarray
    """[N]"""
    step: np.ndarray
    """[N]"""


def player_page(
    times: np.ndarray,
    values: np.ndarray,
    *,
    names: Sequence[str],
    groups: Sequence[str] | None = None,
    positions: np.ndarray | None = None,
    edges: np.ndarray | None = None,
    gap_edges: np.ndarray | None = None,
    value_label: str = "membrane potential (mV)",
    stimulus: Sequence[tuple[float, float, str]] | None = None,
    title: str = "",
    events: Sequence[tuple[float, str]] | None = None,
    name: str = "as given",
    beside: Mapping[str, np.ndarray] | None = None,
    differences: Mapping[str, np.ndarray] | None = None,
) -> str:
    """A whole HTML page that plays the activity of N neurons over T moments.

    Every neuron is a dot, coloured by its value or by its change; where dots cover one another the
    strongest is seen. Space plays, the arrow keys step, a click pins a neuron and draws its trace,
    and in the page's address `#t=120&pin=AVAL,AVAR` opens it there. Colours are interpolated
    between frames. Browsers from 2023 on can show it.

    Args:
        times: [T], rising, ms.
        values: [T, N], in the unit that `value_label` names; NaN and infinities are drawn as
            unknown. They are stored in 16 bits, or in 8 where there are more than four million;
            beyond sixty million, frames are left out evenly, and the page says so.
        names: N names.
        groups: N labels, such as sensory, inter and motor; None for no groups.
        positions: [N, 2], or [N, 3] to turn with the pointer; any unit, the second axis upwards.
            Neurons with NaN are set below the others. By default each group is a disc, sensory
            on the left and motor on the right, with the neurons of most edges in the middle.
        edges: [E, 2] of (presynaptic, postsynaptic) indices, or [E, 3] with a count or weight
            by whose size edges are kept where there are too many.
        gap_edges: The same of gap junctions, each pair once or twice.
        value_label: What the values are, with the unit in brackets at the end.
        stimulus: (start, end, label) of each stimulus, ms; what comes before the first is the rest
            from which change is counted, else the first frame is.
        title: Heading of the page.
        events: (time, label) of moments to mark, ms.
        name: What `values` are called, where others stand beside them; `#trial=` in the address
            chooses by name.
        beside: Values [T, N] of other trials by name, among which the page lets one choose.
        differences: The same of differences between trials, which are coloured around 0.

    Returns:
        The page; write it to a file that ends in `.html`.

    Raises:
        InputError: If shapes do not fit, times do not rise, or an edge names no neuron.
    """
    times, values = np.asarray(times, dtype=np.float64), np.asarray(values)
    _check(times, values, names, groups)
    frames, neurons = values.shape
    labels, members = _numbered(groups, neurons)
    chemical = _strongest(edges, neurons, "edges")
    gaps = _strongest(_once(gap_edges), neurons, "gap_edges")
    spots, discs = boxed(positions, labels, members, [chemical[0], gaps[0]])
    others = {**(beside or {}), **(differences or {})}
    sets = {name: values, **{other: np.asarray(given) for other, given in others.items()}}
    for other, given in sets.items():
        if given.shape != values.shape:
            raise InputError(
                f"values of {other!r} have shape {list(given.shape)}; expected "
                f"{list(values.shape)}, as the first."
            )
    kept = _kept_frames(frames, neurons * len(sets))
    coded = [quantised(given[kept]) for given in sets.values()]
    about: dict[str, Any] = {
        "neurons": neurons,
        "frames": len(kept),
        "framesGiven": frames,
        "times": times[kept].tolist(),
        "bits": 8 * coded[0].codes.dtype.itemsize,
        "limits": _limits(values),
        "recordings": [
            {
                "name": other,
                "bits": 8 * found.codes.dtype.itemsize,
                "limits": _around_0(given) if other in (differences or {}) else _limits(given),
                "signed": other in (differences or {}),
            }
            for (other, given), found in zip(sets.items(), coded, strict=True)
        ],
        "names": [str(name) for name in names],
        "groups": labels,
        "members": members.tolist(),
        "discs": discs,
        "solid": positions is not None and spots.shape[1] == 3,
        "placed": positions is not None,
        "edges": [len(chemical[0]), chemical[1]],
        "gaps": [len(gaps[0]), gaps[1]],
        "label": value_label,
        "stimulus": [[float(a), float(b), str(label)] for a, b, label in stimulus or ()],
        "events": [[float(time), str(label)] for time, label in events or ()],
    }
    flat = np.zeros((neurons, 3), dtype="<f4")
    flat[:, : spots.shape[1]] = spots
    parts = {
        "title": escape(title or "Activity of a network"),
        "about": json.dumps(about, allow_nan=False).replace("<", "\\u003c"),
        **dict(zip(("values", "lows", "steps"), _parts(coded[0]), strict=True)),
        "beside": "".join(
            f'<script type="text/plain" id="{what}-{number}">{part}</script>\n'
            for number, found in enumerate(coded[1:], start=1)
            for what, part in zip(("values", "lows", "steps"), _parts(found), strict=True)
        ),
        "positions": _packed(flat),
        "edges": _packed(chemical[0].astype("<u4")),
        "gaps": _packed(gaps[0].astype("<u4")),
        "style": _read("page.css"),
        "script": "".join(_read(f"{name}.js") for name in SCRIPTS),
    }
    return re.sub(r"\{\{(\w+)\}\}", lambda hole: parts[hole[1]], _read("page.html"))


def _parts(found: Codes) -> tuple[str, str, str]:
    """Differences of codes from frame to frame, lows and steps, as the page unpacks them."""
    first = np.zeros((1, found.codes.shape[1]), found.codes.dtype)
    steps = np.diff(found.codes, axis=0, prepend=first)
    kind = f"<u{found.codes.dtype.itemsize}"
    return _packed(steps.astype(kind)), _packed(found.low), _packed(found.step)


def quantised(values: np.ndarray) -> Codes:
    """Values as 16-bit or, where there are many, 8-bit codes; errors are at most half a step.

    Every neuron has its own range, so that the trace of a quiet one is no staircase, but no step
    is finer than an eighth of what one range for all would need: noise is not stored.

    Args:
        values: [T, N]; what is not finite becomes the largest code.
    """
    kind = np.uint16 if values.size <= FINE_CODES else np.uint8
    unknown = int(np.iinfo(kind).max)
    low, high = np.full((2, values.shape[1]), np.nan)
    # Frame by frame: copies of a whole brain's recording would be large.
    for row in values:
        known = np.where(np.isfinite(row), row, np.nan)
        low, high = np.fmin(low, known), np.fmax(high, known)
    some = bool(np.isfinite(low).any())
    whole = float(np.nanmax(high) - np.nanmin(low)) if some else 0.0
    low, high = np.nan_to_num(low).astype("<f4"), np.nan_to_num(high)
    finest = (whole or 1.0) / (unknown - 1) / 8
    step = np.maximum((high - low) / (unknown - 1), finest).astype("<f4")
    codes = np.full(values.shape, unknown, dtype=kind)
    for own, row in zip(codes, values, strict=True):
        known = np.isfinite(row)
        code = np.rint((row[known] - low[known].astype(np.float64)) / step[known])
        own[known] = np.clip(code, 0, unknown - 1)
    return Codes(codes, low, step)


def _numbered(groups: Sequence[str] | None, neurons: int) -> tuple[list[str], np.ndarray]:
    """Labels in the order of their first neuron, and each neuron's number among them."""
    if groups is None:
        return [""], np.zeros(neurons, dtype=np.int64)
    numbers: dict[str, int] = {}
    members = [numbers.setdefault(str(group), len(numbers)) for group in groups]
    return [*numbers], np.array(members, dtype=np.int64)


def _once(pairs: np.ndarray | None) -> np.ndarray | None:
    """Pairs without direction, each once, the larger weight of two."""
    if pairs is None or np.ndim(pairs) != 2 or len(pairs) == 0 or np.shape(pairs)[1] not in (2, 3):
        return pairs
    pairs = np.array(pairs)
    pairs[:, :2] = np.sort(pairs[:, :2], axis=1)
    if pairs.shape[1] == 3:
        pairs = pairs[np.argsort(-np.abs(pairs[:, 2]), kind="stable")]
    _, first = np.unique(pairs[:, :2], axis=0, return_index=True)
    return pairs[np.sort(first)]


def _strongest(edges: np.ndarray | None, neurons: int, what: str) -> tuple[np.ndarray, int]:
    """The edges a page holds, those to draw first in front, and how many there are in all."""
    if edges is None or len(edges) == 0:
        return np.zeros((0, 2), dtype=np.int64), 0
    edges = np.asarray(edges)
    if edges.ndim != 2 or edges.shape[1] not in (2, 3):
        raise InputError(f"{what} has shape {list(edges.shape)}; expected [E, 2] or [E, 3].")
    pairs = edges[:, :2].astype(np.int64)
    if pairs.min() < 0 or pairs.max() >= neurons:
        wrong = int(pairs.max() if pairs.max() >= neurons else pairs.min())
        raise InputError(f"{what} names neuron {wrong}; expected indices from 0 to {neurons - 1}.")
    if edges.shape[1] == 3:
        order = np.argsort(-np.abs(edges[:, 2]), kind="stable")
    else:
        order = np.random.default_rng(0).permutation(len(edges))
    return pairs[order[:MOST_EDGES]], len(edges)


def _kept_frames(frames: int, neurons: int) -> np.ndarray:
    most = max(2, MOST_CODES // neurons)
    if frames <= most:
        return np.arange(frames)
    return np.unique(np.linspace(0, frames - 1, most).round().astype(int))


def _limits(values: np.ndarray) -> list[float]:
    """Ends of the colour scale: one value in two hundred lies beyond either."""
    some = values.ravel()
    if some.size > 1_000_000:
        some = some[np.random.default_rng(0).integers(0, some.size, 1_000_000)]
    some = some[np.isfinite(some)].astype(np.float64)
    if not len(some):
        return [0.0, 1.0]
    low, high = (float(end) for end in np.percentile(some, [0.5, 99.5]))
    return [low, high] if high > low else [low - 0.5, high + 0.5]


def _around_0(values: np.ndarray) -> list[float]:
    low, high = _limits(values)
    return [-max(-low, high), max(-low, high)]


def _read(name: str) -> str:
    """A file of the folder that the page is put together from."""
    folder = resources.files("liquidtime.plot.brain").joinpath("page")
    return folder.joinpath(name).read_text(encoding="utf-8")


def _packed(array: np.ndarray) -> str:
    return base64.b64encode(gzip.compress(array.tobytes(), 6, mtime=0)).decode("ascii")


def _check(
    times: np.ndarray, values: np.ndarray, names: Sequence[str], groups: Sequence[str] | None
) -> None:
    if values.ndim != 2 or 0 in values.shape:
        raise InputError(f"values has shape {list(values.shape)}; expected [T, N], neither 0.")
    if times.shape != values.shape[:1]:
        raise InputError(
            f"times has shape {list(times.shape)}; expected [T] = [{len(values)}], as values has."
        )
    if not np.isfinite(times).all() or (np.diff(times) <= 0).any():
        raise InputError("times do not rise at every frame; expected finite, rising times.")
    for what, given in (("names", names), ("groups", groups)):
        if given is not None and len(given) != values.shape[1]:
            raise InputError(f"{what} holds {len(given)} entries; expected N = {values.shape[1]}.")
