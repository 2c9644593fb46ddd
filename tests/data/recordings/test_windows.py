"""Windows of recordings: which samples, at which times, under which labels."""

import numpy as np
import pandas as pd
import pytest

from liquidtime.data import Events, Recording, from_recording
from liquidtime.errors import InputError

TEN = np.arange(10.0)


def events(*seconds: float, labels: str = "NV") -> Events:
    count = len(seconds)
    marks = np.array([labels[n % len(labels)] for n in range(count)], dtype=object)
    return Events(np.array(seconds), marks, np.zeros(count))


def test_a_window_begins_before_the_event_and_ends_before_its_end():
    series = from_recording(
        TEN, 2.0, at_seconds=[2.0, 3.0], before=1.0, after=0.5, labels=["a", "b"]
    )
    assert series.values[:, 0].tolist() == [2, 3, 4, 4, 5, 6]
    assert series.times.tolist() == [-1, -0.5, 0] * 2 and series.time_unit is None
    assert series.ids.tolist() == ["0/0", "0/1"] and series.classes == ("a", "b")


@pytest.mark.parametrize("rate", [1.0, 3.0, 250.0, 360.0, 1000.0])
def test_samples_and_seconds_agree(rate):
    signal = np.random.default_rng(0).normal(size=(4000, 2))
    at = np.array([1000, 1777, 2500])
    by_samples = from_recording(signal, rate, at_samples=at, before=300 / rate, after=0.5)
    by_seconds = from_recording(signal, rate, at_seconds=at / rate, before=300 / rate, after=0.5)
    assert by_samples.values.equal(by_seconds.values)
    np.testing.assert_allclose(by_samples.times, by_seconds.times, atol=1e-9)
    first = by_samples[0]
    assert first.values[0].tolist() == signal[700].astype(np.float32).tolist()
    assert first.times[0] == -300 / rate


def test_an_event_between_samples_keeps_its_own_zero():
    series = from_recording(TEN, 1.0, at_seconds=[4.25], before=1.5, after=1.0)
    assert series.values[:, 0].tolist() == [3, 4, 5] and series.times.tolist() == [
        -1.25,
        -0.25,
        0.75,
    ]


def test_ends_are_cut_or_dropped():
    given = {"at_samples": [0, 5, 9], "before": 2.0, "after": 2.0, "labels": [0.5, 1.5, 2.5]}
    cut = from_recording(TEN, 1.0, **given)
    assert cut.lengths.tolist() == [2, 4, 3] and cut.target[:, 0].tolist() == [0.5, 1.5, 2.5]
    with pytest.warns(UserWarning, match="2 windows reach beyond"):
        dropped = from_recording(TEN, 1.0, ends="drop", **given)
    assert dropped.ids.tolist() == ["0/1"] and dropped.target.tolist() == [[1.5]]
    edge = from_recording(TEN, 1.0, ends="drop", at_samples=[2, 8], before=2.0, after=2.0)
    assert len(edge) == 2


def test_several_recordings_with_names_and_gaps():
    one = np.stack([TEN, TEN], axis=1)
    one[3, 1] = np.nan
    series = from_recording(
        [one, one[:6]], [1.0, 2.0], at_samples=[[3], [2, 4]], before=1, after=1,
        labels=[["x"], ["y", "x"]], names=["100", "101"], channels=["I", "II"],
    )  # fmt: skip
    assert series.ids.tolist() == ["100/0", "101/0", "101/1"] and series.features == ("I", "II")
    assert series.lengths.tolist() == [2, 4, 4] and series.target.tolist() == [0, 1, 0]
    missing = [1, 5, 7]
    assert np.flatnonzero(~series.mask[:, 1].numpy()).tolist() == missing


