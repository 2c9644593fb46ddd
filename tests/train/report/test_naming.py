"""Classes as people read them."""

import pytest

from liquidtime.train.report.naming import class_names


def record(*target, kind="classes"):
    return {"objective": {"kind": kind}, "schema": {"table": {"target": list(target)}}}


@pytest.mark.parametrize(
    ("labels", "told", "names"),
    [
        (["0", "1"], record("died"), ["died = 0", "died = 1"]),
        (["1", "2", "3"], record("stage"), ["stage = 1", "stage = 2", "stage = 3"]),
        (["False", "True"], record("died"), ["died = False", "died = True"]),
        (["survived", "died"], record("outcome"), ["survived", "died"]),
        (["0", "more"], record("count"), ["0", "more"]),
        (["0", "1"], {"objective": {"kind": "classes"}, "schema": None}, ["0", "1"]),
        (["a", "b"], record("a", "b", kind="values"), ["a", "b"]),
    ],
)
def test_a_class_that_is_a_bare_number_goes_with_its_column(labels, told, names):
    assert class_names(labels, told) == names


def test_of_an_error_it_is_said_that_it_would_rise():
    from liquidtime.train.report.variables import answer

    rows = [{"name": "HR", "value": 2.5, "low": 1.0, "high": 4.0}]
    lost = answer(rows, "AUROC")
    assert lost == "HR most: without it 2.500 of AUROC would be lost."
    more = answer(rows, "mean squared error", up=False)
    assert more == "HR most: without it mean squared error would be 2.500 higher."
