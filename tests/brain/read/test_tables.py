import numpy as np
import pandas as pd
import pytest

from liquidtime.brain.read import read_edges, read_table
from liquidtime.errors import InputError

EDGES = pd.DataFrame(
    {
        "pre": ["a", "a", "b", "c"],
        "post": ["b", "c", "c", "a"],
        "count": [3, 1, 200, 2],
        "nt": ["ACh", "ACh", "GABA", ""],
    }
)


def _rows(connectome):
    frame = connectome.to_frame().sort_values(["pre", "post"])
    return list(frame.itertuples(index=False, name=None))


WHOLE = [
    ("a", "b", 3, "acetylcholine"),
    ("a", "c", 1, "acetylcholine"),
    ("b", "c", 200, "gaba"),
    ("c", "a", 2, "unknown"),
]


@pytest.mark.parametrize(
    "suffix", [".csv", ".tsv", ".csv.gz", ".tsv.xz", ".parquet", ".feather", None]
)
def test_every_kind_of_file_gives_the_same_connectome(tmp_path, suffix):
    source = EDGES
    if suffix is not None:
        source = tmp_path / f"little{suffix}"
        if suffix == ".parquet":
            EDGES.to_parquet(source)
        elif suffix == ".feather":
            EDGES.to_feather(source)
        else:
            EDGES.to_csv(source, index=False, sep="\t" if "tsv" in suffix else ",")
    connectome = read_edges(source, transmitter="nt")
    assert _rows(connectome) == WHOLE
    assert connectome.name == ("connectome" if suffix is None else "little")
    assert connectome.gap_junctions is None


def test_a_text_file_without_a_header(tmp_path):
    path = tmp_path / "edges.txt"
    path.write_text("7 9 2.0\n9 7 1.0\n")
    connectome = read_edges(path, header=("pre", "post", "count"))
    assert _rows(connectome) == [(7, 9, 2, "unknown"), (9, 7, 1, "unknown")]


def test_the_table_of_neurons_gives_order_and_transmitters(tmp_path):
    path = tmp_path / "neurons.csv"
    path.write_text("name,type,transmitter\nc,X,gaba\nb,Y,\na,X,ACh\nNA,Z,\n")
    connectome = read_edges(EDGES, neurons=path)
    assert list(connectome.neurons.index) == ["c", "b", "a", "NA"]
    assert {row[0]: row[3] for row in _rows(connectome)} == {
        "a": "acetylcholine",
        "b": "unknown",
        "c": "gaba",
    }
    assert connectome.find({"type": "X"}).tolist() == [0, 2]
    frame = pd.read_csv(path, keep_default_na=False)
    again = read_edges(EDGES, neurons=frame, name_column="name")
    assert _rows(again) == _rows(connectome)


def test_gap_junctions_are_told_by_a_column():
    frame = EDGES.assign(kind=["chemical", "Electrical", "chemical", "gap junction"])
    frame.loc[len(frame)] = ["a", "c", 2, "", "gap"]
    frame = frame.drop(1)
    connectome = read_edges(frame, kind="kind")
    assert len(connectome.synapses) == 2
    gaps = connectome.gap_junctions
    assert sorted(zip(gaps.sources.tolist(), gaps.targets().tolist(), strict=True)) == [
        (0, 2),
        (2, 0),
    ]
    assert gaps.counts.tolist() == [2, 2]


def test_rows_are_synapses_where_no_column_counts_them():
    frame = pd.DataFrame({"from": [1, 1, 2], "to": [2, 2, 1]})
    connectome = read_edges(frame, pre="from", post="to", count=None)
    assert _rows(connectome) == [(1, 2, 2, "unknown"), (2, 1, 1, "unknown")]


def test_numbers_among_names_are_names():
    frame = pd.DataFrame({"pre": [1, 2], "post": ["2", "3b"], "count": 1})
    assert list(read_edges(frame).neurons.index) == ["1", "2", "3b"]


def test_large_ids_stay_exact(tmp_path):
    ids = np.array([720575940596125868, 720575940596125869])
    path = tmp_path / "ids.csv"
    pd.DataFrame({"pre": ids, "post": ids[::-1], "count": 1}).to_csv(path, index=False)
    assert read_edges(path).neurons.index.tolist() == ids.tolist()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"pre": "source"}, r"no column 'source'; its columns are 'pre', 'post', 'count', 'nt'"),
        ({"transmitter": "NT"}, "no column 'NT'"),
        ({"neurons": pd.DataFrame(index=["a", "b"])}, r"names 1 neurons .* first is 'c'"),
        ({"neurons": pd.DataFrame(index=["a", "b", "c", "a"])}, "'a' twice"),
        ({"neurons": pd.DataFrame(index=[1, 2])}, "12 is not '12'"),
        ({"neurons": pd.DataFrame({"n": [1]}), "name_column": "id"}, "no column 'id'"),
    ],
)
def test_wrong_columns_and_neurons(change, message):
    with pytest.raises(InputError, match=message):
        read_edges(EDGES, **change)


@pytest.mark.parametrize("wrong", [-1, np.nan, "three"])
def test_wrong_counts(wrong):
    frame = EDGES.astype({"count": object})
    frame.loc[2, "count"] = wrong
    with pytest.raises(InputError, match=r"row 2 has the count .* expected a number"):
        read_edges(frame)


def test_a_row_without_a_neuron():
    frame = EDGES.copy()
    frame.loc[1, "post"] = None
    with pytest.raises(InputError, match="row 1 has no 'post'"):
        read_edges(frame)


def test_no_edges(tmp_path):
    empty = tmp_path / "empty.csv"
    empty.write_text("")
    with pytest.raises(InputError, match="is empty"):
        read_edges(empty)
    empty.write_text("pre,post,count\n")
    with pytest.raises(InputError, match="holds no edges"):
        read_edges(empty)


def test_unknown_files(tmp_path):
    path = tmp_path / "edges.mat"
    path.write_text("x")
    with pytest.raises(InputError, match=r"ends in '\.mat'; expected one of \.csv"):
        read_edges(path)
    with pytest.raises(InputError, match="there is no file"):
        read_edges(tmp_path / "none.csv")
    broken = tmp_path / "broken.parquet"
    broken.write_text("x")
    with pytest.raises(InputError, match="not a whole parquet file"):
        read_table(broken)
