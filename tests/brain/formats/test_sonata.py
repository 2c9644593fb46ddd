"""SONATA: what goes out comes back, and files of others are read."""

import json
from pathlib import Path

import numpy as np
import pytest

from liquidtime.brain import Connectome, Parameters, SynapseParameters
from liquidtime.brain.formats import sonata_write as writing
from liquidtime.brain.formats.sonata import read_sonata, sonata_parameters, write_sonata
from liquidtime.errors import InputError

h5py = pytest.importorskip("h5py")
pandas = pytest.importorskip("pandas")


def made(neurons=40, edges=300, seed=0, gaps=True):
    random = np.random.default_rng(seed)
    kinds = np.array(["acetylcholine", "gaba", "nitric oxide"])
    table = pandas.DataFrame(
        {
            "type": random.choice(["KC", "PN", "café"], neurons),
            "transmitter": random.choice(kinds, neurons),
            "x": random.normal(size=neurons),
            "big": random.random(neurons) < 0.5,
            "rank": random.integers(0, 5, neurons),
        },
        index=pandas.Index([f"n {number}" for number in range(neurons)], name="cell"),
    )
    pre, post = random.integers(0, neurons, (2, edges))
    pairs = None
    if gaps:
        one, other = np.triu_indices(neurons, 1)
        some = random.choice(len(one), 15, replace=False)
        names = table.index.to_numpy()
        pairs = (names[one[some]], names[other[some]], random.integers(1, 9, 15))
    return Connectome.from_edges(
        table.index.to_numpy()[pre],
        table.index.to_numpy()[post],
        random.integers(1, 200, edges),
        neurons=table,
        gap_junctions=pairs,
        name="fly/1",
    )


def assert_same_edges(found, expected):
    for name in ("offsets", "sources", "counts", "classes"):
        np.testing.assert_array_equal(getattr(found, name), getattr(expected, name), name)
        assert getattr(found, name).dtype == getattr(expected, name).dtype


def assert_same(found, expected):
    pandas.testing.assert_frame_equal(found.neurons, expected.neurons)
    assert (found.classes, found.name) == (expected.classes, expected.name)
    assert_same_edges(found.synapses, expected.synapses)
    assert (found.gap_junctions is None) == (expected.gap_junctions is None)
    if found.gap_junctions is not None:
        assert_same_edges(found.gap_junctions, expected.gap_junctions)


@pytest.mark.parametrize("gaps", [True, False])
@pytest.mark.parametrize("chunk", [7, 1 << 20])
def test_comes_back(tmp_path, monkeypatch, gaps, chunk):
    monkeypatch.setattr(writing, "CHUNK", chunk)
    monkeypatch.setattr("liquidtime.brain.formats.sonata.CHUNK", chunk)
    connectome = made(gaps=gaps)
    write_sonata(tmp_path / "new" / "circuit", connectome)
    assert_same(read_sonata(tmp_path / "new" / "circuit"), connectome)
    assert sonata_parameters(tmp_path / "new" / "circuit") is None
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["circuit"]


def test_neurons_without_names_and_float_counts_come_back(tmp_path):
    connectome = Connectome.from_edges([0, 2, 2], [1, 1, 0], [0.5, 2.25, 4], neurons=4)
    write_sonata(tmp_path, connectome)
    assert_same(read_sonata(tmp_path), connectome)


def test_large_numbers_as_names_come_back(tmp_path):
    table = pandas.DataFrame({"name": ["a", "b"]}, index=[720575940596125868, 720575940597856265])
    connectome = Connectome.from_edges(table.index[:1], table.index[1:], 3, neurons=table)
    write_sonata(tmp_path, connectome)
    assert_same(read_sonata(tmp_path), connectome)


def assert_same_parameters(found, expected, connectome):
    for name in writing.NEURON_CONSTANTS:
        np.testing.assert_array_equal(getattr(found, name), getattr(expected, name), name)
    for name in ("unit_conductances", "reversal_potentials"):
        values = [getattr(each, name)(connectome.classes) for each in (found, expected)]
        np.testing.assert_array_equal(*values)
    assert found.gap_conductance == expected.gap_conductance


def test_parameters_come_back(tmp_path):
    connectome = made()
    parameters = Parameters(
        membrane_capacitance=1 / 3,
        midpoint=np.linspace(-50, -40, len(connectome)),
        unit_conductance={"gaba": 0.2 / 3},
        reversal_potential={"nitric oxide": -12.5},
        gap_conductance=0.07,
        delay=1.5,
    )
    write_sonata(tmp_path, connectome, parameters)
    found = sonata_parameters(tmp_path)
    assert_same_parameters(found, parameters, connectome)
    assert isinstance(found.membrane_capacitance, float)
    assert found.synapses is None


