"""The study's tables: rows for people and programs, and which part of the factor is what."""

import csv
import io
from collections.abc import Mapping, Sequence
from typing import Any

from liquidtime.tasks.catalogue import task
from liquidtime.tasks.physionet2012_speed.measure import Timed
from liquidtime.tasks.physionet2012_speed.names import CLAIMED, NAMES, OURS, Contender
from liquidtime.tasks.physionet2012_speed.parts import TASK
from liquidtime.tasks.physionet2012_speed.reach import LEVELS
from liquidtime.tasks.published import read_published
from liquidtime.tasks.rows import MINUTES
from liquidtime.train.report.naming import number

Reached = Mapping[str, Mapping[str, Any]]
HEADER = (
    *("model", "form", "parameters", "epoch (s)", "× CfC", "pass (s)", "× CfC, pass"),
    *("published (min)", "× CfC, published"),
)
"""Of the Markdown table, before the columns of the AUROCs."""


def factor(found: Sequence[Timed], name: str, kind: str = "training") -> float | None:
    """How many times as long as ours one takes, by the medians; None where either is missing."""
    by_name = {one.name: one for one in found if not one.failed}
    if name not in by_name or OURS not in by_name:
        return None
    ours = by_name[OURS].seconds[kind]["median"]
    return by_name[name].seconds[kind]["median"] / ours


def claimed() -> float:
    """How many times as long as the CfC the Latent ODE was published to take."""
    cell = read_published("liquidtime.tasks.physionet2012_speed").claim
    assert cell is not None
    return cell.value


def published_minutes(contender: Contender) -> float | None:
    """Of the row that it answers."""
    cell = task(TASK).published.find(contender.row, MINUTES) if contender.row else None
    return None if cell is None else cell.value


def cells(found: Sequence[Timed], reached: Reached) -> list[list[str]]:
    """The rows of the Markdown table, as `header` names their cells."""
    rows = []
    ours = published_minutes(NAMES[OURS])
    for one in found:
        contender = NAMES[one.name]
        head = [contender.label, contender.form + (", compiled" if one.compiled else "")]
        published = published_minutes(contender)
        claimed = [
            "–" if published is None else f"{published:g}",
            "–" if published is None or not ours else f"{published / ours:,.0f}",
        ]
        if one.failed:
            rows.append([*head, *["–"] * 5, *claimed, *["–"] * len(LEVELS)])
            continue
        rows.append(
            [
                *head,
                f"{one.parameters:,}",
                *_timed(found, one, "training"),
                *_timed(found, one, "inference"),
                *claimed,
                *_levels(reached.get(one.name)),
            ]
        )
    return rows


def header() -> list[str]:
    """The columns of `cells`."""
    return [*HEADER, *(f"AUROC {level:.2f} (s)" for level in LEVELS)]


def shares(found: Sequence[Timed], stem: str) -> str:
    """Which part of the published form's factor is the solver and which the layout, in words.

    Args:
        found: All that was timed.
        stem: The best form's name; the others' begin with it.
    """
    best, solver, layout, both = (
        factor(found, name)
        for name in (stem, f"{stem}-solver", f"{stem}-layout", f"{stem}-published")
    )
    if best is None or both is None:
        return ""
    label = NAMES[stem].label
    text = (
        f"{label}: as published it takes {both:,.1f} times as long as the CfC, at its best "
        f"{best:,.1f} times"
    )
    told = []
    if solver is not None:
        told.append(f"the adaptive solver alone makes it {solver / best:,.1f} times slower")
    if layout is not None:
        told.append(f"stepping through the union of times alone {layout / best:,.1f} times")
    if told:
        text += f"; {' and '.join(told)}, both together {both / best:,.1f} times"
    return f"{text}."


def verdict(found: Sequence[Timed], claim: float) -> str:
    """What came out of the claim, in a sentence."""
    best = factor(found, CLAIMED)
    if best is None:
        return ""
    held = "holds" if best >= claim else "does not hold"
    return (
        f"Claimed is a factor of {claim:,.0f} between an epoch of the Latent ODE with the ODE "
        f"encoder and one of the CfC. Here, in one process and on the same batches, it is "
        f"{best:,.1f}, each at its best: the claim {held}."
    )


def markdown(found: Sequence[Timed], reached: Reached) -> str:
    """The table."""
    columns = header()
    lines = [columns, ["---", "---", *["---:"] * (len(columns) - 2)], *cells(found, reached)]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def comma_separated(found: Sequence[Timed], reached: Reached) -> str:
    """The same for programs, with minima; an empty cell where there is no number."""
    text = io.StringIO()
    lines = csv.writer(text, lineterminator="\n")
    lines.writerow(
        [
            *("name", "label", "form", "parameters", "compiled"),
            *("epoch_seconds", "epoch_seconds_minimum", "whole_epoch_seconds", "times_cfc"),
            *("pass_seconds", "pass_seconds_minimum", "times_cfc_pass", "published_minutes"),
            *(f"seconds_to_auroc_{level:.2f}" for level in LEVELS),
            *("best_auroc", "failed"),
        ]
    )
    for one in found:
        contender, known = NAMES[one.name], reached.get(one.name, {})
        train, infer = (one.seconds.get(kind, {}) for kind in ("training", "inference"))
        lines.writerow(
            [
                *(one.name, contender.label, contender.form, one.parameters, one.compiled),
                *(train.get("median"), train.get("minimum"), one.whole, factor(found, one.name)),
                *(infer.get("median"), infer.get("minimum")),
                *(factor(found, one.name, "inference"), published_minutes(contender)),
                *(known.get("levels", {}).get(f"{level:.2f}") for level in LEVELS),
                *(known.get("best"), one.failed),
            ]
        )
    return text.getvalue()


def _timed(found: Sequence[Timed], one: Timed, kind: str) -> list[str]:
    times = factor(found, one.name, kind)
    return [number(one.seconds[kind]["median"]), "–" if times is None else f"{times:,.1f}"]


def _levels(known: Mapping[str, Any] | None) -> list[str]:
    if known is None:
        return ["–"] * len(LEVELS)
    return [
        f"not in {known['seconds']:,.0f}" if seconds is None else f"{seconds:,.0f}"
        for seconds in known["levels"].values()
    ]
