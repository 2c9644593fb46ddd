"""The page of the comparison: what was done, the table, the figures; and the files beside it."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from matplotlib.figure import Figure

from liquidtime.plot.style import to_svg
from liquidtime.runs.page.page import filled
from liquidtime.runs.write import write_atomically, write_text
from liquidtime.tasks.worm_atlas.scores import METRICS
from liquidtime.tasks.worm_atlas.split import GAPS_ALONE, MODEL, RELABELLED, REVERSED, SHUFFLED

PAGE = "worm-atlas.md"
_DOTS_AN_INCH = 130
_UNITS = {"steepness": "1/mV", "glutamate_reversal": "mV"}
_ABOUT = {
    MODEL: "7 constants, fitted",
    GAPS_ALONE: "1 constant: gap junctions, no chemical synapse",
    REVERSED: "7 constants, every chemical synapse turned around",
    "direct weights": "log(1 + count), chemical and gap, 2 weights",
    "direct, GABA negative": "the same, GABA counted negative",
    "direct, by transmitter": "a weight for each of 4 kinds and for gap junctions",
    "direct, arrows reversed": "chemical counts the wrong way around",
    "shortest path": "exp(−steps / length)",
    "random walk": "all ways of any length, 2 constants",
    "same class": "1 for twins, such as AVAL and AVAR, else 0",
    "responder's mean": "what the neuron answered to others; no anatomy",
    SHUFFLED: "model fitted anew, chemical partners at random, same degrees; gap junctions kept",
    RELABELLED: "model fitted anew, wiring kept, names at random",
}


def write_page(out: Path, record: Mapping[str, Any], figures: Mapping[str, Figure]) -> Path:
    """Write `worm-atlas.md` and the figures as SVG and PNG.

    Args:
        out: The folder, which is there.
        record: As `run` returns it.
        figures: By name.

    Returns:
        The page's path.
    """
    for name, figure in figures.items():
        write_text(out / f"worm-atlas-{name}.svg", to_svg(figure, f"worm-atlas-{name}"))
        write_atomically(
            out / f"worm-atlas-{name}.png",
            lambda beside, figure=figure: figure.savefig(beside, format="png", dpi=_DOTS_AN_INCH),
        )
    write_text(out / PAGE, page(record))
    return out / PAGE


def page(record: Mapping[str, Any], images: str = "") -> str:
    """The page as Markdown.

    Args:
        record: As `run` returns it.
        images: Put before the figures' names, such as "../images/".
    """
    values = {
        "facts": record["settings"],
        "first": record["splits"][0],
        "images": images,
        "results": results(record),
        "differences": differences(record),
        "constants": constants(record),
        "simulations": simulations(record),
    }
    return filled(Path(__file__).parent / "page.md.j2", values)


def results(record: Mapping[str, Any]) -> str:
    """The table of all predictors, nulls and the ceiling."""
    summary, first = record["summary"], record["splits"][0]
    lines = [
        "| predictor | what it is | Pearson | split 1 | Spearman | \\|r\\| | AUROC | sign |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for name, found in summary["scores"].items():
        alone = _number(first["scores"][name]["pearson"]["value"])
        cells = [_mean(found[metric]) for metric in METRICS]
        lines.append(_row(_bold(name), _ABOUT[name], cells[0], alone, *cells[1:]))
    for name, found in summary["nulls"].items():
        if found["pearson"]["mean"] is not None:
            cells = [_mean(found[metric]) for metric in METRICS]
            alone = first["nulls"][name]["pearson"]
            mean = _number(sum(alone) / len(alone))
            lines.append(_row(f"null: {name}", _ABOUT[name], cells[0], mean, *cells[1:]))
    ceiling = _mean(summary["ceiling"])
    alone = _number(first["ceiling"]["value"])
    lines.append(_row("noise ceiling", "from halves of the responses", ceiling, alone, *"––––"))
    return "\n".join(lines)


def differences(record: Mapping[str, Any]) -> str:
    """The table of the model's lead over each other predictor."""
    lines = ["| model less | Pearson | Spearman | AUROC |", "|---|---|---|---|"]
    for name, found in record["summary"]["model_minus"].items():
        cells = [_mean(found[metric], signed=True) for metric in ("pearson", "spearman", "auroc")]
        lines.append(_row(name, *cells))
    return "\n".join(lines)


def constants(record: Mapping[str, Any]) -> str:
    """The table of the model's fitted constants, one column a split."""
    splits = record["splits"]
    numbers = range(1, len(splits) + 1)
    lines = [
        _row("constant", "unit", *(f"split {number}" for number in numbers)),
        "|---" * (2 + len(splits)) + "|",
    ]
    for name in splits[0]["constants"][MODEL]:
        values = (f"{entry['constants'][MODEL][name]:.3g}" for entry in splits)
        lines.append(_row(name.replace("_", " "), _UNITS.get(name, "nS a count"), *values))
    lines.append(_row("loop gain", "1", *(f"{entry['gain']:.3f}" for entry in splits)))
    return "\n".join(lines)


def simulations(record: Mapping[str, Any]) -> str:
    """What the full nonlinear simulation gave, one line an amplitude."""
    lines = [
        f"Simulated in full, {entry['trials']} trials side by side in {entry['wall_seconds']:.0f} "
        f"s, a current of {entry['amplitude']:g} pA into one neuron a trial: potentials correlate "
        f"with the linear answer by {entry['pearson_with_linear']:.6f}, and with the measurement "
        f"of the first split's test half by {_number(entry['test_pearson_potential'])} "
        f"(calcium-like trace: {_number(entry['test_pearson_calcium'])}; the linear answer: "
        f"{_number(record['splits'][0]['scores'][MODEL]['pearson']['value'])})."
        for entry in record["simulation"]
    ]
    return "\n\n".join(lines)


def _row(*cells: str) -> str:
    return "| " + " | ".join(cells) + " |"


def _bold(name: str) -> str:
    return f"**{name}**" if name == MODEL else name


def _number(value: float | None, *, signed: bool = False) -> str:
    if value is None:
        return "–"
    return f"{value:+.3f}" if signed else f"{value:.3f}"


def _mean(found: Mapping[str, float | None], *, signed: bool = False) -> str:
    low, high = found.get("low", found["least"]), found.get("high", found["largest"])
    ends = f"{_number(low, signed=signed)}, {_number(high, signed=signed)}"
    return f"{_number(found['mean'], signed=signed)} [{ends}]"
