"""What the report says of forecasts: scores by lead, beside naive ones, and one forecast drawn."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from liquidtime.data.forecast.plan import ForecastPlan
from liquidtime.plot.fit.fan import fan_chart
from liquidtime.plot.fit.leads import lead_scores
from liquidtime.plot.style import to_svg
from liquidtime.runs.page.blocks import Beside, Block, Figure, Folded, Paragraph, Section, Table
from liquidtime.train.ahead import plan_of
from liquidtime.train.folder.files import predictions_name
from liquidtime.train.report.naming import number, share

_MOST_COLUMNS = 4
_MOST_PAST = 200


def forecast_sections(
    path: Path, record: dict[str, Any], metrics: dict[str, Any], part: str
) -> list[Section]:
    """The sections of a forecast; none of other runs.

    Args:
        path: The run's folder.
        record: Its `config.json`.
        metrics: Its `metrics.json`.
        part: The part to show.
    """
    plan, found = plan_of(record.get("schema")), metrics[part].get("forecast")
    if plan is None or found is None:
        return []
    sections = [
        Section("Better than saying it will stay as it is?", _beside_naive(plan, found)),
    ]
    if len(plan.leads) > 1:
        sections.append(Section("How far ahead does it see?", _by_lead(plan, found)))
    drawn = _fans(path, record, plan, part)
    if drawn:
        sections.append(Section("One forecast", drawn))
    return sections


def skill_verdict(plan: ForecastPlan, found: dict[str, Any]) -> str:
    """Whether the forecasts beat the best naive one, in a sentence a column."""
    texts = []
    for column in found["columns"]:
        there = {k: v for k, v in column["naive"].items() if v["rmse"] is not None}
        if not there or column["rmse"] is None:
            continue
        best = min(there, key=lambda name: there[name]["rmse"])
        skill, name = there[best]["skill"], column["column"]
        if skill is None:
            continue
        if skill > 0:
            texts.append(
                f"{name}: yes. Its mean squared error is {share(skill)} below that of the best "
                f"naive forecast ({best})."
            )
        else:
            texts.append(
                f"{name}: no. The naive forecast “{best}” has a mean squared error "
                f"{share(-skill)} lower; use that one, or give more data or inputs."
                if skill < 0
                else f"{name}: no better than the naive forecast “{best}”."
            )
    return " ".join(texts)


def _beside_naive(plan: ForecastPlan, found: dict[str, Any]) -> list[Block]:
    header = ["", "forecast", "RMSE", "MAE", "MASE", "skill of the model"]
    rows, own = [], -1
    for column in found["columns"]:
        name = column["column"]
        own = len(rows) if len(found["columns"]) == 1 else -1
        rows.append(
            [
                name,
                "model",
                number(column["rmse"]),
                number(column["mae"]),
                number(column["mase"]),
                "",
            ]
        )
        scale = plan.scale[plan.target.index(name)] if plan.scale else 0.0
        for naive, score in column["naive"].items():
            mase = score["mae"] / scale if scale and score["mae"] is not None else None
            skill = "–" if score["skill"] is None else share(score["skill"])
            cells = [number(score["rmse"]), number(score["mae"]), number(mase), skill]
            rows.append([name, naive, *cells])
    note = (
        "Over all leads. Skill: share of the naive forecast's mean squared error that the model "
        "takes away. MASE: mean absolute error over that of "
        + (f"the value {plan.span(plan.seasons[-1])} before" if plan.seasons else "the last value")
        + " in the training part; below 1 is better than it."
    )
    table = Table(header, rows, own=own)
    return [Paragraph(skill_verdict(plan, found)), table, Paragraph(note, "note")]


def _by_lead(plan: ForecastPlan, found: dict[str, Any]) -> list[Block]:
    unit = "rows" if plan.by == "rows" else plan.time_unit or "in the unit of the data"
    figures = []
    for column in plan.target[:_MOST_COLUMNS]:
        entries = [entry for entry in found["outputs"] if entry["column"] == column]
        scores = {"model": [entry["rmse"] for entry in entries]}
        for naive in entries[0]["naive"]:
            scores[naive] = [entry["naive"][naive] for entry in entries]
        drawn = lead_scores(
            plan.leads,
            scores,
            lead_label=f"ahead ({unit})",
            title=column,
            score="RMSE",
            width=9.0 if len(plan.target) == 1 else 6.4,
        )
        figures.append(Figure(to_svg(drawn, f"RMSE of {column} by lead")))
    header = ["", "ahead", "RMSE", "MAE", "targets"]
    covered = "coverage" in found["outputs"][0]
    rows = [
        [
            entry["column"],
            entry["lead"][1:],
            number(entry["rmse"]),
            number(entry["mae"]),
            f"{entry['targets']:,}",
            *([_share(entry["coverage"])] if covered else []),
        ]
        for entry in found["outputs"]
    ]
    table = Table([*header, "inside the interval"] if covered else header, rows)
    return [
        Paragraph(lead_verdict(found)),
        Beside(figures),
        Folded("Each lead in numbers", [table]),
    ]


def lead_verdict(found: dict[str, Any]) -> str:
    """Up to which lead every naive forecast is beaten, in a sentence a column."""
    texts = []
    for column in dict.fromkeys(entry["column"] for entry in found["outputs"]):
        entries = [entry for entry in found["outputs"] if entry["column"] == column]
        ahead = [_beats_all(entry) for entry in entries]
        if None in ahead:
            continue
        if all(ahead):
            texts.append(f"{column}: at every lead its errors are smaller than the naive ones.")
        elif not any(ahead):
            texts.append(f"{column}: at no lead does it beat all naive forecasts.")
        else:
            worse = [
                entry["lead"] for entry, better in zip(entries, ahead, strict=True) if not better
            ]
            texts.append(f"{column}: a naive forecast is as good at {', '.join(worse)}.")
    return " ".join(texts)


def _beats_all(entry: dict[str, Any]) -> bool | None:
    naive = [value for value in entry["naive"].values() if value is not None]
    if entry["rmse"] is None or not naive:
        return None
    return entry["rmse"] < min(naive)


def _share(value: float | None) -> str:
    return "–" if value is None else share(value)


def _fans(path: Path, record: dict[str, Any], plan: ForecastPlan, part: str) -> list[Block]:
    """One forecast a column, made in the middle of the part."""
    file = path / predictions_name(part)
    frame = pd.read_csv(file, dtype={"id": str}, keep_default_na=False, na_values=[""])
    labels = plan.labels
    count = len(plan.leads)
    targets = frame[[f"target_{label}" for label in labels]].to_numpy(np.float64)
    pieces = frame["id"].str.rpartition("/")[0]
    at = _chosen(targets, pieces.to_numpy(str))
    if at is None:
        return []
    own = np.flatnonzero((pieces == pieces.iloc[at]).to_numpy())
    own = own[own <= at]
    first = plan.leads[0]
    step = first if plan.by == "time" else plan.gap
    times = -step * np.arange(len(own) - 1, -1, -1)
    quantiles = record["objective"].get("levels") or ()
    unit = "rows" if plan.by == "rows" else plan.time_unit
    figures: list[Block] = []
    for k, column in enumerate(plan.target[:_MOST_COLUMNS]):
        block = slice(k * count, (k + 1) * count)
        # What stands one lead ahead of a row is what was seen at the next one.
        seen = np.append(np.nan, targets[own[:-1], k * count])
        keep = slice(-min(_MOST_PAST, max(3 * count, 48)), None)
        said = frame.loc[at, [f"predicted_{label}" for label in labels[block]]]
        bands = None
        if len(quantiles) > 1:
            names = [
                [f"predicted_{label}_q{100 * level:g}" for level in quantiles]
                for label in labels[block]
            ]
            bands = np.array([frame.loc[at, each].to_numpy(np.float64) for each in names])
        drawn = fan_chart(
            (times[keep], seen[keep]),
            np.asarray(plan.leads),
            said.to_numpy(np.float64),
            truth=targets[at, block],
            quantiles=bands,
            levels=quantiles,
            name=column,
            time_label=f"{unit} from the forecast" if unit else "time from the forecast",
        )
        figures.append(Figure(to_svg(drawn, f"A forecast of {column}")))
    words = Paragraph(
        f"Series {pieces.iloc[at]}, made at {frame.loc[at, 'time']}, chosen by rule, not by looks: "
        f"in the middle of the {part} part of the series with the most forecasts."
        if pieces.iloc[at]
        else f"Made at {frame.loc[at, 'time']}."
    )
    return [words, *figures]


def _chosen(targets: np.ndarray, series: np.ndarray) -> int | None:
    """The middle row of those with every target, in the series that has the most of them."""
    whole = np.flatnonzero(np.isfinite(targets).all(1))
    if not whole.size:
        return None
    names, counts = np.unique(series[whole], return_counts=True)
    mine = whole[series[whole] == names[counts.argmax()]]
    return int(mine[len(mine) // 2])
