"""A whole page from its blocks: light, printable, no scripts, nothing fetched."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from liquidtime.optional import require
from liquidtime.runs.page.blocks import Block


def page(title: str, subtitle: str, parts: Sequence[Block]) -> str:
    """A page as HTML.

    Args:
        title: Plain text, as all text of the blocks.
        subtitle: Plain text.
        parts: What it shows, from top to bottom.

    Raises:
        ImportError: If Jinja2 is not installed.
    """
    jinja2 = require("jinja2", extra="train")
    templates = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )

    def show(block: Block) -> Any:
        text = templates.get_template(block.template).render(block=block, show=show)
        # What a template has made is escaped already.
        return jinja2.utils.markupsafe.Markup(text)

    values = {"title": title, "subtitle": subtitle, "parts": parts, "show": show}
    return templates.get_template("page.html.j2").render(values)
