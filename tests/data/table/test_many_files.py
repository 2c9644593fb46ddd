"""Several files as one table: which, in which order, and where a row of them stands."""

import lzma

import pandas as pd
import pytest

from liquidtime.data.table import TableSchema, read_table
from liquidtime.errors import InputError

SCHEMA = TableSchema(id="id", time="t", features=("a",), target=("y",))
OWN = TableSchema(id="file", id_from_file=True, time="t", features=("a",), target=("y",))


def part(path, id, rows=2, a="1.5", start=0, header="id,t,a,y"):
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = [f"{id},{start + n},{a},{n}" for n in range(rows)]
    path.write_text("\n".join([header, *lines]) + "\n")
    return path


@pytest.fixture
def folder(tmp_path):
    for n in (10, 2, 1):
        part(tmp_path / "data" / f"day{n}.csv", id=f"p{n}")
    (tmp_path / "data" / "README.md").write_text("not a table")
    (tmp_path / "data" / "_SUCCESS").write_text("")
    part(tmp_path / "data" / ".hidden.csv", id="hidden")
    return tmp_path / "data"


@pytest.mark.parametrize("how", ["folder", "pattern", "list", "text"])
def test_natural_order_however_they_are_named(folder, how):
    given = {
        "folder": folder,
        "pattern": folder / "*.csv",
        "list": [folder / f"day{n}.csv" for n in (10, 2, 1)],
        "text": str(folder / "day*.csv"),
    }[how]
    if how == "pattern":
        (folder / ".hidden.csv").unlink()
    reading = read_table(given, SCHEMA)
    assert reading.series.ids.tolist() == ["p1", "p2", "p10"]
    assert reading.notes[0] == "3 files, read in this order: day1.csv, day2.csv, day10.csv."


def test_one_id_goes_on_in_the_next_file(tmp_path):
    part(tmp_path / "1.csv", id="p", start=0)
    part(tmp_path / "2.csv", id="p", start=2)
    series = read_table(tmp_path, SCHEMA).series
    assert len(series) == 1 and series.times.tolist() == [0, 1, 2, 3]
    part(tmp_path / "2.csv", id="p", start=-5)
    with pytest.raises(InputError, match=r"2\.csv, row 2, column 't'.*from 1 \(.*1\.csv, row 3\)"):
        read_table(tmp_path, SCHEMA)


def test_a_file_a_series(folder):
    series = read_table(folder, OWN).series
    assert series.ids.tolist() == ["day1", "day2", "day10"]
    one = read_table(folder / "day2.csv", OWN).series
    assert one.ids.tolist() == ["day2"]


def test_files_of_one_name_are_told_by_their_folders(tmp_path):
    for name in ("007", "7"):
        part(tmp_path / name / "vitals.csv.xz", id=0)
        path = tmp_path / name / "vitals.csv.xz"
        path.write_bytes(lzma.compress(path.read_bytes()))
    assert read_table(tmp_path, OWN).series.ids.tolist() == ["007", "7"]
    part(tmp_path / "7" / "more.csv", id=0)
    names = read_table([tmp_path / "007", tmp_path / "7"], OWN).series.ids.tolist()
    assert names == ["007/vitals", "7/more", "7/vitals"]


def test_partitioned_parquet(tmp_path):
    for site in ("A", "B"):
        for patient in (1, 2):
            path = tmp_path / f"site={site}" / f"patient={patient}" / "part-0.parquet"
            path.parent.mkdir(parents=True)
            pd.DataFrame({"t": [0, 1], "a": [1.0, None], "y": [patient, patient]}).to_parquet(path)
    schema = TableSchema(id="patient", time="t", features=("a",))
    alone = read_table(tmp_path / "site=A", schema, require_target=False).series
    assert alone.ids.tolist() == [1, 2] and alone.mask[:, 0].tolist() == [True, False] * 2
    schema = TableSchema(id="site", time="t", features=("a",), static=("patient",))
    every = str(tmp_path / "site=*" / "patient=2" / "*.parquet")
    series = read_table(every, schema, require_target=False).series
    assert series.ids.tolist() == ["A", "B"] and series.static is not None
    assert series.static[:, 0].tolist() == [2, 2]