def test_parameters_of_synapses_come_back(tmp_path):
    connectome = made()
    values = np.random.default_rng(1).random((4, len(connectome.synapses)))
    parameters = Parameters(synapses=SynapseParameters(*values))
    write_sonata(tmp_path, connectome, parameters)
    found = sonata_parameters(tmp_path)
    for name, expected in vars(parameters.synapses).items():
        np.testing.assert_array_equal(getattr(found.synapses, name), expected)


def test_indices_lead_to_the_edges(tmp_path, monkeypatch):
    monkeypatch.setattr(writing, "CHUNK", 11)
    connectome = made()
    write_sonata(tmp_path, connectome)
    with h5py.File(tmp_path / "edges.h5") as file:
        assert file.attrs["magic"] == 0x0A7A
        group = file["edges/fly_1__fly_1__chemical"]
        for index, end in (("source_to_target", "source"), ("target_to_source", "target")):
            nodes = group[f"indices/{index}/node_id_to_ranges"][:]
            ranges = group[f"indices/{index}/range_to_edge_id"][:]
            ends = group[f"{end}_node_id"][:]
            for node, (first, last) in enumerate(nodes):
                edges = [np.arange(*ranges[row]) for row in range(first, last)]
                assert (first >= 0) == bool(edges)
                found = np.concatenate([np.zeros(0, int), *edges])
                np.testing.assert_array_equal(found, np.flatnonzero(ends == node))


def test_written_over_another(tmp_path):
    (tmp_path / "notes.txt").write_text("mine")
    write_sonata(tmp_path, made(seed=1), Parameters(reversal_potential=0.0))
    write_sonata(tmp_path, made(seed=2))
    assert_same(read_sonata(tmp_path), made(seed=2))
    assert (tmp_path / "notes.txt").read_text() == "mine"


def test_nothing_is_left_of_what_fails(tmp_path):
    table = pandas.DataFrame({"a/b": [1, 2]})
    connectome = Connectome.from_edges([0], [1], neurons=table)
    with pytest.raises(InputError, match=r"column 'a/b'.*rename"):
        write_sonata(tmp_path / "circuit", connectome)
    assert not list(tmp_path.iterdir())
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="is a file"):
        write_sonata(tmp_path / "file", made())


@pytest.fixture
def foreign(tmp_path) -> Path:
    """As others write: two populations, groups, enumerations, types with quotes and NULL."""
    folder = tmp_path / "network"
    folder.mkdir()
    text = h5py.string_dtype()
    with h5py.File(folder / "nodes.h5", "w") as file:
        cortex = file.create_group("nodes/cortex")
        cortex["node_id"] = [10, 20, 30]
        cortex["node_type_id"] = [7, 5, 5]
        cortex["node_group_id"] = [0, 1, 0]
        cortex["node_group_index"] = [1, 0, 0]
        cortex["0/layer"] = [3, 1]
        cortex["0/positions"] = np.arange(6.0).reshape(2, 3)
        cortex["0/mtype"] = [1, 0]
        cortex["0/@library/mtype"] = np.array(["L5", "L1"], dtype=object)
        cortex["1/layer"] = [2]
        cortex.create_dataset("1/note", data=["odd"], dtype=text)
        cortex["0/dynamics_params/gain"] = [1.0, 2.0]
        lgn = file.create_group("nodes/lgn")
        lgn["node_type_id"] = [1, 1]
        lgn.create_group("0")
    (folder / "node_types.csv").write_text(
        "node_type_id population  ei pop_name model_type dynamics_params\n"
        '5 cortex e "pyramidal ""L5"" cell" point_neuron NULL\n'
        "7 cortex i NULL point_neuron NULL\n"
        "1 lgn NULL NULL virtual NULL\n"
    )
    with h5py.File(folder / "edges.h5", "w") as file:
        inner = file.create_group("edges/cortex_to_cortex")
        inner["source_node_id"] = [10, 20, 30, 20]
        inner["target_node_id"] = [20, 30, 10, 30]
        inner["edge_type_id"] = [1, 2, 2, 2]
        inner["edge_group_id"] = [0, 1, 0, 0]
        inner["edge_group_index"] = [1, 0, 0, 2]
        inner["0/nsyns"] = [4, 3, 6]
        inner.create_group("1")
        outer = file.create_group("edges/lgn_to_cortex")
        outer["source_node_id"] = [0]
        outer["target_node_id"] = [10]
        outer["edge_type_id"] = [9]
        for group, source in ((inner, "cortex"), (outer, np.bytes_("lgn"))):
            group["source_node_id"].attrs["node_population"] = source
            group["target_node_id"].attrs["node_population"] = "cortex"
    (folder / "edge_types.csv").write_text(
        "edge_type_id syn_weight dynamics_params\n1 -2.0 inh.json\n2 1.0 exc.json\n9 1.0 NULL\n"
    )
    config = {
        "manifest": {"$BASE": ".", "$NET": "${BASE}/network"},
        "components": {"synaptic_models_dir": "$BASE/synapses"},
        "networks": {
            "nodes": [{"nodes_file": "$NET/nodes.h5", "node_types_file": "$NET/node_types.csv"}],
            "edges": [{"edges_file": "$NET/edges.h5", "edge_types_file": "$NET/edge_types.csv"}],
        },
    }
    (tmp_path / "config.json").write_text(json.dumps(config))
    (tmp_path / "simulation.json").write_text(json.dumps({"network": "config.json"}))
    return tmp_path / "config.json"


