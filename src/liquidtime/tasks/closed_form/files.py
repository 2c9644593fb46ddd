"""What a study leaves in its folder: JSON, tables, trajectories, figures."""

import csv
import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from liquidtime.plot.closed_form import Costed, Panel, error_against_cost, overlaid
from liquidtime.plot.style import to_svg
from liquidtime.runs.folder import Folder, Kind
from liquidtime.runs.provenance import provenance
from liquidtime.runs.write import json_text, write_atomically, write_text
from liquidtime.tasks.closed_form.comparison import (
    MODEL_FOLDER,
    PUBLISHED_OUTPUT_MSE,
    Comparison,
    families,
    headline,
    settings,
)
from liquidtime.tasks.closed_form.forms import Form
from liquidtime.tasks.closed_form.measure import Measured
from liquidtime.tasks.closed_form.table import markdown, selected

RECORD = "study.json"
TABLE = "study.csv"
MARKDOWN = "network.md"
MARKDOWN_GIVEN = "sources-given.md"
TRAJECTORIES = "trajectories.npz"
COST_FIGURE = "error-against-cost"
TIME_FIGURE = "error-against-time"
TRAJECTORY_FIGURE = "trajectories"
STUDY = Kind(
    noun="study",
    record=MODEL_FOLDER,
    last=RECORD,
    read_back=(TABLE, TRAJECTORIES),
    replaced=True,
)

_DRAWN_FAMILIES = (
    "eq2",
    "algorithm1_mean",
    "eq8",
    "fused",
    "exponential",
    "rk4",
    "euler",
)
_DRAWN_LINEAR = (("frozen", 3), ("extrapolated", 3), ("iterated", 3))
_SHOWN_NEURONS = 3


def write_files(out: Path, found: Comparison) -> dict[str, str]:
    """Write everything but the page; the record comes last.

    Args:
        out: The study's folder.
        found: The study.

    Returns:
        The figures as SVG, by name.
    """
    out.mkdir(parents=True, exist_ok=True)
    record = {
        "format": 1,
        "settings": settings(found),
        "headline": headline(found),
        "input_models_differ": vars(found.input_models),
        "ode_task_mse": found.truth_task_mse,
        "forms": [entry.to_dict() for entry in found.measured],
        "forms_with_given_sources": [entry.to_dict() for entry in found.given],
        **provenance(),
    }
    write_text(out / TABLE, table_csv(found))
    write_text(out / MARKDOWN, markdown(selected(found.measured)))
    write_text(out / MARKDOWN_GIVEN, markdown(found.given, task=False))
    _write_trajectories(out / TRAJECTORIES, found)
    svgs = {}
    for name, figure in figures(found).items():
        svgs[name] = to_svg(figure, name)
        write_text(out / f"{name}.svg", svgs[name])
        _write_png(out / f"{name}.png", figure)
    Folder(out, STUDY).finish(json_text(record))
    return svgs


def table_csv(found: Comparison) -> str:
    """One line a form and setting, one column a neuron's mean squared error at the end."""
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    neurons = [f"mse_neuron_{k}" for k in range(found.cell.hidden_size)]
    rows.writerow(
        [
            *("sources_given", "form", "family", "unfolds", "nodes", "sources", "input_model"),
            *("output_mse", "output_max", "output_bias"),
            *("output_mse_linear", "output_mse_symmetrised"),
            *("all_neurons_mse", "all_neurons_max", "task_mse"),
            *("evaluations_per_step", "microseconds_per_step", *neurons),
        ]
    )
    for given, entries in ((0, found.measured), (1, found.given)):
        for entry in entries:
            form = entry.form
            rows.writerow(
                [
                    *(given, form.name, form.family, form.unfolds, form.nodes or "", form.sources),
                    *(form.input_model, entry.output.mse, entry.output.max, entry.output.bias),
                    entry.if_linear.mse,
                    "" if entry.own is None else entry.own.mse,
                    *(entry.all_neurons.mse, entry.all_neurons.max),
                    entry.task_mse if np.isfinite(entry.task_mse) else "",
                    *(entry.evaluations, 1e6 * entry.seconds),
                    *(errors.mse for errors in entry.neurons),
                ]
            )
    return text.getvalue()


