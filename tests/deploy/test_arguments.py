"""What a stream is handed: lists and other numbers are read, all else is refused in our words."""

import os
import stat
from dataclasses import replace
from datetime import datetime, timedelta

import numpy as np
import pytest
import torch

from liquidtime.deploy import Stream
from liquidtime.deploy.kinds import from_module
from liquidtime.deploy.signals import Signals
from liquidtime.errors import InputError
from liquidtime.nn import LTC, CfC


@pytest.fixture(params=["auto", "numpy"])
def stream(request, monkeypatch):
    monkeypatch.setattr(Stream, "backend", request.param)
    torch.manual_seed(0)
    return Stream.from_module(CfC(3, 5))


ROW = [0.5, -1.0, 2.0]
FORMS = {
    "list": ROW,
    "tuple": tuple(ROW),
    "float64": np.array(ROW),
    "float16": np.array(ROW, np.float16),
    "big endian": np.array(ROW, ">f4"),
    "strided": np.repeat(np.array(ROW, np.float32), 2)[::2],
    "tensor": torch.tensor(ROW),
}


@pytest.mark.parametrize("x", FORMS.values(), ids=FORMS)
def test_numbers_of_every_form_are_read(stream, x):
    right = stream.step(np.array(ROW, np.float32), 0.25)
    stream.reset()
    assert np.array_equal(stream.step(x, 0.25), right)


@pytest.mark.parametrize(
    "elapsed",
    [1, True, np.float64(1), np.float32(1), np.array(1.0), [1.0], np.array([1.0]), None],
    ids=repr,
)
def test_gaps_of_every_form_are_read(stream, elapsed):
    right = stream.step(ROW, 1.0)
    stream.reset()
    assert np.array_equal(stream.step(np.array(ROW, np.float32), elapsed), right)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("abc", 0.1), "x is str of .*; expected numbers: a list, or a float32 array"),
        ((None, 0.1), "x is None; expected numbers"),
        (([["a"]], 0.1), "x is list of"),
        ((np.zeros(3, "M8[s]"), 0.1), r"x is ndarray of datetime64\[s\]"),
        ((np.zeros(3, complex), 0.1), "x is ndarray of complex128"),
        (([[1.0], [1.0, 2.0]], 0.1), "x is no array of numbers"),
        ((ROW, "a"), "elapsed is str of"),
        ((ROW, np.timedelta64(1, "h")), r"elapsed is timedelta64 of timedelta64\[h\]"),
        ((np.array(ROW, np.float32), timedelta(hours=1)), "elapsed is timedelta of object"),
        ((np.timedelta64(1, "h"), 0.1), "x is timedelta64 of"),
        ((ROW, 0.1, [0.5]), "active holds float64; expected booleans"),
        ((ROW, 0.1, None, [0.0] * 5), "out is a list; expected a float32 array"),
        ((ROW, 0.1, None, np.zeros(5)), "out is of float64; expected a float32 array"),
    ],
)
def test_wrong_types_are_refused_in_our_words(stream, arguments, message):
    before = stream.state
    with pytest.raises(TypeError, match=message):
        stream.step(*arguments)
    assert all(np.array_equal(a, b) for a, b in zip(stream.state, before, strict=True))


def test_out_is_written_into_or_refused(stream):
    out = np.zeros(5, np.float32)
    assert stream.step(ROW, 0.1, None, out) is out
    assert out.any()
    out.flags.writeable = False
    with pytest.raises(ValueError, match=r"out is read-only.*out.copy\(\)"):
        stream.step(ROW, 0.1, None, out)
    with pytest.raises(ValueError, match="out is strided"):
        stream.step(ROW, 0.1, None, np.zeros(10, np.float32)[::2])
    assert stream.step(ROW, 0.1, [1]).shape == stream.step(ROW, 0.1, [False]).shape == (5,)


@pytest.mark.parametrize("backend", ["auto", "numpy"])
def test_a_fixed_time_is_taken_and_not_given(backend, monkeypatch):
    monkeypatch.setattr(Stream, "backend", backend)
    stream = Stream.from_module(CfC(3, 5), fixed_elapsed=0.3)
    assert stream.step(np.array(ROW, np.float32)).shape == stream.step(ROW).shape == (5,)
    for x in (ROW, np.array(ROW, np.float32)):
        for gap in (0.3, 1, np.ones(1, np.float32)):
            with pytest.raises(ValueError, match="leave it out"):
                stream.step(x, gap)


def test_a_stream_says_what_it_is():
    assert repr(Stream.from_module(LTC(3, 5), streams=4)).startswith(
        "Stream(ltc 'fused', 3 inputs, 1 × 5 units, 5 outputs, 4 streams, backend '"
    )
    text = repr(Stream.from_module(CfC(3, 8, 2, variant="no_gate"), fixed_elapsed=0.5))
    assert text.startswith("Stream(cfc 'no_gate', 3 inputs, 2 × 8 units, 8 outputs, 1 streams, f")
    assert "fixed_elapsed=0.5" in text


def _observer(time_unit: str | None) -> Stream:
    torch.manual_seed(0)
    architecture, state = from_module(CfC(3, 2))
    signals = Signals(
        *(("a",), (0.0,), (1.0,), (), (), (), 2.0, ("values", "mask", "since"), 10.0),
        *(("low", "high"), True, None, None, time_unit),
    )
    return Stream(replace(architecture, readout=None), state, signals=signals)


@pytest.mark.parametrize(
    "gap", [timedelta(hours=6), np.timedelta64(360, "m"), np.timedelta64(21_600, "s"), 6, 6.0]
)
def test_durations_are_hours_where_the_data_had_dates(gap):
    stream = _observer("hours")
    stream.observe([1.0])
    right = stream.observe([0.5], 6.0)
    stream.reset()
    stream.observe([1.0])
    assert np.array_equal(stream.observe([0.5], gap), right)


def test_durations_and_dates_are_refused_elsewhere():
    with pytest.raises(InputError, match=r"elapsed holds durations; .* unit of the training data"):
        _observer(None).observe([1.0], np.timedelta64(6, "h"))
    with pytest.raises(InputError, match=r"elapsed holds dates.*hours, or a duration"):
        _observer("hours").observe([1.0], datetime(2024, 1, 1))
    for values in (["high"], np.zeros(1, "M8[s]"), np.zeros(1, complex)):
        with pytest.raises(InputError, match="the row does not hold numbers alone"):
            _observer("hours").observe(values)
    with pytest.raises(InputError, match=r"'a' came as np.datetime64"):
        _observer("hours").observe({"a": np.datetime64("2024-01-01")})


def test_files_are_for_whom_the_umask_says(tmp_path):
    before = os.umask(0o027)
    try:
        Stream.from_module(CfC(3, 4)).save(tmp_path / "a.safetensors")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "a.safetensors").stat().st_mode) == 0o640
