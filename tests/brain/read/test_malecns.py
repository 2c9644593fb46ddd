import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.feather
import pytest

from liquidtime.brain.read import malecns
from liquidtime.errors import InputError

ANNOTATIONS = {
    "bodyId": [30, 10, 20, 99, 98],
    "type": ["KC", "PN", None, None, "glia"],
    "superclass": ["cb_intrinsic", "cb_intrinsic", "vnc_motor", None, ""],
    "class": ["kenyon", None, None, None, None],
    "somaSide": ["L", "R", "", None, None],
    "somaLocation": [[1000, 2000, 3000], None, [1, 2], None, None],
}
TRANSMITTERS = {
    "body": [10, 30, 30, 98],
    "predicted_nt": ["gaba", "dopamine", "gaba", "gaba"],
    "consensus_nt": ["acetylcholine", "unclear", "gaba", "gaba"],
}
WEIGHTS = {
    "body_pre": [10, 10, 99, 30, 30, 20],
    "body_post": [20, 99, 10, 10, 20, 1000],
    "weight": [5, 700, 3, 1, 40_000, 2],
}


@pytest.fixture
def files(tmp_path):
    """The three flat files, with small batches, in the order of the arguments."""
    paths = []
    tables = {"weights": WEIGHTS, "neurotransmitters": TRANSMITTERS, "annotations": ANNOTATIONS}
    for name, columns in tables.items():
        paths.append(tmp_path / f"{name}.feather")
        table = pa.table(columns)
        pyarrow.feather.write_feather(table, paths[-1], compression="lz4", chunksize=2)
    return paths


def _edges(connectome):
    return sorted(connectome.to_frame().itertuples(index=False, name=None))


def test_neurons_and_the_edges_between_them(files):
    connectome = malecns(*files)
    table = connectome.neurons
    assert table.index.tolist() == [10, 20, 30]
    assert table["type"].tolist() == ["PN", "", "KC"]
    assert table["group"].tolist() == ["cb_intrinsic", "vnc_motor", "cb_intrinsic"]
    assert table["transmitter"].tolist() == ["acetylcholine", "unknown", "unknown"]
    np.testing.assert_allclose(table.loc[30, ["x", "y", "z"]].tolist(), [8.0, 16.0, 24.0])
    assert table[["x", "y", "z"]].isna().to_numpy()[:2].all()
    assert "subclass" not in table
    assert _edges(connectome) == [
        (10, 20, 5, "acetylcholine"),
        (30, 10, 1, "unknown"),
        (30, 20, 40_000, "unknown"),
    ]


def test_another_column_of_transmitters(files):
    connectome = malecns(*files, transmitter="predicted_nt")
    assert connectome.neurons["transmitter"].tolist() == ["gaba", "unknown", "dopamine"]
    assert connectome.classes == ("dopamine", "gaba", "unknown")
    with pytest.raises(InputError, match="has no column 'nt'"):
        malecns(*files, transmitter="nt")


def test_columns_of_other_releases(files):
    weights, transmitters, annotations = files
    renamed = {"body_pre": "bodyId_pre", "body_post": "bodyId_post", "weight": "count"}
    pd.DataFrame(WEIGHTS).rename(columns=renamed).to_feather(weights)
    table = pd.DataFrame(TRANSMITTERS).rename(columns={"consensus_nt": "consensusNt"})
    table.to_feather(transmitters)
    renamed = {"bodyId": "body", "superclass": "super_class", "type": "cell_type"}
    pd.DataFrame(ANNOTATIONS).rename(columns=renamed).to_feather(annotations)
    assert len(malecns(*files).synapses) == 3


def test_what_was_looked_for_is_said(files):
    weights, _, annotations = files
    pd.DataFrame(WEIGHTS).rename(columns={"weight": "w"}).to_feather(weights)
    with pytest.raises(InputError, match=r"for weight: looked for 'weight', .* are 'body_pre'"):
        malecns(*files)
    pd.DataFrame(ANNOTATIONS).drop(columns="superclass").to_feather(annotations)
    with pytest.raises(InputError, match="no column for group: looked for 'superclass'"):
        malecns(*files)


def test_files_that_are_none(files):
    weights, _, annotations = files
    weights.write_text("x" * 100)
    with pytest.raises(InputError, match="not a whole Feather file"):
        malecns(*files)
    weights.unlink()
    with pytest.raises(InputError, match="there is no file"):
        malecns(*files)
    twice = {name: [*values, values[0]] for name, values in ANNOTATIONS.items()}
    pyarrow.feather.write_feather(pa.table(twice), annotations)
    with pytest.raises(InputError, match="lists the neuron 30 twice"):
        malecns(*files)
