"""Numbers that options take: finite, and within the bounds that stand with the option."""

import dataclasses
import math
import typing
from dataclasses import dataclass, field
from typing import Annotated, Literal

import pytest

from liquidtime.cli.__main__ import main
from liquidtime.errors import InputError
from liquidtime.models.catalogue import MODELS
from liquidtime.runs.options import Within, check_choices, check_numbers
from liquidtime.train import TrainConfig


@dataclass(frozen=True)
class Inner:
    rate: Annotated[float, Within(above=0, most=1)] = 0.5
    steps: Annotated[int, Within(1)] | Literal["auto"] | None = None


@dataclass(frozen=True)
class Outer:
    free: float = 0.0
    some: tuple[float, ...] = ()
    seed: Annotated[int, Within(0)] = 0
    flag: bool = False
    inner: Inner = field(default_factory=Inner)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (Outer(free=math.nan), "--free is nan; expected a finite number"),
        (Outer(some=(1.0, math.inf)), "--some is inf; expected a finite number"),
        (Outer(seed=-1), "--seed is -1; expected 0 or more"),
        (Outer(inner=Inner(rate=0.0)), "--rate is 0.0; expected a number above 0, at most 1"),
        (Outer(inner=Inner(rate=math.nan)), "--rate is nan; expected a number above 0"),
        (Outer(inner=Inner(steps=0)), "--steps is 0; expected 1 or more"),
    ],
)
def test_numbers_of_the_command_line(options, said):
    check_numbers(Outer(some=(1.0,), inner=Inner(steps="auto")))
    with pytest.raises(InputError, match=said):
        check_numbers(options)


def test_choices_types_and_bounds():
    check_choices(Inner())
    check_choices(Inner(rate=1, steps=3))
    for wrong, said in (
        (Inner(rate="x"), "rate is 'x'; expected float"),
        (Inner(rate=True), "rate is True"),
        (Inner(rate=1.5), "rate is 1.5; expected a number above 0, at most 1"),
        (Inner(steps=0), "steps is 0; expected 1 or more"),
        (Inner(steps="all"), "steps is 'all'; expected 'auto', None or int"),
    ):
        with pytest.raises(InputError, match=said):
            check_choices(wrong)


@pytest.mark.parametrize(
    "config", [TrainConfig, *MODELS.entries().values()], ids=lambda config: config.__qualname__
)
def test_no_option_of_a_fit_takes_what_is_no_number_or_without_end(config):
    numbers = [
        entry.name
        for entry in dataclasses.fields(config)
        if type(entry.default) in (int, float) or entry.name in ("patience", "devices")
    ]
    assert numbers
    for name in numbers:
        whole = name in ("patience", "devices") or isinstance(getattr(config(), name), int)
        # Nothing overflows, and but for an offset nothing below 0 has a meaning.
        below = () if name.endswith("bias") else (-1,)
        for value in (math.nan, math.inf, -math.inf, *below, *(() if whole else (1e38, 10**400))):
            with pytest.raises(InputError, match=f"{name} is "):
                config(**{name: value})
    for name, hint in typing.get_type_hints(config, include_extras=True).items():
        if name.endswith(("size", "layers", "units")) and hint is not bool:
            with pytest.raises(InputError, match=f"{name} is {10**9 + 1}; expected .* at most"):
                config(**{name: 10**9 + 1})


@pytest.mark.parametrize(
    "words",
    [
        ["fit", "none.csv", "--id", "i", "--time", "t", "--target", "y", "--train.learning-rate"],
        ["fit", "none.csv", "--id", "i", "--time", "t", "--target", "y", "--train.weight-decay"],
        ["fit", "none.csv", "--id", "i", "--time", "t", "--target", "y", "--model.dropout"],
        ["simulate", "random", "--neurons", "8", "--dt"],
        ["simulate", "random", "--neurons", "8", "--duration"],
        ["simulate", "random", "--neurons", "8", "--delta"],
        ["simulate", "random", "--neurons", "8", "--every"],
        ["simulate", "random", "--neurons", "8", "--threshold"],
        ["plan", "--dt"],
        ["plan", "--delta-share"],
        ["study", "worm-atlas", "--amplitudes"],
    ],
    ids=lambda words: " ".join((words[0], words[-1])),
)
def test_no_verb_takes_a_number_that_is_none(words, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    for value in ("nan", "inf", "1e400"):
        *ahead, option = words
        assert main([*ahead, option, value]) == 2
        said = " ".join(capsys.readouterr().err.split())
        assert "expected" in said and value[:3] in (said if value != "1e400" else "1e4"), said
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    "words",
    [
        ["demo", "--epochs", "0"],
        ["demo", "--seeds", "0"],
        ["reproduce", "physionet2012", "--epochs", "0"],
        ["bench", "cfc", "--seed=-1"],
        ["simulate", "random", "--neurons", "8", "--seed=-1"],
        ["simulate", "random", "--neurons", "8", "--trials", "0"],
        ["simulate", "random", "--neurons", "8", "--duration", "1e38"],
        ["study", "closed-form", "--epochs", "0"],
        ["study", "worm-atlas", "--splits", "0"],
        ["plan", "--neurons", "10", "--synapses", "0"],
    ],
    ids=" ".join,
)
def test_no_verb_takes_a_number_out_of_bounds(words, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(words) == 2
    assert "expected" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())