def figures(found: Comparison) -> dict[str, Figure]:
    """The figures of the study, by name."""
    levels = {
        f"paper, Fig. 2 (MSE {PUBLISHED_OUTPUT_MSE})": PUBLISHED_OUTPUT_MSE,
        "constant − linear input": found.input_models.mse,
    }
    chosen = _drawn(found)
    by_count = [_costed(label, entries, evaluations=True) for label, entries in chosen]
    by_time = [_costed(label, entries, evaluations=False) for label, entries in chosen]
    times, neurons = trajectories(found)
    unit = found.data.time_unit
    return {
        COST_FIGURE: error_against_cost(
            by_count, cost_name="sigmoid evaluations a step", levels=levels
        ),
        TIME_FIGURE: error_against_cost(by_time, cost_name="microseconds a step", levels=levels),
        TRAJECTORY_FIGURE: overlaid(times, neurons, time_label=f"time ({unit})"),
    }


def trajectories(found: Comparison) -> tuple[np.ndarray, dict[str, list[Panel]]]:
    """The longest test series: the output neuron and the three others that move most.

    Returns:
        Times [T], and by the name of each neuron its panels: published forms, the integrator it
        was trained with, the linear form; each beside the ODE for the input model it solves.
    """
    network = found.network
    series = int(network.there.sum(1).argmax())
    length = int(network.there[series].sum())
    moves = network.truth["constant"][series, :length, found.cell.output_size :].std(0)
    others = found.cell.output_size + moves.argsort(descending=True)[:_SHOWN_NEURONS]
    alone = {entry.form: entry for entry in found.given}
    printed = Form("algorithm1", from_start=True)
    columns: dict[str, dict[str, Measured]] = {
        "Published closed forms": {
            "Eq. 2": found.of(Form("eq2")),
            "Algorithm 1, weighted mean": found.of(Form("algorithm1_mean")),
            "Algorithm 1 as printed, sources given": alone[printed],
        },
        "Integrators, constant input": _named(found, Form("fused", 6), Form("exponential", 6)),
        "Closed form, linear input": _named(
            found,
            Form("closed_form_linear", 1, 3, "frozen"),
            Form("closed_form_linear", 1, 3, "iterated"),
        ),
    }

    def panel(title: str, entries: dict[str, Measured], neuron: int) -> Panel:
        input_model = next(iter(entries.values())).form.input_model
        return Panel(
            title,
            network.truth[input_model][series, :length, neuron].numpy(),
            {
                name: entry.states[series, :length, neuron].numpy()
                for name, entry in entries.items()
            },
        )

    rows = {}
    for neuron in (0, *sorted(others.tolist())):
        name = f"neuron {neuron}" + (" (output)" if neuron < found.cell.output_size else "")
        rows[name] = [panel(title, entries, neuron) for title, entries in columns.items()]
    return network.elapsed[series, :length].cumsum(0).numpy(), rows


def _named(found: Comparison, *forms: Form) -> dict[str, Measured]:
    return {form.name: found.of(form) for form in forms}


def _drawn(found: Comparison) -> list[tuple[str, list[Measured]]]:
    """Families that the figures show, under short names."""
    wanted = {Form(name).group for name in _DRAWN_FAMILIES}
    wanted |= {Form("closed_form_linear", 1, n, kind).group for kind, n in _DRAWN_LINEAR}  # pyright: ignore[reportArgumentType]
    return [(name, entries) for name, entries in families(found) if name in wanted]


def _costed(label: str, entries: Sequence[Measured], *, evaluations: bool) -> Costed:
    cost = [e.evaluations if evaluations else 1e6 * e.seconds for e in entries]
    return Costed(
        label,
        np.array([entry.output.mse for entry in entries]),
        np.array(cost, dtype=np.float64),
    )


def _write_trajectories(path: Path, found: Comparison) -> None:
    arrays: dict[str, Any] = {
        f"truth_{name}": states.numpy() for name, states in found.network.truth.items()
    }
    arrays |= {entry.form.name: entry.states.numpy() for entry in selected(found.measured)}
    arrays |= {
        "elapsed": found.network.elapsed.numpy(),
        "there": found.network.there.numpy(),
        "inputs": found.network.x.numpy(),
    }

    def save(beside: Path) -> None:
        with beside.open("wb") as handle:
            np.savez_compressed(handle, **arrays)

    write_atomically(path, save)


def _write_png(path: Path, figure: Figure) -> None:
    write_atomically(path, lambda beside: figure.savefig(beside, format="png", dpi=144))
