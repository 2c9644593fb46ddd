"""Published numbers: read with their source, refused without."""

import copy

import pytest
from toy import PUBLISHED

from liquidtime.errors import InputError
from liquidtime.tasks.published import parse_published
from liquidtime.tasks.recipe import recipes


def changed(**cell):
    stored = copy.deepcopy(PUBLISHED)
    stored["cells"].append(PUBLISHED["cells"][0] | cell)
    return stored


def test_a_cell_is_found_by_row_and_column():
    published = parse_published(PUBLISHED)
    assert published.claim.text == "0.900 ± 0.020" and published.claim.source.name == "Toy 2020"
    assert published.find("LSTM", "minutes_per_epoch").text == "2.5"
    assert published.find("LSTM", "mse") is None and published.find("", "auroc") is None
    assert published.of("auroc") == (published.claim,)
    percent = parse_published(changed(model="GRU", value=99.72, spread=0.08)).find("GRU", "auroc")
    assert percent.text == "99.72 ± 0.08"


@pytest.mark.parametrize(
    "stored, words",
    [
        (changed(model="GRU", source="hearsay"), "'GRU' has the source 'hearsay'; expected one of"),
        (changed(), "auroc of 'LSTM' stands there twice"),
        (PUBLISHED | {"claim": {"model": "GRU", "measure": "auroc"}}, "the claim is"),
    ],
)
def test_a_number_without_a_source_or_twice_is_refused(stored, words):
    with pytest.raises(InputError, match=words):
        parse_published(stored, "published.json")


def test_two_recipes_of_one_name_are_refused(added):
    task, _ = added
    entry = task.recipes["gru"]
    with pytest.raises(InputError, match="two recipes 'gru'"):
        recipes(entry, entry)
