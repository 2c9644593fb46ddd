# ruff: noqa: E501
"""Parquet files: which types of column are read, exactly, and which are refused."""

import datetime
from decimal import Decimal

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from liquidtime.data.table import TableSchema, read_table
from liquidtime.errors import InputError

SCHEMA = TableSchema(id="id", time="t", features=("x",), target=("y",), task="regress")
HOUR = 3_600_000_000_000


def parquet(path, **columns):
    cells = {"id": [1, 1, 2], "t": [0, 6, 0], "x": [1.0, 2.0, 3.0], "y": [0, 0, 1]} | columns
    pq.write_table(pa.table(cells), path / "t.parquet")
    return path / "t.parquet"


STRUCT = pa.array([{"a": 1}] * 3)
LIST = pa.array([[1.0]] * 3)
MAP = pa.array([[("a", 1)]] * 3, pa.map_(pa.string(), pa.int64()))
REFUSED = [
    *((column, cells, r"its cells are of type (list|fixed_size_list|map|struct)")
      for column in ("id", "t", "x", "y")
      for cells in (LIST, LIST.cast(pa.list_(pa.float64(), 1)), MAP, STRUCT)),
    ("x", pa.array([b"\xff\xfe"] * 3), "its cells are bytes that are no UTF-8 text"),
    ("x", pa.array(["1", "2", "z"]), r"row 3, column 'x': came 'z', expected a number"),
    ("x", pa.array([datetime.time(7, 30)] * 3), r"row 1, column 'x': came '07:30:00'"),
    ("x", pa.array([1, 2, 3], pa.timestamp("s")), r"row 1, column 'x': came '1970-01-01"),
    ("x", pa.array([1, 2, 3], pa.duration("s")), r"row 1, column 'x': came '0 days"),
    ("x", pa.array([1, 2, float("inf")]), r"row 3, column 'x': came 'inf', which is infinite"),
    ("t", pa.nulls(3), r"row 1, column 't': the time is empty"),
    ("t", pa.array([None] * 3, pa.float64()), r"row 1, column 't': the time is empty"),
    ("t", pa.array([None] * 3, pa.timestamp("us")), r"row 1, column 't': the time is empty"),
    ("t", pa.array([None] * 3, pa.string()), r"row 1, column 't': the time is empty"),
    ("t", pa.array([0, None, 1], pa.duration("ms")), r"row 2, column 't': the time is empty"),
    ("t", pa.array(["9999-12-31", "2020-01-01", "2020-01-02"]).cast(pa.timestamp("s")), r"row 1, column 't': came '9999-12-31.*centuries"),
    ("t", pa.array([datetime.date(2020, 1, 1), datetime.date(2020, 1, 2), datetime.date(1, 1, 1)]), r"row 3, column 't': came '0001-01-01"),
    ("id", pa.nulls(3), r"row 1, column 'id': the id is empty"),
    ("id", pa.array([1.0, None, 2.0]), r"row 2, column 'id': the id is empty"),
    ("id", pa.array([1.0, 2.0, 2.0**53]), r"row 3, column 'id': the id '9007199254740992.0' is a rounded"),
    ("id", pa.array([1.0, 2.0**24, 3.0], pa.float32()), r"row 2, column 'id': the id '1.6777216e\+07' is a rounded"),
]  # fmt: skip


@pytest.mark.parametrize(("column", "cells", "message"), REFUSED)
def test_refused(tmp_path, column, cells, message):
    with pytest.raises(InputError, match=message) as caught:
        read_table(parquet(tmp_path, **{column: cells}), SCHEMA)
    assert "t.parquet" in str(caught.value)
    assert repr(column) in str(caught.value)


@pytest.mark.parametrize(
    "cells",
    [
        pa.array([1, 2, 3], pa.int8()),
        pa.array([1, 2, 3], pa.uint64()),
        pa.array([1, 2, 3], pa.float32()),
        pa.array([1, 2, 3]).cast(pa.float32()).cast(pa.float16()),
        pa.array([Decimal("1.00"), Decimal("2.00"), Decimal("3.00")]),
        pa.array([Decimal(1), Decimal(2), Decimal(3)], pa.decimal128(38, 0)),
        pa.array([Decimal(1), Decimal(2), Decimal(3)], pa.decimal256(60, 3)),
        pa.array(["1", "2.0", " 3 "]),
        pa.array(["1", "2", "3"]).dictionary_encode(),
        pa.array([1.0, 2.0, 3.0]).dictionary_encode(),
        pa.array([b"1", b"2", b"3"]),
        pa.array([b"1", b"2", b"3"], pa.binary(1)),
    ],
)
def test_numbers(tmp_path, cells):
    reading = read_table(parquet(tmp_path, x=cells), SCHEMA)
    assert reading.series.values[:, 0].tolist() == [1, 2, 3]
    assert reading.series.mask.all()


def test_numbers_beside_nulls(tmp_path):
    for cells in (
        pa.array([1, None, 3], pa.int64()),
        pa.array([True, None, False]),
        pa.array([Decimal(1), None, Decimal(3)]),
        pa.array([None] * 3, pa.float64()),
        pa.nulls(3),
    ):
        mask = read_table(parquet(tmp_path, x=cells), SCHEMA).series.mask[:, 0]
        assert mask.tolist() == [cell is not None for cell in cells.to_pylist()]


