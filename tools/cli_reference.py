"""Write the help of every verb into docs/api/cli.md, or say whether it is up to date.

    python tools/cli_reference.py            rewrites the page
    python tools/cli_reference.py --check    ends with status 1 where the page is out of date

The page holds `<!-- help: VERB -->` where the help of a verb shall stand, or of a verb and what it
is about; the block behind it is replaced.
"""

import io
import os
import re
import sys
from contextlib import redirect_stdout
from pathlib import Path
from unittest.mock import patch

from liquidtime.cli.__main__ import main as program

PAGE = Path(__file__).parents[1] / "docs" / "api" / "cli.md"
_PLACE = re.compile(r"(<!-- help: ([\w -]+) -->\n)```text\n.*?^```$", re.M | re.S)


def help_of(words: str) -> str:
    """What `liquidtime WORDS --help` prints on a terminal of 80 columns."""
    said = io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
    terminal = {"COLUMNS": "80", "NO_COLOR": "1"}
    with patch.dict(os.environ, terminal), redirect_stdout(said):
        program([*words.split(), "--help"])
    said.seek(0)
    return "\n".join(line.rstrip() for line in said.read().strip().splitlines())


def refreshed(text: str) -> str:
    """The page with the help that the program gives today."""
    return _PLACE.sub(lambda place: f"{place[1]}```text\n{help_of(place[2])}\n```", text)


def main(arguments: list[str]) -> int:
    """Rewrite the page or check it."""
    before = PAGE.read_text(encoding="utf-8")
    after = refreshed(before)
    if "--check" in arguments:
        return int(before != after)
    PAGE.write_text(after, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
