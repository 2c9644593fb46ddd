"""A few absurd values do not decide the scale of a channel."""

import warnings

import numpy as np
import pytest

from liquidtime.data import Preprocessor, from_lists
from liquidtime.errors import InputError
from liquidtime.notes import Note, said


def eeg(outliers: int, size: int = 2000):
    values = np.random.default_rng(0).normal(4300.0, 30.0, (size, 2))
    values[:outliers, 0] = 715_897.0
    return from_lists([values], features=["e0", "e1"])


def test_four_absurd_rows_are_said_and_do_not_count():
    said.clear()
    with pytest.warns(Note, match="channel e0: 4 values lie beyond 50 IQR of the median"):
        fitted = Preprocessor.fit(eeg(4))
    assert fitted.robust == ("e0",)
    assert fitted.mean[0] == pytest.approx(4300, abs=3)
    assert fitted.std[0] == pytest.approx(30, rel=0.1)
    inputs = fitted.encode(eeg(4)).inputs.numpy()
    assert inputs[4:, 0].std() == pytest.approx(1, rel=0.1)
    assert (inputs[:4, 0] == 10).all()
    plain = Preprocessor.fit(eeg(4), scale="standard")
    assert plain.robust == ()
    assert plain.std[0] > 10_000
    assert Preprocessor.fit(eeg(4)).mean[1] == plain.mean[1], "the other channel is as before"


def test_what_is_often_far_out_is_the_signal():
    values = np.random.default_rng(0).normal(0.0, 0.01, (1000, 1))
    values[::20] += 5.0
    assert Preprocessor.fit(from_lists([values])).robust == ()


def test_robust_for_all_but_those_without_an_iqr():
    values = np.random.default_rng(0).normal(2.0, 3.0, (4001, 2))
    values[:, 1] = np.arange(4001) % 10 == 0
    fitted = Preprocessor.fit(from_lists([values]), scale="robust")
    assert fitted.robust == ("x0",)
    assert fitted.mean[0] == np.float32(np.median(np.float32(values[:, 0])))
    assert fitted.std[0] == pytest.approx(3.0, rel=0.05), "as the deviation of a Gaussian"
    assert fitted.mean[1] == pytest.approx(values[:, 1].mean())


def test_an_unknown_scale():
    with pytest.raises(InputError, match="scale is 'minmax'; expected one of auto, standard, rob"):
        Preprocessor.fit(eeg(0), scale="minmax")


@pytest.mark.parametrize(("width", "kept"), [(0.1, True), (0.0, False)])
def test_what_32_bits_resolve_is_no_constant_and_what_is_dropped_is_named(width, kept):
    said.clear()
    rng = np.random.default_rng(0)
    pressure = 101_325.0 + width * np.sign(rng.normal(size=(400, 1)))
    series = from_lists([np.hstack([pressure, rng.normal(size=(400, 1))])], features=["p", "q"])
    with warnings.catch_warnings(record=True) as notes:
        warnings.simplefilter("always")
        fitted = Preprocessor.fit(series)
    assert ("p" in fitted.input_names) is kept
    assert any("p does not change" in str(note.message) for note in notes) is not kept
    if kept:
        assert fitted.encode(series).inputs[:, 0].std() == pytest.approx(1.0, rel=0.05)


def test_inputs_that_are_all_constant_are_told():
    said.clear()
    with pytest.warns(Note, match="no input changes in the training part"):
        Preprocessor.fit(from_lists([np.ones((3, 2))] * 2))
