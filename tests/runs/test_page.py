import html.parser
import typing

import jinja2
import pytest

from liquidtime.runs.page import blocks
from liquidtime.runs.page.blocks import (
    Beside,
    Card,
    Cards,
    Cell,
    Columns,
    Figure,
    Folded,
    Paragraph,
    Section,
    Table,
)
from liquidtime.runs.page.page import filled, page

BAD = "<script>alert('&')</script>"
SVG = "<svg><text>a</text></svg>"
TABLE = Table([BAD], [[BAD], [Cell(BAD, range=BAD, below=BAD)], [Cell(BAD, code=True)]], own=1)
EXAMPLES = {
    "Paragraph": (Paragraph(BAD, "note"), 1),
    "Table": (TABLE, 6),
    "Figure": (Figure(SVG, BAD), 1),
    "Beside": (Beside([Figure(SVG, BAD), TABLE]), 7),
    "Cards": (Cards([Card(BAD, BAD, BAD, BAD)]), 4),
    "Columns": (Columns([(BAD, TABLE)]), 7),
    "Folded": (Folded(BAD, [Paragraph(BAD), TABLE]), 8),
    "Section": (Section(BAD, [Paragraph(BAD), Folded(BAD, [TABLE])]), 9),
}


class Seen(html.parser.HTMLParser):
    def __init__(self):
        super().__init__()
        self.tags, self.open, self.words = [], [], []

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        if tag not in ("meta", "br"):
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.words.append(data)


def seen(text):
    found = Seen()
    found.feed(text)
    assert found.open == []
    return found


def test_every_block_has_an_example_here():
    assert {kind.__name__ for kind in typing.get_args(blocks.Block)} == set(EXAMPLES)


@pytest.mark.parametrize("name", EXAMPLES)
def test_text_is_text_everywhere(name):
    block, times = EXAMPLES[name]
    text = page(BAD, BAD, [block])
    found = seen(text)
    assert "script" not in found.tags and "<script" not in text
    assert "".join(found.words).count(BAD) == times + 3
    assert found.tags.count("svg") == text.count("<svg")


def test_the_parts_are_where_they_belong():
    text = page("Title", "below", [Section("One", [Paragraph(""), TABLE]), Figure(SVG)])
    found = seen(text)
    assert found.tags.count("p") == 1, "an empty paragraph shows nothing"
    assert "figcaption" not in found.tags
    assert SVG in text
    assert text.startswith("<!doctype html>") and text.endswith("</html>\n")
    assert 'class="own"' in text and 'class="number"' not in text
    assert 'class="number"' in page("", "", [Table(["a", "b"], [["1", "2"]])])
    assert 'class="number"' not in page("", "", [Table(["a"], [["1", "2"]], numbers=False)])


def test_a_template_of_one_s_own(tmp_path):
    for suffix, expected in ((".html.j2", "&lt;script&gt;"), (".md.j2", "<script>")):
        template = tmp_path / f"mine{suffix}"
        template.write_text("{{ text }}\n")
        assert expected in filled(template, {"text": BAD})
        with pytest.raises(jinja2.UndefinedError, match="text"):
            filled(template, {})


def test_nothing_is_fetched():
    text = page("", "", [block for block, _ in EXAMPLES.values()])
    for word in ("src=", "href=", "url(", "@import", "<link"):
        assert word not in text
