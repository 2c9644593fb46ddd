"""The simulated worm against the measured signal propagation atlas.

Fits a model of C. elegans to the measured responses of half of the stimulated neurons and compares
it, and what anatomy alone says, with the responses of the other half. It takes about five minutes;
the folder gets worm-atlas.json, a page and figures.

  liquidtime study worm-atlas
  liquidtime study worm-atlas --splits 1 --nulls 0 --out runs/quick
"""

from pathlib import Path

from liquidtime.runs.folder import Folder
from liquidtime.tasks.contract import Progress, Shown
from liquidtime.tasks.worm_atlas.comparison import ATLAS, compare
from liquidtime.tasks.worm_atlas.options import Options
from liquidtime.tasks.worm_atlas.table import shown


def study(out: Path, options: Options, progress: Progress) -> Shown:
    """Fit, test, compare, write the folder.

    Args:
        out: The study's folder.
        options: How often, and how closely.
        progress: Is told what comes next.

    Raises:
        InputError: If there is nothing to split, data are not at hand, or `out` is taken.
    """
    with Folder(out, ATLAS).claim():
        return shown(compare(out, options, progress=progress), out)
