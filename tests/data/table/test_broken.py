"""Every broken table has a message of its own: file, row, column, what came, how to mend."""

import gzip
import re

import pandas as pd
import pytest

from liquidtime.data.table import TableSchema, read_series
from liquidtime.errors import InputError

WIDE = TableSchema(id="id", time="t", features=("hr", "temp"), target=("y",))
GOOD = ("id,t,hr,temp,y", "1,0,80,37,0", "2,0,70,38,1")


def fails(path, *words, schema=WIDE, **options):
    with pytest.raises(InputError) as caught:
        read_series(path, schema, **options)
    message = str(caught.value)
    assert path.name in message
    for word in words:
        assert word in message, message


def test_the_good_one_is_read(write):
    assert len(read_series(write(*GOOD), WIDE)) == 2


def test_missing_column_with_the_nearest_name(write):
    path = write("id,t,HR,temp,y", "1,0,80,37,0")
    fails(path, "row 1", "no column 'hr'", "Did you mean 'HR'?", "id, t, HR, temp, y")


def test_missing_target_column_mentions_the_second_table(write):
    fails(write("id,t,hr,temp", "1,0,80,37"), "no column 'y'", "--targets")


def test_no_header(write):
    fails(write("1,00:10,80,37,0", "2,0,70,38,1"), "reads like data", "Add a line")


def test_duplicated_column(write):
    fails(write("id,t,hr,hr,temp,y", "1,0,1,2,3,0"), "2 columns are named 'hr'", "columns 3 and 4")


def test_a_duplicate_that_is_not_used_does_no_harm(write):
    path = write("id,t,hr,temp,y,z,z", "1,0,80,37,0,1,2", "2,0,70,38,1,1,2")
    assert len(read_series(path, WIDE)) == 2


def test_text_in_a_number(write):
    path = write(*GOOD, "", '2,1,"see ""note""",38,1')
    fails(path, "row 5", "column 'hr'", """came 'see "note"', expected a number""", "--missing")


def test_rows_count_lines_even_behind_a_cell_of_several_lines(write):
    path = write(
        "id,t,hr,temp,y,note", '1,0,80,37,0,"two', 'lines"', "  ", "2,0,x,38,1,", name="n.csv"
    )
    fails(path, "row 5", "'x'")


def test_a_decimal_comma(write):
    fails(
        write("id;t;hr;temp;y", "1;0;80;37,5;0", "2;0;80;37,5;1"),
        "row 2",
        "'37,5'",
        "If the comma stands before decimals, add --decimal ','.",
    )


def test_infinite_and_huge_values(write):
    fails(write(*GOOD, "2,1,inf,38,1"), "row 4", "column 'hr'", "infinite")
    fails(write(*GOOD, "2,1,80,-1e39,1"), "row 4", "column 'temp'", "too large for 32 bits")


def test_times_that_go_back(write):
    path = write(*GOOD, "1,5,1,1,0", "2,3,1,1,1", "1,4,1,1,0")
    fails(path, "row 6", "column 't'", "from 5 (row 4) to 4", "id '1'", "Sort")


def test_an_empty_id(write):
    fails(write(*GOOD, " ,1,1,1,1"), "row 4", "column 'id'", "the id is empty")


def test_header_only(write):
    fails(write(GOOD[0]), "header (row 1) is followed by no rows")


def test_no_bytes(write):
    fails(write(raw=b""), "0 bytes")


def test_blank_lines_only(write):
    fails(write("", "  ", ""), "blank lines only")


def test_one_column(write):
    fails(
        write("id|t|hr|temp|y", "1|0|1|1|0"),
        "one column only",
        "comma, semicolon, tab",
    )


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_utf16(write, encoding):
    path = write(raw="\n".join(GOOD).encode(encoding))
    fails(path, "row 1", "UTF-16")


def test_utf16_is_read_when_asked_for(write):
    path = write(raw="\n".join(GOOD).encode("utf-16"))
    schema = TableSchema(
        id="id", time="t", features=("hr", "temp"), target=("y",), encoding="utf-16"
    )
    assert len(read_series(path, schema)) == 2


def test_latin1_names_byte_and_row(write):
    raw = "\n".join([GOOD[0] + ",Stück", GOOD[1] + ",é", GOOD[2]]).encode("latin-1")
    fails(write(raw=raw), "row 1", f"byte {raw.index(0xFC)} is 0xfc", "Stück", "latin-1")
    raw = "\n".join([*GOOD, "2,1,1,1,1é"]).encode("latin-1")
    fails(write(raw=raw), "row 4", f"byte {raw.index(0xE9)} is 0xe9")


def test_an_unknown_encoding():
    with pytest.raises(InputError, match="utf-9"):
        TableSchema(id="id", time="t", features=("hr",), encoding="utf-9")


def test_a_parquet_name_without_parquet(write):
    fails(write(*GOOD, name="table.parquet"), "named as Parquet", "Rename it to .csv")


def test_a_cut_parquet_file(write, tmp_path):
    pd.DataFrame({"id": [1, 2]}).to_parquet(tmp_path / "whole.parquet")
    raw = (tmp_path / "whole.parquet").read_bytes()
    fails(write(name="cut.parquet", raw=raw[:-9]), "not a whole Parquet file")


def test_parquet_rows_and_columns_are_named(tmp_path):
    frame = pd.DataFrame({"id": [1, 2], "t": [0, 1], "hr": ["80", "x"], "y": [0, 1]})
    path = tmp_path / "t.parquet"
    frame.to_parquet(path)
    schema = TableSchema(id="id", time="t", features=("hr",), target=("y",))
    fails(path, "row 2", "column 'hr'", "'x'", schema=schema)
    fails(path, "no column 'temp'")


def test_missing_file_and_folder(write, tmp_path):
    write(*GOOD, name="patients.csv")
    fails(tmp_path / "patient.csv", "no such file", "Did you mean", "patients.csv")
    fails(tmp_path / "nowhere" / "x.csv", "no such file", "Check the path")
    (tmp_path / "empty").mkdir()
    fails(tmp_path / "empty", "is a folder without tables")


def test_a_missing_second_table(write, tmp_path):
    with pytest.raises(InputError, match=re.escape(str(tmp_path / "none.csv"))):
        read_series(write(*GOOD), WIDE, targets=tmp_path / "none.csv")


def test_a_workbook(write):
    fails(write(raw=b"PK\x03\x04....", name="t.csv"), "Excel", "Save the sheet")


def test_rows_of_another_width(write):
    fails(write(*GOOD, "2,1,80,37,5,1"), "row 4: 6 cells; expected 5")
    fails(write("id,t,hr,temp,y", "1,0,80,37,0,9", "2,0,70,38,1,9"), "row 2: 6 cells; expected 5")


def test_an_open_quote(write):
    fails(write(*GOOD, '2,1,"80,37,1'), "double quote")


def test_cut_gzip(write):
    raw = gzip.compress(
        ("\n".join([*GOOD] + [f"2,{n},7,{n * 7 % 11},1" for n in range(9999)])).encode()
    )
    fails(write(name="t.csv.gz", raw=raw[: len(raw) // 2]), "ends too early")


def test_no_target_named(write):
    with pytest.raises(InputError, match="No target is named"):
        read_series(write(*GOOD), TableSchema(id="id", time="t", features=("hr",)))


def test_a_file_cut_off_in_its_last_row(write):
    raw = "\n".join([*GOOD, "2,1,8"]).encode()
    fails(write(raw=raw), "row 4: 3 cells in the last line, which has no line end", "cut off")
    assert len(read_series(write(raw="\n".join(GOOD).encode()), WIDE)) == 2
