"""Tables of layers and streams: long ones for the terminal, short ones for a page."""

import statistics
from collections.abc import Mapping, Sequence
from typing import Any

from liquidtime.bench.contenders import MODES, OURS
from liquidtime.bench.measure import threads_text
from liquidtime.bench.table import NONE, BenchTable, Section, number, percent

MODE_NAMES = {"forward": "forward", "training": "forward + backward"}
LEGEND = (
    "least, µs/step: the fastest call of all repeats; × ours: how many "
    "times the first row; of peak: the share of the time that the row's own arithmetic takes "
    "at the peak read beside it, median over the repeats; kept, B: bytes a sample and step that "
    "wait for the backward pass."
)
# Of those who were timed: ours, and what people have.
SHOWN = (OURS, "ncps", "nn.LSTM", "nn.GRU")
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
        header = ["", "least, ms", "median, ms", "× ours", "µs/step", "of peak", "kept, B"]
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
    header = ["", "median, µs", "p99, µs", "least, µs", "× ours", "of peak", "calls"]
    caption = (
        f"{peaks_text([group])} Reading the clock takes {1e9 * group['clock_seconds']:.0f} ns of "
        "each time."
    ).strip()
    return BenchTable(f"Stream: {group['title']}", header, [Section("", rows)], caption)


def short_table(given: Sequence[Mapping[str, Any]]) -> BenchTable:
    """One row a case, mode and number of threads: ours beside what one would use otherwise.

    A CfC in milliseconds a call, an LTC in microseconds a step; in brackets how many times ours.
    """
    groups = _tabled(given)
    names = [name for name in _names(groups) if name in SHOWN]
    common, titles = _apart([group["title"] for group in groups])
    same = f"All: {', '.join(common)}. " if common else ""
    return _table(groups, names, titles, f"{same}In brackets how many times {OURS}.")


def whole_table(given: Sequence[Mapping[str, Any]]) -> BenchTable:
    """The same with everybody who was timed, and with ours against the peak of the machine."""
    groups = _tabled(given)
    text = f"In brackets how many times {OURS}. {peaks_text(groups)}"
    titles = {group["title"]: group["title"] for group in groups}
    found = _table(groups, _names(groups), titles, text)
    shares = [percent(share(first_of(group, mode))) for group, mode in _turns(groups)]
    if set(shares) == {NONE}:
        return found
    rows = [[*row, cell] for row, cell in zip(found.sections[0].rows, shares, strict=True)]
    header = [*found.header, f"{OURS}, of peak"]
    return found._replace(header=header, sections=[Section("", rows)])


def summary_table(cases: Mapping[str, Sequence[Mapping[str, Any]]]) -> BenchTable:
    """A line each for CfC, LTC and single steps: ours, ncps, nn.LSTM, and how many times faster.

    The second largest of the sizes, or the only one, on as many threads as were timed.

    Args:
        cases: Groups of `cfc`, `ltc` and `stream`.
    """
    header = ["", OURS, "ncps", "nn.LSTM", "ncps takes"]
    rows, sizes = [], []
    for recurrence, modes in (("cfc", MODES), ("ltc", MODES[1:])):
        groups = _tabled(cases.get(recurrence, []))
        threads = max((group["threads"] for group in groups), default=0)
        alike = [group for group in groups if group["threads"] == threads][:2]
        for group in alike[-1:]:
            unit, scale = ("ms", 1e3)
            what = "a batch"
            if recurrence == "ltc":
                unit, scale, what = "µs", 1e6 / group["case"]["steps"], "a step of a batch"
            for mode in modes:
                times = [_seconds(group, mode, name) for name in (OURS, "ncps", "nn.LSTM")]
                title = f"{_NAMES[recurrence]}, {MODE_NAMES[mode]}: {unit} {what}"
                rows.append([title, *_beside(times, scale)])
            sizes.append(f"{_NAMES[recurrence]}: {group['title']}, {threads_text(threads)}")
    for group in cases.get("stream", []):
        steps = {entry["contender"]: entry["median"] for entry in group["entries"]}
        times = [steps.get(name) for name in ("Stream.step", "ncps: cell", "nn.LSTM: a step")]
        rows.append(["CfC, one step with its data: µs", *_beside(times, 1e6)])
        sizes.append(f"one step: {group['title']}, {threads_text(group['threads'])}")
    text = f"Batches: the fastest call; single steps: the median. {'; '.join(sizes)}."
    return BenchTable("Summary", header, [Section("", rows)], text)


def _seconds(group: Mapping[str, Any], mode: str, name: str) -> float | None:
    try:
        return min(entry_of(group, name, mode)["minima"])
    except KeyError:
        return None


def _beside(times: Sequence[float | None], scale: float) -> list[str]:
    cells = [NONE if time is None else number(scale * time) for time in times]
    ours, ncps = times[:2]
    return [*cells, NONE if ours is None or ncps is None else f"{ncps / ours:.1f} ×"]


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


def _tabled(given: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    return [group for group in given if group["axis"] is None]


def _names(groups: Sequence[Mapping[str, Any]]) -> list[str]:
    return list(dict.fromkeys(e["contender"] for group in groups for e in group["entries"]))


def _turns(groups: Sequence[Mapping[str, Any]]) -> list[tuple[Mapping[str, Any], str]]:
    """Rows of a table: by case, then by mode, then by number of threads."""
    return [
        (group, mode)
        for title in dict.fromkeys(group["title"] for group in groups)
        for mode in MODES
        for group in groups
        if group["title"] == title
    ]


def _apart(titles: Sequence[str]) -> tuple[list[str], dict[str, str]]:
    """What all titles say, and what is left of each of them."""
    parts = {title: title.split(", ") for title in titles}
    common = [part for part in parts[titles[0]] if all(part in own for own in parts.values())]
    if len(parts) == 1:
        common = []
    left = {
        title: ", ".join(part for part in own if part not in common) for title, own in parts.items()
    }
    return common, left


def _table(
    groups: Sequence[Mapping[str, Any]],
    names: Sequence[str],
    titles: Mapping[str, str],
    text: str,
) -> BenchTable:
    recurrence = groups[0]["case"]["recurrence"]
    unit, what = (
        ("µs", "Microseconds a step of the whole batch")
        if recurrence == "ltc"
        else ("ms", "Milliseconds a call over all steps")
    )
    header = ["case", "pass", "threads", *(f"{name}, {unit}" for name in names)]
    rows = [
        [
            titles[group["title"]],
            MODE_NAMES[mode],
            str(group["threads"]),
            *(_cell(group, mode, name, recurrence == "ltc") for name in names),
        ]
        for group, mode in _turns(groups)
    ]
    text = f"{what}, the fastest call. {text}"
    return BenchTable(_NAMES[recurrence], header, [Section("", rows)], text.strip())


def _cell(group: Mapping[str, Any], mode: str, name: str, by_step: bool) -> str:
    scale = 1e6 / group["case"]["steps"] if by_step else 1e3
    least = _seconds(group, mode, name)
    if least is None:
        return NONE
    ours = min(first_of(group, mode)["minima"])
    ratio = "" if name.startswith(OURS) else f" ({least / ours:.1f} ×)"
    return f"{number(scale * least)}{ratio}"
