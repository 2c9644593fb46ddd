"""What moved the prediction of the example: found once, kept in the folder, drawn from there."""

import json
from collections.abc import Mapping
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

import numpy as np

from liquidtime.data.preprocess import Preprocessor
from liquidtime.data.series import IrregularSeries
from liquidtime.errors import InputError
from liquidtime.explain.attribution import Attribution
from liquidtime.explain.explainable import Explainable
from liquidtime.explain.integrated import integrate
from liquidtime.explain.leaving_out import EACH_UP_TO, occlude
from liquidtime.explain.output import Output
from liquidtime.explain.page import LIMITS, said_so_far, trace_section
from liquidtime.explain.question import Question, ask
from liquidtime.explain.words import amount, sentences
from liquidtime.models.contract import Model
from liquidtime.runs.page.blocks import Block, Folded, Paragraph, Section, Table
from liquidtime.runs.write import write_atomically
from liquidtime.train.config import FitConfig
from liquidtime.train.folder.files import ATTRIBUTION
from liquidtime.train.objectives.contract import Objective
from liquidtime.train.report.naming import class_names, pieces_of, quoted

# Points between the baseline and the series; stretches of time that are left out at once.
_NODES, _FEWEST_NODES = 64, 16
_STRETCHES, _FEWEST_STRETCHES = 24, 4
_MOST_ROWS, _PANELS = 4000, 4
TITLE = "What moved this prediction?"


def explainable(
    model: Model,
    preprocessor: Preprocessor,
    objective: Objective,
    config: FitConfig,
    record: Mapping[str, Any],
) -> Explainable:
    """A network with what is before and behind it, as `liquidtime.explain` takes it.

    Args:
        model: On the CPU.
        preprocessor: Makes its inputs.
        objective: Says what its outputs mean.
        config: Names it.
        record: What `config.json` holds.
    """
    facts, about = config.model.facts, record.get("about") or {}
    spoken = tuple(class_names(objective.labels, record))
    return Explainable(
        model,
        preprocessor,
        objective,
        name=facts.name,
        wiring=facts.wiring,
        time_unit=about.get("time_unit"),
        sees_future=facts.sees_future,
        spoken=spoken if len(spoken) == len(objective.labels) else (),
    )


def keep(path: Path, about: Explainable, series: IrregularSeries, each: float, room: float) -> str:
    """Find what moved the prediction of one series, and keep it.

    Args:
        path: Where to.
        about: The network.
        series: Exactly one, with rows.
        each: About how many seconds a row takes to predict.
        room: Seconds that there are.

    Returns:
        Why nothing was kept, such as "it would take too long"; "" where something was.
    """
    rows = len(series.times)
    if rows > _MOST_ROWS:
        return f"its {rows:,} rows are too many to draw"
    try:
        asked = ask(about, series, output=_output(about, series))
        found = _attributed(asked, each * rows, room)
    except InputError as error:
        return str(error).partition("\n")[0]
    if found is None:
        return "it would take long beside the training"
    _write(path, found, said_so_far(asked, rows), about)
    return ""


def sections(path: Path, metrics: Mapping[str, Any], record: Mapping[str, Any]) -> list[Section]:
    """The example's attribution in words and drawings; nothing in runs that did not look."""
    told, file = metrics["moved"], path / ATTRIBUTION
    if not told:
        return []
    # A piece is no series of the user's.
    whole = pieces_of(record) == "series"
    command = f"liquidtime explain RUN TABLE --id {told['series']}"
    if told["left_out"]:
        text = f"Not looked at for series {quoted(told['series'])}: {told['left_out']}."
        text += f" “{command}” may do it." if whole else ""
        return [Section(TITLE, [Paragraph(text)])]
    if not file.exists():
        return []
    found, so_far, sees = _read(file)
    blocks: list[Block] = [
        Paragraph(f"Series {quoted(told['series'])}, of the {told['part']} part, chosen by rule."),
        *map(Paragraph, sentences(found)),
    ]
    blocks += trace_section(found, so_far, **sees, panels=_PANELS).parts
    blocks.append(_totals(found))
    blocks.append(Paragraph(LIMITS + f" “{command}” does this for any series." * whole, "note"))
    return [Section(TITLE, blocks)]


def _totals(found: Attribution) -> Folded:
    """The amount of each variable in numbers, the largest first."""
    totals = sorted(found.totals.items(), key=lambda each: -abs(each[1]))
    rows = [[name, amount(value, signed=True)] for name, value in totals]
    title = "Each variable over the whole series"
    return Folded(title, [Table(["variable", found.output.words], rows)])


def _output(about: Explainable, series: IrregularSeries) -> str | None:
    """The label that is likeliest of several, the first of several values; None for the usual."""
    labels = about.meaning.labels
    if about.meaning.exclusive or len(labels) == 1:
        return None
    if not about.meaning.bounded:
        return labels[0]
    logits = [ask(about, series, output=label).value[0] for label in labels]
    return labels[int(np.argmax(logits))]


def _attributed(asked: Question, seconds: float, room: float) -> Attribution | None:
    """As fine as time allows; None where there is too little for the coarsest."""
    if asked.about.model.solve is None:
        # Forwards and backwards.
        nodes = min(_NODES, int(room / (3 * seconds)))
        return integrate(asked, nodes=nodes)[0] if nodes >= _FEWEST_NODES else None
    seen = int(asked.series.mask.sum())
    affordable = int(room / seconds)
    if seen <= min(affordable, EACH_UP_TO):
        return occlude(asked)
    there = int(asked.series.mask.any(0).sum())
    stretches = min(_STRETCHES, affordable // max(1, there))
    return occlude(asked, stretches=stretches) if stretches >= _FEWEST_STRETCHES else None


_ARRAYS = ("times", "values", "cells", "gaps", "absent", "static_values", "static")


def _write(path: Path, found: Attribution, so_far: np.ndarray | None, about: Explainable) -> None:
    arrays = {name: getattr(found, name) for name in _ARRAYS}
    if so_far is not None:
        arrays["so_far"] = so_far
    if found.together is not None:
        arrays["together"] = found.together
    apart = {*_ARRAYS, "together"}
    names = [field.name for field in fields(Attribution) if field.name not in apart]
    words = {name: getattr(found, name) for name in names} | {"output": asdict(found.output)}
    words["drawn"] = {
        "of_whole": not about.model.shape.per_step,
        "sees_future": about.sees_future,
    }

    def save(beside: Path) -> None:
        with beside.open("wb") as handle:
            np.savez_compressed(handle, words=json.dumps(words), **arrays)

    write_atomically(path, save)


def _read(path: Path) -> tuple[Attribution, np.ndarray | None, dict[str, bool]]:
    with np.load(path) as stored:
        arrays = dict(stored)
    words = json.loads(str(arrays.pop("words")))
    so_far, sees = arrays.pop("so_far", None), words.pop("drawn")
    for name in ("variables", "static_variables"):
        words[name] = tuple(words[name])
    words["labels"] = {name: tuple(labels) for name, labels in words["labels"].items()}
    words["output"] = Output(**words["output"])
    return Attribution(**arrays, **words), so_far, sees
