"""What is wrong with the options of `fit` whatever the table holds: told before it is read."""

from typing import Literal, NamedTuple

from liquidtime.cli.common.cutting import CutOptions, ForecastOptions
from liquidtime.cli.common.parts import PartOptions
from liquidtime.data.spans import Span
from liquidtime.data.table.schema import TableSchema
from liquidtime.errors import InputError
from liquidtime.models.contract import ModelConfig
from liquidtime.train.config import FitConfig, TrainConfig, check_forwards, check_quantiles


class Asked(NamedTuple):
    """Options of `liquidtime fit` that may contradict one another."""

    parts: PartOptions
    cut: CutOptions
    ahead: ForecastOptions
    model: ModelConfig
    train: TrainConfig
    fractions: tuple[float, float, float]
    recalibrate: Literal["none", "temperature", "platt", "isotonic"]


def check_beforehand(options: Asked, schema: TableSchema) -> None:
    """Check what contradicts itself.

    Args:
        options: As they were given.
        schema: Made of the others.

    Raises:
        InputError: If something does.
    """
    ahead, cut, forecast = options.ahead, options.cut, schema.task == "forecast"
    _check_task(options, schema)
    _check_spans(ahead, cut)
    _check_cut(cut, ahead, forecast=forecast)
    in_time = forecast or cut.chronological or cut.segment is not None
    if options.parts.given and in_time:
        raise InputError(
            f"{options.parts.given} splits whole series, and these are split in time "
            "(--chronological, a forecast, or pieces of long series). Leave one of them out."
        )
    if schema.id is None and not schema.id_from_file and not in_time:
        raise InputError(
            "no column of ids is named (--id), so all rows are one series, which cannot be split "
            "by series. Name it, or split in time: --chronological."
        )
    if schema.classes is not None and schema.task not in ("auto", "classify"):
        raise InputError(
            f"--classes with --task {schema.task}, which has none; expected --task classify. Leave "
            "one of them out."
        )
    if forecast:
        check_forwards(options.model)
        twice = [name for name in ahead.known if name in schema.target]
        if twice:
            raise InputError(
                f"{twice[0]!r} is named by --target and by --known; expected one of them. What is "
                "known need not be forecast."
            )
    _check_shares(options)


def _check_task(options: Asked, schema: TableSchema) -> None:
    """What does not go together with the task; with any, where the table is to tell it."""
    if options.ahead.quantiles:
        check_quantiles(options.ahead.quantiles)
    refused: list[str] = []
    tasks = ("classify", "regress") if schema.task == "auto" else (schema.task,)
    for task in tasks:
        try:
            FitConfig(
                task=task,
                model=options.model,
                train=options.train,
                quantiles=options.ahead.quantiles,
                recalibrate=options.recalibrate,
            )
        except InputError as error:
            refused.append(str(error))
    if len(refused) == len(tasks):
        # Of a table that is still to tell the task, what speaks against the one and the other.
        raise InputError(" ".join(dict.fromkeys(refused)))


def _check_spans(ahead: ForecastOptions, cut: CutOptions) -> None:
    seasons = [each for each in ahead.season if each != "none"]
    asked = [("--horizon", ahead.horizon), ("--every", ahead.every)]
    asked += [("--segment", cut.segment), *(("--season", each) for each in seasons)]
    for name, given in asked:
        if given is not None:
            Span.parse(given, name)
    if cut.context is not None:
        Span.parse(cut.context, "--context", zero=True)


def _check_cut(cut: CutOptions, ahead: ForecastOptions, *, forecast: bool) -> None:
    if cut.chronological and cut.by_series:
        raise InputError("--chronological and --by-series contradict one another; give one.")
    if not forecast and cut.by_series:
        raise InputError("--by-series is for forecasts; other tasks split by series anyway.")
    if not forecast and cut.context is not None and cut.segment is None and not cut.chronological:
        raise InputError("--context is given without --segment or --chronological.")
    for name in ("calendar", "season"):
        given = getattr(ahead, name)
        if "none" in given and len(given) > 1:
            raise InputError(
                f"--{name} {' '.join(given)}: none and others contradict one another; give one."
            )
    if cut.by_series and ahead.origins is not None and ahead.origins > 1:
        raise InputError(
            f"--origins {ahead.origins} needs a test part that is later than what is learnt from, "
            "and --by-series makes none. Leave one of them out."
        )


def _check_shares(options: Asked) -> None:
    from liquidtime.data.splits.by_series import check_shares

    fractions = options.fractions
    check_shares(fractions)
    for share, name in zip(fractions, ("train", "validation"), strict=False):
        if share == 0 and options.parts.split is None:
            raise InputError(
                f"--fractions {' '.join(map(str, fractions))} leave the {name} part empty; "
                "expected training and validation shares above 0."
            )
