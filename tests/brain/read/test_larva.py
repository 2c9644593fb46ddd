import gzip

import pytest

from liquidtime.brain.read import larva, winding2023
from liquidtime.data.sources import MIRROR, Source
from liquidtime.errors import InputError

HEADER = (
    ",name,paper_clustered_neurons,accessory_neurons,class1,class2,io,simple_group,hemisphere,"
    "pair,lineage,axon_output,axon_input,dendrite_output,dendrite_input"
)
ROWS = [
    "29,KC #0,True,False,KC,4claw,inter,KCs,R,-1,MBNB,1,2,3,4",
    "31,sens,False,True,sens,ORN,input,sensories,L,40,unk,1,2,3,4",
    "40,CX one,True,False,CX,,output,unk,R,31,unk,1,2,3,4",
    "50,middle,True,False,unk,,inter,unk,C,-1,unk,1,2,3,4",
    "60,fragment,False,False,unk,,inter,unk,L,-1,unk,1,2,3,4",
    "70,alone,True,False,KC,,inter,KCs,L,-1,unk,1,2,3,4",
]
EDGES = "29 40 9.0\n31 29 2.0\n40 50 5.0\n60 29 1.0\n70 70 3.0\n"


@pytest.fixture
def files(tmp_path):
    edges = tmp_path / "G_edgelist.txt"
    edges.write_text(EDGES)
    neurons = tmp_path / "meta_data.csv.gz"
    neurons.write_bytes(gzip.compress("\n".join([HEADER, *ROWS, ""]).encode()))
    return edges, neurons


def test_the_neurons_of_the_paper_that_hang_together(files):
    connectome = larva.from_files(*files)
    assert connectome.neurons.index.tolist() == [29, 31, 40]
    assert connectome.neurons["type"].tolist() == ["KCs", "sensories", "CX"]
    assert connectome.neurons["group"].tolist() == ["inter", "input", "output"]
    assert connectome.neurons["pair"].tolist() == [-1, 40, 31]
    assert list(connectome.to_frame().itertuples(index=False, name=None)) == [
        (31, 29, 2, "unknown"),
        (29, 40, 9, "unknown"),
    ]


def test_the_whole_table(files):
    connectome = larva.from_files(*files, whole=True)
    assert len(connectome) == 6
    assert len(connectome.synapses) == 5
    assert connectome.neurons["type"].tolist()[3] == "unknown"


def test_transmitters_by_type_or_column(files):
    by_type = larva.from_files(*files, transmitter={"KCs": "ACh", "sensories": "GABA"})
    assert by_type.neurons["transmitter"].tolist() == ["ACh", "GABA", "unknown"]
    assert by_type.classes == ("acetylcholine", "gaba", "unknown")
    by_column = larva.from_files(*files, transmitter="hemisphere")
    assert by_column.neurons["transmitter"].tolist() == ["R", "L", "R"]
    with pytest.raises(InputError, match="no neuron has the type 'KC'; expected among"):
        larva.from_files(*files, transmitter={"KC": "ACh"})
    with pytest.raises(InputError, match="no column 'nt'"):
        larva.from_files(*files, transmitter="nt")


def test_a_neuron_that_the_table_lacks(files):
    files[0].write_text(EDGES + "99 29 1.0\n")
    with pytest.raises(InputError, match="names the neuron 99"):
        larva.from_files(*files)


def test_the_mirror_may_hold_the_file_compressed(tmp_path, monkeypatch):
    source = Source("set", "a.txt", "https://example.org/a.txt", larva.EDGES.sha256)
    monkeypatch.delenv(MIRROR, raising=False)
    assert larva.in_mirror(source) is None
    monkeypatch.setenv(MIRROR, str(tmp_path))
    assert larva.in_mirror(source) is None
    (tmp_path / "set").mkdir()
    (tmp_path / "set" / "a.txt.gz").write_bytes(gzip.compress(b"other"))
    with pytest.raises(InputError, match=r"a\.txt\.gz has the SHA-256"):
        larva.in_mirror(source)


@pytest.mark.data
def test_the_published_figures():
    connectome = winding2023()
    assert len(connectome) == 3013
    assert len(connectome.synapses) == 111_243
    assert connectome.synapses.total == 353_859
    assert set(connectome.neurons["group"]) == {"input", "inter", "output"}
    whole = winding2023(whole=True)
    assert (len(whole), len(whole.synapses)) == (3591, 119_010)
