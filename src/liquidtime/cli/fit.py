r"""Train on your own table and write a run folder with a report.

Long table, one row an observation, with the target in a second table:

  liquidtime fit long.csv --id RecordID --time Time --variable Parameter --value Value \
      --targets outcomes.csv --target died --out runs/mine

Wide table, one row a time, with the target in each row:

  liquidtime fit wide.csv --id patient --time hour --features HR Temp --target died

Times may be numbers, HH:MM or HH:MM:SS, or ISO date-times. Series, never rows, are split into
training, validation and test parts. After Ctrl-C or a crash repeat the command with --resume.

--model chooses the network, and each has options of its own:

  liquidtime fit wide.csv --id patient --time hour --target died --model ltc --model.unfolds 3
  liquidtime fit --model ltc --help
"""

import os
from argparse import ArgumentParser
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Generic, Literal, TypeVar

from tyro.conf import Positional, arg

from liquidtime.cli.common.beforehand import Asked, check_beforehand
from liquidtime.cli.common.cutting import CutOptions, ForecastOptions, Ready, ready
from liquidtime.cli.common.data import first_name, told
from liquidtime.cli.common.parts import PartOptions, parts
from liquidtime.data.table.schema import TableSchema
from liquidtime.errors import InputError
from liquidtime.models.catalogue import DEFAULT, MODELS
from liquidtime.models.contract import EmbeddingConfig, ModelConfig
from liquidtime.runs.options import Within
from liquidtime.train.config import About, FitConfig, TrainConfig

if TYPE_CHECKING:
    from liquidtime.data.table import Reading


_COLUMN = arg(metavar="COLUMN")
_MAYBE_COLUMN = arg(metavar="COLUMN", help_behavior_hint="")
_COLUMNS = arg(metavar="COLUMN ...", help_behavior_hint="")
_TARGET = arg(metavar="COLUMN ...")


@dataclass(frozen=True, kw_only=True)
class TableOptions:
    """Which column is what."""

    id: Annotated[str | None, _MAYBE_COLUMN] = None
    """Column that names the series (patient, device) of a row; without it all rows are one series,
    which is split in time."""
    id_from_file: Annotated[bool, arg(help_behavior_hint="")] = False
    """Each file is a series, called as the file; --id names the column of it (default: file)."""
    time: Annotated[str, _COLUMN]
    """Column of times: numbers, HH:MM[:SS], or ISO date-times; others need --time-format."""
    variable: Annotated[str | None, _MAYBE_COLUMN] = None
    """Long table: column that names the variable of a row."""
    value: Annotated[str | None, _MAYBE_COLUMN] = None
    """Long table: column that holds its value."""
    features: Annotated[tuple[str, ...], _COLUMNS] = ()
    """Wide table: the columns to learn from. Long table: variables to keep (default: all)."""
    static: Annotated[tuple[str, ...], _COLUMNS] = ()
    """Columns with one number or category a series, in DATA or in the target table."""
    categories: Annotated[tuple[str, ...], _COLUMNS] = ()
    """Variables and static columns of codes, such as unit 1, 2, 3; those of text are found."""
    target: Annotated[tuple[str, ...], _TARGET]
    """Column(s) to predict; for a forecast, the variable(s)."""
    targets: Annotated[Path | None, arg(metavar="FILE", help_behavior_hint="")] = None
    """Second table that holds the target, one row an id."""
    targets_id: Annotated[str | None, _MAYBE_COLUMN] = None
    """Its id column, if named otherwise than --id."""
    target_per: Literal["auto", "series", "step"] = "auto"
    """One target a series or one a step; auto: a series unless it changes inside one."""
    task: Literal["auto", "classify", "multilabel", "regress", "forecast"] = "auto"
    """Classes, numbers, or the variables' next values; auto: classes or numbers, as it looks."""
    classes: Annotated[tuple[str, ...], arg(metavar="LABEL ...", help_behavior_hint="")] = ()
    """Class labels in order, the positive one of two last (default: sorted)."""
    missing: Annotated[tuple[str, ...], arg(metavar="CELL ...", help_behavior_hint="")] = ()
    """Cells that mean "not observed", besides empty, NA and NaN; such as -1 or 9999-12-31."""
    delimiter: Annotated[str | None, arg(metavar="SIGN", help_behavior_hint="")] = None
    """Character between cells (default: comma, semicolon or tab, as found)."""
    decimal: Annotated[str, arg(metavar="SIGN")] = "."
    """Character before decimals: a point or a comma."""
    thousands: Annotated[str | None, arg(metavar="SIGN", help_behavior_hint="")] = None
    """Character between thousands in every number: . , ' or a blank (default: none)."""
    time_format: Annotated[str | None, arg(metavar="CODES", help_behavior_hint="")] = None
    """How times are written, such as "%d/%m/%Y %H:%M" or "%M:%S.%f" (codes of strptime)."""
    encoding: Annotated[str, arg(metavar="NAME")] = "utf-8"
    """Encoding of the files, such as latin-1."""

    def schema(self, ahead: ForecastOptions) -> TableSchema:
        """The same as a table schema, with what a forecast reads."""
        own = "file" if self.id_from_file else None
        named = {"id": self.id or own, "classes": self.classes or None}
        options: dict[str, Any] = vars(self) | named
        options.pop("targets")
        if self.task in ("auto", "forecast") and ahead.given:
            options["task"] = "forecast"
        if options["task"] == "forecast":
            options["horizon"] = ahead.horizon or "1"
            if self.variable is None or self.features:
                wanted = (*self.features, *self.target, *ahead.known)
                options["features"] = tuple(dict.fromkeys(wanted))
        elif ahead.given:
            raise InputError(
                f"--task {self.task} with options of forecasts (--horizon, --every, --known, "
                "--calendar, --season); leave these out, or use --task forecast."
            )
        return TableSchema(**options)


