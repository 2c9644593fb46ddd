"""One HTML page that says why: of one series, or of many."""

from dataclasses import replace
from typing import Any

import numpy as np
import torch

from liquidtime.data.series import IrregularSeries
from liquidtime.explain.attribution import Attribution
from liquidtime.explain.baseline import Baseline
from liquidtime.explain.explainable import explainable_of
from liquidtime.explain.over_series import Importance
from liquidtime.explain.question import Question, ask
from liquidtime.explain.read_out import Neurons, neurons
from liquidtime.explain.why import Method, attribute
from liquidtime.explain.words import amount, observations, probability, sentences, time_label
from liquidtime.models.common.predictor import Predictor
from liquidtime.plot.circuit.influence import circuit_influence
from liquidtime.plot.fit.attribution import (
    attribution_bars,
    attribution_totals,
    attribution_trace,
    contribution_strip,
)
from liquidtime.plot.style import to_svg
from liquidtime.runs.page.blocks import Block, Card, Cards, Figure, Paragraph, Section, Table
from liquidtime.runs.page.page import page

PANELS, NEURONS, ROWS = 7, 16, 15
"""Variables, neurons and observations that a page shows at most."""

LIMITS = (
    "This says what the network reacted to. It does not say what causes what, nor "
    "whether the network is right; where variables move together, which of them gets the credit is "
    "partly chance. Another baseline is another question, and has other amounts. Compared with "
    "“not observed”, a variable gets credit for having been measured at all, too, whatever its "
    "value: that it was ordered may say more than what it showed."
)


def explanation_page(
    given: Any,
    series: IrregularSeries,
    *,
    output: str | None = None,
    step: int | None = None,
    method: Method | None = None,
    baseline: Baseline | None = None,
    title: str | None = None,
) -> str:
    """Why the network said what it said of one series, as one HTML page that needs nothing else.

    Args:
        given: A run, a fitted estimator or an `Explainable`.
        series: Exactly one.
        output: As in `attribute`.
        step: As in `attribute`.
        method: As in `attribute`.
        baseline: As in `attribute`.
        title: Above the page; None for one that names the output and the series.

    Raises:
        InputError: As `attribute`.
        ImportError: If matplotlib or Jinja2 is not installed.
    """
    about = explainable_of(given)
    found = attribute(about, series, output=output, step=step, method=method, baseline=baseline)
    asked = ask(about, series, output=found.output.name, step=step)
    sections: list[Block] = [
        Section("In words", [Cards(_cards(asked, found)), *map(Paragraph, sentences(found))]),
        trace_section(
            found,
            said_so_far(asked, len(found.times)),
            of_whole=not about.model.shape.per_step,
            sees_future=about.sees_future,
        ),
        totals_section(found),
        Section("Strongest observations", [_strongest(found)]),
    ]
    if isinstance(about.model.network, Predictor):
        inside = neurons(about, series, output=found.output.name, step=step)
        sections += _inside(about.name, inside, time_label(found))
    sections.append(Section("How to read this", [Paragraph(LIMITS), Paragraph(_method(found))]))
    heading = (
        title or f"Why this answer? “{found.output.called or found.output.name}”, series {found.id}"
    )
    return page(heading, about.name, sections)


def importance_page(found: Importance, *, name: str, title: str | None = None) -> str:
    """What mattered over many series, as one HTML page that needs nothing else.

    Args:
        found: The importance.
        name: Of the network.
        title: Above the page; None for one that names the output.
    """
    words = found.output.words
    drawn = attribution_bars(
        found.names, found.size, found.low, found.high, found.direction, unit=words
    )
    caption = (
        "How far each variable moved the output, whichever way, on average over the series; bars "
        "are 95 % bootstrap intervals over series. The colour says which way it went: orange "
        "where it always raised, blue where it always lowered, grey where it did both."
    )
    numbers = (found.size, found.low, found.high, found.direction)
    rows = [
        [variable, *map(amount, numbers_of)]
        for variable, *numbers_of in zip(found.names, *(n.tolist() for n in numbers), strict=True)
    ]
    table = Table(["variable", "mean size", "from", "to", "mean with sign"], rows)
    sections = [
        Section("What mattered", [Figure(to_svg(drawn, "What mattered"), caption)]),
        Section("In numbers", [table]),
        Section("How to read this", [Paragraph(LIMITS)]),
    ]
    heading = title or f"What moves the {words}, over {len(found.ids):,} series"
    return page(heading, f"{name}; {found.method}", sections)