def test_a_recording_knows_its_own():
    record = Recording(TEN[:, None], 2.0, ("ECG",), name="a", events=events(1.0, 2.0, 3.0))
    series = from_recording(record, at=record.events, before=0.5, after=0.5)
    assert series.features == ("ECG",) and series.ids.tolist() == ["a/0", "a/1", "a/2"]
    assert series.classes == ("N", "V") and series.target.tolist() == [0, 1, 0]
    chosen = from_recording(record, at=record.events.select("V"), before=0.5, after=0.5)
    assert chosen.ids.tolist() == ["a/0"] and chosen.values[:, 0].tolist() == [3, 4]
    with pytest.raises(InputError, match="no event is labelled 'X'; there are 'N', 'V'"):
        record.events.select("X")


def test_windows_one_after_another():
    whole = from_recording(TEN, 1.0, length=4.0)
    assert whole.lengths.tolist() == [4, 4, 2] and whole.times[:4].tolist() == [0, 1, 2, 3]
    over = from_recording(
        TEN, 1.0, length=4.0, every=3.0, ends="drop", step_labels=list("aabbbbbbab")
    )
    assert over.values[:, 0].tolist() == [0, 1, 2, 3, 3, 4, 5, 6, 6, 7, 8, 9]
    assert over.per_step and over.target.tolist() == [0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 0, 1]
    labelled = from_recording(TEN, 1.0, length=5.0, labels=["one", "two"])
    assert labelled.target.tolist() == [0, 1]


def test_times_of_their_own():
    clock = np.array([0.0, 0.1, 1.0, 1.5, 4.0])
    series = from_recording(TEN[:5], times=clock, at_seconds=[1.0], before=1.0, after=0.6)
    assert series.values[:, 0].tolist() == [0, 1, 2, 3] and series.times.tolist() == [
        -1,
        -0.9,
        0,
        0.5,
    ]
    dates = pd.date_range("2024-03-31 01:00", periods=10, freq="s", tz="Europe/Berlin")
    dated = from_recording(TEN, times=dates, at_seconds=dates[[4]], before=2, after=2)
    assert dated.times.tolist() == [-2, -1, 0, 1] and dated.values[:, 0].tolist() == [2, 3, 4, 5]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({}, "no events given; expected one of at_seconds"),
        ({"at": [1, 2], "before": 1, "after": 1}, "may be seconds or samples"),
        ({"at_samples": [1], "at_seconds": [1], "before": 1, "after": 1}, "and at_samples given"),
        ({"at_samples": [1.5], "before": 1, "after": 1}, "Seconds go into at_seconds"),
        ({"at_samples": [1]}, "before is None"),
        ({"at_samples": [400], "before": 1, "after": 1}, "event 0 of recording '0' has no sample"),
        ({"at_samples": [1], "before": 1, "after": 1, "labels": [1, 2]}, "2 entries; there are 1"),
        ({"length": 2.0, "before": 1}, "both are given"),
        ({"every": 2.0}, "length is None"),
        ({"length": 2.0, "step_labels": [1, 2]}, "the recording has 10 samples"),
        ({"length": 2.0, "labels": [1], "step_labels": [1]}, "expected one"),
        ({"length": 2.0, "ends": "pad"}, 'expected "cut" or "drop"'),
        ({"length": 2.0, "rate": None}, "none is given"),
        ({"length": 2.0, "times": TEN}, "both are given"),
        ({"length": 2.0, "rate": -1.0}, "above 0"),
    ],
)  # fmt: skip
def test_what_is_unclear_is_refused(options, said):
    with pytest.raises(InputError, match=said):
        from_recording(TEN, **({"rate": 1.0} | options))


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"times": [0, 1, 2, 3, 4, 5, 6, 7, 8, np.nan], "every": 1.0}, "holds nan at sample 9"),
        ({"times": [0, 1, 2, 5, 4, 5, 6, 7, 8, 9], "every": 1.0}, "go back from 5 to 4 behind"),
        ({"rate": 1.0, "every": 1e-9}, "would have 9,000,000,001 windows; expected one a sample"),
    ],
)
def test_clocks_and_windows_that_cannot_be_meant(more, message):
    with pytest.raises(InputError, match=message):
        from_recording(TEN, length=1.0, **more)
