"""Say why a run predicts what it does, of one series or of many.

  liquidtime explain runs/mine new.csv --id 132539 --to why.html
  liquidtime explain runs/mine new.csv --to what-matters.html

With --id, the page shows what each observation of that series did to the prediction: what raised
it and what lowered it, when, and through which neurons. Without, which variables matter over the
series of the table. It tells what the network reacts to, not what causes what.
"""

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from tyro.conf import Positional, arg

from liquidtime.cli.common.tables import FileOptions
from liquidtime.errors import InputError, nearest

if TYPE_CHECKING:
    from liquidtime.data.series import IrregularSeries

_MOST = 200


@dataclass(frozen=True, kw_only=True)
class Options:
    """Options of `liquidtime explain`."""

    run: Annotated[Path, Positional, arg(metavar="RUN")]
    """The run folder."""
    data: Annotated[tuple[Path, ...], Positional, arg(metavar="DATA")]
    """The table, with the columns of the fit; one file or several, a pattern or a folder. It needs
    no targets."""
    targets: Annotated[Path | None, arg(metavar="FILE", help_behavior_hint="")] = None
    """Second table that holds static columns, if DATA does not; its targets are not read."""
    id: Annotated[str | None, arg(metavar="ID", help_behavior_hint="")] = None
    """The series to explain (default: what matters over all, or over 200 drawn at random)."""
    output: Annotated[str | None, arg(metavar="NAME", help_behavior_hint="")] = None
    """Class or value to explain (default: the second of two classes, the likeliest of more, or
    the only value)."""
    step: Annotated[int | None, arg(metavar="ROW", help_behavior_hint="")] = None
    """Row of the series after which the network is asked, from 0, or from its end: -1 (default:
    the last)."""
    method: Literal["auto", "gradients", "occlusion"] = "auto"
    """Integrated gradients, whose amounts add up, or occlusion, for models without gradients; auto
    takes the first that the model has."""
    baseline: Literal["auto", "not-observed", "mean"] = "auto"
    """What gradients compare with: nothing observed, or the training mean; auto is the first, but
    for models that read a mask."""
    to: Annotated[Path, arg(metavar="FILE")]
    """Page to write, ending in .html; an older one is replaced."""
    files: Annotated[FileOptions, arg(name="")] = field(default_factory=FileOptions)


def run(options: Options) -> int:
    """Read the table as the run did, explain, write the page."""
    _check(options)
    from liquidtime.cli.common.console import messages, results
    from liquidtime.cli.common.tables import (
        describe,
        load_run,
        local_of,
        read_with_messages,
        schema_of,
    )
    from liquidtime.explain import sentences
    from liquidtime.explain.page import explanation_page, importance_page
    from liquidtime.explain.why import attribute
    from liquidtime.runs.write import write_text
    from liquidtime.train.ahead import read_as

    fitted = load_run(options.run)
    reading = read_with_messages(
        options.data,
        schema_of(fitted, options.files),
        targets=options.targets,
        require_target=False,
        time_scale=fitted.preprocessor.time_scale,
    )
    messages().print(describe(reading), markup=False)
    baseline: Any = None if options.baseline == "auto" else options.baseline.replace("-", " ")
    asked: dict[str, Any] = {"output": options.output, "baseline": baseline}
    read = read_as(fitted.schema, reading.series, local_of(reading, fitted))
    if options.id is None:
        found = _importance(options, fitted, read.inputs, asked)
        text, lines = importance_page(found, name=fitted.explainable.name), _strongest(found)
    else:
        one, step = read.around(_number(reading.series, options.id), options.step)
        asked |= {"step": step, "method": _method(options, fitted, one)}
        lines = sentences(attribute(fitted, one, **asked))
        text = explanation_page(fitted, one, **asked)
    write_text(options.to, text)
    for line in lines:
        results().print(line, markup=False, soft_wrap=True)
    messages().print(f"Wrote {options.to}.", markup=False)
    return 0


def _check(options: Options) -> None:
    if options.to.suffix.lower() not in (".html", ".htm"):
        raise InputError(f"--to {options.to}: expected a name that ends in .html.")
    if not options.to.parent.is_dir():
        raise InputError(f"--to {options.to}: there is no folder {options.to.parent}. Make it.")
    if options.to.is_dir():
        raise InputError(f"--to {options.to} is a folder; expected a file name.")
    if options.id is None and options.step is not None:
        raise InputError("--step names a row of one series; name that, too, with --id.")
    if options.method == "occlusion" and options.baseline != "auto":
        raise InputError("--baseline is for gradients; occlusion compares with not observed.")


def _number(series: "IrregularSeries", name: str) -> int:
    ids = [str(each) for each in series.ids]
    if name not in ids:
        meant = nearest(name, ids)
        hint = f" Did you mean {meant}?" if meant else ""
        raise InputError(f"--id {name}: the table has no such series.{hint}")
    return ids.index(name)


def _method(options: Options, fitted: Any, series: "IrregularSeries") -> str:
    """The method that is asked for, or the first that the model has."""
    from liquidtime.explain.gradients import has_gradients
    from liquidtime.explain.question import ask

    if options.method == "auto":
        one = series if len(series) == 1 else series[int(series.lengths.argmax())]
        able = has_gradients(ask(fitted, one, output=options.output))
        return "integrated gradients" if able else "occlusion"
    return "occlusion" if options.method == "occlusion" else "integrated gradients"


def _importance(
    options: Options, fitted: Any, series: "IrregularSeries", asked: dict[str, Any]
) -> Any:
    import numpy as np

    from liquidtime.cli.common.console import say_notes
    from liquidtime.explain import importance

    if len(series) > _MOST:
        say_notes([f"{_MOST} of {len(series):,} series, drawn at random, are explained."])
        chosen = np.random.default_rng(0).choice(len(series), _MOST, replace=False)
        series = series.select(np.sort(chosen))
    return importance(fitted, series, method=_method(options, fitted, series), **asked)  # pyright: ignore


def _strongest(found: Any) -> list[str]:
    lines = [f"Moved the {found.output.words} most, over {len(found.ids):,} series:"]
    for name, size, low, high in list(
        zip(found.names, found.size, found.low, found.high, strict=True)
    )[:5]:
        lines.append(f"  {name}: {size:.3g} (95 % interval {low:.3g} to {high:.3g})")
    return lines
