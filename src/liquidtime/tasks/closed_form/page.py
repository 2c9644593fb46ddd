"""The page of a study: what was compared, figures, tables, one file without anything fetched."""

from collections.abc import Sequence
from pathlib import Path

from liquidtime.runs.page.blocks import (
    Block,
    Card,
    Cards,
    Cell,
    Figure,
    Folded,
    Paragraph,
    Section,
    Table,
)
from liquidtime.runs.page.page import page
from liquidtime.runs.provenance import provenance
from liquidtime.runs.write import write_text
from liquidtime.tasks.closed_form.comparison import PUBLISHED_OUTPUT_MSE, Comparison, settings
from liquidtime.tasks.closed_form.files import COST_FIGURE, TIME_FIGURE, TRAJECTORY_FIGURE
from liquidtime.tasks.closed_form.forms import Form
from liquidtime.tasks.closed_form.measure import Measured
from liquidtime.tasks.closed_form.table import HEADER, cells, power, selected

PAGE = "report.html"

_READ = (
    "Each form is compared with the ODE for the input model that it solves: constant, where the "
    "input of a step holds during the whole step, or linear, where it moves from one sample to "
    "the next at constant speed. “MSE if linear” is against the latter in every row: it has the "
    "error of taking the input to stand still. The truth is dopri5 at a relative tolerance of 1e-9 "
    "in float64."
)
_BIAS = (
    "Eq. 2 and what is built on it solve another ODE than the one that was trained: a second w_τ "
    "in the drive, and no leak potential. So they keep an error that does not fade, and no number "
    "of sub-steps mends it. Eq. 6–8 solves that other ODE exactly for input that stands still, and "
    "is as far from the LTC as Eq. 2: what is wrong is the ODE, not its solution. At elapsed 0 "
    "Eq. 2 and Algorithm 1 do not return the state. Algorithm 1 summed as printed counts the "
    "state once for every synapse."
)
_GIVEN = (
    "Here every neuron is told what its sources do, as Algorithm 1 takes it: the potentials of the "
    "other neurons at the samples come from the ODE. What remains is the error of the form itself. "
    "In the network above, the error of the linear form is mostly that of its assumption about the "
    "other neurons, whatever the number of nodes. “t from the start” takes the formula at its "
    "word: x(0) is the state at the start of the series and t the time since then."
)


def write_page(out: Path, found: Comparison, figures: dict[str, str]) -> Path:
    """Write `report.html`.

    Args:
        out: The study's folder.
        found: The study.
        figures: SVG of each figure, as `write_files` returns them.

    Returns:
        The page's path.
    """
    facts = settings(found)
    subtitle = (
        f"{facts['title']}. {facts['neurons']} neurons, {facts['sensory_synapses']} sensory and "
        f"{facts['recurrent_synapses']} recurrent synapses; {facts['series']} test series, "
        f"{facts['steps']:,} steps."
    )
    sections = [
        Paragraph(found.data.note, "note"),
        Section("Result", [_cards(found), Paragraph(_READ), Paragraph(_BIAS)]),
        Section("What accuracy costs", _cost(figures)),
        Section("Trajectories", [_trajectories(found, figures)]),
        Section("The network", [_table(selected(found.measured), True), *_every(found)]),
        Section("Each neuron, its sources given", [Paragraph(_GIVEN), _table(found.given, False)]),
        Section("Every neuron", _neurons(found)),
        Section("How this was done", [_method(found)]),
    ]
    target = out / PAGE
    write_text(target, page("Closed forms against the ODE", subtitle, sections))
    return target


