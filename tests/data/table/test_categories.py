"""Columns of text, and of codes that are named as categories."""

import numpy as np
import pandas as pd
import pytest

from liquidtime.data import Preprocessor
from liquidtime.data.table import TableSchema, read_table
from liquidtime.errors import InputError

WIDE = TableSchema(id="id", time="t", features=("a",))
LONG = TableSchema(id="id", time="t", variable="v", value="x")


def read(path, schema=WIDE, **options):
    return read_table(path, schema, require_target=False, **options)


def column(*cells):
    """A wide table with these cells, two rows a series."""
    return ["id,t,a", *(f'{n // 2},{n % 2},"{cell}"' for n, cell in enumerate(cells))]


def test_text_is_found_and_told(write):
    reading = read(write(*column("SR", "AF ", "", " AF", "NA", "None")))
    assert reading.series.categories == {"a": ("AF", "None", "SR")}
    assert reading.series.values[:, 0].tolist() == [2, 0, 0, 0, 0, 1]
    assert reading.series.mask[:, 0].tolist() == [True, True, False, True, False, True]
    assert "a: 3 categories (AF, None, SR)." in reading.notes
    assert reading.schema.categories == ("a",)


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        (("1", "2.5", "12,5", "3"), "row 4, column 'a': came '12,5'"),
        (("1", "2", "n/m", "3"), "row 4, column 'a': came 'n/m'"),
        (("12,5", "13,5"), "row 2, column 'a': came '12,5'"),
        (("<5", "<5", ">9", "<5"), "row 2, column 'a': came '<5'"),
        (("5 mg", "7 mg"), "row 2, column 'a': came '5 mg'"),
        (("2024-01-01", "2024-01-02"), "row 2, column 'a': came '2024-01-01'"),
        (("F", "M", "1"), "row 2, column 'a': came 'F'"),
        (("high", "inf"), "row 2, column 'a': came 'high'"),
    ],
)
def test_a_slip_among_numbers_is_no_category(write, cells, words):
    with pytest.raises(InputError) as caught:
        read(write(*column(*cells)))
    assert words in str(caught.value)
    if "comma stands" not in str(caught.value):
        assert "--missing" in str(caught.value)
        assert "--categories a" in str(caught.value)


@pytest.mark.parametrize("cells", [("3B", "4A", "3B", "1"), ("1", "2", "1.0", "2"), ("<5", ">9")])
def test_named_columns_are_categories_whatever_they_hold(write, cells):
    schema = TableSchema(id="id", time="t", features=("a",), categories=("a",))
    found = read(write(*column(*cells)), schema).series.categories["a"]
    assert found == tuple(sorted({cell.removesuffix(".0") for cell in cells}))


def test_missing_cells_are_those_of_numbers(write):
    schema = TableSchema(id="id", time="t", features=("a",), categories=("a",), missing=("-1",))
    path = write(*column("1", "-1.0", "2", "-1"))
    assert read(path, schema).series.mask[:, 0].tolist() == [True, False, True, False]
    schema = TableSchema(id="id", time="t", features=("a",), missing=("unknown",))
    assert read(write(*column("x", "unknown", "y")), schema).series.categories["a"] == ("x", "y")


def test_letters_that_differ_in_case_are_told(write):
    notes = read(write(*column("F", "f", "M"))).notes
    assert any("'F' and 'f' differ in the case of letters only" in note for note in notes)


def test_an_identifier_is_refused(write):
    each = [name for n in range(30) for name in (f"P{n}", f"P{n}")]
    with pytest.raises(InputError, match=r"row 2, column 'a': 30 different texts.*an identifier"):
        read(write(*column(*each)))
    many = [f"ward {n % 60}" for n in range(600)]
    assert len(read(write(*column(*many))).series.categories["a"]) == 60


