"""Trains of events as irregular series."""

import numpy as np
import pytest

from liquidtime.data import Events, from_events
from liquidtime.errors import InputError


def test_intervals_and_labels_in_pieces():
    times = np.array([0.5, 1.5, 2.0, 4.0, 4.5])
    series = from_events(times, labels=["N", "N", "V", None, "N"], length=2)
    assert series.lengths.tolist() == [2, 2, 1] and series.times.tolist() == times.tolist()
    assert series.features == ("interval",) and series.mask[:, 0].tolist() == [False] + [True] * 4
    # The interval reaches over the cut.
    assert series.values[:, 0].tolist() == [0, 1, 0.5, 2, 0.5]
    assert series.per_step and series.classes == ("N", "V")
    assert series.target.tolist() == [0, 0, 1, -1, 0] and series.ids.tolist() == [
        "0/0",
        "0/1",
        "0/2",
    ]


def test_several_trains_with_values():
    series = from_events(
        [[0.0, 2.0], np.array([1.0])],
        [np.array([[1.0, np.nan], [3.0, 4.0]]), [[5.0, 6.0]]],
        labels=[[0.5, 1.5], [2.5]],
        features=["size", "depth"],
        names=["a", "b"],
    )
    assert series.ids.tolist() == ["a", "b"] and series.lengths.tolist() == [2, 1]
    assert series.values.tolist() == [[1, 0], [3, 4], [5, 6]] and not series.mask[0, 1]
    assert series.target.tolist() == [[0.5], [1.5], [2.5]]


def test_events_of_a_recording():
    found = Events(np.array([0.0, 0.8, 1.1]), np.array(["N", "N", "V"], dtype=object), np.zeros(3))
    series = from_events(found, labels=found.labels == "V")
    assert series.classes == ("0", "1") and series.target.tolist() == [0, 0, 1]
    np.testing.assert_allclose(series.values[1:, 0], [0.8, 0.3], rtol=1e-6)


@pytest.mark.parametrize(
    ("arguments", "options", "said"),
    [
        (([2.0, 1.0],), {}, "fall"),
        (([0.0, np.nan],), {}, "not finite"),
        (([0.0, 1.0], [1.0]), {}, "values of train 0 has 1 entries; its times have 2"),
        (([0.0, 1.0],), {"length": 0}, "length is 0"),
        (([0.0, 1.0],), {"labels": ["a", "b"], "classes": ["a"]}, "holds 'b'; expected one of"),
        (([[0.0], [1.0]],), {"labels": [["a"]]}, "labels holds 1 trains; times holds 2"),
        (([0.0],), {"names": ["a", "b"]}, "2 names; there are 1"),
    ],
)
def test_what_does_not_fit_is_refused(arguments, options, said):
    with pytest.raises(InputError, match=said):
        from_events(*arguments, **options)
