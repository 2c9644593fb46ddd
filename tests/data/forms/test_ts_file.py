"""The .ts files of the archives."""

import gzip

import pytest

from liquidtime.data import read_ts
from liquidtime.errors import InputError


def write(tmp_path, *lines, name="x.ts"):
    text = "\n".join(lines) + "\n"
    path = tmp_path / name
    path.write_bytes(gzip.compress(text.encode()) if name.endswith(".gz") else text.encode())
    return path


@pytest.mark.parametrize("name", ["x.ts", "x.ts.gz"])
def test_classes_in_the_order_of_the_header(tmp_path, name):
    path = write(
        tmp_path,
        "# a comment",
        "@problemName Made up",
        "@timeStamps false",
        "@univariate false",
        "@classLabel true walk 10 2",
        "@data",
        "1,2,?:4,5,6:2",
        "",
        "7:8:walk",
        name=name,
    )
    series = read_ts(path)
    assert series.classes == ("walk", "10", "2") and series.target is not None
    assert series.target.tolist() == [2, 0] and series.lengths.tolist() == [3, 1]
    assert series.values.tolist() == [[1, 4], [2, 5], [0, 6], [7, 8]]
    assert series.mask[2].tolist() == [False, True] and series.times.tolist() == [0, 1, 2, 0]


def test_values_to_predict(tmp_path):
    path = write(tmp_path, "@targetlabel true", "@data", "1,2:0.5", "3:-1e3")
    series = read_ts(path)
    assert series.target is not None and series.target.tolist() == [[0.5], [-1000.0]]


def test_no_target(tmp_path):
    series = read_ts(write(tmp_path, "@classLabel false", "@data", "1,2:3,4"))
    assert series.target is None and series.values.tolist() == [[1, 3], [2, 4]]


def test_stamps_each_channel_with_its_own(tmp_path):
    path = write(
        tmp_path, "@timestamps true", "@classlabel true a b", "@data", "(0,1),(2.5,2):(0,5),(1,?):b"
    )
    series = read_ts(path)
    assert series.times.tolist() == [0, 1, 2.5] and series.target is not None
    assert series.mask.tolist() == [[True, True], [False, False], [True, False]]
    assert series.values.tolist() == [[1, 5], [0, 0], [2, 0]] and series.target.tolist() == [1]


def test_dates_as_stamps(tmp_path):
    path = write(
        tmp_path,
        "@timeStamps true",
        "@targetlabel true",
        "@data",
        "(2024-03-01 00:00:00,1),(2024-03-01 12:30:00,2):7.5",
    )
    series = read_ts(path)
    assert series.times.tolist() == [0, 12.5] and series.time_unit == "hours"
    assert series.values[:, 0].tolist() == [1, 2] and series.target is not None
    assert series.target.tolist() == [[7.5]]


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (["id,t,x", "1,2,3"], "row 1: came 'id,t,x'.*Is this a .ts file"),
        (["@data"], "no series behind @data"),
        (["@data", "1,x"], "row 2: could not convert"),
        (["@data", "1,2:3"], r"row 2: channels of \[1, 2\] values"),
        (["@data", "1:2", "1"], "row 3: another number of channels"),
        (["@classLabel true a b", "@data", "1,2:c"], r"row 3: the class 'c' is none .*\(a, b\)"),
        (["@targetlabel true", "@data", "1,2:?"], "row 3: the value to predict is missing"),
        (["@timestamps true", "@data", "(noon,1)"], "row 3: the time 'noon'"),
    ],
)
def test_broken_files_name_the_row(tmp_path, lines, said):
    with pytest.raises(InputError, match=said):
        read_ts(write(tmp_path, *lines))
