import networkx
import numpy as np
import pandas as pd
import pytest
import scipy.sparse

from liquidtime.brain import Connectome
from liquidtime.brain.read import from_networkx, from_scipy, to_networkx, to_scipy
from liquidtime.errors import InputError

MATRIX = np.array([[0, 2, 0], [0, 1, 300], [5, 0, 0]])


@pytest.fixture
def connectome():
    table = pd.DataFrame(
        {"type": ["X", "Y", "Y"], "transmitter": ["acetylcholine", "gaba", "unknown"]},
        index=["a", "b", "c"],
    )
    return Connectome.from_edges(
        ["a", "b", "b", "c", "a"],
        ["b", "b", "c", "a", "b"],
        [2, 1, 300, 5, 4],
        neurons=table,
        transmitter=["ACh", "gaba", "gaba", "", "gaba"],
        gap_junctions=(["a"], ["c"], [3]),
        name="three",
    )


def _edges(connectome):
    frame = connectome.to_frame()
    return sorted(frame.itertuples(index=False, name=None))


@pytest.mark.parametrize("kind", [np.asarray, scipy.sparse.csr_array, scipy.sparse.coo_matrix])
def test_rows_send_and_columns_receive(kind):
    connectome = from_scipy(kind(MATRIX))
    assert _edges(connectome) == [
        *((0, 1, 2, "unknown"), (1, 1, 1, "unknown"), (1, 2, 300, "unknown")),
        (2, 0, 5, "unknown"),
    ]
    assert (to_scipy(connectome).toarray() == MATRIX).all()
    turned = from_scipy(kind(MATRIX.T), orientation="target_source")
    assert _edges(turned) == _edges(connectome)
    assert (to_scipy(turned, orientation="target_source").toarray() == MATRIX.T).all()


def test_names_and_transmitters_of_neurons():
    connectome = from_scipy(MATRIX, neurons=["a", "b", "c"], transmitter=["ACh", "GABA", ""])
    assert _edges(connectome)[0] == ("a", "b", 2, "acetylcholine")
    assert connectome.classes == ("acetylcholine", "gaba", "unknown")
    table = pd.DataFrame({"transmitter": ["gaba"] * 3})
    assert from_scipy(MATRIX, neurons=table).classes == ("gaba",)


def test_signs_become_classes_and_signs_again():
    signed = MATRIX * np.array([[1], [-1], [1]])
    connectome = from_scipy(signed, signed=True)
    assert connectome.classes == ("excitatory", "inhibitory")
    assert (to_scipy(connectome).toarray() == MATRIX).all()
    assert (to_scipy(connectome, signed=True).toarray() == signed).all()


def test_classes_add_up_without_overflow():
    connectome = Connectome.from_edges([0, 0], [1, 1], 127, neurons=2, transmitter=["a", "b"])
    assert to_scipy(connectome)[0, 1] == 254


def test_gap_junctions_as_a_matrix(connectome):
    assert to_scipy(connectome, kind="gap").toarray().tolist() == [[0, 0, 3], [0, 0, 0], [3, 0, 0]]
    with pytest.raises(InputError, match="has no gap junctions"):
        to_scipy(from_scipy(MATRIX), kind="gap")


@pytest.mark.parametrize(
    ("matrix", "options", "message"),
    [
        (MATRIX[:2], {}, r"shape \[2, 3\]; expected \[N, N\]"),
        (-MATRIX, {}, "holds -300; expected .* signed=True"),
        (MATRIX, {"neurons": ["a"]}, "3 rows, but there are 1 neurons"),
        (MATRIX, {"transmitter": ["a"]}, r"shape \[1\]; expected \[N\] = \[3\]"),
        (MATRIX, {"transmitter": ["a"] * 3, "signed": True}, "both signed and transmitter"),
        (MATRIX, {"orientation": "rows"}, "orientation is 'rows'"),
    ],
)
def test_wrong_matrices(matrix, options, message):
    with pytest.raises(InputError, match=message):
        from_scipy(matrix, **options)


def test_a_signed_matrix_needs_signs(connectome):
    with pytest.raises(InputError, match="class 'acetylcholine'"):
        to_scipy(connectome, signed=True)


def test_networkx_and_back(connectome):
    graph = to_networkx(connectome)
    assert graph.nodes["b"] == {"type": "Y", "transmitter": "gaba"}
    assert graph.number_of_edges("a", "b") == 2
    again = from_networkx(graph)
    assert _edges(again) == _edges(connectome)
    assert again.name == "three"
    pd.testing.assert_frame_equal(again.neurons, connectome.neurons)
    assert (to_scipy(again, kind="gap") != to_scipy(connectome, kind="gap")).nnz == 0


def test_a_plain_graph():
    graph = networkx.DiGraph([("a", "b"), ("b", "c")])
    graph.nodes["b"]["nt"] = "GABA"
    graph.edges["a", "b"]["weight"] = 7
    connectome = from_networkx(graph, transmitter="nt")
    assert _edges(connectome) == [("a", "b", 7, "unknown"), ("b", "c", 1, "gaba")]


def test_a_graph_without_directions():
    with pytest.raises(InputError, match="not directed"):
        from_networkx(networkx.Graph([("a", "b")]))