def test_of_others(foreign):
    connectome = read_sonata(foreign, "cortex")
    table = connectome.neurons
    assert table.index.tolist() == [10, 20, 30]
    assert table["layer"].tolist() == [1, 2, 3]
    assert table["ei"].tolist() == ["i", "e", "e"]
    assert table["pop_name"].tolist()[1:] == ['pyramidal "L5" cell'] * 2
    assert table["pop_name"].isna().tolist() == [True, False, False]
    assert table["mtype"].tolist()[::2] == ["L5", "L1"]
    assert table["note"].tolist()[1] == "odd"
    np.testing.assert_array_equal(table["x"], [3, np.nan, 0])
    frame = connectome.to_frame()
    assert frame.to_numpy().tolist() == [
        [30, 10, 4, "excitatory"],
        [10, 20, 3, "inhibitory"],
        [20, 30, 7, "excitatory"],
    ]
    assert sonata_parameters(foreign, "cortex") is None
    assert read_sonata(foreign.with_name("simulation.json"), "cortex").name == "cortex"


@pytest.fixture
def weighted(tmp_path):
    """Three neurons and two edges with weights of their own; node types tell nothing."""

    def write(weights, ei=None, types=None, **more):
        with h5py.File(tmp_path / "nodes.h5", "w") as file:
            group = file.create_group("nodes/net")
            group["node_type_id"] = np.zeros(3, np.uint32)
            group.create_group("0")
            if ei is not None:
                group.create_dataset("0/ei", data=ei, dtype=h5py.string_dtype())
        with h5py.File(tmp_path / "edges.h5", "w") as file:
            group = file.create_group("edges/net_to_net")
            group["source_node_id"], group["target_node_id"] = [0, 1], [1, 2]
            group["edge_type_id"] = [1, 1]
            group.create_group("0")
            if weights is not None:
                group["0/syn_weight"] = weights
            for name, values in more.items():
                group[f"0/{name}"] = values
        text = types or "edge_type_id\n1\n"
        (tmp_path / "edge_types.csv").write_text(text)
        edges = {"edges_file": "edges.h5", "edge_types_file": "edge_types.csv"}
        config = {"networks": {"nodes": [{"nodes_file": "nodes.h5"}], "edges": [edges]}}
        (tmp_path / "circuit_config.json").write_text(json.dumps(config))
        return tmp_path

    return write


def test_weights_of_single_edges_are_signs_and_counts(weighted):
    found = read_sonata(weighted([2.5, -3.0]))
    assert found.to_frame().to_numpy().tolist() == [
        [0, 1, 2.5, "excitatory"],
        [1, 2, 3.0, "inhibitory"],
    ]
    found = read_sonata(weighted([2.5, 3.0], nsyns=[2, 1]))
    assert found.to_frame().to_numpy().tolist() == [[0, 1, 5.0, "unknown"], [1, 2, 3.0, "unknown"]]
    # What an edge has goes before its type, and both before its source.
    types = "edge_type_id syn_weight\n1 -9\n"
    found = read_sonata(weighted([2.5, -3.0], ["e", "e", "e"], types))
    assert found.to_frame()["transmitter"].tolist() == ["excitatory", "inhibitory"]
    assert found.synapses.counts.tolist() == [2.5, 3.0]
    with pytest.raises(InputError, match="edge 1 of 'net_to_net' has the syn_weight -inf"):
        read_sonata(weighted([2.5, -np.inf]))