@dataclass(frozen=True, kw_only=True)
class RunOptions:
    """Where the run goes, and how series are split."""

    out: Annotated[Path | None, arg(metavar="RUN", help_behavior_hint="")] = None
    """Run folder (default: runs/<name of DATA>)."""
    resume: Annotated[bool, arg(help_behavior_hint="")] = False
    """Go on with a stopped run."""
    fractions: Annotated[tuple[float, float, float], arg(metavar="SHARE SHARE SHARE")] = (
        0.7,
        0.15,
        0.15,
    )
    """Shares of series for training, validation and test."""
    seed: Annotated[int, Within(0)] = 0
    """Seed of the split, and of the training unless --train.seed is given."""
    skip_without_target: Annotated[bool, arg(help_behavior_hint="")] = False
    """Leave series without a target out instead of refusing them."""
    recalibrate: Literal["none", "temperature", "platt", "isotonic"] = "none"
    """Set probabilities of classes right by the validation part."""
    baselines: Literal["auto", "none", "quick", "all"] = "auto"
    """Plain models to set beside the network; auto: those that cost little against the training."""


Chosen = TypeVar("Chosen", bound=ModelConfig)


@dataclass(frozen=True, kw_only=True)
class OptionsWith(Generic[Chosen]):
    """Options of `liquidtime fit`, with those of one model."""

    data: Annotated[tuple[Path, ...], Positional, arg(metavar="DATA")]
    """The table: CSV (or .gz, .bz2, .xz) or Parquet; a file, several, "data/*.csv", or a folder."""
    table: Annotated[TableOptions, arg(name="")]
    run: Annotated[RunOptions, arg(name="")] = field(default_factory=RunOptions)
    parts: Annotated[PartOptions, arg(name="")] = field(default_factory=PartOptions)
    cut: Annotated[CutOptions, arg(name="")] = field(default_factory=CutOptions)
    ahead: Annotated[ForecastOptions, arg(name="")] = field(default_factory=ForecastOptions)
    kind: Annotated[str, arg(name="model", metavar=f"{{{','.join(MODELS.entries())}}}")] = DEFAULT
    """Network to fit; the model options are its own."""
    model: Chosen
    train: TrainConfig = field(default_factory=TrainConfig)
    embedding: EmbeddingConfig = field(default_factory=EmbeddingConfig)


def Options(arguments: Sequence[str]) -> Any:
    """The class of options that suits the model and the seed named in the arguments."""
    parser = ArgumentParser(add_help=False, allow_abbrev=False)
    parser.add_argument("--model", nargs="?", default=DEFAULT, const=DEFAULT)
    parser.add_argument("--seed", nargs="?")
    chosen, _ = parser.parse_known_args(arguments)
    # What is no seed is refused where it is an option.
    seed = int(chosen.seed) if (chosen.seed or "").isdecimal() else TrainConfig().seed
    made = OptionsWith[MODELS.find(chosen.model)]

    @dataclass(frozen=True, kw_only=True)
    class Seeded(made):  # pyright: ignore[reportGeneralTypeIssues]
        train: TrainConfig = field(default_factory=partial(TrainConfig, seed=seed))

    return Seeded


