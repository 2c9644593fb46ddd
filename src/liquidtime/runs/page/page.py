"""A whole page from its blocks: light, printable, no scripts, nothing fetched."""

from collections.abc import Mapping, Sequence
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
    templates = _templates(Path(__file__).parent)
    markup = require("markupsafe", extra="train").Markup

    def show(block: Block) -> Any:
        text = templates.get_template(block.template).render(block=block, show=show)
        # What a template has made is escaped already.
        return markup(text)

    values = {"title": title, "subtitle": subtitle, "parts": parts, "show": show}
    return templates.get_template("page.html.j2").render(values)


def filled(template: Path, values: Mapping[str, Any]) -> str:
    """A text from a template of one's own; values are escaped unless it is Markdown.

    Args:
        template: `<name>.html.j2` or `<name>.md.j2`.
        values: What it names.

    Raises:
        ImportError: If Jinja2 is not installed.
    """
    return _templates(template.parent).get_template(template.name).render(values)


def _templates(folder: Path) -> Any:
    jinja2 = require("jinja2", extra="train")
    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(folder),
        autoescape=jinja2.select_autoescape(disabled_extensions=("md.j2",), default=True),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
