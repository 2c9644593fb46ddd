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


def _text(tmp_path, text, name="e.csv"):
    path = tmp_path / name
    path.write_text(text)
    return path


def test_large_ids_written_as_floats_are_refused_with_their_row(tmp_path):
    rows = "pre,post,count\n720575940621039145.0,720575940621039146.0,5\n"
    with pytest.raises(InputError, match=r"e\.csv: row 2 of 'pre' is 720575940621039145\.0"):
        read_edges(_text(tmp_path, rows))
    rows = "pre,post,count\n7,7.205759406210391e+17,5\n"
    with pytest.raises(InputError, match=r"row 2 of 'post' .* may be rounded"):
        read_edges(_text(tmp_path, rows))
    frame = pd.DataFrame({"pre": [7.2e17], "post": [1], "count": [1]})
    for save in (frame.to_parquet, frame.to_feather):
        file = tmp_path / f"t.{save.__name__[3:]}"
        save(file)
        with pytest.raises(InputError, match="may be rounded"):
            read_edges(file)
    neurons = pd.DataFrame({"id": [7.2e17, 1.0]})
    with pytest.raises(InputError, match="may be rounded"):
        read_edges(EDGES, neurons=neurons, name_column="id")


def test_what_a_merge_makes_of_small_ids_is_undone(tmp_path):
    path = _text(tmp_path, "pre,post,count\n12,13.0,5\n13,12.0,7\n")
    assert _rows(read_edges(path)) == [(12, 13, 5, "unknown"), (13, 12, 7, "unknown")]


@pytest.mark.parametrize("name", ["z.csv", "z.csv.gz", "z.tsv", "z.txt"])
def test_zeros_in_front_are_a_part_of_a_name(tmp_path, name):
    path = tmp_path / name
    separator = "," if ".csv" in name else "\t"
    frame = pd.DataFrame({"pre": ["007", "07"], "post": ["07", "7"], "count": [5, 7]})
    frame.to_csv(path, index=False, sep=separator)
    assert _rows(read_edges(path)) == [("007", "07", 5, "unknown"), ("07", "7", 7, "unknown")]
    one = _text(tmp_path, "pre,post,count\n7,8,5\n8,7,7\n")
    neurons = _text(tmp_path, "name\n7\n8\n007\n", "n.csv")
    assert list(read_edges(one, neurons=neurons).neurons.index) == ["7", "8", "007"]


def test_the_same_signs_as_on_the_command_line(tmp_path):
    from liquidtime.brain.sources.catalogue import find_connectome
    from liquidtime.brain.sources.contract import Wanted

    path = _text(tmp_path, "pre,post,count,transmitter\na,b,100,gaba\n")
    wanted = Wanted(str(path), None, None, (), "pre", "post", "count", None, 0, False)
    assert _rows(read_edges(path)) == _rows(find_connectome(wanted).connectome)
    assert _rows(read_edges(path)) == [("a", "b", 100, "gaba")]
    from liquidtime.brain import Experiment, simulate

    held = Experiment("a=clamp -20 from 0", 50.0)
    end = simulate(read_edges(path), None, held)["potential"].sel(neuron="b").values[0, -1]
    assert end == pytest.approx(-64.98, abs=0.05)


def test_what_a_table_told_comes_back(tmp_path):
    first = read_edges(
        EDGES.assign(kind=["chemical", "gap", "chemical", "chemical"]), transmitter="nt"
    )
    first.to_frame(gap_junctions=True).to_csv(tmp_path / "t.csv", index=False)
    again = read_edges(tmp_path / "t.csv", neurons=first.neurons)
    assert _rows(again.select(["a", "b", "c"])) == _rows(first)
    assert again.gap_junctions.counts.tolist() == first.gap_junctions.counts.tolist()
    with pytest.warns(UserWarning, match="1 gap junctions are left out"):
        first.to_frame()


@pytest.mark.parametrize(
    ("column", "values", "kinds"),
    [
        ("nt_type", ["GABA", "ACH"], {"gaba", "acetylcholine"}),
        ("sign", [-1, 1], {"inhibitory", "excitatory"}),
        ("sign", ["-", "+"], {"inhibitory", "excitatory"}),
        ("type", ["inhibitory", "excitatory"], {"inhibitory", "excitatory"}),
        ("ei", ["i", "e"], {"inhibitory", "excitatory"}),
        ("guess", ["gaba", ""], {"gaba", "unknown"}),
    ],
)
def test_signs_under_other_names_are_read_and_said(column, values, kinds):
    frame = pd.DataFrame({"pre": ["a", "b"], "post": ["b", "a"], "count": 1, column: values})
    with pytest.warns(UserWarning, match=f"the column '{column}' is read as transmitter"):
        assert set(read_edges(frame).classes) == kinds


def test_codex_names_are_known():
    frame = pd.DataFrame(
        {
            "pre_root_id": [720575940621039145],
            "post_root_id": [720575940621039146],
            "neuropil": ["EB"],
            "syn_count": [7],
            "nt_type": ["GABA"],
        }
    )
    with pytest.warns(UserWarning, match="the column 'neuropil' is left out"):
        found = read_edges(frame)
    assert _rows(found) == [(720575940621039145, 720575940621039146, 7, "gaba")]


def test_negative_counts_are_signs_or_refused(tmp_path):
    path = _text(tmp_path, "pre,post,weight\na,b,-3\nb,a,2\n")
    with pytest.raises(InputError, match=r"row 2 has the count .*-3.* signed"):
        read_edges(path)
    assert _rows(read_edges(path, signed=True)) == [
        ("a", "b", 3, "inhibitory"),
        ("b", "a", 2, "excitatory"),
    ]


def test_two_columns_that_may_be_meant_are_refused():
    frame = EDGES.assign(sign=[1, 1, -1, 1], nt_type="ACH")
    with pytest.raises(InputError, match="'sign', 'nt_type', each of which may be the transmitter"):
        read_edges(frame)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("pre,post,count,count\na,b,1,2\n", "row 1: 2 columns are called 'count'"),
        ("pre,pre,count\na,b,1\n", "row 1|has no column 'post'"),
        ("pre,post,count\na,b,1\nb,c,2,5\n", "row 3 has 4 cells"),
        ("pre,post,count\na,b,1\nb\0,c,2\n", "zero byte"),
    ],
)
def test_columns_named_twice_wide_rows_and_zero_bytes_are_refused(text, told, tmp_path):
    path = tmp_path / "edges.csv"
    path.write_text(text)
    with pytest.raises(InputError, match=told) as refused:
        read_edges(path)
    assert "\n" not in str(refused.value)


def test_columns_named_twice_are_refused_at_every_door(tmp_path):
    path = tmp_path / "edges.parquet"
    names = ["pre", "post", "count", "count"]
    pyarrow = pytest.importorskip("pyarrow")
    table = pyarrow.table([["a"], ["b"], [1], [2]], names=names)
    pytest.importorskip("pyarrow.parquet").write_table(table, path)
    with pytest.raises(InputError, match="duplicate field names"):
        read_edges(path)
    with pytest.raises(InputError, match="2 columns are called 'count'; expected one"):
        read_edges(pd.DataFrame([["a", "b", 1, 2]], columns=names))


def test_damaged_text_is_refused(tmp_path):
    with pytest.raises(InputError, match="not a table"):
        read_edges(_text(tmp_path, "pre,post,count\na,b,3,9\nb,a,4,9\n"))
    (tmp_path / "cut.csv.gz").write_bytes(b"\x1f\x8b\x08\x00")
    with pytest.raises(InputError, match="damaged or cut short"):
        read_edges(tmp_path / "cut.csv.gz")
