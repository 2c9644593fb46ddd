"""The settings of the LTC paper's experiments, and ours, for the sets that it brought.

The paper gives all models 32 units, batches of 16 windows, Adam without clipping or decay and 200
epochs; the LTC takes larger steps than the others. Imports no torch.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from typing import TYPE_CHECKING, Any, Literal

from liquidtime.models import cfc, ltc
from liquidtime.models.catalogue import MODELS
from liquidtime.tasks.recipe import Preprocess, Recipe, recipes
from liquidtime.tasks.rivals import rivals
from liquidtime.train.config import FitConfig, TrainConfig

if TYPE_CHECKING:
    from liquidtime.data import IrregularSeries, Preprocessor

_ROWS = {"lstm": "LSTM", "ct_rnn": "CT-RNN", "ct_gru": "CT-GRU"}
_WITHOUT_DROPOUT = {"dropout": 0.0, "readout": "last"}


@dataclass(frozen=True, kw_only=True)
class AsPublished:
    """What the paper's code has for one set beside what it has for all.

    Attributes:
        preprocess: Its inputs.
        ltc_rate: Learning rate of the LTC; that of the others is 0.001.
        train: What else its training has, such as class weights.
    """

    preprocess: Preprocess
    ltc_rate: float = 0.01
    train: Mapping[str, Any] = field(default_factory=dict)


def settings(
    train: TrainConfig,
    published: AsPublished,
    *,
    task: Literal["classify", "regress"] = "classify",
    hidden_size: int = 64,
    dropout: float = 0.0,
    minutes: Mapping[str, float] = {},
    only_forwards: bool = False,
) -> Mapping[str, Recipe]:
    """Recipes of one of its sets: the liquid models and the rivals, ours and as published.

    Args:
        train: Our budget, of all models.
        published: What the paper has.
        task: What is predicted.
        hidden_size: Units of ours.
        dropout: Of ours, before the read-out.
        minutes: What a seed took, by recipe, where it was measured.
        only_forwards: Whether to leave out what reads in both directions, as `forwards`.
    """
    ours = {"dropout": dropout, "readout": "last"}
    own = liquid(train, task=task, hidden_size=hidden_size, options=ours)
    others = rivals(train, hidden_size=hidden_size, task=task, shared=ours, rows=_ROWS)
    as_published = [
        Recipe(
            label=f"{label}, published settings",
            row=label,
            settings="published",
            preprocess=published.preprocess,
            config=FitConfig(
                task=task,
                model=MODELS.find(name)(**_options(name)),
                train=_train(
                    train.select, published.ltc_rate if name == "ltc" else 1e-3, published.train
                ),
            ),
        )
        for name, label in {**_ROWS, "ltc": "LTC"}.items()
        if name in MODELS.entries()
    ]
    every = (*own, *others, *as_published)
    return timed(forwards(*every) if only_forwards else every, minutes)


def liquid(
    train: TrainConfig,
    *,
    task: Literal["classify", "regress"] = "classify",
    hidden_size: int = 64,
    options: Mapping[str, Any] = _WITHOUT_DROPOUT,
    rows: Mapping[str, str] = {"ltc": "LTC"},
    ltc_step: float = 2.0,
) -> tuple[Recipe, ...]:
    """Our recipes of the CfC in its four forms and of the LTC.

    Args:
        train: The budget.
        task: What is predicted.
        hidden_size: Units of each.
        options: Read-out and dropout of all of them.
        rows: Row among the published numbers, by recipe.
        ltc_step: Learning rate of the LTC, as a multiple of that of the others.
    """
    forms: dict[str, tuple[str, dict[str, Any]]] = {
        "": ("CfC", {}),
        "no-gate": ("CfC-noGate", {"variant": "no_gate"}),
        "closed-form": ("Cf-S", {"variant": "closed_form"}),
        "mixed": ("CfC-mmRNN", {"mixed_memory": True}),
    }
    rate = train.learning_rate
    larger = train if rate == "auto" else replace(train, learning_rate=rate * ltc_step)
    found = [
        Recipe(
            label=label,
            variant=variant,
            row=rows.get(label, ""),
            config=FitConfig(
                task=task,
                model=cfc.Config(hidden_size=hidden_size, **form, **options),
                train=train,
            ),
        )
        for variant, (label, form) in forms.items()
    ]
    half = max(1, hidden_size // 2)
    found.append(
        Recipe(
            label="LTC",
            row=rows.get("ltc", ""),
            config=FitConfig(
                task=task, model=ltc.Config(hidden_size=half, **options), train=larger
            ),
        )
    )
    return tuple(found)


def forwards(*entries: Recipe) -> tuple[Recipe, ...]:
    """Those that read forwards: for where a later input tells the target of an earlier row."""
    return tuple(one for one in entries if not one.config.model.facts.sees_future)


def timed(entries: tuple[Recipe, ...], minutes: Mapping[str, float]) -> Mapping[str, Recipe]:
    """Recipes by name, with the minutes that a seed of some took."""
    return recipes(*(replace(one, minutes=minutes.get(one.name, one.minutes)) for one in entries))


def standardised(series: "IrregularSeries") -> "Preprocessor":
    """Values alone, by mean and standard deviation, as the paper's code has them."""
    from liquidtime.data import Preprocessor

    return Preprocessor.fit(
        series,
        features=("values",),
        time_scale=1.0,
        clip=float("inf"),
        scale="standard",
        drop_constant=False,
    )


def as_they_are(series: "IrregularSeries") -> "Preprocessor":
    """Values alone, in the units of the file."""
    found = standardised(series)
    return replace(found, mean=(0.0,) * len(found.mean), std=(1.0,) * len(found.std))


def as_one(series: "IrregularSeries") -> "Preprocessor":
    """Values alone, by one mean and one standard deviation of all variables together."""
    found = standardised(series)
    numbers = series.values.double()
    mean, spread = float(numbers.mean()), float(numbers.std(correction=0))
    return replace(found, mean=(mean,) * len(found.mean), std=(spread,) * len(found.std))


def usual(series: "IrregularSeries") -> "Preprocessor":
    """Ours: standardised values, and what was seen when where that tells something."""
    from liquidtime.data import Preprocessor

    return Preprocessor.fit(series, scale="standard")


def _options(name: str) -> dict[str, Any]:
    config = MODELS.find(name)
    wanted: dict[str, Any] = {"hidden_size": 32, **_WITHOUT_DROPOUT}
    known = {entry.name for entry in fields(config)}  # pyright: ignore[reportArgumentType]
    return {option: value for option, value in wanted.items() if option in known}


def _train(select: Any, rate: float, more: Mapping[str, Any]) -> TrainConfig:
    usual: dict[str, Any] = {
        "epochs": 200,
        "batch_size": 16,
        "optimizer": "adam",
        "learning_rate": rate,
        "weight_decay": 0.0,
        "gradient_clip": 0.0,
        "schedule": "constant",
        "patience": None,
        "input_dropout": 0.0,
        "ensemble": 1,
        "refit": "no",
        "select": select,
    }
    return TrainConfig(**{**usual, **more})
