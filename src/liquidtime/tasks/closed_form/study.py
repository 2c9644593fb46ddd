"""How far every closed form of a trained liquid neuron is from its ODE, and what it costs.

Trains a 19-neuron NCP to imitate, then runs every published closed form, every integrator and the
closed form for linear input on the test series, against the ODE solved to nine digits. The folder
gets study.json, study.csv, figures and report.html; the network lies in its sub-folder `model` and
is used again when it is there. The LiDAR set is fetched where it is not at hand; without a network
a made-up task stands in for it, and the output says so.

  liquidtime study closed-form
  liquidtime study closed-form --data synthetic --steps 50 --out runs/quick
"""

from pathlib import Path

from liquidtime.runs.folder import Folder
from liquidtime.tasks.closed_form.comparison import compare
from liquidtime.tasks.closed_form.files import STUDY, write_files
from liquidtime.tasks.closed_form.options import Options
from liquidtime.tasks.closed_form.page import write_page
from liquidtime.tasks.closed_form.table import shown
from liquidtime.tasks.contract import Progress, Shown


def study(out: Path, options: Options, progress: Progress) -> Shown:
    """Train, run every form, compare, write the folder.

    Args:
        out: The study's folder.
        options: What to imitate, and how far to go.
        progress: Is told what comes next.

    Raises:
        InputError: If the data cannot be had or `out` holds something else or is in use.
        ImportError: If torchdiffeq is not installed (extra `ode`).
    """
    with Folder(out, STUDY).claim():
        found = compare(out, options, progress)
        progress("Drawing …")
        page = write_page(out, found, write_files(out, found))
    return shown(found, page, every=options.every)
