"""The report of a run: one HTML page that needs nothing else, to read or to print."""

from collections.abc import Sequence
from pathlib import Path

from liquidtime.runs.page.blocks import Block, Section
from liquidtime.runs.page.page import page
from liquidtime.runs.write import write_text
from liquidtime.train.folder.files import (
    ATTRIBUTION,
    EXAMPLE,
    HISTORY,
    REPORT,
    evaluated_run,
    predictions_name,
)
from liquidtime.train.folder.record import read_metrics, read_record
from liquidtime.train.report import alarms, moved, variables
from liquidtime.train.report import figures as report_figures
from liquidtime.train.report import tables as report_tables
from liquidtime.train.report.comparison import compare, shown_part
from liquidtime.train.report.forecast import forecast_sections
from liquidtime.train.run import Run

_TASKS = {
    "classify": "Classification",
    "multilabel": "Several labels",
    "regress": "Regression",
    "forecast": "Forecast",
}


def write(run_dir: Run | Path | str, *, extra_runs: Sequence[Run | Path | str] = ()) -> Path:
    """Write `report.html` of a run that has its results, from what its folder holds.

    Args:
        run_dir: The run, or its folder.
        extra_runs: Other finished runs on the same data, to show beside it, or their folders.

    Returns:
        The page's path.
    """
    path = run_dir.path if isinstance(run_dir, Run) else Path(run_dir)
    folder = evaluated_run(path)
    (config, _, _, record), metrics = read_record(folder), read_metrics(folder)
    folder.check(HISTORY, EXAMPLE, ATTRIBUTION, *map(predictions_name, ("validation", "test")))
    part = shown_part(metrics)
    about = record["about"]
    others = [run.path if isinstance(run, Run) else run for run in extra_runs]
    compared = compare([path, *others])
    sections = [
        Section("Result", report_tables.headline(metrics, part, record, config)),
        _filled(
            "Is it worth a network?", report_tables.baseline_table(metrics, part, record, config)
        ),
        Section("Models side by side", report_tables.comparison_table(compared))
        if extra_runs
        else None,
        *forecast_sections(path, record, metrics, part),
        *report_figures.prediction_sections(path, record, metrics, compared),
        alarms.section(path, record, metrics),
        variables.section(metrics),
        report_figures.example_section(path, record, config),
        *moved.sections(path, metrics, record),
        report_figures.wiring_section(record, config),
        report_figures.training_section(path, metrics),
        Section("All metrics", report_tables.metrics_table(metrics, record)),
        Section("Data", report_tables.data_summary(record)),
        Section("How this was done", report_tables.method(record, metrics, config)),
        Section("Configuration", report_tables.configuration(record)),
    ]
    title = about["title"] or f"{_TASKS[config.task]} with {config.model.facts.name}"
    subtitle = report_tables.subtitle(record, config, path)
    target = path / REPORT
    write_text(target, page(title, subtitle, [part for part in sections if part is not None]))
    return target


def _filled(title: str, parts: Sequence[Block]) -> Section | None:
    """A section; None where it would be empty."""
    return Section(title, parts) if parts else None
