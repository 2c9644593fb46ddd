"""Alarms: what they would be worth at a few thresholds, and whether they would do any good."""

from pathlib import Path
from typing import Any

import numpy as np

from liquidtime.plot.fit.decision import decision_curve
from liquidtime.plot.style import to_svg
from liquidtime.runs.page.blocks import (
    Beside,
    Block,
    Cell,
    Figure,
    Folded,
    Paragraph,
    Section,
    Table,
)
from liquidtime.train.folder.files import predictions_name
from liquidtime.train.objectives import catalogue as objectives
from liquidtime.train.report.comparison import shown_part
from liquidtime.train.report.naming import class_names, number, quoted, share
from liquidtime.train.score.operating import RULES, net_benefit
from liquidtime.train.score.predictions import read_predictions

_SHOWN = ("sensitivity", "specificity", "ppv", "npv", "alarms")
_HEADER = ["alarm from", "sensitivity", "specificity", "right alarms", "right all-clears", "alarms"]
_MOST_CLASSES = 6


def section(path: Path, record: dict[str, Any], metrics: dict[str, Any]) -> Section | None:
    """The operating points; of two classes the decision curve, too. None where there are none."""
    points = metrics["operating_points"]
    if not points:
        return None
    names = dict(
        zip(
            record["objective"]["labels"],
            class_names(record["objective"]["labels"], record),
            strict=True,
        )
    )
    part = shown_part(metrics)
    blocks: list[Block] = [Paragraph(answer(points, names))]
    labels = list(dict.fromkeys(point["class"] for point in points))
    for label in labels[:_MOST_CLASSES]:
        table = _table([point for point in points if point["class"] == label])
        title = f"{quoted(names[label])} against the rest"
        if len(names) == 2:
            blocks.append(table)
        elif label == labels[0]:
            blocks += [Paragraph(f"{title}:"), table]
        else:
            blocks.append(Folded(title, [table]))
    if len(labels) > _MOST_CLASSES:
        blocks.append(
            Paragraph(f"The other {len(labels) - _MOST_CLASSES}: metrics.json, operating_points.")
        )
    blocks.append(Paragraph(_note(points, part, record["objective"]["per_step"]), "note"))
    if len(names) == 2:
        objective = objectives.from_dict(record["objective"])
        found = read_predictions(path / predictions_name(part), objective)
        blocks += _decision(found.target == 1, found.prediction[:, 1], names[points[0]["class"]])
    return Section("What would alarms be worth?", blocks)


def answer(points: list[dict[str, Any]], names: dict[str, str]) -> str:
    """One operating point in a sentence."""
    point = points[0]
    found, right, alarms = (point[key] for key in ("sensitivity", "ppv", "alarms"))
    if found["value"] is None or alarms["value"] is None:
        return ""
    what = quoted(names[point["class"]])
    text = (
        f"With an alarm from a probability of {share(point['threshold'])} on, there would be "
        f"{100 * alarms['value']:.0f} alarms in 100; they find "
        f"{round(found['value'] * found['of']):,} of {found['of']:,} cases of {what}"
    )
    if right["value"] is None:
        return f"{text}."
    return f"{text}, and {100 * right['value']:.0f} % of them are right."


def _table(points: list[dict[str, Any]]) -> Table:
    rows = []
    for threshold in dict.fromkeys(point["threshold"] for point in points):
        own = [point for point in points if point["threshold"] == threshold]
        rules = "; ".join(RULES[point["rule"]] for point in own)
        cells = [_cell(own[0][name]) for name in _SHOWN]
        rows.append([Cell(share(threshold), below=rules), *cells])
    return Table([*_HEADER[:-1], "alarms in 100"], rows)


def _cell(found: dict[str, Any]) -> Cell:
    if found["value"] is None:
        return Cell("–")
    low, high = (f"{100 * found[end]:.0f}" for end in ("low", "high"))
    unsure = " !" * (found.get("reliable") is False)
    return Cell(f"{100 * found['value']:.0f} %", f"({low} to {high}{unsure})")


def _note(points: list[dict[str, Any]], part: str, per_step: bool) -> str:
    text = (
        "The thresholds were chosen on the validation part. Right alarms: how many of 100 alarms "
        "are cases (positive predictive value); right all-clears: how many of the others are none "
        "(negative predictive value). Both hold where cases are as frequent as here. In brackets: "
        "95 % intervals of Wilson."
    )
    if part == "validation":
        text += " They were measured there, too, so expect a little less on new series."
    if per_step:
        text += " The intervals treat steps as independent, so they are too narrow."
    if any(point[name].get("reliable") is False for point in points for name in _SHOWN):
        text += " (!) Of fewer than ten."
    return text


def _decision(truth: np.ndarray, probability: np.ndarray, name: str) -> list[Block]:
    rate = truth.mean()
    if not 0 < rate < 1:
        return []
    at = np.linspace(0.01, min(0.99, max(0.5, 1.5 * float(rate))), 99)
    own = net_benefit(truth, probability, at)
    everybody = rate - (1 - rate) * at / (1 - at)
    drawn = decision_curve(at, {"alarm by the network": own}, everybody)
    better = own > np.maximum(everybody, 0.0) + 1e-12
    if not better.any():
        text = (
            "Going by the network is nowhere better than an alarm for everybody, or for nobody: it "
            "would do no good as it is."
        )
    else:
        low, high = at[better].min(), at[better].max()
        best = int(np.argmax(own - np.maximum(everybody, 0.0)))
        gained = 100 * (own[best] - max(float(everybody[best]), 0.0))
        text = (
            f"Going by the network does more good than an alarm for everybody or for nobody where "
            f"alarms are given from {share(low)} to {share(high)} on; most at {share(at[best])}, "
            f"where it is worth {number(gained)} more found cases of {quoted(name)} in 100, "
            "without a further false alarm."
        )
    caption = (
        "Net benefit of a case or non-case, in the table of 100: found cases less false alarms, "
        "weighed by how many false alarms one takes for a case, which is what a threshold says: "
        "from 20 % on means four to one. The highest line is the best thing to do."
    )
    rows = [
        [
            share(level),
            *(number(100 * float(np.interp(level, at, line))) for line in (own, everybody)),
        ]
        for level in (0.05, 0.1, 0.2, 0.3, 0.5)
        if level <= at[-1]
    ]
    table = Table(["alarm from", "by the network", "for all"], rows)
    figure = Figure(to_svg(drawn, "Decision curve"), caption)
    return [Paragraph(text), Beside([figure, table])]
