"""Several runs in one table, and the line about a training."""

from types import SimpleNamespace

import pytest
from rich.console import Console

from liquidtime.cli.common.scores import alike, comparison, training_line
from liquidtime.models import cfc
from liquidtime.train import FitConfig
from liquidtime.train.objectives.classes import Classes


def run(name="a", auroc=0.8, series=60, data="/here/stays.csv", labels=("no", "yes"), **metrics):
    found = {"value": auroc, "low": auroc - 0.1, "high": auroc + 0.1}
    part = {"series": 9, "targets": 9, "metrics": {"auroc": found}}
    return SimpleNamespace(
        path=SimpleNamespace(name=name),
        config=FitConfig(task="classify", model=cfc.Config(hidden_size=6)),
        objective=Classes(labels=labels, per_step=False),
        record={"data": {"series": series}},
        schema={"data": data},
        metrics={
            "selection": {"metric": "auroc", "best_epoch": 3},
            "epochs": 8,
            "stopped_early": False,
            "seconds_per_epoch": 0.5,
            "parameters": 100,
            "validation": part,
            "test": part,
            **metrics,
        },
    )


def shown(table):
    console = Console(width=120, force_terminal=True, color_system="truecolor")
    with console.capture() as said:
        console.print(table)
    return said.get()


BOLD = "\x1b[1m0.8"


def test_the_best_of_runs_on_the_same_data_is_bold():
    runs = [run("a", 0.81), run("b", 0.84, data="/elsewhere/stays.csv")]
    assert alike(runs)
    text = shown(comparison(runs))
    assert text.count(BOLD) == 1 and f"{BOLD}40" in text


@pytest.mark.parametrize(
    "other",
    [{"series": 61}, {"data": "/here/walks.csv"}, {"labels": ("well", "ill")}],
    ids=lambda other: next(iter(other)),
)
def test_runs_on_other_data_are_not_ranked(other):
    runs = [run("a", 0.81), run("b", 0.84, **other)]
    assert not alike(runs)
    assert BOLD not in shown(comparison(runs))


def test_a_training_that_was_still_getting_better_is_told():
    assert "epoch 3 of 8 chosen by validation AUROC." in training_line(run())
    last = run(selection={"metric": "auroc", "best_epoch": 8})
    assert training_line(last).endswith(
        "chosen by validation AUROC: the last one, so more of them (--train.steps) may do better."
    )
    early = run(stopped_early=True)
    assert training_line(early).endswith("AUROC, stopped early.")
