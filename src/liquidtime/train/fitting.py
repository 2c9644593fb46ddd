"""Fit: from series and a configuration to a run folder."""

import contextlib
import csv
import dataclasses
import io
import json
import shutil
import statistics
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
import torch.distributed as dist
from numpy.typing import ArrayLike
from torch import Tensor

from liquidtime.data import ragged
from liquidtime.data.encoded import EncodedSeries, checked_weight
from liquidtime.data.preprocess import Preprocessor
from liquidtime.data.series import IrregularSeries
from liquidtime.data.splits import Split
from liquidtime.data.strangers import warn_of_strangers
from liquidtime.errors import InputError
from liquidtime.models.contract import Model
from liquidtime.runs.claim import claimed
from liquidtime.runs.folder import Folder
from liquidtime.runs.provenance import provenance
from liquidtime.runs.write import json_text, naming, write_json, write_text
from liquidtime.train.account import Trained, account
from liquidtime.train.ahead import origins_of, plan_of, segments_of
from liquidtime.train.baseline.standing import Answered, Which
from liquidtime.train.config import About, FitConfig, check_forwards
from liquidtime.train.defaults import resolved
from liquidtime.train.folder.checkpoints import Progress
from liquidtime.train.folder.files import (
    CHECKPOINTS,
    EXAMPLE,
    FIT,
    HISTORY,
    RECALIBRATION,
    RECORD,
    REFIT,
    SPLIT,
    TENSORBOARD,
    WEIGHTS,
    predictions_name,
    undrawn,
)
from liquidtime.train.folder.fingerprint import fingerprint
from liquidtime.train.folder.history import write_history
from liquidtime.train.folder.record import read_record
from liquidtime.train.folder.stored import preprocessor_to
from liquidtime.train.folder.weights import write_weights
from liquidtime.train.line import fit_line, lined
from liquidtime.train.loop import note_idle, train
from liquidtime.train.objectives import catalogue as objectives
from liquidtime.train.objectives.contract import Objective
from liquidtime.train.processes import check_accelerator, process_rank
from liquidtime.train.refit import Refitted, course, resolved_refit
from liquidtime.train.report import write as report
from liquidtime.train.report.example import choose_example, trace_series, write_example
from liquidtime.train.report.summary import summarise
from liquidtime.train.run import Run, check_memory, new_model
from liquidtime.train.score.bootstrap import draw
from liquidtime.train.score.forecast import forecast_scores, scores_over_time
from liquidtime.train.score.metrics import measures
from liquidtime.train.score.outputs import predict_logits
from liquidtime.train.score.parts import beside_targets, part_metrics
from liquidtime.train.score.predictions import Predictions, write_predictions
from liquidtime.train.score.recalibration import Recalibration, across, check_enough
from liquidtime.train.selection import selection


class _Part(NamedTuple):
    """A part of the data, encoded once for all that is done with it."""

    series: IrregularSeries
    encoded: EncodedSeries
    times: np.ndarray | None

    @classmethod
    def of(
        cls,
        data: IrregularSeries,
        chosen: np.ndarray,
        preprocessor: Preprocessor,
        model: Model,
        times: np.ndarray | None,
    ) -> "_Part":
        series = data.select(chosen)
        if times is not None:
            times = times[ragged.rows_of(data.lengths, torch.from_numpy(chosen)).numpy()]
        return cls(series, preprocessor.encode(series, reads=model.reads), times)


