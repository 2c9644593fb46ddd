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
