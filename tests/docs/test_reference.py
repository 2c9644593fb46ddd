"""The pages of the API name things that exist, and the navigation names every page."""

import importlib
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
NAMES = sorted(
    {
        name
        for page in DOCS.rglob("*.md")
        for name in re.findall(r"^::: (\S+)$", page.read_text(encoding="utf-8"), re.M)
    }
)


def resolve(name):
    """The object of a dotted name; modules are imported on the way."""
    module, rest = importlib.import_module("liquidtime"), name.split(".")[1:]
    found = module
    for depth, part in enumerate(rest):
        try:
            found = importlib.import_module(".".join(["liquidtime", *rest[: depth + 1]]))
        except ModuleNotFoundError:
            found = getattr(found, part)
    return found


@pytest.mark.parametrize("name", NAMES)
def test_what_the_pages_document_exists_and_is_documented(name):
    assert (resolve(name).__doc__ or "").strip()


def test_every_page_is_in_the_navigation():
    navigation = (ROOT / "mkdocs.yml").read_text(encoding="utf-8").partition("\nnav:")[2]
    named = re.findall(r"([\w/-]+\.md)$", navigation, re.M)
    pages = [str(page.relative_to(DOCS)) for page in DOCS.rglob("*.md")]
    assert sorted(named) == sorted(pages)


def test_nothing_is_loaded_from_afar():
    config = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
    assert "font: false" in config
    assert "http" not in config
