"""Where a run goes when the user does not say."""

from pathlib import Path

from liquidtime.cli.common.console import leads
from liquidtime.runs import folder

RUNS = Path("runs")


def run_folder(out: Path | None, data: Path, resume: bool) -> Path:
    """The folder of a fit, checked before anything is read.

    Args:
        out: What the user asked for; by default `runs/<name of the table>`, with a number behind
            it when that is taken.
        data: The table.
        resume: Go on with a stopped run: the last one by that name.

    Raises:
        InputError: If the folder is taken, or holds an unfinished run and `resume` is off.
    """
    if out is not None and not leads():
        # The leading process has checked it, and may be writing there by now.
        return out
    if out is None:
        stem = data.name.partition(".")[0] or "run"
        taken = [RUNS / stem]
        while taken[-1].exists():
            taken.append(RUNS / f"{stem}-{len(taken) + 1}")
        last = taken[-2] if len(taken) > 1 else None
        goes_on = resume and last is not None and not folder.is_finished(last)
        out = last if goes_on and last is not None else taken[-1]
    folder.check_vacant(out, resume)
    return out
