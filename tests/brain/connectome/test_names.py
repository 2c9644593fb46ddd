"""Names of neurons: exact or refused, wherever they come in."""

import decimal

import numpy as np
import pandas
import pytest

from liquidtime.brain import Ablate, Connectome, Experiment, Record, Step, current
from liquidtime.brain.connectome.names import read_names
from liquidtime.errors import InputError

LARGE = 720575940621039145


@pytest.fixture
def fly():
    return Connectome.from_edges([LARGE], [LARGE + 1], [5])


@pytest.mark.parametrize(
    "names",
    [
        pandas.Series([LARGE, None]).dropna(),
        np.array([float(LARGE)]),
        [float(LARGE)],
        float(LARGE),
        np.float64(2**53),
        [1, float(LARGE)],
    ],
)
def test_a_float_that_may_be_rounded_is_refused_everywhere(fly, names):
    with pytest.raises(InputError, match=r"floating-point number .* may be rounded"):
        fly.find(names)
    with pytest.raises(InputError, match="may be rounded"):
        Connectome.from_edges(names, names)
    with pytest.raises(InputError, match="may be rounded"):
        Experiment(current(names, Step(1.0))).resolved(fly)
    with pytest.raises(InputError, match="may be rounded"):
        Experiment(trials=[Ablate(names)]).resolved(fly)
    with pytest.raises(InputError, match="may be rounded"):
        Experiment(record=Record(neurons=names)).resolved(fly)
    with pytest.raises(InputError, match="may be rounded"):
        fly.select(names)
    table = pandas.DataFrame(index=np.atleast_1d(names))
    with pytest.raises(InputError, match="may be rounded"):
        Connectome.from_edges([], [], neurons=table)


def test_whole_floats_below_that_are_the_ids_they_were(fly):
    assert Connectome.from_edges([1.0, 2.0], [2.0, 3.0]).neurons.index.tolist() == [1, 2, 3]
    assert read_names(np.array([2.0**53 - 1])).tolist() == [2**53 - 1]
    with pytest.raises(InputError, match="16,777,216"):
        read_names(np.array([2.0**24], dtype=np.float32))
    assert fly.find(LARGE + 1).tolist() == [1]
    assert fly.find(pandas.Series([LARGE, None], dtype="Int64").dropna()).tolist() == [0]
    assert fly.find([decimal.Decimal(LARGE)]).tolist() == [0]
    assert fly.find(np.uint64(LARGE)).tolist() == [0]


@pytest.mark.parametrize(
    ("names", "message"),
    [
        (["a", None], "row 1 has no"),
        (["a", float("nan")], "row 1 has no"),
        (["a", " "], "row 1 has no"),
        ([1, pandas.NA], "row 1 has no"),
        ([1.5, 2.0], "row 0 .* is 1.5, no whole number"),
        ([np.inf], "may be rounded"),
        ([1, True], "row 1 .* truth value"),
        (np.array([True, False]), "truth value"),
        ([2**63], "too large"),
        ([7, "007"], "'007' as text and 7 as a number"),
        ([["a"]], "no names of neurons"),
    ],
)
def test_what_is_no_name_is_refused(names, message):
    with pytest.raises(InputError, match=message):
        read_names(names)


def test_numbers_among_text_are_text_and_blanks_around_do_not_count():
    assert read_names([12, "12b", " AVA L "]).tolist() == ["12", "12b", "AVA L"]
    assert read_names(np.array([b"AVAL"])).tolist() == ["AVAL"]
    assert read_names([("a", 1), ("a", 2)]).tolist() == [("a", 1), ("a", 2)]
    assert read_names(["007", "7"]).tolist() == ["007", "7"]


def test_a_number_that_is_name_and_index_is_refused():
    text = Connectome.from_edges(["1", "7"], ["7", "x"])
    with pytest.raises(InputError, match="name '1' or the one with the index 1, '7'"):
        text.find(1)
    assert text.find(2).tolist() == [2]
    assert text.find("1").tolist() == [0]


def test_ids_in_columns_stay_exact():
    table = pandas.DataFrame({"pair": [LARGE, LARGE + 1]}, index=["a", "b"])
    two = Connectome.from_edges(["a"], ["b"], neurons=table)
    assert two.find({"pair": LARGE}).tolist() == [0]
    with pytest.raises(InputError, match="may be rounded"):
        two.find({"pair": float(LARGE)})
    gone = table.assign(pair=[LARGE, np.nan])
    with pytest.raises(InputError, match="the column 'pair' holds floating-point"):
        Connectome.from_edges(["a"], ["b"], neurons=gone).find({"pair": LARGE})


def test_who_is_not_there_gets_a_hint():
    table = pandas.DataFrame({"type": ["AVB", "AVB"]}, index=["AVBL", "AVBR"])
    worm = Connectome.from_edges(["AVBL"], ["AVBR"], neurons=table)
    with pytest.raises(InputError, match=r"'AVB'; .* It is a type: .*find\({'type': 'AVB'}\)"):
        worm.find("AVB")
    with pytest.raises(InputError, match="Did you mean AVB"):
        worm.find(np.array(["AVBl"]))
    with pytest.raises(InputError, match="'AVBX'") as error:
        worm.with_transmitters({"AVBX": "gaba"})
    assert "np.str_" not in str(error.value)
