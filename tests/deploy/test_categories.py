"""A stream takes categories by name and encodes them as the training did."""

import json

import numpy as np
import pandas as pd
import pytest
import torch

from liquidtime.data import IrregularSeries, Preprocessor
from liquidtime.deploy.signals import Encoder, Signals
from liquidtime.errors import InputError
from liquidtime.notes import UnknownCategoryWarning

SERIES = IrregularSeries(
    values=torch.tensor([[1.0, 0.0], [3.0, 2.0], [0.0, 0.0], [0.0, 1.0]]),
    times=torch.tensor([0.0, 1.0, 3.0, 4.0], dtype=torch.float64),
    mask=torch.tensor([[True, True], [True, True], [False, False], [False, True]]),
    lengths=torch.tensor([4]),
    static=torch.tensor([[1.0, 40.0]]),
    features=("HR", "rhythm"),
    static_features=("sex", "age"),
    categories={"rhythm": ("AF", "SR", "VT")},
    static_categories={"sex": ("F", "M")},
)
FITTED = Preprocessor.fit(SERIES)
OUT = {"labels": ["y"], "classes": False, "target_mean": [0.0], "target_scale": [1.0]}
SIGNALS = Signals.from_dict({**FITTED.to_dict(), **OUT})
ROWS = [
    {"HR": 1, "rhythm": "AF"},
    {"rhythm": " VT ", "HR": 3.0},
    {},
    {"rhythm": "SR", "HR": None},
]
GAPS = [0.0, 1.0, 2.0, 1.0]


def encoded(rows, static):
    encoder, made = Encoder(SIGNALS, 1, static), []
    for row, gap in zip(rows, GAPS, strict=False):
        values = np.atleast_2d(SIGNALS.rows(row))
        made.append(encoder.encode(values, np.array([gap]), np.ones(1, bool))[0][0])
    return np.array(made)


@pytest.mark.parametrize(
    "static", [{"age": 40, "sex": "M"}, ["M", 40], [["M", 40]], [{"sex": "M"}]]
)
def test_rows_by_name_are_encoded_as_in_training(static):
    assert SIGNALS.input_size == FITTED.input_size
    # The age is constant here, so its own value and none are the same.
    assert np.allclose(encoded(ROWS, static), FITTED.encode(SERIES).inputs, atol=1e-6)


def test_rows_in_order_are_the_same_as_by_name():
    rows = [[1, "AF"], (3.0, "VT"), [None, float("nan")], np.array([None, "SR"], object)]
    assert np.array_equal(encoded(rows, ["M", 40]), encoded(ROWS, ["M", 40]))
    assert SIGNALS.rows([{"HR": 1}, {"rhythm": "SR"}]).shape == (2, 2)


def test_an_unknown_category_is_nothing_but_seen():
    with pytest.warns(UnknownCategoryWarning, match=r"rhythm: 'VF' is none of .*AF, SR, VT"):
        row = encoded([{"rhythm": "VF"}], None)[0]
    assert row[1:4].tolist() == [0, 0, 0]
    assert row[5] == 1


def test_what_is_no_number_is_refused():
    with pytest.raises(InputError, match="'HR' came as 'fast'; expected a number"):
        SIGNALS.rows({"HR": "fast"})
    for cell in (np.timedelta64(6, "h"), np.datetime64("2024-01-01"), 1j, [1.0, 2.0]):
        with pytest.raises(InputError, match="'HR' came as"):
            SIGNALS.rows({"HR": cell})
    with pytest.raises(InputError, match="no static feature 'Sex'"):
        Encoder(SIGNALS, 1, {"Sex": "M"})
    with pytest.raises(InputError, match=r"static has shape \[3\]"):
        Encoder(SIGNALS, 1, ["M", 40, 1])


@pytest.mark.parametrize(
    "cell", [None, float("nan"), np.nan, "", " ", pd.NA, pd.NaT, np.float32("nan")]
)
def test_what_is_missing_is_so_in_every_spelling(cell):
    assert np.isnan(SIGNALS.rows({"HR": cell, "rhythm": cell})).all()


def test_signals_go_through_json():
    assert Signals.from_dict(json.loads(json.dumps(SIGNALS.to_dict()))) == SIGNALS
