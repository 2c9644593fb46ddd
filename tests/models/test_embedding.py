"""Learned vectors of categories in front of every model."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from texts import WORDS, made, small, texts
from torch import nn

from liquidtime.data import IrregularSeries, Preprocessor, Split
from liquidtime.data.lookup import Codes
from liquidtime.errors import InputError
from liquidtime.models.catalogue import MODELS
from liquidtime.models.common.embedding import Embedded, Embedding
from liquidtime.models.contract import EmbeddingConfig, Shape
from liquidtime.train.config import FitConfig, TrainConfig
from liquidtime.train.line import lined
from liquidtime.train.loop import train
from liquidtime.train.loss import Loss
from liquidtime.train.objectives import catalogue as objectives
from liquidtime.train.run import new_model


@pytest.fixture(scope="module")
def series():
    return texts()


def test_a_variable_of_many_categories_is_one_input(series):
    known = Preprocessor.fit(series, embed=5)
    assert known.embedded == ("word", "place")
    assert known.input_names.count("word") == 1 and "place" in known.input_names
    encoded = known.encode(series, reads=("values", "mask"))
    code = {label: at + 1 for at, label in enumerate(known.categories["word"])}
    column = known.input_names.index("word")
    for at, one in enumerate(series):
        start, last = int(series.offsets[at]), 0
        for row in range(len(one.times)):
            if one.mask[row, 0]:
                last = code[WORDS[int(one.values[row, 0])]]
            assert encoded.inputs[start + row, column] == last
    assert encoded.values is not None and encoded.mask is not None
    assert bool((encoded.values[:, 0][~encoded.mask[:, 0]] == 0).all())
    assert Preprocessor.from_dict(known.to_dict()) == known


def test_few_categories_are_an_input_each_as_ever(series):
    many = Preprocessor.fit(series, embed=1000)
    assert not many.embedded and "embedded" not in many.to_dict()
    assert "word = word 3" in many.input_names
    by_default = Preprocessor.fit(series)
    seen = {"word": len(many.categories["word"]), "place": len(many.static_categories["place"])}
    assert by_default.embedded == tuple(name for name, count in seen.items() if count > 64)


def test_variables_can_be_named(series):
    assert Preprocessor.fit(series, embed=["place"]).embedded == ("place",)
    assert Preprocessor.fit(series, embed=()).embedded == ()
    with pytest.raises(InputError, match="'number', which holds no categories"):
        Preprocessor.fit(series, embed=["number"])
    with pytest.raises(InputError, match="embed is 0"):
        Preprocessor.fit(series, embed=0)


def test_what_training_never_met_is_row_0(series):
    known = Preprocessor.fit(series, embed=5)
    others = texts(seed=1, words=tuple(f"stranger {n}" for n in range(100)))
    inputs = known.encode(others).inputs
    assert bool((inputs[:, known.input_names.index("word")] == 0).all())


def test_tables_give_what_one_hot_columns_and_a_linear_map_give(series):
    """A table is a linear map of noughts and ones: the same numbers, worked out that way."""
    codes = (Codes(4, 1, 0), Codes(2, 0, 2))
    embedding = Embedding(codes, Shape(inputs=3, variables=3, outputs=1), EmbeddingConfig(width=2))
    random = np.random.default_rng(0)
    first, second = random.integers(0, 5, (2, 3)), random.integers(0, 3, (2, 3))
    inputs = torch.from_numpy(np.stack([second, first, random.normal(size=(2, 3))], -1)).float()
    lengths = torch.tensor([3, 2])
    batch = texts(2)
    known = Preprocessor.fit(batch, embed=5)
    given = known.encode(batch).batch([0, 1])._replace(inputs=inputs, lengths=lengths)
    found = embedding(given).inputs
    weights = [table.weight for table in embedding.tables]
    wanted = torch.cat(
        [
            inputs[..., 2:],
            nn.functional.one_hot(torch.from_numpy(first), 5).float() @ weights[0],
            nn.functional.one_hot(torch.from_numpy(second), 3).float() @ weights[1],
        ],
        dim=-1,
    )
    wanted[1, 2, 1:] = 0
    torch.testing.assert_close(found, wanted)
    assert embedding.inputs == found.shape[2] == 5


@pytest.mark.parametrize("name", sorted(MODELS.entries()))
def test_every_model_has_its_network_loss_and_trace_behind_them(name, series):
    known, model, objective = made(series, name)
    assert isinstance(model.network, Embedded)
    encoded = known.encode(series, reads=model.reads)
    batch = encoded.batch(np.arange(len(series)))
    if model.solve is not None:
        loss = model.solve(encoded, objective.goal)
        assert np.isfinite(loss)
    else:
        total, weight = Loss(model, objective)(batch)
        (total / weight).backward()
        gradients = [table.weight.grad for table in model.network.embedding.tables]
        assert all(found is not None and bool(found.isfinite().all()) for found in gradients)
        assert any(bool(found.abs().sum() > 0) for found in gradients)
    model.network.eval()
    logits = model.network(batch)
    assert logits.shape == (len(series), 2) and bool(logits.isfinite().all())
    if model.trace is not None:
        found = model.trace(batch)
        last = (batch.lengths - 1).clamp(min=0)
        at_the_end = found.logits[torch.arange(len(series)), last]
        there = batch.lengths > 0
        torch.testing.assert_close(at_the_end[there], logits[there])
        assert not model.network.training


def test_tokens_are_hidden_in_training_alone(series):
    known, model, _ = made(series, token_dropout=0.6)
    batch = known.encode(series).batch(np.arange(len(series)))
    embedding = model.network.embedding
    torch.manual_seed(0)
    embedding.eval()
    whole = embedding.vectors(batch)
    embedding.train()
    some = embedding.vectors(batch)
    changed = (some != whole).any(-1)
    assert 0.3 < changed[whole.ne(0).any(-1)].float().mean() <= 1
    assert bool((some[changed][:, :3].eq(0).all(-1) | some[changed][:, 3:].eq(0).all(-1)).all())
    assert bool((embedding.eval().vectors(batch) == whole).all())


def test_a_text_is_learnt_from_its_words():
    """The class hangs on which of two halves of 400 words a text is of; numbers say nothing."""
    random = np.random.default_rng(0)
    count, length = 240, 6
    target = random.integers(0, 2, count)
    words = random.integers(0, 200, (count, length)) + 200 * target[:, None]
    order = random.permutation(400)
    series = IrregularSeries(
        values=torch.from_numpy(order[words].reshape(-1, 1)).float(),
        times=torch.from_numpy(np.tile(np.arange(length, dtype=float), count)),
        mask=torch.ones(count * length, 1, dtype=torch.bool),
        lengths=torch.full((count,), length),
        target=torch.from_numpy(target),
        features=("word",),
        categories={"word": tuple(f"w{n}" for n in range(400))},
        classes=("no", "yes"),
    )
    config = FitConfig(
        model=small("cfc"),
        train=TrainConfig(epochs=12, batch_size=20, learning_rate=2e-2, refit="no", ensemble=1),
        embedding=EmbeddingConfig(width=4),
    )
    split = Split(np.arange(160), np.arange(160, 200), np.arange(200, 240))
    training, held = series.select(split.train), series.select(split.test)
    known = Preprocessor.fit(training, embed=config.embedding.above)
    assert known.embedded == ("word",) and known.input_size == 1
    objective = objectives.of_training(training, config)
    model = new_model(known, objective, config)
    train(model, objective, known.encode(training), known.encode(held), config.train)
    with torch.no_grad():
        said = model.network(known.encode(held).batch(np.arange(40))).argmax(1)
    assert float((said == held.target).float().mean()) > 0.9


def test_options_go_into_the_configuration_and_older_ones_have_none():
    config = FitConfig(embedding=EmbeddingConfig(width=16, dropout=0.2, token_dropout=0.1))
    assert FitConfig.from_dict(config.to_dict()) == config
    older = {key: value for key, value in config.to_dict().items() if key != "embedding"}
    assert FitConfig.from_dict(older).embedding == EmbeddingConfig()
    with pytest.raises(InputError):
        replace(config.embedding, dropout=1.0)
    assert EmbeddingConfig().width_of(20_000) == 64 and EmbeddingConfig().width_of(65) == 17


def test_the_line_of_a_forecast_is_added_behind_the_tables(series):
    """What a line says comes from the numbers alone, and the fresh read-out says nothing."""
    numbers = replace(series, target=torch.randn(len(series), 1), classes=None)
    config = FitConfig(task="regress", model=small("cfc"), train=TrainConfig(ensemble=1))
    known = Preprocessor.fit(numbers, embed=5)
    objective = objectives.of_training(numbers, config)
    per_step = replace(objective, per_step=True)
    model = new_model(known, per_step, config)
    line = {"inputs": [["number"]], "weights": [[2.0, 0.5]]}
    model = lined(model, {"line": line}, per_step, known.input_names)
    batch = known.encode(numbers).batch(np.arange(4))
    with torch.no_grad():
        said = model.network.eval()(batch)
    wanted = 2.0 * batch.inputs[..., known.input_names.index("number")] + 0.5
    torch.testing.assert_close(said[..., 0], wanted)
