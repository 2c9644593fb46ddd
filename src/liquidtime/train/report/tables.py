"""The words and tables of the report."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from liquidtime.data.categories import listed
from liquidtime.runs.page.blocks import (
    Block,
    Card,
    Cards,
    Cell,
    Columns,
    Folded,
    Paragraph,
    Table,
)
from liquidtime.train.baseline import together
from liquidtime.train.config import FitConfig
from liquidtime.train.report import answers
from liquidtime.train.report.beside import beside
from liquidtime.train.report.comparison import ComparedRun, headline_metrics
from liquidtime.train.report.naming import (
    capital,
    class_names,
    interval,
    metric_name,
    number,
    pieces_of,
    quoted,
    seconds,
    share,
)

_LISTED = 6
_MEANING = {
    "auroc": "chance that a case is ranked above a non-case; 0.5 is guessing",
    "auprc": "share of right alarms, averaged over all thresholds",
    "brier": "mean squared error of the probability; lower is better",
    "r2": "share of the variance explained; 1 is perfect",
    "mse": "in the squared unit of the target; lower is better",
    "mae": "in the unit of the target; lower is better",
    "pinball": "mean loss of the quantiles; lower is better",
    "coverage": "share of the targets between the outermost quantiles",
}


def subtitle(record: dict[str, Any], config: FitConfig, path: Path) -> str:
    """The line under the title."""
    return (
        f"{config.model.facts.name} · run {path.resolve().name} · {record['created'][:10]} · "
        f"liquidtime {record['versions']['liquidtime']}"
    )


def headline(
    metrics: dict[str, Any], part: str, record: dict[str, Any], config: FitConfig
) -> list[Block]:
    """The verdict; the figures that matter, large; and what they were measured on."""
    found, what = metrics[part], pieces_of(record)
    advice = metrics["recommendation"]
    verdict = [Paragraph(answers.reached(metrics, part, config.model.facts.name, what), "verdict")]
    verdict += [Paragraph(advice["text"], "verdict")] if advice else []
    names = answers.names_of(record)
    cautions = [
        Paragraph(answers.caution(metrics[name], f"the {name} part", names, what), "caution")
        for name in ("validation", "test")
        if metrics[name]
    ]
    several = len(found.get("counts", ())) > 2
    cards = []
    for name in headline_metrics(found["metrics"]):
        value = found["metrics"][name]
        meaning = _MEANING[name]
        if name == "auprc" and "positives" in found and found["targets"]:
            meaning += f"; guessing gives {found['positives'] / found['targets']:.3f}"
        if name == "coverage" and "nominal" in found:
            meaning += f"; {found['nominal']:.3f} would be right"
        if several and name in ("auroc", "auprc"):
            meaning = "mean over the classes, each against the rest"
        cards.append(
            Card(metric_name(name), number(value["value"]), _interval_words(value), meaning)
        )
    return [*verdict, *cautions, Cards(cards), Paragraph(_sizes(found, part, record))]


def baseline_table(
    metrics: dict[str, Any], part: str, record: dict[str, Any], config: FitConfig
) -> list[Block]:
    """The network and its baselines, the best on the validation part first."""
    found = beside(metrics, config.model.facts.name)
    if found is None:
        return []
    metric, rows = found
    what = metric_name(metric)
    parts = dict.fromkeys(("validation", part))
    header = ["", *(f"{what}, {name}" for name in parts), f"behind, {part}", "time"]
    failed = [each["title"] for each in metrics["baselines"].values() if "failed" in each]
    left = ", ".join(metrics["baselines_left_out"])
    per_step = record["objective"]["per_step"]
    seen = "mean, least, most, first, last, slope …"
    if per_step:
        seen = "what came so far: the last values, their mean, least and most …"
    notes = [
        "All were fitted on the same training part, with nothing tuned; before the test part the "
        "plain ones learnt from the validation part, too, since none needs it to choose anything. "
        "Those that learn do so on a "
        f"dozen summaries of each variable ({seen}). The order is that of the validation part, "
        f"which alone decides. Behind: how far a row's {what} is worse than the network's, with "
        f"the 95 % interval over the same resamples of {pieces_of(record)}; where it holds 0, this "
        "part cannot tell the two apart.",
        _both(metrics["baselines"], config.model.facts.name),
        f"Left out, since they take long: {left}; --baselines all fits them." if left else "",
        f"Could not be fitted: {', '.join(failed)}." if failed else "",
    ]
    usage = [f"{capital(row.title.removeprefix('a '))}: {row.usage}." for row in rows if row.usage]
    cells = [
        [
            capital(row.title.removeprefix("a ")),
            *(Cell(number(score.get("value")), interval(score)) for score in row.scores),
            Cell(number(row.behind.get("value")), interval(row.behind)) if row.behind else "",
            seconds(row.seconds),
        ]
        for row in rows
    ]
    own = next(at for at, row in enumerate(rows) if row.own)
    advice = metrics["recommendation"]
    return [
        Paragraph(_worth(advice) if advice else ""),
        Table(header, cells, own=own),
        Paragraph(" ".join(filter(None, notes)), "note"),
        *([Folded("How to use them", [Paragraph(text) for text in usage])] if usage else []),
    ]


def _worth(advice: Mapping[str, Any]) -> str:
    """The verdict in a few words, where the heading asks for it."""
    return {
        "ahead": "Yes: on the validation part it is ahead of all that is simpler.",
        "behind": f"No: on the validation part {advice['title']} did better.",
        "even": f"That cannot be told: on the validation part {advice['title']} did about as well.",
        "guessing": "No: on the validation part it cannot be told from guessing.",
    }[advice["verdict"]]


def _both(baselines: dict[str, Any], name: str) -> str:
    """What is together in the row of that name."""
    both = baselines.get(together.NAME)
    if both is None:
        return ""
    other = baselines[both["with"]]["title"]
    return f"{capital(both['title'])}: the mean of {name} and {other}."


def comparison_table(runs: Sequence[ComparedRun]) -> list[Block]:
    """Several runs side by side: one row a model, the metrics with their intervals.

    Args:
        runs: From `liquidtime.train.report.comparison.compare`; the first is set in bold.

    Returns:
        A table with a note on how to read it.
    """
    names = [name for name in headline_metrics(runs[0].metrics) if name != "brier"]
    header = ["model", *map(metric_name, names), "time an epoch", "parameters", "chosen epoch"]
    rows = []
    elsewhere = {run.name for run in runs if run.fingerprint != runs[0].fingerprint}
    for run in runs:
        cells = [run.metrics.get(name, {"value": None}) for name in names]
        rows.append(
            [
                run.name + " †" * (run.name in elsewhere),
                *(Cell(number(cell["value"]), interval(cell)) for cell in cells),
                seconds(run.seconds_per_epoch),
                f"{run.parameters:,}",
                str(run.best_epoch),
            ]
        )
    note = (
        f"All on the {runs[0].part} part. In brackets: 95 % bootstrap intervals over series. "
        "Where intervals overlap widely, this part is too small to tell the models apart."
    )
    if elsewhere:
        note += " † Other data or another split: its test series are not those of the other rows."
    return [Table(header, rows, own=0), Paragraph(note, "note")]


def metrics_table(metrics: dict[str, Any], record: dict[str, Any]) -> list[Block]:
    """Every metric of the validation and the test part."""
    parts = [name for name in ("validation", "test") if metrics.get(name)]
    names = list(dict.fromkeys(name for part in parts for name in metrics[part]["metrics"]))
    rows = []
    for name in names:
        cells = [metrics[part]["metrics"].get(name, {"value": None}) for part in parts]
        rows.append(
            [metric_name(name), *(Cell(number(cell["value"]), interval(cell)) for cell in cells)]
        )
    sizes = {part: f"{metrics[part]['series']:,} {pieces_of(record)}" for part in parts}
    header = ["", *(f"{part} part ({sizes[part]})" for part in parts)]
    note = (
        "The validation part chose the epoch, so its figures are a little too good; "
        "the test part had no say in anything."
    )
    return [Table(header, rows), Paragraph(note if "test" in parts else "", "note")]


def data_summary(record: dict[str, Any]) -> list[Block]:
    """Sizes, lengths and what is missing."""
    data, about = record["data"], record["about"]
    unit = f" {about['time_unit']}" if about["time_unit"] else ""
    rows = [
        [pieces_of(record), f"{data['series']:,}"],
        ["steps", f"{data['steps']:,}"],
        ["variables", str(len(data["variables"]))],
    ]
    if data["static_variables"]:
        rows.append(["static variables", str(len(data["static_variables"]))])
    for name, words, after in (
        ("steps_per_series", "steps a series", ""),
        ("span", "time from first to last step", unit),
    ):
        if data[name]:
            spread = {key: f"{value:.4g}" for key, value in data[name].items()}
            rows.append(
                [
                    words,
                    f"{spread['median']}{after} (median), {spread['least']} to {spread['most']}",
                ]
            )
    known = record["preprocessor"]
    for kind in ("categories", "static_categories"):
        rows += [[name, listed(found)] for name, found in known.get(kind, {}).items()]
    seen = [variable["observed"] for variable in data["variables"]]
    if seen:
        rows.append(["values missing", share(1.0 - sum(seen) / len(seen))])
    variables = sorted(data["variables"], key=lambda variable: -variable["observed"])
    each = Table(
        ["variable", "steps with a value", "series without any"],
        [[v["name"], share(v["observed"]), share(v["never"])] for v in variables],
    )
    return [
        Paragraph(about["data"]),
        Table([], rows),
        Folded("Each variable: how often it is there", [each]),
    ]


def method(record: dict[str, Any], metrics: dict[str, Any], config: FitConfig) -> list[Block]:
    """How the split was made, how the epoch was chosen, what the intervals mean."""
    parts = record["data"]["parts"]
    chosen = metrics["selection"]
    stop = " Training stopped early: the metric no longer improved." * metrics["stopped_early"]
    balanced = (
        "The classes were weighted equally in the loss. The predicted probabilities are therefore "
        "higher for rare classes than their true frequency: rank with them, but do not read them "
        "as risks."
    )
    chose = (
        f"After each of {metrics['epochs']} epochs the validation part was scored; epoch "
        f"{chosen['best_epoch']} was best by {metric_name(chosen['metric'])} and its weights were "
        f"kept.{stop} The test part was looked at once, after that choice."
    )
    took = (
        f"Training took {seconds(metrics['seconds_total'])} in all, "
        f"{seconds(metrics['seconds_per_epoch'])} an epoch, for {metrics['parameters']:,} "
        "parameters."
    )
    if chosen.get("at_once"):
        chose = (
            "All weights were found at once from the training part, by what its series say of each "
            "other when one is left out; neither the validation nor the test part chose anything."
        )
        took = (
            f"That took {seconds(metrics['seconds_total'])}, for {metrics['parameters']:,} weights."
        )
    what = pieces_of(record)
    whole = " Whole series were split, never rows of one series." if what == "series" else ""
    again = metrics.get("refit")
    if again:
        chose += (
            f" Then the network was trained again, on the {again['series']:,} series of the "
            f"training and the validation part, for {again['steps']:,} steps: these weights "
            "are the run's, and answer for the test part. All that is said of the validation part "
            "is the first training's. The other models in the table learnt from the same series."
        )
    texts = [
        about if (about := record["about"]["split"]) else "",
        f"{parts['train']:,} {what} for training, {parts['validation']:,} for validation, "
        f"{parts['test']:,} for the test.{whole} "
        "Means and standard deviations come from the training part alone.",
        chose,
        f"Intervals hold the middle 95 % of 1,000 bootstrap resamples of whole {what}. They cover "
        f"the chance of which {what} came into the part, not that of another training run.",
        balanced if config.train.class_weights == "balanced" else "",
        took,
    ]
    return [Paragraph(text) for text in texts]


def configuration(record: dict[str, Any]) -> list[Block]:
    """The resolved configuration, the versions, the machine."""
    config = record["config"]
    blocks = [
        ("Task", {"task": config["task"]}),
        ("Model", config["model"]),
        ("Training", config["train"]),
        ("Versions", record["versions"]),
        ("Machine", record["machine"]),
        ("Git state of the working directory", record["git"] or {"repository": "none"}),
    ]
    if record.get("schema"):
        blocks.insert(1, ("Table", record["schema"]))
    columns = Columns([(name, _key_values(values)) for name, values in blocks])
    return [Folded("Every option, as config.json has it", [columns])]


def _key_values(values: dict[str, Any]) -> Table:
    rows = [[str(name), Cell(_plain(value), code=True)] for name, value in values.items()]
    return Table([], rows, numbers=False)


def _plain(value: Any) -> str:
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Mapping):
        told = {key: each for key, each in value.items() if each is not None and each != []}
        return "; ".join(f"{key}: {_plain(each)}" for key, each in told.items()) or "none"
    if isinstance(value, Sequence) and not isinstance(value, str):
        more = f", … ({len(value)} in all)" if len(value) > _LISTED else ""
        return ", ".join(map(_plain, value[:_LISTED])) + more or "none"
    return str(value)


def _interval_words(found: dict[str, Any]) -> str:
    text = interval(found, bracket=False)
    if text.startswith("no spread"):
        return f"every resample gives the same{text.removeprefix('no spread')}"
    return f"95 % interval {text}" if text else "no interval"


def _sizes(found: dict[str, Any], part: str, record: dict[str, Any]) -> str:
    text = f"Measured on the {part} part: {found['series']:,} {pieces_of(record)}"
    if found["targets"] != found["series"]:
        text += f" with {found['targets']:,} targets"
    if "positives" in found and found["targets"]:
        label = class_names(record["objective"]["labels"], record)[1]
        rate = found["positives"] / found["targets"]
        text += f", of which {found['positives']:,} ({share(rate)}) are of class {quoted(label)}"
    if part == "validation":
        return (
            f"{text}. There is no test part, and this one chose the epoch: expect a little less "
            "on new series."
        )
    return f"{text}. It was looked at once, after training."
