"""The runnable blocks of a Markdown page: Python, and `$ liquidtime …` lines of a console."""

import re
import shlex
from pathlib import Path
from typing import NamedTuple

_BLOCK = re.compile(
    r"(?P<fails><!-- fails -->\n)?^```(?P<language>python|console)\n(?P<text>.*?)^```$", re.M | re.S
)
_PROMPT = "$ liquidtime "


class Block(NamedTuple):
    line: int  # of the page, where the text begins
    language: str
    text: str
    fails: bool  # marked <!-- fails -->: the command ends with status 2

    @property
    def commands(self) -> list[list[str]]:
        """Arguments of each `liquidtime` command of a console block."""
        lines = [line for line in self._lines if line.startswith(_PROMPT)]
        return [shlex.split(line.removeprefix(_PROMPT)) for line in lines]

    @property
    def shown(self) -> list[str]:
        """What a console block shows as output."""
        return [line for line in self._lines if line and not line.startswith("$")]

    @property
    def _lines(self) -> list[str]:
        return self.text.replace("\\\n", " ").splitlines()


def blocks(page: Path) -> list[Block]:
    text = page.read_text(encoding="utf-8")
    found = []
    for match in _BLOCK.finditer(text):
        line = text.count("\n", 0, match.start("text")) + 1
        found.append(Block(line, match["language"], match["text"], bool(match["fails"])))
    return found


def runnable(block: Block) -> bool:
    return block.language == "python" or bool(block.commands)