def test_long_values_are_of_the_kind_of_their_variable(write):
    path = write(
        "id,t,v,x",
        "1,0,HR,80.5",
        "1,0,rhythm,AF",
        "1,0,rhythm,SR",
        "1,1,rhythm,AF",
        "2,0,HR,90",
        "2,0,unit,1",
        "2,0,rhythm,",
        "2,0,note,free text 5",
    )
    schema = TableSchema(
        id="id", time="t", variable="v", value="x", features=("HR", "rhythm", "unit"),
        categories=("unit",),
    )  # fmt: skip
    reading = read(path, schema)
    assert reading.series.categories == {"rhythm": ("AF", "SR"), "unit": ("1",)}
    assert reading.series.values.tolist() == [[80.5, 1, 0], [0, 0, 0], [90, 0, 0]]
    assert reading.series.mask.tolist() == [
        [True, True, False],
        [False, True, False],
        [True, False, True],
    ]
    assert any("the last one counts" in note for note in reading.notes)
    again = read(write("id,t,v,x", "7,0,rhythm,VT", "7,1,HR,1"), reading.schema)
    assert again.series.categories["rhythm"] == ("VT",)
    with pytest.raises(InputError, match=r"row 3.*'8O'.*In the fit 'HR' held numbers only"):
        read(write("id,t,v,x", "7,0,rhythm,VT", "7,1,HR,8O"), reading.schema)


def test_a_slip_in_a_long_table_names_its_variable(write):
    path = write("id,t,v,x", "1,0,HR,80", "1,1,HR,8O", "1,0,rhythm,AF")
    with pytest.raises(InputError, match=r"row 3, column 'x': came '8O'.*--categories HR"):
        read(path, LONG)


def test_a_long_variable_of_text_that_repeats_the_id_is_left_out(write):
    rows = [f"p{n},0,{v}" for n in range(12) for v in (f"name,p{n}", "HR,1")]
    reading = read(write("id,t,v,x", *rows), LONG)
    assert reading.series.features == ("HR",)
    assert any("only repeats the id: variable name" in note for note in reading.notes)


def test_categories_that_name_no_column_are_refused(write):
    with pytest.raises(InputError, match=r"categories name 'sx'.*Did you mean 'sex'"):
        TableSchema(id="id", time="t", features=("a",), static=("sex",), categories=("sx",))
    schema = TableSchema(id="id", time="t", variable="v", value="x", categories=("rhythmus",))
    with pytest.raises(InputError, match=r"'rhythmus'.*Did you mean 'rhythm'"):
        read(write("id,t,v,x", "1,0,rhythm,AF"), schema)


def test_a_forecast_of_categories_is_refused(write):
    schema = TableSchema(id="id", time="t", features=("a",), target=("a",), task="forecast")
    with pytest.raises(InputError, match=r"'a' holds categories.*predicts numbers"):
        read_table(write(*column("x", "y", "x", "y")), schema)


def test_statics_of_a_second_table(write, tmp_path):
    first = write("id,t,a", "1,0,5", "2,0,6", "3,0,7")
    second = write("id,sex,smoker", "2,M,yes", "1,F,no", name="second.csv")
    schema = TableSchema(id="id", time="t", features=("a",), static=("sex", "smoker"))
    reading = read(first, schema, targets=second)
    assert reading.series.static_categories == {"sex": ("F", "M"), "smoker": ("no", "yes")}
    assert reading.series.static is not None
    assert reading.series.static[:2].tolist() == [[0, 0], [1, 1]]
    assert reading.series.static[2].isnan().all()
    with pytest.raises(InputError, match=r"no column 'sex'.*second table.*--targets"):
        read(first, schema)


def test_a_static_that_changes_is_named_by_its_words(write):
    schema = TableSchema(id="id", time="t", features=("a",), static=("sex",))
    with pytest.raises(InputError, match=r"row 3, column 'sex'.*from 'F' to 'M'"):
        read(write("id,t,a,sex", "1,0,1,F", "1,1,1,M", "2,0,1,M"), schema)