def test_what_contradicts_a_weight_or_is_left_out_is_said(weighted):
    types = "edge_type_id syn_weight delay\n1 -9 2.0\n"
    with pytest.warns(UserWarning) as said:
        found = read_sonata(weighted(None, ["e", "e", "e"], types, tau=[1.0, 2.0]))
    texts = " ".join(str(each.message) for each in said)
    assert "'tau', 'syn_weight', 'delay' of the edges 'net_to_net'" in texts
    assert "2 edges of 'net_to_net' have a negative syn_weight, but a transmitter that" in texts
    assert found.to_frame()["transmitter"].tolist() == ["excitatory", "excitatory"]
    with pytest.warns(UserWarning, match="1 edges of 'net_to_net' have a negative"):
        read_sonata(weighted([2.5, -3.0], types="edge_type_id ei\n1 e\n"))


def test_our_own_circuits_lose_nothing(tmp_path, recwarn):
    write_sonata(tmp_path / "own", made())
    read_sonata(tmp_path / "own")
    assert not [each for each in recwarn if "left out" in str(each.message)]


def test_reversal_potential_of_the_type_decides(foreign):
    (foreign.parent / "synapses").mkdir()
    (foreign.parent / "synapses" / "inh.json").write_text('{"erev": 0.0}')
    (foreign.parent / "synapses" / "exc.json").write_text('{"erev": -70}')
    frame = read_sonata(foreign, "cortex").to_frame()
    assert frame["transmitter"].tolist() == ["inhibitory", "excitatory", "inhibitory"]


def test_without_types_and_groups(foreign):
    config = json.loads(foreign.read_text())
    for entry in (*config["networks"]["nodes"], *config["networks"]["edges"]):
        for key in ("node_types_file", "edge_types_file"):
            entry.pop(key, None)
    foreign.write_text(json.dumps(config))
    with h5py.File(foreign.parent / "network" / "edges.h5", "a") as file:
        for name in ("edge_group_id", "edge_group_index", "0", "1"):
            del file["edges/cortex_to_cortex"][name]
    connectome = read_sonata(foreign, "cortex")
    assert connectome.classes == ("unknown",)
    assert connectome.synapses.counts.tolist() == [1, 1, 2]


def test_says_what_is_missing(foreign):
    with pytest.raises(InputError, match=r"2 populations of neurons: cortex, lgn\. Name"):
        read_sonata(foreign)
    with pytest.raises(InputError, match=r"no population 'v1'; it has cortex, lgn"):
        read_sonata(foreign, "v1")
    with pytest.raises(InputError, match=r"there is no file .*elsewhere"):
        read_sonata(foreign.with_name("elsewhere"))
    with pytest.raises(InputError, match=r"are cortex_to_cortex; there is no 'x'"):
        read_sonata(foreign, "cortex", edges="x")
    with pytest.raises(InputError, match=r"chemical edges are none; expected one"):
        read_sonata(foreign, "lgn")
    path = foreign.parent / "network" / "edges.h5"
    with h5py.File(path, "a") as file:
        file.copy("edges/cortex_to_cortex", "edges/again")
    with pytest.raises(InputError, match=r"again, cortex_to_cortex; expected one"):
        read_sonata(foreign, "cortex")
    both = read_sonata(foreign, "cortex", edges=["again", "cortex_to_cortex"])
    assert both.synapses.total == 28
    with h5py.File(path, "a") as file:
        del file["edges/again"]
        file["edges/cortex_to_cortex/source_node_id"][0] = 11
    with pytest.raises(InputError, match=r"reaches the node 11, which is none of the 3"):
        read_sonata(foreign, "cortex")
    with h5py.File(path, "a") as file:
        del file["edges/cortex_to_cortex/source_node_id"]
    with pytest.raises(InputError, match=r"no /edges/cortex_to_cortex/source_node_id.*holds 0, 1"):
        read_sonata(foreign, "cortex")
    with h5py.File(path, "a") as file:
        del file["edges"]
    with pytest.raises(InputError, match=r"has no /edges, which SONATA asks for"):
        read_sonata(foreign, "cortex")
    path.write_text("no HDF5")
    with pytest.raises(InputError, match="cannot be read as HDF5"):
        read_sonata(foreign, "cortex")
    path.unlink()
    with pytest.raises(InputError, match=r"there is no file .*edges\.h5"):
        read_sonata(foreign, "cortex")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "cannot be read as JSON"),
        ("{}", "has no `networks`"),
        ('{"networks": {"nodes": [{"nodes_file": "$X/n.h5"}]}}', "unknown variable"),
        ('{"manifest": {"$A": "$B"}, "networks": {}}', "does not define"),
        ('{"networks": {"nodes": [{}]}}', "without nodes_file"),
    ],
)
def test_bad_configuration(tmp_path, text, message):
    (tmp_path / "circuit_config.json").write_text(text)
    with pytest.raises(InputError, match=message):
        read_sonata(tmp_path)
