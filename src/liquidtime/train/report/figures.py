"""The figures of the report, drawn from the files of a run."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from liquidtime.plot.circuit.wiring import wiring
from liquidtime.plot.fit.calibration import calibration_bins, calibration_curve
from liquidtime.plot.fit.precision_recall import precision_recall_curve
from liquidtime.plot.fit.residuals import predicted_against_true, residual_histogram
from liquidtime.plot.fit.roc import roc_curve
from liquidtime.plot.fit.trace import series_trace
from liquidtime.plot.fit.training import training_curves
from liquidtime.plot.style import to_svg
from liquidtime.runs.page.blocks import Beside, Cell, Figure, Paragraph, Section, Table
from liquidtime.train.ahead import plan_of
from liquidtime.train.config import FitConfig
from liquidtime.train.folder.files import EXAMPLE, HISTORY, predictions_name
from liquidtime.train.folder.history import read_history
from liquidtime.train.folder.stored import preprocessor_from
from liquidtime.train.objectives import catalogue as objectives
from liquidtime.train.report import answers
from liquidtime.train.report.comparison import ComparedRun, shown_part
from liquidtime.train.report.example import SeriesTrace, read_example
from liquidtime.train.report.naming import class_names, metric_name, quoted, share
from liquidtime.train.report.verdict import calibration_verdict
from liquidtime.train.score.predictions import read_predictions

_MOST_OUTPUTS = 6
_DEPENDENT = (
    "The bars treat steps as independent. Steps of one series are not, so the true intervals are "
    "wider; those of the metrics above allow for it."
)

Curves = dict[str, tuple[np.ndarray, np.ndarray]]


def prediction_sections(
    path: Path, record: dict[str, Any], metrics: dict[str, Any], compared: Sequence[ComparedRun]
) -> list[Section]:
    """What the predictions look like beside the truth: one section for classes, one a value."""
    labels, part = record["objective"]["labels"], shown_part(metrics)
    if record["objective"]["kind"] in ("values", "quantiles"):
        return _value_sections(path, record, part)
    if record["objective"]["kind"] == "labels":
        return _label_sections(path / predictions_name(part), record)
    truth, probability = _read_classes(path / predictions_name(part), labels)
    if not len(truth):
        return []
    names = class_names(labels, record)
    if len(labels) == 2:
        curves = {}
        own = compared[0].fingerprint
        compared = [run for run in compared if run.fingerprint == own][:_MOST_OUTPUTS]
        for run in compared:
            other = _read_classes(run.path / predictions_name(run.part), labels)
            curves[_with_value(run, "auroc")] = (other[0] == 1, other[1][:, 1])
        against = dict(
            zip([_with_value(r, "auprc") for r in compared], curves.values(), strict=True)
        )
        calibrated = (truth == 1, probability[:, 1])
        meaning = f"{compared[0].name}: the predicted probability of {quoted(names[1])}"
    else:
        curves = {
            name: (truth == k, probability[:, k]) for k, name in enumerate(names[:_MOST_OUTPUTS])
        }
        against = curves
        calibrated = (probability.argmax(axis=1) == truth, probability.max(axis=1))
        meaning = f"{compared[0].name}: the probability of the predicted class and how often it is"
    as_if = " (As if steps were independent.)" if record["objective"]["per_step"] else ""
    return [
        Section(
            "Does it tell the classes apart?",
            [
                Paragraph(answers.told_apart(metrics, curves, part)),
                _class_figures(curves, against, labels),
            ],
        ),
        Section(
            "Are the probabilities right?",
            [
                Paragraph(calibration_verdict(calibration_bins(*calibrated)) + as_if),
                Beside([_calibration(calibrated, meaning), _frequencies(*calibrated)]),
                Paragraph(_DEPENDENT if record["objective"]["per_step"] else "", "note"),
            ],
        ),
    ]


def example_section(path: Path, record: dict[str, Any], config: FitConfig) -> Section | None:
    """One series: hidden state and prediction over time; None where none was kept."""
    trace = read_example(path / EXAMPLE)
    if trace is None:
        return None
    objective, unit = record["objective"], record["about"]["time_unit"]
    classes = objective["kind"] == "classes"
    names = class_names(objective["labels"], record)
    bounded = objectives.from_dict(objective).bounded
    labels, outputs = _shown_outputs(trace, names, classes)
    drawn = series_trace(
        trace.times,
        trace.hidden,
        outputs,
        labels=labels,
        output_name=_output_name(labels, bounded),
        observed=trace.observed,
        truth=_truth_per_step(trace, objective),
        probabilities=bounded,
        time_label=f"time ({unit})" if unit else "time",
    )
    texts = [f"Series {trace.id}, chosen by rule, not by looks: {_rule(objective, names)}."]
    if classes and not objective["per_step"] and trace.target is not None:
        own = int(trace.target[0])
        texts += [f"It belongs to class {quoted(names[own])}."] if own >= 0 else []
    if not objective["per_step"]:
        texts.append(
            "The prediction so far is what the network would answer if the series ended there; "
            "it was trained on whole series only."
        )
    if config.model.facts.sees_future:
        texts.append("This network reads both ways, so each point has seen the future too.")
    title = "One series from inside"
    return Section(title, [Figure(to_svg(drawn, title), " ".join(texts))])


def wiring_section(record: dict[str, Any], config: FitConfig) -> Section | None:
    """The circuit of a wired network; None for others."""
    spec = config.model.facts.wiring
    if spec is None:
        return None
    inputs = preprocessor_from(record["preprocessor"]).input_names
    circuit = spec.build(len(inputs))
    drawn = wiring(circuit)
    caption = (
        f"{len(inputs)} inputs and {circuit.units} neurons, of which "
        f"{circuit.output_size} motor neurons feed the read-out. Blue, solid: excitatory; "
        "orange, dashed: inhibitory."
    )
    return Section("Circuit", [Figure(to_svg(drawn, "Circuit"), caption)])


def training_section(path: Path, metrics: dict[str, Any]) -> Section:
    """Loss and metric over the epochs."""
    history, chosen = read_history(path / HISTORY), metrics["selection"]
    answer = Paragraph(answers.trained(metrics, history))
    drawn = training_curves(
        history["train_loss"],
        history["validation_loss"],
        history[f"validation_{chosen['metric']}"],
        metric=metric_name(chosen["metric"]),
        best_epoch=chosen["best_epoch"],
        epochs=history["epoch"],
    )
    caption = (
        "Dashed: the chosen epoch. The training loss is measured while dropout is on and the "
        "weights still move, so it may lie above the validation loss."
    )
    return Section("Training", [answer, Figure(to_svg(drawn, "Training curves"), caption)])


def _class_figures(curves: Curves, against: Curves, labels: Sequence[str]) -> Beside:
    several = "Each class against the rest. " if len(labels) > 2 else ""
    if several and len(labels) > len(curves):
        several += f"The first {len(curves)} of {len(labels)} are drawn. "
    return Beside(
        [
            Figure(
                to_svg(roc_curve(curves), "ROC curves"),
                f"{several}Up and left is better; the dashed line is guessing.",
            ),
            Figure(
                to_svg(precision_recall_curve(against), "Precision-recall curves"),
                f"{several}Up and right is better; dashed lines are guessing.",
            ),
        ]
    )


def _calibration(found: tuple[np.ndarray, np.ndarray], meaning: str) -> Figure:
    return Figure(
        to_svg(calibration_curve(*found), "Calibration"),
        f"{meaning}. Groups of nearly equal size; bars are 95 % intervals. On the dashed line, "
        "predicted and observed shares agree. Below: how many cases had which prediction.",
    )


def _frequencies(came: np.ndarray, probability: np.ndarray) -> Table:
    bins = calibration_bins(came, probability)
    columns = (bins[k] for k in ("predicted", "observed", "low", "high", "positives", "count"))
    rows = [
        [
            share(predicted),
            share(observed),
            Cell(range=f"{share(low)} to {share(high)}"),
            f"{int(positives):,} of {int(count):,}",
        ]
        for predicted, observed, low, high, positives, count in zip(*columns, strict=True)
    ]
    return Table(["predicted", "came true", "95 % interval", "cases"], rows)


def _label_sections(path: Path, record: dict[str, Any]) -> list[Section]:
    """Each label by itself, and the probabilities of all together."""
    objective = objectives.from_dict(record["objective"])
    found = read_predictions(path, objective)
    curves = {}
    for k, name in enumerate(objective.labels[:_MOST_OUTPUTS]):
        known = np.isfinite(found.target[:, k])
        positive = found.target[known, k] == 1
        if 0 < positive.sum() < len(positive):
            curves[name] = (positive, found.prediction[known, k])
    known = np.isfinite(found.target)
    if not curves:
        return []
    together = found.target[known] == 1, found.prediction[known]
    return [
        Section("Does it find the labels?", [_class_figures(curves, curves, objective.labels)]),
        Section(
            "Are the probabilities right?",
            [
                Paragraph(calibration_verdict(calibration_bins(*together))),
                Beside(
                    [
                        _calibration(together, "All labels together: predicted probabilities"),
                        _frequencies(*together),
                    ]
                ),
                Paragraph(_DEPENDENT if objective.per_step else "", "note"),
            ],
        ),
    ]


def _value_sections(path: Path, record: dict[str, Any], part: str) -> list[Section]:
    pairs = [*zip(record["objective"]["labels"], record["objective"]["mean"], strict=False)]
    plan = plan_of(record.get("schema"))
    if plan is not None and (count := len(plan.leads)) > 2:
        # Of a forecast the nearest and the furthest lead say enough.
        pairs = [pairs[k + at] for k in range(0, len(pairs), count) for at in (0, count - 1)]
    frame = pd.read_csv(path / predictions_name(part))
    sections = []
    for label, mean in pairs[:_MOST_OUTPUTS]:
        target = frame[f"target_{label}"].to_numpy(dtype=np.float64)
        prediction = frame[f"predicted_{label}"].to_numpy(dtype=np.float64)
        there = np.isfinite(target)
        if not there.any():
            continue
        pair = target[there], prediction[there]
        drawn = [
            to_svg(predicted_against_true(*pair, name=label), f"Predicted and true {label}"),
            to_svg(residual_histogram(*pair, name=label), f"Residuals of {label}"),
        ]
        body = Beside([Figure(svg) for svg in drawn])
        answer = Paragraph(answers.errors(*pair, mean))
        sections.append(Section(f"Predictions of {label}", [answer, body]))
    return sections


def _read_classes(path: Path, labels: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
    """Class numbers and probabilities of the rows that have a target."""
    frame = pd.read_csv(path, dtype={"target": str, "predicted": str}, keep_default_na=False)
    numbers = {label: k for k, label in enumerate(labels)}
    truth = np.array([numbers.get(name, -1) for name in frame["target"]], dtype=np.int64)
    columns = np.stack([frame[f"probability_{label}"].to_numpy() for label in labels], axis=1)
    return truth[truth >= 0], columns[truth >= 0].astype(np.float64)


def _with_value(run: ComparedRun, metric: str) -> str:
    value = run.metrics[metric]["value"]
    return run.name if value is None else f"{run.name}, {metric_name(metric)} {value:.3f}"


def _shown_outputs(
    trace: SeriesTrace, labels: Sequence[str], classes: bool
) -> tuple[list[str], np.ndarray]:
    """Of two classes the second says it all; of many outputs the first few are shown."""
    if classes and len(labels) == 2:
        return [labels[1]], trace.outputs[:, 1:]
    return list(labels[:_MOST_OUTPUTS]), trace.outputs[:, :_MOST_OUTPUTS]


def _output_name(labels: Sequence[str], classes: bool) -> str:
    if classes:
        return f"probability of {quoted(labels[0])}" if len(labels) == 1 else "probability"
    return labels[0] if len(labels) == 1 else "value"


def _truth_per_step(trace: SeriesTrace, objective: dict[str, Any]) -> np.ndarray | None:
    """Targets [T, K] for drawing, NaN where there is none; a series' one value stands at its end.

    Classes are drawn only where there are two and one a step; elsewhere the caption names them.
    """
    if trace.target is None:
        return None
    target, steps = np.asarray(trace.target, dtype=np.float64), len(trace.times)
    if objective["kind"] == "classes":
        if not objective["per_step"] or len(objective["labels"]) != 2:
            return None
        return np.where(target >= 0, target, np.nan)[:, None]
    if objective["per_step"]:
        return target.reshape(steps, -1)[:, :_MOST_OUTPUTS]
    drawn = np.full((steps, target.size), np.nan)
    drawn[-1] = target.reshape(-1)
    return drawn[:, :_MOST_OUTPUTS]


def _rule(objective: dict[str, Any], names: Sequence[str]) -> str:
    binary = objective["kind"] == "classes" and len(names) == 2
    if binary and not objective["per_step"]:
        return (
            f"of the series of class {quoted(names[1])}, the one with the median "
            "predicted probability"
        )
    return "the series of median length"
