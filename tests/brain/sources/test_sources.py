"""Every network that has a name, and one that joins from outside."""

import pytest

from liquidtime.brain import Connectome
from liquidtime.brain.sources import contract
from liquidtime.brain.sources.catalogue import SOURCES, find_connectome
from liquidtime.brain.sources.contract import Source, Wanted, refuse
from liquidtime.errors import InputError


def wanted(network, **other):
    given = {
        "neurons": None,
        "in_degree": None,
        "files": (),
        "pre": "pre",
        "post": "post",
        "count": "count",
        "transmitter": None,
        "seed": 0,
        "scaled": False,
    }
    return Wanted(network, **given | other)


@pytest.mark.parametrize("name", SOURCES.entries())
def test_a_source_refuses_what_means_nothing_for_it(name):
    assert SOURCES.entries()[name].name == name
    with pytest.raises(InputError, match=r"means nothing for|expected how many neurons"):
        find_connectome(wanted(name, neurons="many"))


@pytest.mark.parametrize("name", ["random", "fly-like", "microcircuit"])
def test_networks_that_are_made_have_the_neurons_that_are_wanted(name):
    found = find_connectome(wanted(name, neurons="300", seed=1))
    assert 290 <= len(found.connectome) <= 310
    assert found.name == name


def test_a_name_that_is_not_there_is_refused_with_the_nearest():
    with pytest.raises(InputError, match="Did you mean larva"):
        find_connectome(wanted("larvae"))


def toy(wanted):
    """A source of its own: two neurons."""
    refuse(wanted, "files")
    return contract.found(Connectome.from_edges(["a"], ["b"]), "toy", ["only two neurons"])


def test_a_source_joins_from_outside(monkeypatch):
    monkeypatch.setattr(SOURCES, "_registered", {})
    SOURCES.register(Source("toy", toy))
    found = find_connectome(wanted("toy"))
    assert len(found.connectome) == 2 and found.notes == ["only two neurons"]
    with pytest.raises(InputError, match="--files means nothing for toy"):
        find_connectome(wanted("toy", files=("x",)))