def _cards(found: Comparison) -> Cards:
    fused = found.of(Form("fused", 6))
    linear = found.of(Form("closed_form_linear", 1, 3, "iterated"))
    alone = {entry.form: entry for entry in found.given}
    pair = alone[Form("fused", 6)], alone[Form("closed_form_linear", 1, 3, "frozen")]
    entries = [
        ("Eq. 2, published", power(found.of(Form("eq2")).output.mse), "output MSE in the network"),
        ("Fused Euler, K = 6", power(fused.output.mse), "output MSE; what it was trained with"),
        ("Linear closed form", power(linear.output.mse), "output MSE; 3 nodes, iterated, one step"),
        (
            "Sources given",
            f"{(pair[0].output.mse / pair[1].output.mse) ** 0.5:,.0f} ×",
            "smaller RMS error, linear with 3 nodes against fused Euler with K = 6",
        ),
    ]
    return Cards([Card(name, value, note) for name, value, note in entries])


def _cost(svgs: dict[str, str]) -> list[Block]:
    text = (
        "Down and left is better. Points of a line are sub-steps, from 1 at its left end. What "
        "diverges (explicit methods at few sub-steps, Algorithm 1 summed as printed) is left out. "
        f"Dashed: the output MSE published with Fig. 2 ({PUBLISHED_OUTPUT_MSE}), and the mean "
        "squared difference between the two input models: an error far below it is smaller than "
        "what nobody knows about the input."
    )
    timed = "The same against time, one thread, plain PyTorch without any kernel."
    return [Figure(svgs[COST_FIGURE], text), Figure(svgs[TIME_FIGURE], timed)]


def _trajectories(found: Comparison, svgs: dict[str, str]) -> Figure:
    return Figure(
        svgs[TRAJECTORY_FIGURE],
        "The longest test series; the output neuron and the three others that move most. Chosen by "
        "that rule, not by looks. Black: the ODE for the input model of the panel.",
    )


def _table(entries: Sequence[Measured], task: bool) -> Table:
    header = [name for name in HEADER if task or name != "task MSE"]
    return Table(header, [cells(entry, task=task) for entry in entries])


def _every(found: Comparison) -> list[Block]:
    truth = found.truth_task_mse
    text = (
        f"The ODE itself has a task MSE of {power(truth['constant'])} with constant and "
        f"{power(truth['linear'])} with linear input; the mean squared difference between the two "
        f"at the output is {power(found.input_models.mse)}."
    )
    return [Paragraph(text), Folded("Every form", [_table(found.measured, True)])]


def _neurons(found: Comparison) -> list[Block]:
    forms = [
        Form("eq2"),
        Form("algorithm1_mean"),
        Form("eq8"),
        Form("fused", 6),
        Form("exponential", 1),
        Form("closed_form_linear", 1, 3, "iterated"),
    ]
    header = ["neuron", *(form.name for form in forms)]
    columns = [found.of(form).neurons for form in forms]
    rows = []
    circuit = found.cell.circuit
    layers = {
        neuron: name
        for name, layer in zip(circuit.layer_names, circuit.layers, strict=True)
        for neuron in layer
    }
    for k, errors in enumerate(zip(*columns, strict=True)):
        name = f"{k}, {layers[k]}"
        rows.append([name, *(Cell(power(e.mse), below=power(e.max)) for e in errors)])
    text = "Mean squared error, and below it the largest, in the network."
    return [Paragraph(text), Table(header, rows)]


def _method(found: Comparison) -> Table:
    facts = settings(found)
    where = provenance()
    machine, versions = where["machine"], where["versions"]
    rows = [
        ["data", facts["source"]],
        ["parts", found.data.parts],
        ["training", "AutoNCP wiring, fused Euler with six sub-steps, squared error"],
        [
            "test error of the training",
            f"{found.run.metrics['test']['metrics']['mse']['value']:.4g}",
        ],
        ["seed", str(facts["seed"])],
        [
            "evaluations",
            "sigmoids or softplus tails, one a synapse that is there; sensory synapses once a step "
            "where the input stands still",
        ],
        ["time", "fastest of up to five runs over all series at once, divided by their steps"],
        [
            "machine",
            f"{machine['processor']}, {machine['torch_threads']} of {machine['cores']} cores",
        ],
        [
            "versions",
            ", ".join(f"{name} {version}" for name, version in versions.items() if version),
        ],
    ]
    return Table([], rows, numbers=False)