def trace_section(
    found: Attribution,
    so_far: np.ndarray | None,
    *,
    of_whole: bool,
    sees_future: bool,
    panels: int = PANELS,
) -> Section:
    """The series over time, its observations coloured by what they did.

    Args:
        found: The attribution.
        so_far: From `said_so_far`.
        of_whole: Whether the model says one thing of a series, and not one a step.
        sees_future: Whether what it says at a step depends on later steps.
        panels: Variables that are drawn at most.
    """
    totals = np.abs(found.cells).sum(0)
    seen = np.asarray(np.isfinite(found.values).any(axis=0))
    shown = [at for at in np.argsort(-totals, kind="stable").tolist() if seen[at]][:panels]
    classes = found.output.scale != "value"
    name = found.output.called or found.output.name
    drawn = attribution_trace(
        found.times,
        found.values[:, shown],
        found.cells[:, shown],
        names=[found.variables[at] for at in shown],
        unit=found.output.words,
        so_far=so_far,
        so_far_name=f"probability of {name}" if classes else name,
        time_label=time_label(found),
        labels=found.labels,
    )
    rest = int(seen.sum()) - len(shown)
    texts = ["Orange points raised the output, blue ones lowered it; the larger, the more."]
    if rest:
        texts.append(f"{rest} variables that did less are not shown.")
    if so_far is not None and of_whole:
        texts.append("Above: what the network would answer if the series ended there.")
    if sees_future:
        texts.append("The network reads both ways, so what is above has seen the future too.")
    return Section("Over time", [Figure(to_svg(drawn, "Over time"), " ".join(texts))])


def totals_section(found: Attribution) -> Section:
    """The amounts of the variables over the whole series."""
    drawn = attribution_totals(found.totals, unit=found.output.words)
    caption = "The amounts of all of a variable's observations together."
    if found.error is not None:
        caption += (
            f" They add up to {amount(found.value - found.baseline_value, signed=True)}, the "
            f"difference to the baseline, but for {amount(found.error)}."
        )
    return Section("By variable", [Figure(to_svg(drawn, "By variable"), caption)])


def _cards(asked: Question, found: Attribution) -> list[Card]:
    cards = []
    if found.output.scale == "log-odds":
        name = found.output.called or found.output.name
        cards.append(Card(f"probability of {name}", amount(probability(found.value))))
        cards.append(Card("of the baseline", amount(probability(found.baseline_value))))
    cards.append(Card(found.output.words, amount(found.value)))
    cards.append(Card("of the baseline", amount(found.baseline_value), note=found.baseline))
    row = found.times[found.step]
    whole = found.step == len(found.times) - 1
    unit = f" {found.time_unit}" if found.time_unit else ""
    cards.append(Card("asked after", "the last row" if whole else f"{row:.4g}{unit}"))
    return cards


def _strongest(found: Attribution) -> Table:
    rows = [[one.what, amount(one.amount, signed=True)] for one in observations(found)[:ROWS]]
    return Table(["observed", found.output.words], rows)


@torch.no_grad()
def said_so_far(asked: Question, rows: int) -> np.ndarray | None:
    """The output after every row that was read, [T]; None of models that cannot be traced."""
    trace = asked.about.model.trace
    if trace is None:
        return None
    logits = trace(asked.encoded.batch([0])).logits[0].double()
    scale = "value" if asked.output.scale == "value" else "probability"
    said = replace(asked.output, scale=scale).of(logits).numpy()
    found = np.full(rows, np.nan)
    end = min(len(said), int(asked.steps[0]) + 1)
    found[:end] = said[:end]
    return found


def _inside(name: str, found: Neurons, label: str) -> list[Block]:
    order = np.argsort(-np.abs(found.so_far).max(0), kind="stable")[:NEURONS]
    words = found.output.words
    drawn = contribution_strip(
        found.times,
        found.so_far[:, order],
        names=[str(n) for n in order.tolist()],
        unit=words,
        time_label=label,
    )
    left = found.so_far.shape[1] - len(order)
    caption = (
        "What each neuron that the read-out sees adds to the output, if the series ended there. "
        f"With the read-out's own {amount(found.rest, signed=True)} they make its score, "
        f"{amount(found.score)}."
    )
    if left:
        caption += f" {left} neurons that add less are not shown."
    blocks: list[Block] = [Figure(to_svg(drawn, "By neuron"), caption)]
    done = found.synapses
    if done is not None and len(done.circuit.layers) > 1:
        nodes = done.by_source.copy()
        nodes[: len(found.adds)] = found.adds
        sensory, names = done.by_variable
        drawn = circuit_influence(
            done.circuit,
            nodes,
            sensory,
            done.internal,
            input_names=names,
            output_name=found.output.called or found.output.name,
            unit=words,
        )
        caption = (
            "The circuit at work. A motor neuron's colour is what it adds to the output; another "
            "neuron's is the influence of the synapses that leave it. A synapse's influence is how "
            "the output changes with its strength: 1 % stronger, and it changes by 1 % of it."
        )
        blocks.append(Figure(to_svg(drawn, "Circuit"), caption))
    return [Section(f"Inside the {name}", blocks)]


def _method(found: Attribution) -> str:
    if found.error is None:
        return (
            f"Method: occlusion. Each amount is the output less that had the observation not been "
            f"made; the model ran {found.evaluations:,} times. Observations that stand in for one "
            "another have small amounts each, and the amounts do not add up."
        )
    return (
        f"Method: integrated gradients from the baseline ({found.baseline}), the network run at "
        f"{found.evaluations:,} points between. The value of an observation, that it was made, and "
        "how long it stayed the latest are one amount, in the row where it was made."
    )
