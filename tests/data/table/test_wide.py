import pandas as pd
import pytest
import torch

from liquidtime.data.table import TableSchema, read_series
from liquidtime.errors import InputError

WIDE = TableSchema(id="id", time="t", features=("a", "b"), target=("y",))


def test_empty_cells_are_not_observed(write):
    path = write("id;t;a;b;y", "u;0;1,5;;no", "v;0;2;3;yes", "u;1;;4;no", "u;1;NA;5;no")
    schema = TableSchema(id="id", time="t", features=("a", "b"), target=("y",), decimal=",")
    series = read_series(path, schema)
    assert series.ids.tolist() == ["u", "v"]
    assert series.lengths.tolist() == [3, 1]
    assert series.values.tolist() == [[1.5, 0], [0, 4], [0, 5], [2, 3]]
    assert series.mask.tolist() == [[True, False], [False, True], [False, True], [True, True]]
    assert series.classes == ("no", "yes")
    assert series.target is not None
    assert series.target.tolist() == [0, 1]


def test_statics_come_from_either_table(write):
    path = write("id,t,a,age,y", "1,0,1,50,0", "1,1,1,,0", "2,0,1,,1")
    second = write("id,sofa", "1,3", "2,NA", name="second.csv")
    schema = TableSchema(id="id", time="t", features=("a",), static=("sofa", "age"), target=("y",))
    with pytest.raises(InputError, match="no column 'y'"):
        read_series(path, schema, targets=second)
    second = write("id,sofa,y", "1,3,0", "2,NA,1", name="second.csv")
    series = read_series(path, schema, targets=second)
    assert series.static_features == ("sofa", "age")
    assert series.static is not None
    expected = torch.tensor([[3.0, 50.0], [torch.nan, torch.nan]])
    assert torch.equal(series.static.isnan(), expected.isnan())
    assert torch.equal(series.static.nan_to_num(), expected.nan_to_num())


def test_a_static_that_changes_is_refused(write):
    path = write("id,t,a,age,y", "1,0,1,50,0", "1,1,1,51,0", "2,0,1,1,1")
    schema = TableSchema(id="id", time="t", features=("a",), static=("age",), target=("y",))
    with pytest.raises(InputError, match=r"row 3, column 'age'.*from 50 to 51"):
        read_series(path, schema)


def test_parquet_gives_the_same(write, tmp_path):
    lines = ("id,t,a,b,y", "1,0,1.5,,0", "1,2,,4,0", "2,0,2,3,1")
    text = write(*lines)
    frame = pd.read_csv(text)
    frame["y"] = frame["y"].astype("category")
    frame.set_index("id").to_parquet(tmp_path / "table.parquet")
    assert read_series(tmp_path / "table.parquet", WIDE).equals(read_series(text, WIDE))


def test_packed_bom_crlf_and_tabs_are_read(write):
    import gzip

    plain = write("id,t,a,b,y", "1,0,1,2,0", "2,0,3,4,1")
    text = "\ufeffid\t t \ta\tb\ty\r\n\r\n1\t0\t1\t2\t0\r\n2\t0\t3\t4\t1\r\n"
    packed = write(name="t.tsv.gz", raw=gzip.compress(text.encode()))
    assert read_series(packed, WIDE).equals(read_series(plain, WIDE))