def run(options: OptionsWith) -> int:
    """Read the table, fit, show the scores."""
    from liquidtime.cli.common.places import run_folder
    from liquidtime.cli.common.tables import describe, read_with_messages

    schema = options.table.schema(options.ahead)
    if not schema.target:
        raise InputError("--target is empty; expected the column to predict.")
    train = options.train
    asked = Asked(
        options.parts,
        options.cut,
        options.ahead,
        options.model,
        train,
        options.run.fractions,
        options.run.recalibrate,
    )
    check_beforehand(asked, schema)
    if options.run.out is None and (train.devices not in ("auto", 1) or "WORLD_SIZE" in os.environ):
        raise InputError(
            "Several processes train together, and each has to know the run folder: add --out."
        )
    out = run_folder(options.run.out, first_name(options.data), options.run.resume)
    try:
        reading = read_with_messages(
            options.data,
            schema,
            targets=options.table.targets,
            skip_without_target=options.run.skip_without_target,
        )
        made = _ready(reading, options)
    except KeyboardInterrupt:
        raise KeyboardInterrupt("Stopped before the training began; nothing was written.") from None
    from liquidtime.cli.common.console import messages, results, say_notes
    from liquidtime.cli.common.scores import training_line
    from liquidtime.cli.common.standing import print_result
    from liquidtime.data import Preprocessor
    from liquidtime.train import fit

    split = made.split
    sizes = f"{len(split.train):,} / {len(split.validation):,} / {len(split.test):,}"
    messages().print(describe(reading), markup=False)
    say_notes(made.notes)
    if made.schema:
        messages().print(made.how, markup=False)
        messages().print(f"Training / validation / test: {sizes} pieces.")
    else:
        messages().print(f"Training / validation / test: {sizes} series. {made.how}", markup=False)
    assert reading.schema.task != "auto"
    preprocessor, scale = None, options.parts.scale
    if scale != "auto":
        learnt_from = made.series.select(split.train)
        above = options.embedding.above
        preprocessor = Preprocessor.fit(learnt_from, scale=scale, embed=above)
    finished = fit(
        made.series,
        split,
        FitConfig(
            task=reading.schema.task,
            model=options.model,
            train=train,
            quantiles=options.ahead.quantiles,
            recalibrate=options.run.recalibrate,
            embedding=options.embedding,
        ),
        out,
        preprocessor=preprocessor,
        resume=options.run.resume,
        schema=_record(options, reading.schema) | made.schema,
        about=_about(reading, options, made.how),
        times=made.times,
        baselines=options.run.baselines,
    )
    console = results()
    console.print()
    print_result(finished, console)
    console.print(training_line(finished), markup=False, soft_wrap=True)
    console.print(f"Report: {finished.report}", markup=False, soft_wrap=True)
    return 0


def _record(options: OptionsWith, schema: TableSchema) -> dict[str, Any]:
    """What the run keeps: how to read such tables, and which ones it was fitted on."""
    targets = options.table.targets
    return {
        "table": schema.to_dict(),
        "data": " ".join(str(path.resolve()) for path in options.data),
        "targets": None if targets is None else str(targets.resolve()),
        "split": {"fractions": list(options.run.fractions), "seed": options.run.seed}
        | options.parts.record(),
    }


def _ready(reading: "Reading", options: OptionsWith) -> Ready:
    """What is learnt from: pieces of a forecast or of long series, or the series themselves."""
    run, schema = options.run, reading.schema
    made = ready(reading, options.cut, options.ahead, run.fractions, run.seed)
    if made is not None:
        return made
    tables = options.data, options.table.targets
    split, how, notes = parts(
        reading.series, options.parts, tables, schema, run.fractions, run.seed
    )
    cells = reading.cells[schema.time].to_numpy()
    return Ready(reading.series, split, cells, {}, how, notes)


def _about(reading: "Reading", options: OptionsWith, how: str) -> About:
    """What the report's reader should know."""
    schema, targets = reading.schema, options.table.targets
    one = "time step" if reading.series.per_step else "series"
    what = {
        "classify": "Class of",
        "multilabel": "Which of",
        "regress": "Value of",
        "forecast": "Coming values of",
    }[schema.task]
    wanted = f"{what} {', '.join(schema.target)}"
    if schema.classes == ("0", "1"):
        wanted = f"{schema.target[0]} = 1"
    return About(
        title=f"{wanted}, one a {one}",
        data=told(options.data) + (f", with targets of {targets.name}." if targets else "."),
        split=how,
        time_unit=schema.time_unit or "",
    )
