"""Tables of layers and streams: long ones for the terminal, short ones for a page."""

import statistics
from collections.abc import Mapping, Sequence
from typing import Any

from liquidtime.bench.contenders import MODES, OURS
from liquidtime.bench.measure import threads_text
from liquidtime.bench.table import NONE, BenchTable, Section, number, percent

MODE_NAMES = {"forward": "forward", "training": "forward + backward"}
LEGEND = (
    "ms, µs/step: the fastest call of all repeats, of a stream the median; × ours: how many "
    "times the first row; of peak: the share of the time that the row's own arithmetic takes "
    "at the peak read beside it, median over the repeats; kept B: bytes a sample and step that "
    "wait for the backward pass."
)
_NAMES = {"cfc": "CfC", "ltc": "LTC"}


def entry_of(group: Mapping[str, Any], contender: str, mode: str) -> Mapping[str, Any]:
    """The entry of a contender in a mode.

    Raises:
        KeyError: If there is none.
    """
    for entry in group["entries"]:
        if entry["contender"] == contender and entry["mode"] == mode:
            return entry
    raise KeyError(contender)


def first_of(group: Mapping[str, Any], mode: str) -> Mapping[str, Any]:
    """The entry of ours that the others are compared with."""
    return entry_of(group, group["entries"][0]["contender"], mode)


def share(entry: Mapping[str, Any]) -> float | None:
    """Median over the repeats of FLOP/s over the peak read beside it; None where not known."""
    if entry["flops"] is None or None in entry["peaks"]:
        return None
    return statistics.median(
        entry["flops"] / seconds / peak
        for seconds, peak in zip(entry["minima"], entry["peaks"], strict=True)
    )


def floor_seconds(group: Mapping[str, Any], mode: str) -> float | None:
    """What the arithmetic of ours takes at the median peak; None where not known."""
    ours = first_of(group, mode)
    if ours["flops"] is None or None in ours["peaks"]:
        return None
    return ours["flops"] / statistics.median(ours["peaks"])


def long_tables(given: Sequence[Mapping[str, Any]]) -> list[BenchTable]:
    """Everything that was timed for the tables, one table a case."""
    found = []
    groups = [group for group in given if group["axis"] is None]
    for title in dict.fromkeys(group["title"] for group in groups):
        mine = [group for group in groups if group["title"] == title]
        sections = [
            Section(
                f"{MODE_NAMES[mode]}, {threads_text(group['threads'])}",
                [_long_row(group, entry) for entry in group["entries"] if entry["mode"] == mode],
            )
            for mode in MODES
            for group in mine
        ]
        header = ["", "ms", "median", "× ours", "µs/step", "of peak", "kept B"]
        name = _NAMES[mine[0]["case"]["recurrence"]]
        found.append(BenchTable(f"{name}: {title}", header, sections, peaks_text(mine)))
    return found


def stream_table(group: Mapping[str, Any]) -> BenchTable:
    """Steps of a stream; of many streams the time is that of all, the ratio that of one."""
    ours = group["entries"][0]["median"]
    rows = [
        [
            entry["contender"],
            *(number(1e6 * entry[name]) for name in ("median", "p99", "minimum")),
            number(entry["median"] / entry["streams"] / ours),
            percent(share(entry)),
            f"{entry['calls']:,}",
        ]
        for entry in group["entries"]
    ]
    header = ["", "µs/step", "p99", "least", "× ours", "of peak", "calls"]
    caption = (
        f"{peaks_text([group])} Reading the clock takes {1e9 * group['clock_seconds']:.0f} ns of "
        "each time."
    ).strip()
    return BenchTable(f"Stream: {group['title']}", header, [Section("", rows)], caption)


def short_table(given: Sequence[Mapping[str, Any]]) -> BenchTable:
    """One row a case, mode and number of threads: the fastest call of everybody.

    A CfC in milliseconds a call, an LTC in microseconds a step; in brackets how many times ours.
    """
    groups = [group for group in given if group["axis"] is None]
    recurrence = groups[0]["case"]["recurrence"]
    names = list(dict.fromkeys(e["contender"] for group in groups for e in group["entries"]))
    by_step = recurrence == "ltc"
    rows = [
        _short_row(group, mode, names, by_step)
        for title in dict.fromkeys(group["title"] for group in groups)
        for mode in MODES
        for group in groups
        if group["title"] == title
    ]
    header = ["case", "pass", "threads", *names]
    if any(row[-1] != NONE for row in rows):
        header.append("share of peak")
    unit = "Microseconds a step of the whole batch" if by_step else "Milliseconds a call"
    text = (
        f"{unit}, the fastest call; in brackets how many times {names[0]}, whose share of the peak "
        f"is given. {peaks_text(groups)}"
    )
    if by_step:
        text = text.replace(", whose share of the peak is given", "")
    return BenchTable(
        _NAMES[recurrence], header, [Section("", [row[: len(header)] for row in rows])], text
    )


def peaks_text(groups: Sequence[Mapping[str, Any]]) -> str:
    """How fast the machine was, and how much that moved."""
    words = []
    for threads in dict.fromkeys(group["threads"] for group in groups):
        readings = [
            peak / 1e9
            for group in groups
            if group["threads"] == threads
            for entry in group["entries"]
            if not entry["bfloat16"]
            for peak in entry["peaks"]
            if peak is not None
        ]
        if readings:
            words.append(
                f"{statistics.median(readings):.0f} GFLOP/s with {threads_text(threads)} "
                f"({min(readings):.0f} to {max(readings):.0f})"
            )
    return f"Peak in float32, read beside every turn: {', '.join(words)}." if words else ""


def _long_row(group: Mapping[str, Any], entry: Mapping[str, Any]) -> list[str]:
    least, usual = min(entry["minima"]), statistics.median(entry["medians"])
    kept = entry["saved_bytes_per_step"]
    return [
        entry["contender"],
        number(1e3 * least),
        number(1e3 * usual),
        number(least / min(first_of(group, entry["mode"])["minima"])),
        number(1e6 * least / group["case"]["steps"]),
        percent(share(entry)),
        NONE if kept is None else f"{kept:,.0f}",
    ]


def _short_row(
    group: Mapping[str, Any], mode: str, names: Sequence[str], by_step: bool
) -> list[str]:
    scale = 1e6 / group["case"]["steps"] if by_step else 1e3
    ours = first_of(group, mode)
    cells = [group["title"], MODE_NAMES[mode], str(group["threads"])]
    for name in names:
        try:
            least = min(entry_of(group, name, mode)["minima"])
        except KeyError:
            cells.append(NONE)
            continue
        ratio = "" if name.startswith(OURS) else f" ({least / min(ours['minima']):.1f} ×)"
        cells.append(f"{number(scale * least)}{ratio}")
    return [*cells, percent(share(ours))]
