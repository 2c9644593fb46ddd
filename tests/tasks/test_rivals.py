"""The rivals of a task: one recipe each, under one budget."""

from dataclasses import asdict

import pytest

from liquidtime.errors import InputError
from liquidtime.models.contract import Shape
from liquidtime.tasks.recipe import recipes
from liquidtime.tasks.rivals import RIVALS, rivals
from liquidtime.train.config import TrainConfig

TRAIN = TrainConfig(epochs=7, batch_size=8, learning_rate=2e-3, weight_decay=0.4)


def test_every_rival_has_a_name_of_its_own_and_the_budget_of_the_task():
    found = recipes(*rivals(TRAIN, hidden_size=5))
    assert set(found) <= set(RIVALS)
    for name, recipe in found.items():
        train = recipe.config.train
        assert (train.epochs, train.batch_size) == (7, 8)
        assert recipe.settings == "ours" and recipe.row == ""
        assert isinstance(train.learning_rate, float) and isinstance(train.weight_decay, float)
        # Decoupled decay takes rate x decay off a weight in a step, the same of all.
        assert train.learning_rate * train.weight_decay == pytest.approx(8e-4), name


@pytest.mark.parametrize("per_step", [False, True])
def test_every_rival_builds_its_network(per_step):
    shape = Shape(inputs=6, variables=3, outputs=2, per_step=per_step)
    for recipe in rivals(TRAIN, hidden_size=5):
        model = recipe.config.model.build(shape)
        assert sum(weight.numel() for weight in model.network.parameters()) > 0


def test_rows_and_shared_options_reach_those_they_are_for():
    found = recipes(
        *rivals(
            TRAIN,
            rows={"gru_d": "GRU-D"},
            shared={"dropout": 0.5, "readout": "mean"},
            without=("gru",),
            usual=("lstm",),
        )
    )
    assert "gru" not in found and found["gru_d"].row == "GRU-D"
    assert found["latent_ode"].config.train.learning_rate == pytest.approx(1e-2)
    assert asdict(found["latent_ode-rnn"].config)["model"]["encoder"] == "rnn"
    both = asdict(found["lstm-bidirectional"].config)["model"]
    assert both["dropout"] == 0.5 and both["bidirectional"]
    assert [name for name, recipe in found.items() if recipe.usual] == ["lstm"]


def test_an_automatic_rate_stays_automatic():
    for recipe in rivals(TrainConfig(epochs=2)):
        assert recipe.config.train.learning_rate == "auto"


def test_an_unknown_rival_is_refused():
    with pytest.raises(InputError, match="'lsmt' is no rival; expected one of lstm"):
        rivals(TRAIN, rows={"lsmt": "LSTM"})
    with pytest.raises(InputError, match="'lsmt' is no rival"):
        rivals(TRAIN, without=("lsmt",))