def fit(
    data: IrregularSeries,
    split: Split,
    config: FitConfig,
    out: Path | str,
    *,
    preprocessor: Preprocessor | None = None,
    resume: bool = False,
    progress: bool = True,
    schema: dict[str, Any] | None = None,
    about: About | None = None,
    times: np.ndarray | None = None,
    sample_weight: ArrayLike | None = None,
    baselines: Which = "auto",
) -> Run:
    """Fit a network and write its run folder.

    The training part teaches, the validation part chooses the epoch, the test part is looked at
    once, at the end, with the chosen weights; or, with `config.train.refit`, with those of a second
    training on the training and the validation part together, which are then the run's. What is
    said of the validation part always comes from the first training. Statistics for standardising
    come from the training part alone. A process killed at any moment loses at most one epoch: with
    `resume` the run goes on and, on the CPU, ends with the same weights as an unbroken one.

    Args:
        data: All series, with targets.
        split: Which series are for training, validation and test; the test part may be empty.
        config: Task, model and training.
        out: The run folder; new or empty, or of a stopped run if `resume`.
        preprocessor: Already fitted on the training part; by default it is fitted here.
        resume: Go on with a stopped run; starts anew where there is none.
        progress: Show the progress on standard error.
        schema: How the user's table was read; kept in the run for later tables.
        about: Title, source, split and time unit, for the report's reader.
        times: The time of each row of the data as the files of predictions shall hold it, such as
            the cells of a table; by default the numbers of the series.
        sample_weight: [N], how much each series counts in the losses; the scores count all alike.
            By default all count alike.
        baselines: How many plain models to set beside the network on the same split: "none", the
            "quick" ones, or "all"; "auto" takes those that cost little against the training.

    Returns:
        The finished run.

    Raises:
        InputError: If the data, the split or the folder does not fit; nothing is written then.
        KeyboardInterrupt: On Ctrl-C; every finished epoch is safe and `resume` goes on.
    """
    out = Path(out)
    _check(data, split)
    check_accelerator(config.train)
    weight = None if sample_weight is None else checked_weight(sample_weight, len(data))
    training_part = data.select(split.train)
    stopped = Folder(out, FIT)
    # A run goes on with what it began with, which another version may have made otherwise; that
    # the data are the same is checked.
    begun = read_record(stopped) if resume and stopped.begun else None
    if begun is not None and config.train.refit == "auto":
        kept = dataclasses.replace(config.train, refit=begun.config.train.refit)
        config = dataclasses.replace(config, train=kept)
    asked, config = config.train, resolved(config, training_part)
    objective = objectives.of_training(training_part, config)
    if config.recalibrate != "none":
        held = data.select(split.validation).target
        assert held is not None
        check_enough(held.cpu().numpy(), len(objective.labels))
    if preprocessor is None:
        if begun is None:
            preprocessor = Preprocessor.fit(training_part, embed=config.embedding.above)
        else:
            preprocessor = begun.preprocessor
    known = preprocessor.categories, preprocessor.static_categories
    if any(known):
        rest = data.select(np.concatenate([split.validation, split.test]))
        warn_of_strangers(rest, *known)
    plan = plan_of(schema)
    if plan is not None and schema is not None:
        check_forwards(config.model)
        names = preprocessor.input_names
        line = fit_line(plan, objective, names, preprocessor.encode(training_part))
        schema = schema | ({} if line is None else {"line": line._asdict()})
    # Before anything is written: building refuses what options do not show, such as a backend.
    check_memory(preprocessor, objective, config)

    def fresh() -> Model:
        built = new_model(preprocessor, objective, config)
        return lined(built, schema, objective, preprocessor.input_names)

    model = fresh()
    note_idle(asked, at_once=model.solve is not None)
    config = resolved_refit(config, model)
    # Through JSON and back, so that a resumed run compares like with like.
    record = json.loads(
        json.dumps(
            {
                "format": 2,
                "config": config.to_dict(),
                "objective": objective.to_dict(),
                "preprocessor": preprocessor_to(preprocessor),
                "schema": schema,
                "about": dataclasses.asdict(about or About()),
                "data": summarise(data, split),
                "fingerprint": fingerprint(data, split, weight),
            }
        )
    )
    leads, folder = process_rank() == 0, Folder(out, FIT)
    if resume and undrawn(out):
        return _drawn(folder, record)
    with folder.claim(resume=resume) if leads else contextlib.nullcontext():
        try:
            if leads:
                _begin(folder, record, data, split, resume=resume)
            validation = _Part.of(data, split.validation, preprocessor, model, times)
            learnt, measured = (
                preprocessor.encode(training_part, reads=model.reads),
                validation.encoded,
            )
            if weight is not None:
                learnt = learnt.weighted(weight[split.train])
                measured = measured.weighted(weight[split.validation])
            trained = train(
                model,
                objective,
                learnt,
                measured,
                config.train,
                folder=out,
                resume=resume,
                label=config.model.facts.name if progress else None,
            )
            model.network.to("cpu")
            first = model
            again: Refitted | None = None
            if config.train.refit == "yes":
                both = np.concatenate([split.train, split.validation])
                everything, model = data.select(both), fresh()
                learnt = preprocessor.encode(everything, reads=model.reads)
                if weight is not None:
                    learnt = learnt.weighted(weight[both])
                how = course(config.train, trained, len(both) / len(split.train))
                below = out / CHECKPOINTS / REFIT
                with naming(below):
                    below.mkdir(exist_ok=True)
                then = train(
                    model,
                    objective,
                    learnt,
                    None,
                    how.config,
                    folder=below,
                    resume=resume,
                    label=f"{config.model.facts.name}, refit" if progress else None,
                    until=how.until,
                    level=how.level,
                )
                assert then.plan is not None
                model.network.to("cpu")
                again = Refitted(model, everything, then.plan.steps_until(then.best + 1))
            if leads:
                parts = {"validation": validation}
                if len(split.test):
                    parts["test"] = _Part.of(data, split.test, preprocessor, first, times)
                ended = Trained(
                    config, preprocessor, objective, first, trained, training_part, again
                )
                _finish(folder, parts, ended, baselines, schema)
        except KeyboardInterrupt as stop:
            raise KeyboardInterrupt(
                f"Stopped. Every finished epoch is safe in {out}; "
                "run the same command with --resume to go on."
            ) from stop
        if dist.is_initialized():
            # The others read what the first process writes.
            dist.barrier()
        return Run.load(out)


