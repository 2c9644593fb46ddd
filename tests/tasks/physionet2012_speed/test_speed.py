"""The study of speed: what is timed, what is made of it, and that it goes on where it stopped."""

import json
from dataclasses import replace

import numpy as np
import pytest
import torch

from liquidtime.errors import InputError
from liquidtime.models.catalogue import from_dict
from liquidtime.models.contract import Shape
from liquidtime.tasks.catalogue import task
from liquidtime.tasks.physionet2012_speed import measure, reach, study, table
from liquidtime.tasks.physionet2012_speed.measure import Subject, Timed, timed
from liquidtime.tasks.physionet2012_speed.names import CLAIMED, NAMES, OURS
from liquidtime.tasks.physionet2012_speed.options import Options
from liquidtime.tasks.physionet2012_speed.parts import parts


@pytest.fixture(scope="module")
def few():
    """Parts of 24 and 40 stays."""
    torch.set_num_threads(1)
    whole = parts(8, 0)
    return replace(
        whole,
        training=whole.training.select(range(24)),
        validation=whole.validation.select(range(40)),
    )


def one(name, training, inference=1.0, **more):
    seconds = {
        kind: {"minimum": value, "median": value, "turns": 3}
        for kind, value in (("training", training), ("inference", inference))
    }
    return Timed(name=name, parameters=10, seconds=seconds, **more)


FOUND = [
    one(OURS, 2.0, whole=2.2),
    one(CLAIMED, 100.0, 30.0, compiled=True),
    one("latent-ode-solver", 400.0),
    one("latent-ode-layout", 300.0),
    one("latent-ode-published", 1200.0),
    Timed(name="ltc-dopri5", failed="torchdiffeq is not installed"),
]


@pytest.mark.parametrize("name", NAMES)
def test_every_contender_can_be_built_and_names_what_is_there(name):
    contender = NAMES[name]
    stays = task("physionet2012")
    from_dict({"kind": contender.model, **contender.options}).build(
        Shape(inputs=84, variables=41, outputs=2)
    )
    assert not contender.row or table.published_minutes(contender) is not None
    if contender.recipe:
        assert stays.recipe(contender.recipe).config.model.name == contender.model
    assert (contender.form == "between") == bool(contender.changed)


def test_the_batches_are_spread_over_the_epoch(few):
    lengths = [int(batch.lengths.max()) for batch in few.drawn(3)]
    assert lengths == sorted(lengths) and len(few.drawn(99)) == len(few.epoch) == 3
    every = np.sort(np.concatenate(few.epoch))
    assert np.array_equal(every, np.arange(24))


def test_a_step_is_that_of_a_training(few):
    subject = Subject(few, NAMES["lstm"], 0)
    before = [each.clone() for each in subject.network.parameters()]
    batch = few.drawn(1)[0]
    assert subject.inference(batch).shape == (8, 2) and not subject.network.training
    subject.training(batch)
    assert any(
        not torch.equal(a, b) for a, b in zip(before, subject.network.parameters(), strict=True)
    )
    assert subject.parameters == sum(each.numel() for each in before)


def test_all_take_turns_on_the_same_batches(few, monkeypatch):
    ran = []
    monkeypatch.setattr(
        Subject, "training", lambda self, batch: ran.append((self, batch.index.tolist()))
    )
    monkeypatch.setattr(measure, "_SHORT", 0.0)
    names = {name: NAMES[name] for name in ("cfc", "lstm")}
    found = timed(
        *(few, names),
        **{"batches": 3, "rounds": 4, "minutes": 1e-9, "seed": 0, "compiled": False},
        say=lambda text: None,
    )
    assert [each.name for each in found] == ["cfc", "lstm"]
    # However little time there is, every batch is met: one a turn.
    assert all(each.seconds["training"]["turns"] >= 1 for each in found)
    met = {}
    for subject, index in ran:
        met.setdefault(id(subject), set()).add(tuple(index))
    assert len(met) == 2 and len(set(map(frozenset, met.values()))) == 1
    assert all(each.whole is None for each in found)


