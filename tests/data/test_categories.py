"""Variables of categories: in the container, learnt in training, one input each."""

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import torch

from liquidtime.data import IrregularSeries, Preprocessor
from liquidtime.data.convert import from_long_frame, to_long_frame, to_pypots
from liquidtime.data.strangers import strangers
from liquidtime.deploy.categories import category_code, category_name
from liquidtime.errors import InputError

SERIES = IrregularSeries(
    values=torch.tensor([[1.0, 0.0], [3.0, 2.0], [0.0, 0.0], [5.0, 1.0]]),
    times=torch.tensor([0.0, 1.0, 3.0, 0.0], dtype=torch.float64),
    mask=torch.tensor([[True, True], [True, True], [False, False], [True, True]]),
    lengths=torch.tensor([3, 1]),
    static=torch.tensor([[1.0, 40.0], [float("nan"), 60.0]]),
    features=("HR", "rhythm"),
    static_features=("sex", "age"),
    categories={"rhythm": ("AF", "SR", "VT")},
    static_categories={"sex": ("F", "M")},
)


def test_the_categories_of_the_training_part_are_inputs():
    preprocessor = Preprocessor.fit(SERIES)
    assert preprocessor.categories == {"rhythm": ("AF", "SR", "VT")}
    assert preprocessor.static_categories == {"sex": ("M",)}
    assert preprocessor.mean[1] == 0
    assert preprocessor.std[1] == 1
    assert preprocessor.input_names == (
        "HR", "rhythm = AF", "rhythm = SR", "rhythm = VT", "HR observed", "rhythm observed",
        "HR age", "rhythm age", "sex = M", "age",
    )  # fmt: skip
    inputs = preprocessor.encode(SERIES).inputs
    assert inputs.shape == (4, preprocessor.input_size)
    # Filled forward in the row in which nothing is observed.
    assert inputs[:, 1:4].tolist() == [[1, 0, 0], [0, 0, 1], [0, 0, 1], [0, 1, 0]]
    assert inputs[:, 5].tolist() == [1, 1, 0, 1]
    assert inputs[:, 8].tolist() == [1, 1, 1, 0]


def test_a_category_only_in_other_parts_is_unknown_to_the_fit():
    preprocessor = Preprocessor.fit(SERIES.select([1]), drop_constant=False)
    assert preprocessor.categories == {"rhythm": ("SR",)}
    assert preprocessor.static_categories == {"sex": ()}
    encoded = preprocessor.encode(SERIES, reads=("values", "mask"))
    assert encoded.inputs[:, 1].tolist() == [0, 0, 0, 1]
    assert encoded.inputs[:, 3].tolist() == [1, 1, 0, 1]
    assert encoded.values is not None
    assert encoded.values.shape[1] == preprocessor.variable_count == 3
    told = [str(s) for s in strangers(SERIES, preprocessor.categories, {"sex": ("m",)})]
    assert told == [
        "rhythm: 2 cells hold a category that training never met ('AF', 'VT'), taken as unknown; "
        "it met SR.",
        "sex: 1 cell holds a category that training never met ('M'), taken as unknown; it met m. "
        "Is 'M' for 'm' a slip?",
    ]


def test_the_numbers_of_another_container_do_not_matter():
    preprocessor = Preprocessor.fit(SERIES)
    other = SERIES.with_categories({"rhythm": ("VT", "x", "SR", "AF")}, {"sex": ("M", "F")})
    assert other.values[:, 1].tolist() == [3, 0, 0, 2]
    assert torch.equal(preprocessor.encode(other).inputs, preprocessor.encode(SERIES).inputs)
    both = IrregularSeries.concatenate([SERIES, other])
    assert both.categories == {"rhythm": ("AF", "SR", "VT", "x")}
    twice = preprocessor.encode(both).inputs
    assert torch.equal(twice[:4], twice[4:])


