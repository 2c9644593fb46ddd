"""Write the help of every verb into docs/api/cli.md, or say whether it is up to date.

    python tools/cli_reference.py            rewrites the page
    python tools/cli_reference.py --check    ends with status 1 where the page is out of date

The page holds `<!-- help: VERB -->` where the help of a verb shall stand, or of a verb and what it
is about; the block behind it is replaced.
"""

import os
import re
import subprocess
import sys
from pathlib import Path

PAGE = Path(__file__).parents[1] / "docs" / "api" / "cli.md"
_PLACE = re.compile(r"(<!-- help: ([\w -]+) -->\n)```text\n.*?^```$", re.M | re.S)


def help_of(words: str) -> str:
    """What `liquidtime WORDS --help` prints on a terminal of 80 columns."""
    done = subprocess.run(
        [sys.executable, "-m", "liquidtime.cli", *words.split(), "--help"],
        env=os.environ | {"COLUMNS": "80", "NO_COLOR": "1", "PYTHONIOENCODING": "utf-8"},
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    return "\n".join(line.rstrip() for line in done.stdout.strip().splitlines())


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
