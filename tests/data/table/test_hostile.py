# ruff: noqa: E501
"""Tables as hostile or unlucky as they come: each line is one case and what is said about it."""

import bz2
import gzip
import lzma
import os
import re

import numpy as np
import pytest

from liquidtime.data.table import TableSchema, read_table, source
from liquidtime.data.table.files import packed, tally
from liquidtime.errors import InputError

HEAD = "id,t,x,y"
BODY = ("1,0,80,0", "1,1,90,0", "2,0,70,1")
PLAIN = "\n".join([HEAD, *BODY, ""]).encode()
LONG = ("\n".join([HEAD, *(f"{n},0,{n * 7919 % 1009},{n % 2}" for n in range(3000))])).encode()
GERMAN = {"decimal": ","}
DATES = {"time_format": "%d/%m/%Y"}


def schema(**options):
    return TableSchema(
        **({"id": "id", "time": "t", "features": ("x",), "target": ("y",)} | options)
    )


def csv(*rows, head=HEAD):
    return "\n".join([head, *rows, ""]).encode()


def cut(raw, size):
    return raw[:size]


def flipped(raw, at):
    return raw[:at] + bytes([raw[at] ^ 0xFF]) + raw[at + 1 :]


REFUSED = [
    # Numbers with two readings: name, bytes, schema options, what the message says.
    ("a point", csv("1,0,1.234,0", "1,1,1,0").replace(b",", b";"), GERMAN, r"row 2, column 'x': came '1\.234', expected a number\. If the point stands before decimals, add --decimal '\.'; if the point parts thousands, add --thousands '\.'"),
    ("a later point", csv("1;0;980;0", "1;1;2.500;0", head="id;t;x;y"), GERMAN, r"row 3, column 'x': came '2\.500'"),
    ("both signs", csv("1;0;1.234,5;0", head="id;t;x;y"), GERMAN, r"came '1\.234,5'.*--thousands '\.'"),
    ("a target", csv("1;0;1;1.234", "2;0;1;980", head="id;t;x;y"), {**GERMAN, "task": "auto"}, r"row 2, column 'y': came '1\.234'.*--task classify"),
    ("a regressed target", csv("1;0;1;1.234", "2;0;1;980", head="id;t;x;y"), {**GERMAN, "task": "regress"}, r"row 2, column 'y': came '1\.234'"),
    ("a static", csv("1;0;1;0;1.5", head="id;t;x;y;s"), {**GERMAN, "static": ("s",)}, r"row 2, column 's': came '1\.5'"),
    ("a value", csv("1;0;a;1.5;0", head="id;t;v;x;y"), {**GERMAN, "features": (), "variable": "v", "value": "x"}, r"row 2, column 'x': came '1\.5'"),
    ("a time", csv("1;1.5;1;0", head="id;t;x;y"), GERMAN, r"row 2, column 't': came '1\.5'.*--decimal '\.'"),
    ("a comma", csv('1,0,"1,234",0'), {}, r"came '1,234', expected a number\. If the comma parts thousands, add --thousands ','; if the comma stands before decimals, add --decimal ','"),
    ("a blank", csv("1,0,1 234,0"), {}, r"came '1 234'.*If the blank parts thousands, add --thousands ' '\."),
    ("an apostrophe", csv("1,0,1'234,0"), {}, r"came \"1'234\".*add --thousands \"'\"\."),
    ("groups of two", csv("1,0,1.23,0", head=HEAD).replace(b",", b";"), {**GERMAN, "thousands": "."}, r"came '1\.23'"),
    ("a group of four", csv("1;0;1234.567;0", head="id;t;x;y"), {**GERMAN, "thousands": "."}, r"came '1234\.567'"),
    ("a group behind decimals", csv("1;0;1,5.000;0", head="id;t;x;y"), {**GERMAN, "thousands": "."}, r"came '1,5\.000'"),
    ("a leading zero", csv("1;0;0.123;0", head="id;t;x;y"), {**GERMAN, "thousands": "."}, r"came '0\.123'"),
    ("thousands at the end", csv('1,0,"1,",0'), {"thousands": ","}, r"came '1,'"),
    # Times.
    ("year 9999", csv("1,2020-01-01,1,0", "1,2024-01-01,2,0", "2,9999-12-31,2,1"), {}, r"row 4, column 't': came '9999-12-31', centuries from all other dates.*--missing 9999-12-31"),
    ("year 1", csv("1,0001-01-01 00:00:00,1,0", "1,2024-01-01,2,0", "2,2024-12-31,2,1"), {}, r"row 2, column 't': came '0001-01-01 00:00:00'.*--missing '0001-01-01 00:00:00'"),
    ("year 2999", csv("1,2020-01-01,1,0", "2,2999-12-31,2,1"), {}, r"row 3, column 't': came '2999-12-31'"),
    ("every date missing", csv("1,9999-12-31,1,0"), {"missing": ("9999-12-31",)}, r"column 't': every time is one of those named as missing"),
    ("year 10000", csv("1,2020-01-01,1,0", "1,10000-01-01,2,0"), {}, r"row 3, column 't': came '10000-01-01', expected an ISO date-time"),
    ("month 13", csv("1,2020-13-01,1,0"), {}, r"row 2, column 't': came '2020-13-01'"),
    ("400 digits of hours", csv(f"1,{'9' * 400}:00,1,0"), {}, r"row 2, column 't': came '9{40}'"),
    ("5000 digits of hours", csv("1,00:00,1,0", f"1,{'9' * 5000}:00,1,0"), {}, r"row 3, column 't': came '9{40}', expected a duration"),
    ("5000 digits of seconds", csv("1,00:00,1,0", f"1,00:00:01.{'9' * 5000},1,0"), {}, r"row 3, column 't'"),
    ("400 digits", csv(f"1,{'9' * 400},1,0"), {}, r"row 2, column 't': the time is inf; expected a finite number"),
    ("far apart", csv("1,-1e308,1,0", "1,1e308,1,0"), {}, r"row 2, column 't': the time is -1e\+308; expected a finite number of at most 1e\+30"),
    ("gaps beyond 32 bits", csv("1,0,1,0", "1,1e-20,1,0", "1,1e20,1,0"), {}, r"row 3, column 't': the time 1e-20 comes 1e-20 after|row 4, column 't': the time 1e\+20 comes 1e\+20 after"),
    ("zoned beside naive", csv("1,2024-01-01T00:00Z,1,0", "1,2024-01-01 06:00,1,0"), {}, r"row 3, column 't': came '2024-01-01 06:00' beside '2024-01-01T00:00Z'.*time zone"),
    ("naive beside zoned", csv("1,2024-01-01,1,0", "1,2024-01-02,1,0", "1,2024-01-03T06:00+02:00,1,0"), {}, r"row 4, column 't'.*time zone"),
    ("day or month", csv("1,03/04/2024,1,0"), {}, r"row 2, column 't': came '03/04/2024'.*--time-format '%d/%m/%Y' or --time-format '%m/%d/%Y'"),
    ("day or month, with a clock", csv("1,3.4.2024 17:05:01,1,0"), {}, r"--time-format '%d\.%m\.%Y %H:%M:%S' or --time-format '%m\.%d\.%Y %H:%M:%S'"),
    ("hour of 12", csv("1,1:30 PM,1,0"), {}, r"--time-format '%I:%M %p'"),
    ("minutes and tenths", csv("1,12:30.5,1,0"), {}, r"--time-format '%M:%S\.%f'"),
    ("another format", csv("1,31/12/2024,1,0", "1,12/31/2024,1,0"), DATES, r"row 3, column 't': came '12/31/2024', expected a time like %d/%m/%Y, like '31/12/2024'"),
    ("the present", csv("1,2024-01-01,1,0", "1,today,1,0"), {}, r"row 3, column 't': came 'today'"),
    ("no time", csv("1,0,1,0", "1,NA,1,0"), {}, r"row 3, column 't': the time is empty"),
    ("no date", csv("1,NaT,1,0", "1,2024-01-01,1,0"), {}, r"row 2, column 't': the time is empty"),
    ("no such day", csv("1,30/02/2024,1,0"), DATES, r"row 2, column 't': came '30/02/2024', expected a time like %d/%m/%Y\."),
    # Rows and headers.
    ("a short row", csv("1,0,36,70,1", "1,1,37,1", "2,0,36,71,0", head="id,t,temp,x,y"), {}, r"row 3: 4 cells; expected 5"),
    ("a short row of many columns", csv("1,0,3,0" + "," * 60, "1,1,3,0" + "," * 59, "2,0,3,0" + "," * 60, head=HEAD + ",z" * 60), {}, r"row 3: 63 cells; expected 64"),
    ("a long row and a short one of many columns", csv("1,0,3,0" + "," * 61, "1,1,3,0" + "," * 59, "2,0,3,0" + "," * 60, head=HEAD + ",z" * 60), {}, r"row 2: 65 cells; expected 64"),
    ("a short row that a quoted delimiter would hide", csv('1,0,3,0,"a,b"', "1,1,3,0", "2,0,3,0,c", head=HEAD + ",note"), {}, r"row 3: 4 cells; expected 5"),
    ("a zero character", csv(*["1,0,3,0"] * 1000, "1,1,\0,0"), {}, r"row 1,002: a character is 0"),
    ("blank rows without end", csv("\n" * 1_000_100), {}, r"blank rows stand here one behind the other|blank lines only|no rows"),
    ("a short row behind quotes", csv('"a\nb",0,3,1', "c,1,3", "d,1,3,0"), {}, r"row 4: 3 cells; expected 4"),
    ("a short row behind a stray quote", csv('1,0,3,"1"', '1,1,4,5" pipe', "2,1,0"), {}, r"row 4: 3 cells; expected 4"),
    ("a short row, CRLF", csv("1,0,3,1", "1,1", "2,0,3,1").replace(b"\n", b"\r\n"), {}, r"row 3: 2 cells"),
    ("a short row, CR", csv("1,0,3,1", "1,1", "2,0,3,1").replace(b"\n", b"\r"), {}, r"row 3: 2 cells"),
    ("a short row, UTF-16", csv("1,0,3,1", "1,1", "2,0,3,1").decode().encode("utf-16"), {"encoding": "utf-16"}, r"row 3: 2 cells"),
    ("a short row beside a long one", csv("1,0,3", "1,1,3,0,0"), {}, r"row (2: 3|3: 5) cells"),
    ("one cell", csv("1,0,3,0", "1"), {}, r"row 3: 1 cell; expected 4"),
    ("a short last row", PLAIN + b"2,1\n", {}, r"row 5: 2 cells; expected 4"),
    ("cut off", PLAIN + b"2,1", {}, r"row 5: 2 cells in the last line, which has no line end.*cut off"),
    ("short, some trailing delimiters", csv("1,0,3,0,", "1,1,3,", head="id,t,x,y,"), {}, r"row 3: 4 cells; expected 5"),
    ("an open quote", csv("1,0,3,0", '1,0,"3,0', "1,1,3,0"), {}, r"row 3: a double quote is left open"),
    ("an open quote in the header", b'id,t,x,"y\n1,0,3,0\n', {}, r"no column 'y'|followed by no rows|quote"),
    ("a wide cell before a wrong one", csv(f"1,0,3,0,{'a' * 200_000}", "1,1,x,0,", head=HEAD + ",note"), {}, r"row 3, column 'x': came 'x'"),
    ("a wide cell before a short row", csv(f"1,0,3,0,{'a' * 200_000}", "1,1", head=HEAD + ",note"), {}, r"row 3: 2 cells"),
    ("a duplicate in two lines", csv("1,0,3,4,0", head='id,t,"x\ny","x y",z'), {"features": ("x  y",), "target": ("z",)}, r"2 columns are named 'x y'"),
    ("a wide header without the column", csv(head="id,t," + ",".join(f"c{n}" for n in range(20_000))), {}, r"no column 'x'.*\(20002 in all\)"),
    ("UTF-8's mark in latin-1", b"\xef\xbb\xbf" + PLAIN, {"encoding": "latin-1"}, r"mark of UTF-8"),
    # Ids.
    ("a rounded id", csv("1.23457E+12,0,3,0"), {}, r"row 2, column 'id': the id '1\.23457E\+12' is a rounded number"),
    ("a float id", csv("7.0,0,3,0", "9007199254740994.0,0,3,0"), {}, r"row 3, column 'id'.*rounded"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("raw", "options", "message"), [case[1:] for case in REFUSED], ids=[case[0] for case in REFUSED]
)
def test_refused(write, raw, options, message):
    path = write(raw=raw)
    with pytest.raises(InputError) as caught:
        read_table(path, schema(**({"task": "regress"} | options)))
    text = str(caught.value)
    assert re.search(message, text), text
    assert str(path) in text
    assert "\n" not in text
    assert len(text) < 1500


READ = [
    # Name, bytes, schema options, values of the first feature, times.
    ("decimal commas", csv("1;0;980;0", "1;1,5;12,5;0", "2;0;1;1", head="id;t;x;y"), GERMAN, [980, 12.5, 1], [0, 1.5, 0]),
    ("German thousands", csv("1;1.000;1.234.567,5;0", "1;1.000,5;12,5;0", "2;0;-2.500;1", head="id;t;x;y"), {**GERMAN, "thousands": "."}, [1234567.5, 12.5, -2500], [1000, 1000.5, 0]),
    ("English thousands", csv('"1",0,"1,234.5",0', '1,"1,000",12,0', '2,0,"100,000",1'), {"thousands": ","}, [1234.5, 12, 100000], [0, 1000, 0]),
    ("blanks of all kinds", csv("1,0,1 234,0", "1,1,1\u00a0234,0".encode().decode(), "2,0,1\u202f234.5,1"), {"thousands": " "}, [1234, 1234, 1234.5], [0, 1, 0]),
    ("Swiss", csv("1,0,1'234.5,0", "1,1,1\u2019234,0", "2,0,7,1"), {"thousands": "'"}, [1234.5, 1234, 7], [0, 1, 0]),
    ("old dates", csv("1,1500-01-01,1,0", "1,1500-01-02T12:00,2,0", "2,1999-01-01,3,1"), {}, [1, 2, 3], [0, 36, 0]),
    ("a gap of five centuries", csv("1,1500-01-01,1,0", "1,2000-01-01,2,0", "2,1999-01-01,3,1"), {}, [1, 2, 3], [0, 182621 * 24, 0]),
    ("three centuries in nanoseconds", csv("1,1850-01-01T00:00:00.000000001,1,0", "1,2110-01-01,2,0", "2,1999-01-01,3,1"), {}, [1, 2, 3], [0, 94963 * 24, 0]),
    ("no date, named", csv("1,2020-01-01,1,0", "1,9999-12-31,9,0", "1,2020-01-02,2,0", "2,2021-01-01,3,1"), {"missing": ("9999-12-31",)}, [1, 2, 3], [0, 24, 0]),
    ("days first", csv("1,31/01/2024 23:00,1,0", "1,1/2/2024 01:00,2,0", "2,01/01/2024 00:00,3,1"), {"time_format": "%d/%m/%Y %H:%M"}, [1, 2, 3], [0, 2, 0]),
    ("hours of 12", csv("1,31/01/2024 11:00 PM,1,0", "1,1/2/2024 12:30 AM,2,0", "2,01/01/2024 01:00 AM,3,1"), {"time_format": "%d/%m/%Y %I:%M %p"}, [1, 2, 3], [0, 1.5, 0]),
    ("digits alone", csv("1,20240131,1,0", "1,20240201,2,0", "2,20240101,3,1"), {"time_format": "%Y%m%d"}, [1, 2, 3], [0, 24, 0]),
    ("old dates of a format", csv("1,31/12/1024,1,0", "1,1/1/1025,2,0", "2,01/01/1024,3,1"), DATES, [1, 2, 3], [0, 24, 0]),
    ("zones of a format", csv("1,01/02/2024 00:00 +0100,1,0", "1,01/02/2024 00:30 +0000,2,0", "2,01/01/2024 00:00 +0000,3,1"), {"time_format": "%d/%m/%Y %H:%M %z"}, [1, 2, 3], [0, 1.5, 0]),
    ("minutes and tenths", csv("1,59:59.5,1,0", "1,75:30.25,2,0", "2,0:36,3,1"), {"time_format": "%M:%S.%f"}, [1, 2, 3], [3599.5 / 3600, 4530.25 / 3600, 0.01]),
    ("hours of 12 alone", csv("1,12:00 AM,1,0", "1,1:30 pm,2,0", "2,11:45 AM,3,1"), {"time_format": "%I:%M %p"}, [1, 2, 3], [0, 13.5, 11.75]),
    ("a header of two lines", csv("1,0,80,0", "1,1,90,0", "2,0,70,1", head='id,t,"x\n(bpm)",y'), {"features": ("x\n(bpm)",)}, [80, 90, 70], [0, 1, 0]),
    ("a header of two lines, named in one", csv("1,0,80,0", "1,1,90,0", "2,0,70,1", head='id,t,"x \r\n (bpm)",y'), {"features": ("x (bpm)",)}, [80, 90, 70], [0, 1, 0]),
    ("a header of two lines, not used", csv("n,1,0,80,0", "n,1,1,90,0", "n,2,0,70,1", head='"free\ntext",id,t,x,y'), {}, [80, 90, 70], [0, 1, 0]),
    ("a wide header", csv(*(f"{row}{',' * 2_000}" for row in BODY), head=HEAD + "".join(f",c{n:070d}" for n in range(2_000))), {}, [80, 90, 70], [0, 1, 0]),
    ("a wide cell", csv(*(f'{row},"{"a,b" * 50_000}"' for row in BODY), head=HEAD + ",note"), {}, [80, 90, 70], [0, 1, 0]),
    ("two marks", b"\xef\xbb\xbf\xef\xbb\xbf" + PLAIN, {}, [80, 90, 70], [0, 1, 0]),
    ("delimiters at every end", csv(*(f"{row}," for row in BODY), head=HEAD + ","), {}, [80, 90, 70], [0, 1, 0]),
    ("nameless columns without cells", csv(*BODY, head=HEAD + ",,"), {}, [80, 90, 70], [0, 1, 0]),
    ("quotes and stray quotes", csv('"1","0","80","0","a ""b"" c"', '1,1,90,0,5" pipe', "2,0,70,1,", head=HEAD + ",note"), {}, [80, 90, 70], [0, 1, 0]),
    ("blank lines", b"\n  \n" + csv("1,0,80,0", "", "   ", "1,1,90,0", "2,0,70,1", ""), {}, [80, 90, 70], [0, 1, 0]),
    ("no last line end", PLAIN.rstrip(), {}, [80, 90, 70], [0, 1, 0]),
    ("CR", PLAIN.replace(b"\n", b"\r"), {}, [80, 90, 70], [0, 1, 0]),
    ("truth", csv("1,0,True,0", "1,1,false,0", "2,0,TRUE,1"), {}, [1, 0, 1], [0, 1, 0]),
    ("a tab, spelt out", PLAIN.replace(b",", b"\t"), {"delimiter": "\\t"}, [80, 90, 70], [0, 1, 0]),
    ("two gzip streams", gzip.compress(PLAIN[:20]) + gzip.compress(PLAIN[20:]) + bytes(512), {}, [80, 90, 70], [0, 1, 0]),
    ("two bzip2 streams", bz2.compress(PLAIN[:20]) + bz2.compress(PLAIN[20:]), {}, [80, 90, 70], [0, 1, 0]),
    ("xz, padded", lzma.compress(PLAIN) + bytes(8), {}, [80, 90, 70], [0, 1, 0]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("raw", "options", "values", "times"),
    [case[1:] for case in READ],
    ids=[case[0] for case in READ],
)
def test_read(write, raw, options, values, times):
    series = read_table(write(raw=raw), schema(**options)).series
    assert series.values[:, 0].tolist() == np.float32(values).tolist()
    assert series.times.tolist() == pytest.approx(times, abs=1e-12)
    assert series.lengths.tolist() == [2, 1]


PACKED = {"gz": gzip.compress, "bz2": bz2.compress, "xz": lzma.compress}


@pytest.mark.parametrize("suffix", PACKED)
@pytest.mark.parametrize("share", [0.02, 0.3, 0.7, 0.98, 1.0])
def test_packed_and_cut_short(write, suffix, share):
    raw = PACKED[suffix](LONG)
    path = write(name=f"c.csv.{suffix}", raw=raw[: max(13, int(share * len(raw)) - 1)])
    with pytest.raises(InputError, match=rf"c\.csv\.{suffix} ends too early"):
        read_table(path, schema())


@pytest.mark.parametrize("suffix", PACKED)
@pytest.mark.parametrize("share", [0.0, 0.1, 0.3, 0.5, 0.7, 0.9, 0.999])
def test_packed_and_damaged(write, suffix, share):
    raw = PACKED[suffix](LONG)
    path = write(name=f"c.csv.{suffix}", raw=flipped(raw, int(share * len(raw))))
    with pytest.raises(InputError, match=rf"c\.csv\.{suffix}") as caught:
        read_table(path, schema())
    assert re.search("is damaged|ends too early|It is damaged", str(caught.value))


@pytest.mark.parametrize("suffix", PACKED)
def test_packed_with_something_behind(write, suffix):
    path = write(name=f"c.csv.{suffix}", raw=PACKED[suffix](LONG) + b"<html>")
    with pytest.raises(InputError, match=rf"c\.csv\.{suffix} is damaged: .* behind its end"):
        read_table(path, schema())


def test_packed_beyond_all_measure(write, monkeypatch):
    monkeypatch.setattr(packed, "_HARMLESS", 1 << 20)
    raw = gzip.compress(csv(*["1,0,1,0"] * 100)) + gzip.compress(b"1,0,1,0\n" * (1 << 18))
    with pytest.raises(InputError, match="unpacks to more than 200 times its size"):
        read_table(write(raw=raw), schema())


def test_packed_rows_without_end(write, monkeypatch):
    for module in (source, tally):
        monkeypatch.setattr(module, "LONGEST_ROW", 1 << 20)
    for raw in (b"a" * (3 << 20), b'id,t,x,"y\n' + b"1,2\n" * (1 << 19)):
        with pytest.raises(InputError, match="row 1: the row is longer than 1,048,576 characters"):
            read_table(write(raw=gzip.compress(raw)), schema())
    for raw in (b"1,0,1," * (1 << 18), b'1,0,"1\n' + b"1,2\n" * (1 << 19)):
        with pytest.raises(InputError, match="row 5: the row is longer than"):
            read_table(write(raw=gzip.compress(PLAIN + raw)), schema())


@pytest.mark.parametrize(
    ("head", "what"),
    [
        (b"\x28\xb5\x2f\xfd", "Zstandard"),
        (b"\x04\x22\x4d\x18", "LZ4"),
        (b"7z\xbc\xaf\x27\x1c", "7-Zip"),
        (b"\x00\x01\x02\x03", "named as gzip"),
    ],
)
def test_packed_otherwise(write, head, what):
    with pytest.raises(InputError, match=what):
        read_table(write(name="c.csv.gz", raw=head + PLAIN), schema())


def test_plain_text_that_is_named_as_packed_is_read(write):
    assert len(read_table(write(name="c.csv.gz", raw=PLAIN), schema()).series) == 2


@pytest.mark.parametrize("kind", ["pipe", "device", "socket"])
def test_no_regular_file(tmp_path, kind):
    path = tmp_path / "t.csv"
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "device":
        path.symlink_to("/dev/zero")
    else:
        import socket

        with socket.socket(socket.AF_UNIX) as server:
            server.bind(str(path))
    with pytest.raises(InputError, match=f"t.csv is no regular file but a {kind}"):
        read_table(path, schema())


@pytest.mark.parametrize("name", ["a" * 300 + ".csv", "a/" * 3000, "nul\0.csv"])
def test_a_name_that_no_file_has(tmp_path, name):
    with pytest.raises(InputError, match=r"cannot be read|no such file"):
        read_table(tmp_path / name, schema())


def test_a_data_frame_instead_of_a_path():
    import pandas as pd

    with pytest.raises(InputError, match="is a DataFrame; expected the path"):
        read_table(pd.DataFrame(), schema())  # pyright: ignore[reportArgumentType]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"delimiter": "||"}, r"delimiter is '\|\|'; expected one character"),
        ({"delimiter": ""}, "delimiter is ''"),
        ({"delimiter": '"'}, "delimiter is '\"'"),
        ({"delimiter": "\n"}, "delimiter is"),
        ({"delimiter": "5"}, "delimiter is '5'"),
        ({"delimiter": "§"}, "delimiter is '§'"),
        ({"decimal": "ab"}, "decimal is 'ab'; expected '.' or ','"),
        ({"decimal": ""}, "decimal is ''"),
        ({"decimal": ",", "delimiter": ","}, "decimal and delimiter are both ','"),
        ({"thousands": "."}, "thousands and decimal are both '.'.*decimal sign is ','"),
        ({"thousands": ""}, "thousands is ''"),
        ({"thousands": "x"}, "thousands is 'x'"),
        ({"encoding": "idna"}, "encoding is 'idna'"),
        ({"encoding": "undefined"}, "encoding is 'undefined'"),
        ({"encoding": "punycode"}, "encoding is 'punycode'"),
        ({"encoding": "unicode_escape"}, "encoding is 'unicode_escape'"),
        ({"encoding": "rot13"}, "encoding is 'rot13'"),
        ({"encoding": "base64"}, "encoding is 'base64'"),
        ({"encoding": ""}, "encoding is ''"),
        ({"encoding": "a\0b"}, "encoding is"),
        ({"time_format": ""}, "time_format is ''"),
        ({"time_format": "DD/MM/YYYY"}, "time_format is 'DD/MM/YYYY': there is none"),
        ({"time_format": "%d/%m"}, "a date needs its year"),
        ({"time_format": "%d %Y"}, "a day needs its month"),
        ({"time_format": "%I:%M"}, "need each other"),
        ({"time_format": "%H:%M %p"}, "need each other"),
        ({"time_format": "%Y-%m-%d %q"}, "%q is none of them"),
        ({"time_format": "%Y-%Y"}, "%Y stands there twice"),
        ({"time_format": "%"}, "time_format is '%'"),
        ({"time_format": "%H:%M %z"}, "a zone needs a date"),
    ],
)
def test_options_that_cannot_be(options, message):
    with pytest.raises(InputError, match=message):
        schema(**options)