def test_parquet_types(tmp_path):
    words = ["x", None, "y", "x"]
    frame = pd.DataFrame(
        {
            "id": [1, 1, 2, 2],
            "t": [0, 1, 0, 1],
            "text": words,
            "dictionary": pd.Categorical(words),
            "number": [True, False, True, True],
            "truth": pd.array([True, None, False, True], dtype="boolean"),
            "unit": np.array([1, 2, 1, 2], dtype=np.int8),
            "code": [1.0, np.nan, 2.0, 1.0],
        }
    )
    path = tmp_path / "t.parquet"
    frame.to_parquet(path)
    names = tuple(frame.columns[2:])
    schema = TableSchema(id="id", time="t", features=names, categories=("unit", "code", "truth"))
    series = read(path, schema).series
    assert series.categories == {
        "text": ("x", "y"), "dictionary": ("x", "y"), "truth": ("false", "true"),
        "unit": ("1", "2"), "code": ("1", "2"),
    }  # fmt: skip
    assert series.mask[1].tolist() == [False, False, True, False, True, False]
    assert series.values[:, 2].tolist() == [1, 0, 1, 1]
    frame.to_csv(tmp_path / "t.csv", index=False)
    assert read(tmp_path / "t.csv", schema).series.equals(series)


def test_ids_and_times_stay_as_they_came(write, tmp_path):
    path = write(
        "id,t,v,x",
        "007,2024-10-26T22:00:00+02:00,b,1",
        "8,2024-10-26 20:00Z,a,1",
        "007,2024-10-26T20:00:00+00:00,a,1",
        "007,2024-10-26T19:00:00+00:00,a,2",
    )
    cells = read(path, LONG).cells
    assert cells["id"].tolist() == ["007", "007", "8"]
    assert cells["t"].tolist() == [
        "2024-10-26T19:00:00+00:00",
        "2024-10-26T22:00:00+02:00",
        "2024-10-26 20:00Z",
    ]
    stamps = np.array([1_700_007_200_123_456_789, 1_700_007_200_123_456_790])
    frame = pd.DataFrame({"id": [3, 3], "t": stamps, "a": [1.0, 2.0]})
    frame.to_parquet(tmp_path / "ns.parquet")
    assert read(tmp_path / "ns.parquet").cells["t"].tolist() == stamps.tolist()


def test_codes_keep_their_zeros(write):
    schema = TableSchema(id="id", time="t", features=("a",), categories=("a",))
    found = read(write("id,t,a", "1,0,007", "1,1,7", "2,0,007", "2,1,7"), schema).series
    assert found.categories["a"] == ("007", "7")
    long = TableSchema(id="id", time="t", variable="v", value="x", categories=("u",))
    found = read(write("id,t,v,x", "1,0,u,01", "1,0,HR,80", "1,1,u,1"), long).series
    assert found.categories["u"] == ("01", "1")


def test_a_run_reads_tables_that_lack_its_categories(write):
    path = write("id,t,v,x", "1,0,rhythm,AF", "1,0,HR,80", "2,0,rhythm,SR", "2,1,HR,82")
    fitted = read(path, LONG)
    preprocessor = Preprocessor.fit(fitted.series)
    lacking = read(write("id,t,v,x", "7,0,HR,80"), fitted.schema).series
    assert lacking.categories == {"rhythm": ()}
    assert preprocessor.encode(lacking).inputs[0, 1:3].tolist() == [0, 0]
    wide = read(write(*column("AF", "SR")))
    empty = read(write(*column("", "NA")), wide.schema).series
    assert not empty.mask.any()
    assert Preprocessor.fit(wide.series).encode(empty).inputs[:, :2].sum() == 0


def test_a_value_without_a_variable_is_named_beside_categories(write):
    with pytest.raises(InputError, match=r"row 3.*the variable is empty beside the value 5"):
        read(write("id,t,v,x", "1,0,rhythm,AF", "1,0,,5"), LONG)


def test_a_second_table_that_is_not_needed_is_told(write):
    first, second = write("id,t,a", "1,0,5"), write("id,sex", "1,F", name="second.csv")
    assert any("second.csv was not read" in note for note in read(first, targets=second).notes)
    with pytest.raises(InputError, match=r"gone\.csv: no such file"):
        read(first, targets="gone.csv")


def test_long_names_are_clipped_in_messages(write):
    notes = read(write(*column("x" * 900, "y", "x" * 900))).notes
    assert max(map(len, notes)) < 200