def test_what_cannot_be_built_is_told_and_the_others_are_timed(few):
    names = {
        "cfc": replace(NAMES["cfc"], options={"no": 1}),
        "lstm": NAMES["lstm"],
    }
    found = timed(
        *(few, names),
        **{"batches": 1, "rounds": 1, "minutes": 1, "seed": 0, "compiled": False},
        say=lambda text: None,
    )
    assert "no option 'no'" in found[0].failed and not found[0].seconds
    assert found[1].seconds["inference"]["minimum"] > 0 and (found[1].whole or 0) > 0


def test_factors_and_their_parts():
    assert table.factor(FOUND, CLAIMED) == 50 and table.factor(FOUND, CLAIMED, "inference") == 30
    assert table.factor(FOUND, "ltc-dopri5") is None and table.factor([], OURS) is None
    assert "does not hold" in table.verdict(FOUND, 220) and "50.0" in table.verdict(FOUND, 220)
    assert "the claim holds" in table.verdict(FOUND, 49)
    assert table.shares(FOUND, CLAIMED) == (
        "Latent ODE, ODE encoder: as published it takes 600.0 times as long as the CfC, at its "
        "best 50.0 times; the adaptive solver alone makes it 4.0 times slower and stepping through "
        "the union of times alone 3.0 times, both together 12.0 times."
    )
    assert table.shares(FOUND, "ode-rnn") == ""


def test_rows_have_the_published_minutes_and_what_was_reached():
    reached = {OURS: {"levels": {"0.80": 12.0, "0.82": None}, "best": 0.81, "seconds": 60.0}}
    ours, claimed, *_, failed = table.cells(FOUND, reached)
    assert ours[-4:] == ["0.1", "1", "12", "not in 60"]
    assert claimed[1] == "best, compiled" and claimed[7:9] == ["22", "220"]
    assert len({len(row) for row in (ours, claimed, failed)} | {len(table.header())}) == 1
    lines = table.comma_separated(FOUND, reached).splitlines()
    assert len(lines) == 7 and lines[1].startswith("cfc,CfC,best,10,False,2.0,2.0,2.2,1.0,")
    assert lines[-1].endswith("torchdiffeq is not installed")


def test_a_training_goes_on_where_its_budget_ended(few, tmp_path):
    def go(minutes):
        return reach.reached(
            few, NAMES["lstm"], tmp_path / "lstm", minutes=minutes, seed=0, say=lambda text: None
        )

    first = go(1e-9)
    assert first["epochs"] == 1 and go(1e-9) == first
    more = go(2 * first["seconds"] / 60 + 1e-6)
    assert more["epochs"] > 1 and more["seconds"] > first["seconds"]
    assert json.loads((tmp_path / "lstm" / "reached.json").read_text()) == more
    assert set(more["levels"]) == {"0.80", "0.82"}


def test_the_study_leaves_its_folder_and_times_nothing_twice(few, tmp_path, monkeypatch):
    monkeypatch.setattr(study, "parts", lambda size, seed: few)
    options = Options(models=("cfc", "lstm"), batches=1, rounds=1, budget=0.0, compiled=False)
    shown = study.study(tmp_path / "out", options, lambda text: None)
    assert [row[0] for row in shown.rows] == ["CfC", "LSTM"] and shown.rows[0][3] == "1.0"
    names = {path.name for path in (tmp_path / "out").iterdir()}
    assert {"study.json", "table.md", "table.csv", "table.svg", "table.png", "report.html"} <= names
    record = json.loads((tmp_path / "out" / "study.json").read_text())
    assert record["factors"]["cfc"] == 1 and record["machine"]
    monkeypatch.setattr(study, "timed", None)
    again = study.study(tmp_path / "out", options, lambda text: None)
    assert again == shown


def test_an_unknown_model_is_refused():
    with pytest.raises(InputError, match="'lsmt' is no model here; expected some of cfc"):
        Options(models=("lsmt",))