def test_times_that_look_like_dates_are_named(write):
    for cells, form in (
        (("20240131", "20240201"), "%Y%m%d"),
        (("202401", "202402"), "%Y%m"),
        (("20240131", "20240231.5"), None),
        (("20240131", "20241301"), None),
        (("20240131", "20240131"), None),
        (("190001", "210012"), "%Y%m"),
    ):
        rows = [f"1,{cells[0]},1,0", f"1,{cells[1]},2,0", f"2,{cells[0]},1,1"]
        notes = " ".join(read_table(write(raw=csv(*rows)), schema()).notes)
        assert (f"add: --time-format {form}" in notes) == (form is not None)


def test_a_format_is_kept_in_the_schema_of_the_run(write):
    path = write(raw=csv("1,31/01/2024,1,0", "2,01/02/2024,2,1"))
    fitted = read_table(path, schema(thousands=",", **DATES)).schema
    stored = TableSchema.from_dict(fitted.to_dict())
    assert (stored.thousands, stored.time_format) == (",", "%d/%m/%Y")
    again = write(raw=csv('1,05/02/2024,"1,000",0', "1,07/02/2024,2,0"), name="new.csv")
    series = read_table(again, stored, require_target=False).series
    assert series.times.tolist() == [0, 48]
    assert series.values[:, 0].tolist() == [1000, 2]


