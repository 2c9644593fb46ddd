"""Fit: from series and a configuration to a run folder."""

import contextlib
import csv
import dataclasses
import io
import json
import statistics
from pathlib import Path
from typing import Any

import torch.distributed as dist
from safetensors.torch import save

from liquidtime.data.preprocess import Preprocessor
from liquidtime.data.series import IrregularSeries
from liquidtime.data.splits import Split
from liquidtime.errors import InputError
from liquidtime.models.predictor import Predictor
from liquidtime.runs.digests import read_json
from liquidtime.runs.folder import Folder
from liquidtime.runs.provenance import provenance
from liquidtime.runs.write import json_text, write_atomically, write_json, write_text
from liquidtime.train.config import About, FitConfig
from liquidtime.train.files import (
    EXAMPLE,
    FIT,
    HISTORY,
    RECORD,
    SPLIT,
    WEIGHTS,
    predictions_name,
)
from liquidtime.train.fingerprint import fingerprint
from liquidtime.train.history import write_history
from liquidtime.train.loop import Trained, process_rank, train
from liquidtime.train.objective import Objective
from liquidtime.train.report import write as report
from liquidtime.train.report.example import choose_example, write_example
from liquidtime.train.report.naming import model_name
from liquidtime.train.report.summary import summarise
from liquidtime.train.run import Run, new_predictor
from liquidtime.train.score.outputs import predict_logits
from liquidtime.train.score.parts import part_metrics, scored
from liquidtime.train.score.predictions import Predictions, write_predictions
from liquidtime.train.seeds import seed_weights
from liquidtime.train.stored import preprocessor_to


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
) -> Run:
    """Fit a network and write its run folder.

    The training part teaches, the validation part chooses the epoch, the test part is looked at
    once, at the end, with the chosen weights. Statistics for standardising come from the training
    part alone. A process killed at any moment loses at most one epoch: with `resume` the run goes
    on and, on the CPU, ends with the same weights as an unbroken one.

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

    Returns:
        The finished run.

    Raises:
        InputError: If the data, the split or the folder does not fit; nothing is written then.
        KeyboardInterrupt: On Ctrl-C; every finished epoch is safe and `resume` goes on.
    """
    out = Path(out)
    _check(data, split)
    training_part = data.select(split.train)
    objective = Objective.of_training(training_part, config)
    preprocessor = preprocessor or Preprocessor.fit(training_part)
    # Through JSON and back, so that a resumed run compares like with like.
    record = json.loads(
        json.dumps(
            {
                "format": 1,
                "config": config.to_dict(),
                "objective": objective.to_dict(),
                "preprocessor": preprocessor_to(preprocessor),
                "schema": schema,
                "about": dataclasses.asdict(about or About()),
                "data": summarise(data, split),
                "fingerprint": fingerprint(data, split),
            }
        )
    )
    leads, folder = process_rank() == 0, Folder(out, FIT)
    with folder.claim(resume=resume) if leads else contextlib.nullcontext():
        if leads:
            _begin(folder, record, data, split)
        training = preprocessor.encode(training_part)
        validation = preprocessor.encode(data.select(split.validation))
        seed_weights(config.train.seed)
        predictor = new_predictor(preprocessor, objective, config)
        trained = train(
            predictor,
            objective,
            training,
            validation,
            config.train,
            folder=out,
            resume=resume,
            label=model_name(config.model) if progress else None,
        )
        predictor.to("cpu")
        if leads:
            _finish(folder, data, split, config, objective, preprocessor, predictor, trained)
        if dist.is_initialized():
            dist.barrier()
        return Run.load(out)


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


def _begin(folder: Folder, record: dict[str, Any], data: IrregularSeries, split: Split) -> None:
    """Write what the run is told, or check that it is what it was told at first."""
    if folder.begun:
        folder.check_same(_told(read_json(folder.path / RECORD)), _told(record))
        return
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(["id", "part"])
    for name in ("train", "validation", "test"):
        rows.writerows([data.ids[k], name] for k in getattr(split, name))  # pyright: ignore
    write_text(folder.path / SPLIT, text.getvalue())
    write_json(folder.path / RECORD, record | provenance())


def _told(record: dict[str, Any]) -> dict[str, Any]:
    return record["config"] | {name: record[name] for name in ("fingerprint", "preprocessor")}


def _finish(
    folder: Folder,
    data: IrregularSeries,
    split: Split,
    config: FitConfig,
    objective: Objective,
    preprocessor: Preprocessor,
    predictor: Predictor,
    trained: Trained,
) -> None:
    """Evaluate and write everything; `metrics.json` comes last."""
    out = folder.path
    weights = {name: tensor.contiguous() for name, tensor in predictor.state_dict().items()}
    write_atomically(out / WEIGHTS, lambda beside: beside.write_bytes(save(weights)))
    write_history(out / HISTORY, trained.history)
    table = _training_figures(config, predictor, trained)
    shown = split.test if len(split.test) else split.validation
    for name in ("validation", "test"):
        chosen = getattr(split, name)
        table[name] = None
        if not len(chosen):
            continue
        part = data.select(chosen)
        encoded = preprocessor.encode(part)
        logits = predict_logits(predictor, encoded)
        predictions = Predictions.of(objective, part, logits.numpy())
        write_predictions(out / predictions_name(name), predictions, part)
        found = scored(objective, logits, encoded.target, encoded.lengths)  # pyright: ignore
        table[name] = part_metrics(found, len(part))
        if chosen is shown:
            example = choose_example(predictions, part)
            if example is not None:
                write_example(out / EXAMPLE, part[example], predictor, preprocessor, objective)
    folder.finish(json_text(table))
    report.write(out)


def _training_figures(config: FitConfig, predictor: Predictor, trained: Trained) -> dict[str, Any]:
    seconds = [record["seconds"] for record in trained.history]
    return {
        "task": config.task,
        "selection": {"metric": trained.metric, "best_epoch": trained.best_epoch + 1},
        "epochs": len(trained.history),
        "stopped_early": trained.stopped_early,
        "seconds_per_epoch": statistics.median(seconds),
        "seconds_total": sum(seconds),
        "parameters": sum(p.numel() for p in predictor.parameters() if p.requires_grad),
    }
