"""Where a run goes when the user does not say."""

from pathlib import Path

from liquidtime.cli.common.console import leads
from liquidtime.runs.claim import check_free
from liquidtime.runs.folder import Folder
from liquidtime.runs.names import free, latest_stopped
from liquidtime.train.folder.files import FIT, undrawn

RUNS = Path("runs")


def run_folder(out: Path | None, data: Path, resume: bool) -> Path:
    """The folder of a fit, checked before anything is read.

    Args:
        out: What the user asked for; by default `runs/<name of the table>`, with a number behind
            it when that is taken.
        data: The table.
        resume: Go on with a stopped run: by default the latest of that name, if there is one.

    Raises:
        InputError: If the folder is taken, another process writes there, or it holds a stopped run
            and `resume` is off.
    """
    if out is not None and not leads():
        # The leading process has checked it, and may be writing there by now.
        return out
    if out is not None:
        # Without its page a finished run is one that lacks its last touch.
        if not (resume and undrawn(out)):
            Folder(out, FIT).check_vacant(resume=resume)
        return out
    named = RUNS / (data.name.partition(".")[0] or "run")
    stopped = latest_stopped(named, FIT) if resume else None
    if stopped is not None:
        check_free(stopped)
    return stopped or free(named)
