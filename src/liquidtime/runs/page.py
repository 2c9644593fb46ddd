"""The bare page: style sheet, sections, tables. Light, printable, no scripts, nothing fetched."""

from collections.abc import Sequence
from html import escape

_STYLE = """
:root { --ink: #1f2933; --faint: #5f6c7b; --line: #e4e7eb; --accent: #0072b2; }
* { box-sizing: border-box; }
body { margin: 0; color: var(--ink); background: #fff; line-height: 1.5; font-size: 16px;
  font-family: "Helvetica Neue", Helvetica, Arial, "Liberation Sans", "DejaVu Sans", sans-serif; }
main { max-width: 1020px; margin: 0 auto; padding: 36px 28px 64px; }
h1 { font-size: 28px; line-height: 1.25; margin: 0 0 4px; }
h2 { font-size: 20px; margin: 40px 0 12px; padding-top: 16px; border-top: 1px solid var(--line); }
h3 { font-size: 16px; margin: 22px 0 6px; }
p { margin: 8px 0; max-width: 78ch; }
.subtitle, .note, figcaption { color: var(--faint); }
.note, figcaption { font-size: 14px; }
.cards { display: flex; flex-wrap: wrap; gap: 14px; margin: 14px 0; }
.card { flex: 1 1 200px; border: 1px solid var(--line); border-radius: 8px; padding: 14px 18px; }
.card .name { color: var(--faint); font-size: 14px; }
.card .value { font-size: 32px; font-weight: 600; line-height: 1.2; }
.card .range { font-size: 14px; }
.figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(300px, 1fr)); gap: 20px; }
figure { margin: 8px 0; break-inside: avoid; }
figure svg { width: 100%; height: auto; display: block; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; font-size: 15px; margin: 10px 0; }
th, td { text-align: left; padding: 5px 18px 5px 0; border-bottom: 1px solid var(--line);
  vertical-align: top; }
th { font-weight: 600; }
td.number, th.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
tr.own td { font-weight: 600; }
td .range { font-weight: 400; color: var(--faint); }
details { margin: 10px 0; }
summary { cursor: pointer; color: var(--accent); }
.columns { columns: 2 380px; column-gap: 40px; }
.columns table { width: 100%; }
code { font-family: ui-monospace, "Liberation Mono", Menlo, Consolas, monospace; font-size: 0.92em;
  overflow-wrap: anywhere; }
@media print { main { max-width: none; padding: 0; } h2 { break-after: avoid; }
  body { font-size: 12px; } table { font-size: 11px; } }
"""


def page(title: str, subtitle: str, sections: Sequence[str]) -> str:
    """A whole HTML page.

    Args:
        title: Plain text.
        subtitle: Plain text.
        sections: HTML of each section.
    """
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n<main>\n"
        f'<h1>{escape(title)}</h1>\n<p class="subtitle">{escape(subtitle)}</p>\n'
        + "\n".join(sections)
        + "\n</main>\n</body>\n</html>\n"
    )


def section(title: str, body: str) -> str:
    """A section with a heading; `body` is HTML."""
    return f"<section>\n<h2>{escape(title)}</h2>\n{body}\n</section>"


def paragraph(text: str, kind: str = "") -> str:
    """A paragraph of plain text; empty text gives nothing."""
    attribute = f' class="{kind}"' if kind else ""
    return f"<p{attribute}>{escape(text)}</p>" if text else ""


def figure(svg: str, caption: str = "") -> str:
    """A figure with a plain-text caption."""
    below = f"<figcaption>{escape(caption)}</figcaption>" if caption else ""
    return f"<figure>\n{svg}\n{below}</figure>"


def figures(items: Sequence[str]) -> str:
    """Figures side by side, as many as fit."""
    return '<div class="figures">\n' + "\n".join(items) + "\n</div>"


def table(
    header: Sequence[str], rows: Sequence[Sequence[str]], *, numbers: bool = True, own: int = -1
) -> str:
    """A table; cells are HTML.

    Args:
        header: Plain text of the heads.
        rows: Cells; all but the first are numbers if `numbers`.
        numbers: Set all columns but the first to the right.
        own: Row to set in bold, or -1.
    """

    def line(tag: str, cells: Sequence[str]) -> str:
        return "".join(
            f"<{tag}{' class=number' if numbers and k else ''}>{cell}</{tag}>"
            for k, cell in enumerate(cells)
        )

    head = f"<thead><tr>{line('th', [escape(h) for h in header])}</tr></thead>" if header else ""
    body = "\n".join(
        f"<tr{' class=own' if k == own else ''}>{line('td', row)}</tr>"
        for k, row in enumerate(rows)
    )
    return f'<div class="scroll"><table>{head}<tbody>\n{body}\n</tbody></table></div>'


def folded(summary: str, body: str) -> str:
    """Something for whoever wants it: folded away until opened."""
    return f"<details><summary>{escape(summary)}</summary>\n{body}\n</details>"
