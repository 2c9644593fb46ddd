"""Inputs that are the same throughout the training part are left out, everywhere alike."""

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import torch

from liquidtime.data import Preprocessor, from_lists, from_long_frame, from_nan_padded
from liquidtime.deploy.signals import Encoder, Signals
from liquidtime.train.folder.stored import preprocessor_from, preprocessor_to

NAN = float("nan")


def test_six_regular_channels_are_six_inputs():
    series = from_nan_padded(np.random.default_rng(0).normal(size=(4, 9, 6)))
    fitted = Preprocessor.fit(series)
    assert fitted.input_size == fitted.encode(series).inputs.shape[1] == 6
    assert fitted.input_names == series.features
    assert Preprocessor.fit(series, drop_constant=False).input_size == 18


def mixed():
    """Always observed; now and then; constant, now and then; never; constant, always."""
    rows = [
        [1.0, 4.0, 7.0, NAN, 2.0],
        [3.0, NAN, NAN, NAN, 2.0],
        [2.0, 5.0, 7.0, NAN, 2.0],
    ]
    return from_lists([rows, rows[:2]], features=list("abcde"), static=[[1.0, 5.0], [1.0, NAN]])


def test_each_block_loses_what_is_constant_in_it():
    fitted = Preprocessor.fit(mixed())
    assert fitted.input_names == ("a", "b", "b observed", "c observed", "b age", "c age")
    assert fitted.dropped == {
        "values": ("c", "d", "e"),
        "mask": ("a", "d", "e"),
        "since": ("a", "d", "e"),
        "static": ("static0", "static1"),
    }


def test_what_is_left_are_the_columns_of_the_whole_encoding():
    series = mixed()
    whole, some = Preprocessor.fit(series, drop_constant=False), Preprocessor.fit(series)
    other = replace(series, values=(series.values + 1) * series.mask)
    at = [whole.input_names.index(name) for name in some.input_names]
    assert torch.equal(some.encode(other).inputs, whole.encode(other).inputs[:, at])


def test_where_everything_is_constant_the_values_stay():
    marks = from_lists([np.ones((4, 1)), np.ones((2, 1))], [[0.0, 1, 5, 6], [2.0, 3]])
    assert Preprocessor.fit(marks).input_names == ("x0",)


def test_the_only_category_of_a_ward_that_is_always_known():
    frame = pd.DataFrame({"id": 1, "t": [0, 1], "x": [1.0, 2.0], "ward": ["A", "A"]})
    rows = frame.melt(id_vars=["id", "t"])
    roles = {"id": "id", "time": "t", "variable": "variable", "value": "value"}
    series = from_long_frame(rows, **roles, categories=("ward",))
    fitted = Preprocessor.fit(series)
    assert fitted.categories == {"ward": ("A",)}
    assert fitted.input_names == ("x",)


@pytest.mark.parametrize("features", [("values", "mask", "since"), ("since", "values")])
def test_a_stream_encodes_row_by_row_as_the_training_did(features):
    rng = np.random.default_rng(1)
    values = rng.normal(size=(8, 4))
    values[:, 1] = np.where(rng.random(8) < 0.5, values[:, 1], NAN)
    values[:, 2] = 3.0
    times = np.cumsum(rng.random(8))
    series = from_lists([values], [times], static=[[1.0, 2.0]])
    fitted = Preprocessor.fit(series, features=features)
    assert fitted.dropped
    stored = json.loads(json.dumps(preprocessor_to(fitted)))
    assert preprocessor_from(stored) == fitted
    signals = Signals.from_dict(
        {
            **stored,
            "labels": ["y"],
            "classes": False,
            "target_mean": [0.0],
            "target_scale": [1.0],
        }
    )
    assert Signals.from_dict(json.loads(json.dumps(signals.to_dict()))) == signals
    assert signals.input_size == fitted.input_size
    encoder, wanted = Encoder(signals, 1, [1.0, 2.0]), fitted.encode(series).inputs.numpy()
    gaps = np.diff(times, prepend=times[0])
    for row, gap, inputs in zip(values, gaps, wanted, strict=True):
        came, _ = encoder.encode(row[None], np.array([gap]), np.ones(1, bool))
        assert came[0] == pytest.approx(inputs, abs=1e-6)


def test_a_record_of_before_drops_nothing():
    fitted = Preprocessor.fit(mixed(), drop_constant=False)
    stored = fitted.to_dict()
    assert not {"dropped", "robust"} & stored.keys()
    assert Preprocessor.from_dict(stored).input_size == fitted.input_size == 17