def test_a_slip_in_one_file_is_named_there(folder):
    part(folder / "day2.csv", id="p2", a="high")
    with pytest.raises(InputError, match=r"day2\.csv, row 2, column 'a': came 'high'"):
        read_table(folder, SCHEMA)


def test_other_columns(folder):
    part(folder / "day2.csv", id="p2", header="id,t,A,y")
    with pytest.raises(InputError, match=r"day2\.csv, row 1: no column 'a'.*day1\.csv has it"):
        read_table(folder, SCHEMA)
    part(folder / "day2.csv", id="p2", header="id,t,a,y")
    path = folder / "day10.csv"
    path.write_text("note,id,t,a,y\nx,p10,0,1,1\n")
    reading = read_table(folder, SCHEMA)
    assert "day10.csv has other columns than" in reading.notes[1]
    assert reading.notes[1].endswith("besides note.")


def test_nothing_found(tmp_path, folder):
    with pytest.raises(InputError, match="no file matches this pattern"):
        read_table(str(folder / "night*.csv"), SCHEMA)
    with pytest.raises(InputError, match="is named twice"):
        read_table([folder / "day1.csv", folder / "day1.csv"], SCHEMA)
    with pytest.raises(InputError, match="No table is named"):
        read_table([], SCHEMA)


def test_a_name_with_signs_of_a_pattern_is_a_name(tmp_path):
    path = part(tmp_path / "a[1].csv", id="p")
    assert read_table(path, SCHEMA).series.ids.tolist() == ["p"]


def test_stamps_of_a_table_keep_the_zone(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("id,t,a,y\n1,2024-01-01T00:00+02:00,1,0\n1,2024-01-01T01:30+02:00,2,1\n")
    series = read_table(path, SCHEMA).series
    assert series.stamps is not None and series.times.tolist() == [0, 1.5]
    assert str(series.stamps.cells[1]) == "2024-01-01 01:30:00+02:00"


def sites(tmp_path, **change):
    """Two files of three series of eight rows; `change` gives cells of the second one."""
    for n, own in enumerate(({}, change)):
        lines = [
            ",".join(
                str(own.get(name, usual)(k, t))
                for name, usual in (
                    ("id", lambda k, t, n=n: 3 * n + k),
                    ("t", lambda k, t, n=n: t + 100 * n),
                    ("a", lambda k, t: 20 + t + k / 10),
                    ("ward", lambda k, t: "EW"[k % 2]),
                    ("y", lambda k, t, n=n: (k + n) % 2),
                )
            )
            for k in range(3)
            for t in range(8)
        ]
        (tmp_path / f"site{n}.csv").write_text("\n".join(["id,t,a,ward,y", *lines]) + "\n")
    schema = TableSchema(id="id", time="t", features=("a", "ward"), target=("y",))
    return " ".join(read_table(tmp_path, schema).notes)


def test_files_alike_raise_no_doubt(tmp_path):
    told = sites(tmp_path)
    assert told.endswith("own unit. ward: 2 categories (E, W)."), told


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"a": lambda k, t: ""}, "a: no value in 1 of 2 files (site1.csv)."),
        ({"a": lambda k, t: 2000 + t}, "a: all values of site1.csv (2000 to 2007) are far"),
        ({"y": lambda k, t: ("no", "yes")[k % 2]}, "the classes '0' and 'no', '1' and"),
        ({"id": lambda k, t: f"00{k}"}, "the ids '0' ("),
        ({"ward": lambda k, t: "ew"[k % 2]}, "ward: 'E' and 'e' differ in the case"),
    ],
)  # fmt: skip
def test_a_file_that_says_it_otherwise(tmp_path, change, words):
    assert words in sites(tmp_path, **change)


def test_files_of_a_series_each_may_differ(tmp_path):
    for n, level in enumerate((20, 5000)):
        lines = [f"{t},{level + t},{n}" for t in range(30)]
        (tmp_path / f"p{n}.csv").write_text("\n".join(["t,a,y", *lines]) + "\n")
    assert "far from" not in " ".join(read_table(tmp_path, OWN).notes)
