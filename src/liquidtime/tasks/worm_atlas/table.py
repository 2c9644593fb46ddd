"""What the terminal shows of the worm's study."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from liquidtime.tasks.contract import Shown
from liquidtime.tasks.worm_atlas.page import PAGE, results


def shown(record: Mapping[str, Any], out: Path) -> Shown:
    """The table of all predictors, as the page has it.

    Args:
        record: As `compare` returns it.
        out: The study's folder.
    """
    return Shown(after=(*results(record).splitlines(), f"Page: {out / PAGE}"))
