# ruff: noqa: E501
"""What a table may hold that was not meant: one note of each kind, and none where all is usual."""

from dataclasses import replace

import numpy as np
import pytest

from liquidtime.data.table import TableSchema, read_table
from liquidtime.errors import InputError

PLAIN = TableSchema(id="id", time="t", features=("a", "b"), target=("y",))


def rows(*, cell=lambda n, t: 1.5 * n + t, other=lambda n, t: n - t, target=lambda n, t: n % 2):
    """Twelve series of three rows."""
    return [
        f"s{n},{t},{cell(n, t)},{other(n, t)},{target(n, t)}" for n in range(12) for t in range(3)
    ]


def notes(write, lines, **options):
    return " ".join(read_table(write("id,t,a,b,y", *lines), replace(PLAIN, **options)).notes)


def test_a_usual_table_raises_no_doubt(write):
    assert notes(write, rows()) == "Times: numbers of 't' as they are, in the data's own unit."


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"cell": lambda n, t: -999 if n % 4 == 0 else n}, "a: 9 values are -999, far from all others"),
        ({"cell": lambda n, t: ""}, "No row has a value of a, so"),
        ({"cell": lambda n, t: 3}, "One value throughout: a (3)"),
        ({"cell": lambda n, t: f"1.{131 + 7 * n}" if t else 417 + n}, "a: all numbers with a point have three"),
        ({"target": lambda n, t: n % 5}, "whole numbers 0, 1, 2, 3, 4: taken as classes"),
        ({"target": lambda n, t: "No" if n == t == 2 else ("no", "yes")[n % 2]}, "y changes inside 1 of 12 series only (first"),
        ({"target": lambda n, t: ("no", "No", "yes")[n % 3]}, "the classes 'No' and 'no' differ in the case"),
        ({"target": lambda n, t: "rare" if n == 3 else ("no", "yes")[n % 2]}, "fewer than 3 series are of 'rare' (1)"),
    ],
)  # fmt: skip
def test_a_doubt(write, change, words):
    assert words in notes(write, rows(**change))


def test_what_only_looks_like_it_is_not_doubted(write):
    random = np.random.default_rng(0)
    exact = random.normal(100, 10, 36).round(3)
    whole = notes(
        write, rows(cell=lambda n, t: exact[3 * n + t], other=lambda n, t: 9 if n % 2 else 7)
    )
    quarters = notes(write, rows(cell=lambda n, t: (n + 4 * t + 5) / 4))
    assert whole == quarters == "Times: numbers of 't' as they are, in the data's own unit."


def test_a_run_is_not_told_again(write):
    path = write("id,t,a,b,y", *rows(cell=lambda n, t: 3))
    fitted = read_table(path, PLAIN).schema
    assert "throughout" not in " ".join(read_table(path, fitted).notes)


def test_copies_and_labels_and_both_tables(write):
    lines = rows()
    assert "1 rows repeat" in notes(write, [lines[0], *lines])
    labels = replace(PLAIN, features=("a",), target=("b", "y"))
    path = write("id,t,a,b,y", *rows(other=lambda n, t: int(n > 4)))
    assert "b, y hold 0 and 1 alone" in " ".join(read_table(path, labels).notes)
    second = write("id,y", *(f"s{n},{1 - n % 2}" for n in range(12)), name="second.csv")
    assert "y: in both tables; taken from" in " ".join(
        read_table(path, PLAIN, targets=second).notes
    )


@pytest.mark.parametrize(
    ("head", "second", "options", "words"),
    [
        ("id,t,a,b,y", "patient,y", {}, "--targets-id"),
        ("id,t,a,b,y", None, {"features": ("a,b",)}, "one by one, with blanks between them: a b"),
        ("id,t,a,b,y", None, {"id": None}, "as no column of ids is named"),
        ("# by a device\nid,t,a,b,y", None, {}, "header seems to be row 2"),
    ],
)
def test_the_way_out_is_told(write, head, second, options, words):
    path = write(head, *rows())
    other = None if second is None else write(second, "s0,1", name="second.csv")
    with pytest.raises(InputError, match=words):
        read_table(path, replace(PLAIN, **options), targets=other)


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        (["1-Mar-2023"], "--time-format '%d-%b-%Y'"),
        (["Mar 1, 2023 10:00 PM"], "--time-format '%b %d, %Y %I:%M %p'"),
        (["h"], "units and no data"),
        (["2023-10-29 02:30", "2023-10-29 02:00"], "put back an hour"),
    ],
)
def test_the_way_out_of_times(write, lines, words):
    path = write("id,t,a,b,y", *(f's,"{time}",1,2,0' for time in lines))
    with pytest.raises(InputError, match=words):
        read_table(path, PLAIN, require_target=False)


def test_ids_that_lost_their_zeros_are_named(write):
    path = write("id,t,a,b", "007,0,1,2", "010,0,1,2")
    second = write("id,y", "7,0", "10,1", name="second.csv")
    with pytest.raises(InputError, match="leading zeros of one of them were lost"):
        read_table(path, PLAIN, targets=second)
    with pytest.raises(InputError, match="A label is a column of 0 and 1"):
        second = write("id,y", "007,no", "010,yes", name="second.csv")
        read_table(path, replace(PLAIN, task="multilabel"), targets=second)


@pytest.mark.parametrize(
    ("head", "words"), [(b'[{"id": 1}]', "is JSON"), (b"<html>", "is a web page"), (b"0       X" * 40, "in EDF")]
)  # fmt: skip
def test_a_file_of_another_kind_is_named(write, head, words):
    with pytest.raises(InputError, match=words):
        read_table(write(name="t.csv", raw=head), PLAIN)
