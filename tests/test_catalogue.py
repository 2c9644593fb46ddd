"""A catalogue finds what lies in its folder, what is installed, and what is registered."""

import sys
from types import SimpleNamespace

import pytest

from liquidtime.catalogue import Catalogue
from liquidtime.errors import InputError


@pytest.fixture
def catalogue(tmp_path, monkeypatch):
    """Of a folder with two modules, and one entry of another package under a name of theirs."""
    folder = tmp_path / "birds"
    folder.mkdir()
    (folder / "__init__.py").touch()
    for name in ("owl", "finch"):
        (folder / f"{name}.py").write_text(
            f"from types import SimpleNamespace\nBIRD = SimpleNamespace(name='{name}', ours=True)\n"
        )
    monkeypatch.syspath_prepend(tmp_path)
    theirs = [SimpleNamespace(name=name, ours=False) for name in ("kiwi", "owl")]
    points = [SimpleNamespace(load=lambda entry=entry: entry) for entry in theirs]
    groups = {"birds": points}
    monkeypatch.setattr("liquidtime.catalogue.entry_points", lambda group: groups[group])
    yield Catalogue("birds", "BIRD", "bird")
    for name in ("birds", "birds.owl", "birds.finch"):
        sys.modules.pop(name, None)


def test_finds_all(catalogue):
    assert set(catalogue.entries()) == {"finch", "owl", "kiwi"}
    assert catalogue.find("owl").ours
    assert not catalogue.find("kiwi").ours


def test_takes_more_but_no_name_twice(catalogue):
    catalogue.register(SimpleNamespace(name="swift"))
    assert catalogue.find("swift").name == "swift"
    for name in ("swift", "owl", "kiwi"):
        with pytest.raises(ValueError, match=f"a bird named '{name}' already"):
            catalogue.register(SimpleNamespace(name=name))
    assert "swift" not in Catalogue("birds", "BIRD", "bird").entries()


def test_says_what_there_is(catalogue):
    with pytest.raises(InputError, match=r"'bat' is no bird; expected one of .*finch"):
        catalogue.find("bat")