@pytest.mark.parametrize(
    ("cells", "hours"),
    [
        *((pa.array([0, HOUR // 4, HOUR]).cast(pa.timestamp("ns")).cast(pa.timestamp(unit)), 0.25)
          for unit in ("ns", "us", "ms", "s")),
        (pa.array([0, 6 * 3600, 0], pa.timestamp("s", "Asia/Tokyo")), 6),
        (pa.array([-300 * 365 * 86400, -300 * 365 * 86400 + 3600, 0], pa.timestamp("s")), 1),
        (pa.array([-(2**60), -(2**60) + 3_600_000_000, -(2**60)], pa.timestamp("us")), 1),
        (pa.array([datetime.date(1500, 1, 1), datetime.date(1500, 1, 2), datetime.date(1500, 1, 2)]), 24),
        (pa.array([0, 86_400_000, 0], pa.date64()), 24),
        (pa.array([datetime.time(7, 30), datetime.time(9), datetime.time(7)], pa.time32("s")), 1.5),
        (pa.array([datetime.time(7, 30), datetime.time(9), datetime.time(7)], pa.time64("us")), 1.5),
        (pa.array([0, 90, 0], pa.duration("s")), 0.025),
        (pa.array([0, 90 * 10**9, 0], pa.duration("ns")), 0.025),
        (pa.array([0, 90, 0], pa.int32()), 90),
        (pa.array([Decimal("0.5"), Decimal("2.25"), Decimal("0.0")]), 1.75),
        (pa.array(["2024-01-01", "2024-01-01T12:00", "2024-01-01"]).dictionary_encode(), 12),
    ],
)  # fmt: skip
def test_times(tmp_path, cells, hours):
    times = read_table(parquet(tmp_path, t=cells), SCHEMA).series.times
    assert float(times[1] - times[0]) == pytest.approx(hours, rel=1e-12)


def test_whole_numbers_of_a_format(tmp_path):
    schema = TableSchema(id="id", time="t", features=("x",), time_format="%Y%m%d")
    path = parquet(tmp_path, t=[20240131, 20240201, 20240101])
    assert read_table(path, schema, require_target=False).series.times.tolist() == [0, 24, 0]
    typed = pa.array([0, 86_400, 0], pa.timestamp("s"))
    path = parquet(tmp_path, t=typed)
    assert read_table(path, schema, require_target=False).series.times.tolist() == [0, 24, 0]


@pytest.mark.parametrize(
    "cells",
    [
        pa.array([2**63 - 1, 2**63 - 1, 2**63 - 2]),
        pa.array([2**53 + 1, 2**53 + 1, 2**53], pa.uint64()),
        pa.array([Decimal(2**53 + 1), Decimal(2**53 + 1), Decimal(2**53)], pa.decimal128(38, 0)),
        pa.array(["007", "007", "7"]),
        pa.array(["007", "007", "7"]).dictionary_encode(),
        pa.array([b"007", b"007", b"7"]),
    ],
)
def test_ids_are_exact(tmp_path, cells):
    ids = read_table(parquet(tmp_path, id=cells), SCHEMA).series.ids
    first, _, last = (
        cell.decode() if isinstance(cell, bytes) else cell for cell in cells.to_pylist()
    )
    assert [str(name) for name in ids] == [str(first), str(last)]


def test_rows_of_a_date_that_stands_for_none_are_left_out(tmp_path):
    dates = pa.array(["2020-01-01", "9999-12-31", "2020-01-02"]).cast(pa.timestamp("s"))
    schema = TableSchema(id="id", time="t", features=("x",), missing=("9999-12-31",))
    reading = read_table(parquet(tmp_path, t=dates), schema, require_target=False)
    assert reading.series.values[:, 0].tolist() == [1, 3]
    assert "1 rows whose time is named as missing are left out." in reading.notes


def test_headers_that_break(tmp_path):
    table = pa.table(
        {"id": [1, 2], "t": [0, 0], "x\n(bpm)": [3.0, 4.0], "a.b": [0, 1], "z": [1, 2]}
    )
    pq.write_table(table, tmp_path / "t.parquet")
    schema = TableSchema(id="id", time="t", features=("x (bpm)", "a.b"))
    series = read_table(tmp_path / "t.parquet", schema, require_target=False).series
    assert series.values.tolist() == [[3, 0], [4, 1]]
    table = pa.table([pa.array([1, 2])] * 4, names=["id", "t", "x", "x"])
    pq.write_table(table, tmp_path / "t.parquet")
    with pytest.raises(InputError, match="2 columns are named 'x'"):
        read_table(tmp_path / "t.parquet", SCHEMA, require_target=False)


@pytest.mark.parametrize("at", range(4, 1000, 37))
def test_damaged_bytes(tmp_path, at):
    path = parquet(tmp_path)
    raw = bytearray(path.read_bytes())
    raw[at % len(raw)] ^= 0x1B
    path.write_bytes(raw)
    try:
        read_table(path, SCHEMA)
    except InputError as error:
        assert "t.parquet" in str(error)
        assert all(sign.isprintable() for sign in str(error))


def test_more_rows_than_bytes_can_hold(tmp_path, monkeypatch):
    monkeypatch.setattr("liquidtime.data.table.files.parquet_file._HARMLESS", 1 << 16)
    count = 1 << 20
    cells = {name: pa.nulls(count, pa.int8()).fill_null(0) for name in ("id", "t", "x", "y")}
    pq.write_table(pa.table(cells), tmp_path / "t.parquet", compression="zstd")
    with pytest.raises(InputError, match=r"t.parquet claims 1,048,576 rows in"):
        read_table(tmp_path / "t.parquet", SCHEMA)