def _drawn(folder: Folder, record: dict[str, Any]) -> Run:
    """A finished run whose page could not be drawn, with its page."""
    with claimed(folder.path):
        _check_same(folder, record)
        report.write(folder.path)
        return Run.load(folder.path)


def _check(data: IrregularSeries, split: Split) -> None:
    if data.target is None:
        raise InputError("The series have no target; expected one a series or one a step.")
    for name in ("train", "validation", "test"):
        part = getattr(split, name)
        if part.size and (part.min() < 0 or part.max() >= len(data)):
            raise InputError(
                f"The {name} part names series {part.min()} to {part.max()}; there are "
                f"{len(data)}, numbered from 0."
            )
        if not part.size and name != "test":
            raise InputError(
                f"The {name} part is empty; expected at least one series. "
                "Give more series, or another split."
            )
    chosen = data.select(split.validation).target
    assert chosen is not None
    there = ~chosen.isnan() if chosen.is_floating_point() else chosen >= 0
    if not bool(there.any()):
        raise InputError(
            f"None of the {len(split.validation)} validation series has a target, so no epoch can "
            "be chosen. Give more series with targets, or another split."
        )


def _begin(
    folder: Folder, record: dict[str, Any], data: IrregularSeries, split: Split, *, resume: bool
) -> None:
    """Write what the run is told, or check that it is what it was told at first."""
    if folder.begun and resume:
        _check_same(folder, record)
        if (folder.path / SPLIT).exists():
            return
    else:
        # First of all: whatever is left behind from here on can be gone on with.
        write_json(folder.path / RECORD, record | provenance())
        # Curves of an attempt that did not come to the end of an epoch.
        shutil.rmtree(folder.path / TENSORBOARD, ignore_errors=True)
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(["id", "part"])
    for name in ("train", "validation", "test"):
        rows.writerows([data.ids[k], name] for k in getattr(split, name))  # pyright: ignore
    write_text(folder.path / SPLIT, text.getvalue())


def _check_same(folder: Folder, record: dict[str, Any]) -> None:
    stored = read_record(folder)
    # As they would be written today: 0.1.0 stored the options of every model with each.
    told = {
        **stored.config.to_dict(),
        "preprocessor": preprocessor_to(stored.preprocessor),
        "objective": stored.objective.to_dict(),
        "fingerprint": stored.mapping["fingerprint"],
    }
    now = record["config"] | {name: record[name] for name in told if name in record}
    folder.check_same(json.loads(json.dumps(told)), now)