def test_a_run_knows_its_scale_of_time(write):
    path = write(raw=csv("1,0,1,0", "1,1e25,2,0"))
    assert len(read_table(path, schema(), require_target=False).series) == 1
    with pytest.raises(InputError, match=r"row 3, column 't': the time 1e\+25 comes 1e\+25 after"):
        read_table(path, schema(), require_target=False, time_scale=1e-9)


def test_ids_as_they_came(write):
    names = ["007", "7", "9007199254740993", "9007199254740992", "123456789012345678901"]
    path = write(raw=csv(*(f"{name},0,1,{n % 2}" for n, name in enumerate(names))))
    assert read_table(path, schema()).series.ids.tolist() == names
    path = write(raw=csv("9007199254740993,0,1,0", "9007199254740992,0,1,1"))
    assert read_table(path, schema()).series.ids.tolist() == [9007199254740993, 9007199254740992]


def test_a_wrong_column_of_variables(write):
    long = {"features": (), "variable": "v", "value": "x", "task": "regress"}
    rows = [f"{n % 50},{n},name{n},{n},0" for n in range(15_000)]
    path = write(raw=csv(*rows, head="id,t,v,x,y"))
    with pytest.raises(InputError, match=r"row 2, column 'v': 'name0' is one of 15,000 variables"):
        read_table(path, schema(**long))
    rows = [f"{n % 50},{n},name{n // 2},{n},0" for n in range(40_000)]
    with pytest.raises(InputError, match=r"39,950 steps × 19,975 variables do not fit in memory"):
        read_table(write(raw=csv(*rows, head="id,t,v,x,y")), schema(**long))
