"""What holds for every task and every study, whoever wrote it."""

import dataclasses
import json
import urllib.error
from importlib import resources

import numpy as np
import pytest
import torch

from liquidtime.errors import InputError
from liquidtime.tasks import catalogue
from liquidtime.tasks.published import FILE, read_published
from liquidtime.train.objectives import catalogue as objectives
from liquidtime.train.run import new_model
from liquidtime.train.score.metrics import measures
from liquidtime.train.score.parts import scored

TASKS, STUDIES = catalogue.task_names(), catalogue.study_names()


@pytest.fixture(scope="module", params=TASKS)
def task(request):
    return catalogue.task(request.param)


@pytest.fixture(scope="module")
def clean(task):
    """The parts; a task whose files are not at hand must say what is missing, and how to get it."""

    def refuse(*_, **__):
        raise urllib.error.URLError("a test fetches nothing")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("urllib.request.urlopen", refuse)
        try:
            return task.protocol("clean").parts(0)
        except InputError as error:
            assert "http" in str(error) and "LIQUIDTIME_MIRROR" in str(error)
            pytest.skip(str(error))


def test_names_are_unique_and_plain():
    assert TASKS and STUDIES
    assert not set(TASKS) & set(STUDIES)
    for name in (*TASKS, *STUDIES):
        assert name == name.lower() and "_" not in name and " " not in name


def test_a_task_has_the_name_of_its_folder_and_says_what_it_takes(task):
    assert task.name in TASKS
    assert task.about.title and task.about.data and task.about.time_unit
    assert task.memory > 0


def test_the_data_have_targets_and_names(clean):
    series, _ = clean
    assert series.target is not None and len(series) > 1
    assert len(set(map(str, series.ids))) == len(series)
    assert series.features


@pytest.mark.parametrize("seed", [0, 1, 6])
@pytest.mark.usefixtures("clean")
def test_the_parts_of_every_protocol_are_disjoint_and_cover(task, seed):
    assert {"paper", "clean"} <= set(task.protocols)
    for protocol in task.protocols.values():
        series, split = protocol.parts(seed)
        parts = [split.train, split.validation, split.test]
        assert all(map(len, parts))
        assert np.array_equal(np.sort(np.concatenate(parts)), np.arange(len(series)))
        _, again = protocol.parts(seed)
        assert np.array_equal(again.test, split.test)
        assert np.array_equal(again.validation, split.validation)


def test_a_protocol_that_leaks_says_so_and_the_clean_one_does_not_leak(task):
    for protocol in task.protocols.values():
        assert protocol.about.endswith(".")
        assert protocol.traps or protocol.statistics == "training"
    clean = task.protocols["clean"]
    assert clean.statistics == "training" and not clean.traps


def test_every_recipe_builds_its_network_and_has_its_measures(task, clean):
    series, split = clean
    part = series.select(split.validation[:500])
    for name in task.recipes:
        preprocessor = task.fitted(name, part)
        encoded = preprocessor.encode(part)
        config = task.configured(name, seed=3, epochs=2)
        assert (config.train.seed, config.train.epochs) == (3, 2)
        objective = objectives.of_training(part, config)
        new_model(preprocessor, objective, config)
    rows = len(encoded.target)
    logits = torch.zeros(rows, objective.output_size)
    known = measures(scored(objective, logits, encoded.target, encoded.lengths))
    assert task.measures and set(task.measures) <= set(known)


def test_published_settings_are_named_apart_and_rows_are_published(task):
    rows = {cell.model for cell in task.published.cells}
    for name, recipe in task.recipes.items():
        assert name == recipe.name and recipe.label
        assert name.endswith("-published") == (recipe.settings == "published")
        assert not recipe.row or recipe.row in rows


@pytest.mark.parametrize("name", [*TASKS, *STUDIES])
def test_published_numbers_have_a_source_and_are_packaged(name):
    package = f"liquidtime.tasks.{name.replace('-', '_')}"
    published = read_published(package)
    assert published.claim in published.cells or not published.cells
    for cell in published.cells:
        assert np.isfinite(cell.value) and cell.where
        assert cell.source.url.startswith("https://") and cell.source.citation
        assert (cell.spread is None) == (cell.seeds is None)
    stored = json.loads((resources.files(package) / FILE).read_text(encoding="utf-8"))
    used = {cell["source"] for cell in stored["cells"]}
    assert used == set(stored["sources"])


@pytest.mark.parametrize("name", STUDIES)
def test_the_options_of_a_study_have_defaults_and_a_folder(name):
    found = catalogue.study(name)
    assert found.summary.endswith(".") and f"liquidtime study {name}" in found.details
    options = found.options()
    assert dataclasses.is_dataclass(options) and options.folder.startswith(name)
    with pytest.raises(dataclasses.FrozenInstanceError):
        options.seed = 1
    assert all(field.kw_only for field in dataclasses.fields(options))


@pytest.mark.parametrize("look", [catalogue.task, catalogue.study])
def test_an_unknown_name_is_answered_with_those_there_are(look):
    known = TASKS if look is catalogue.task else STUDIES
    with pytest.raises(InputError, match=f"'nothing'; expected one of {', '.join(known)}"):
        look("nothing")


def test_what_is_missing_is_named_by_its_place(task, tmp_path, monkeypatch):
    monkeypatch.setenv("LIQUIDTIME_CACHE", str(tmp_path))
    monkeypatch.delenv("LIQUIDTIME_MIRROR", raising=False)
    assert task.missing() == task.files
    for file in task.files:
        (tmp_path / file).parent.mkdir(exist_ok=True)
        (tmp_path / file).touch()
    assert task.missing() == ()