def _finish(
    folder: Folder,
    parts: dict[str, _Part],
    trained: Trained,
    baselines: Which,
    schema: dict[str, Any] | None,
) -> None:
    """Evaluate and write everything; until the page is drawn, the checkpoints stay.

    Done again, by a run that was stopped in here, it comes to the same files.
    """
    out, model, objective = folder.path, trained.model, trained.objective
    plan, pieces = plan_of(schema), segments_of(schema) is not None
    again = trained.again
    write_weights(out / WEIGHTS, model.network if again is None else again.model.network)
    history = trained.progress
    write_history(out / HISTORY, history.history)
    figures = _training_figures(trained.config, model, history)
    chosen = selection(trained.config.train, objective, _targets(objective, parts["validation"]))
    if chosen.metric == history.metric:
        figures["selection"]["reason"] = chosen.reason
    figures["refit"] = again and {"series": len(again.series), "steps": again.steps}
    table: dict[str, Any] = figures | {"validation": None, "test": None}
    answered: dict[str, Answered] = {}
    example: int | None = None
    for name, part in parts.items():
        model = trained.answering(name)
        logits = predict_logits(model, part.encoded)
        predictions = Predictions.of(objective, part.series, logits.numpy())
        if name == "validation" and trained.config.recalibrate != "none":
            predictions, objective = _set_right(folder, trained.config, predictions, part.series)
            trained = dataclasses.replace(trained, objective=objective)
        write_predictions(
            out / predictions_name(name),
            predictions,
            part.series,
            part.times,
            targets_only=pieces,
        )
        target: Tensor = part.encoded.target  # pyright: ignore[reportAssignmentType]
        found = beside_targets(objective, predictions.outputs, target, part.encoded.lengths)
        drawn = draw(measures(found), found.cluster)
        answered[name] = Answered(part.series, found, drawn)
        table[name] = part_metrics(found, len(part.series), drawn=drawn)
        if plan is not None:
            asked = plan, objective, part.series, predictions.outputs
            table[name]["forecast"] = forecast_scores(*asked)
            if name == "test" and (block := origins_of(schema, part.series, part.times)):
                table[name]["forecast"]["over_time"] = scores_over_time(*asked, *block)
        # The example is of the test part, or of the validation part where there is no test: what
        # the last part has.
        example = choose_example(predictions, part.series)
        if part is list(parts.values())[-1] and model.trace is not None and example is not None:
            alone = part.series[example], part.encoded.select([example])
            write_example(out / EXAMPLE, trace_series(*alone, model, objective))
    table |= account(out, trained, answered, table, baselines, plan, example)
    folder.finish(json_text(table), lambda: report.write(out))


def _set_right(
    folder: Folder, config: FitConfig, predictions: Predictions, series: IrregularSeries
) -> tuple[Predictions, Objective]:
    """Predictions of the validation part recalibrated, and the objective that does so from now on.

    Raises:
        InputError: If the validation part is too small for it.
    """
    assert series.target is not None and config.recalibrate != "none"
    plain, target = predictions.outputs, series.target.cpu().numpy()
    cluster = np.arange(len(target))
    if series.per_step:
        cluster = ragged.series_of_rows(series.lengths).numpy()
    there = target >= 0
    found = Recalibration.fit(config.recalibrate, plain[there], target[there])
    write_json(folder.path / RECALIBRATION, found.to_dict())
    objective = dataclasses.replace(predictions.objective, recalibration=found)  # pyright: ignore
    honest = across(config.recalibrate, plain, target, cluster)
    return dataclasses.replace(predictions, outputs=honest, objective=objective), objective


def _targets(objective: Objective, part: _Part) -> np.ndarray:
    """The targets of a part that are there."""
    assert part.encoded.target is not None
    target, there = objective.truth(part.encoded.target)
    return target[there]


def _training_figures(config: FitConfig, model: Model, trained: Progress) -> dict[str, Any]:
    seconds, how_long = [record["seconds"] for record in trained.history], trained.plan
    assert how_long is not None
    return {
        "task": config.task,
        "selection": {
            "metric": trained.metric,
            "best_epoch": trained.best_epoch + 1,
            "best_step": how_long.steps_until(trained.best + 1),
        }
        | ({} if model.solve is None else {"at_once": True}),
        "epochs": how_long.epoch(len(seconds) - 1) + 1,
        "steps": how_long.steps_until(len(seconds)),
        "stopped_early": model.solve is None and len(seconds) < how_long.rounds,
        "seconds_per_epoch": statistics.median(seconds) / how_long.passes,
        "seconds_total": sum(seconds),
        "parameters": sum(p.numel() for p in model.network.parameters() if p.requires_grad),
    }