def test_it_goes_through_json_and_is_as_before_without_categories():
    preprocessor = Preprocessor.fit(SERIES)
    assert Preprocessor.from_dict(json.loads(json.dumps(preprocessor.to_dict()))) == preprocessor
    plain = Preprocessor.fit(replace(SERIES, categories={}, static_categories={}))
    assert "categories" not in plain.to_dict()
    assert "static_categories" not in plain.to_dict()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"categories": {"rhythm": ("AF",)}}, "2.0 in column 'rhythm', row 1"),
        ({"categories": {"HR": ("a", "b")}}, "3.0 in column 'HR'"),
        ({"categories": {"rhythmus": ("a",)}}, "'rhythmus'"),
        ({"categories": {"rhythm": ("a", "a", "b")}}, "a name twice"),
        ({"static_categories": {"age": ("old",)}}, "static holds 40.0 in column 'age'"),
    ],
)
def test_numbers_without_a_category_are_refused(change, words):
    with pytest.raises(InputError, match=words):
        replace(SERIES, **change)


def test_numbers_where_categories_were_fitted_are_refused():
    preprocessor = Preprocessor.fit(SERIES)
    with pytest.raises(InputError, match="'rhythm' holds numbers; expected categories"):
        preprocessor.encode(replace(SERIES, categories={}))
    with pytest.raises(InputError, match="'sex' holds categories; expected numbers"):
        Preprocessor.fit(replace(SERIES, static_categories={})).encode(SERIES)


@pytest.mark.parametrize(
    ("cell", "name"),
    [
        (" F ", "F"),
        ("f", "f"),
        (2.0, "2"),
        (np.int8(2), "2"),
        ("2.", "2"),
        ("007", "007"),
        (True, "true"),
        ("TRUE", "true"),
        (np.bool_(False), "false"),
        (b"AF", "AF"),
        ("e\u0301", "\u00e9"),
        ("3B", "3B"),
    ],
)
def test_a_category_has_one_name_however_it_was_stored(cell, name):
    assert category_name(cell) == name
    assert category_code(cell, ("x", name)) == 1
    assert category_code(cell, ("x",)) == -1


LONG = pd.DataFrame(
    [
        (7, 0.0, "HR", 80),
        (7, 0.0, "rhythm", "AF"),
        (7, 0.0, "rhythm", "SR"),
        (7, 1.0, "unit", 2),
        (3, 0.0, "rhythm", "AF"),
        (3, 0.5, "rhythm", None),
    ],
    columns=["id", "time", "variable", "value"],
)


@pytest.mark.parametrize("kind", [str, "category", object])
def test_frames_hold_categories_among_values_and_statics(kind):
    static = pd.DataFrame({"age": [50.5, 60.0], "sex": ["F", "M "]}, index=[3, 7])
    static = static.astype({"sex": kind})
    static["ward"] = pd.Categorical([2, None], categories=[1, 2])
    static["code"] = [1, 5]
    series = from_long_frame(LONG, static=static, categories=("rhythm", "unit", "code"))
    assert series.categories == {"rhythm": ("AF", "SR"), "unit": ("2",)}
    assert series.values.tolist() == [[80, 1, 0], [0, 0, 0], [0, 0, 0], [0, 0, 0]]
    assert series.mask.tolist() == [
        [True, True, False],
        [False, False, True],
        [False, True, False],
        [False, False, False],
    ]
    assert series.static_categories == {"sex": ("F", "M"), "ward": ("2",), "code": ("1", "5")}
    assert series.static is not None
    assert series.static[:, [0, 1, 3]].tolist() == [[60, 1, 1], [50.5, 0, 0]]
    assert series.static[:, 2].isnan().tolist() == [True, False]
    back = to_long_frame(series)
    assert back["value"].tolist() == [80, "SR", "2", "AF"]


def test_a_frame_with_a_slip_or_a_wrong_name_is_refused():
    slip = LONG.assign(value=["80", "8O", "1", "2", "1", None], variable=list("aaaabb"))
    with pytest.raises(InputError, match="frame, row 2, column 'value': came '8O'"):
        from_long_frame(slip, categories=("b",))
    with pytest.raises(InputError, match="If it holds categories, name their variables"):
        from_long_frame(slip)
    with pytest.raises(InputError, match=r"categories names 'rhythmus'.*Did you mean 'rhythm'"):
        from_long_frame(LONG, categories=("rhythmus",))


def test_pypots_which_averages_numbers_refuses_categories():
    with pytest.raises(InputError, match="rhythm hold categories"):
        to_pypots(SERIES)
