import sys
import types
from dataclasses import dataclass

import pytest

from liquidtime.brain.read import cect_reader
from liquidtime.brain.read.cect import from_connections
from liquidtime.errors import InputError


@dataclass
class ConnectionInfo:
    pre_cell: str
    post_cell: str
    number: float
    syntype: str
    synclass: str


CONNECTIONS = [
    ConnectionInfo("AVAL", "AVAR", 2.0, "Chemical", "Generic_CS"),
    ConnectionInfo("VD01", "AVAL", 4.0, "Chemical", "Generic_CS"),
    ConnectionInfo("AVAR", "VD1", 1.0, "Chemical", "Serotonin_Acetylcholine"),
    ConnectionInfo("AVAR", "VD1", 3.0, "Chemical", "InhibitoryChem"),
    ConnectionInfo("AVAL", "AVAR", 5.0, "GapJunction", "Generic_GJ"),
    ConnectionInfo("AVAR", "AVAL", 6.0, "GapJunction", "Generic_GJ"),
    ConnectionInfo("AVAR", "AVAR", 1.0, "GapJunction", "Generic_GJ"),
    ConnectionInfo("AVAR", "AVAL", 9.0, "Extrasynaptic", "Dopamine"),
    ConnectionInfo("AVAR", "AVAL", 9.0, "Contact", "Contact"),
]
MUSCLE = ConnectionInfo("VD1", "MDL01", 8.0, "Chemical", "GABA")


class Reader:
    def get_neuron_to_neuron_conns(self):
        return ["AVAL", "AVAR", "VD1"], CONNECTIONS

    def get_current_connection_info_list(self):
        return [*CONNECTIONS, MUSCLE]


@pytest.fixture(params=["cect.readers.WitvlietDataReader8", "cect.WitvlietDataReader8"])
def _installed(request, monkeypatch):
    """The package as it is since version 0.3, and as it was before."""
    packages = request.param.split(".")
    for depth in range(1, len(packages) + 1):
        module = types.ModuleType(".".join(packages[:depth]))
        if depth < len(packages):
            module.__path__ = []
        else:
            module.get_instance = Reader
        monkeypatch.setitem(sys.modules, module.__name__, module)


@pytest.mark.usefixtures("_installed")
@pytest.mark.parametrize("name", ["Witvliet8", "WitvlietDataReader8"])
def test_a_reader_gives_neurons_synapses_and_gap_junctions(name):
    connectome = cect_reader(name)
    assert connectome.name == name
    assert connectome.neurons["type"].to_dict() == {"AVAL": "AVA", "AVAR": "AVA", "VD1": "VD"}
    assert sorted(connectome.to_frame().itertuples(index=False, name=None)) == [
        ("AVAL", "AVAR", 2, "acetylcholine"),
        ("AVAR", "VD1", 1, "acetylcholine"),
        ("AVAR", "VD1", 3, "inhibitory"),
        ("VD1", "AVAL", 4, "gaba"),
    ]
    assert connectome.gap_junctions.counts.tolist() == [6, 6]


@pytest.mark.usefixtures("_installed")
def test_muscles_where_they_are_wanted():
    connectome = cect_reader("Witvliet8", neurons_only=False)
    assert connectome.neurons["transmitter"]["MDL01"] == "unknown"
    assert len(connectome) == 4


@pytest.mark.usefixtures("_installed")
def test_no_such_reader():
    with pytest.raises(InputError, match="has no reader 'Witvliet9'"):
        cect_reader("Witvliet9")


def test_nothing_but_contacts():
    with pytest.raises(InputError, match=r"no synapses: of its 1 connections .* 'Contact'"):
        from_connections([CONNECTIONS[-1]], name="Brittin")


def test_without_the_package(monkeypatch):
    monkeypatch.setitem(sys.modules, "cect", None)
    with pytest.raises(ImportError, match="pip install cect"):
        cect_reader("Witvliet8")
