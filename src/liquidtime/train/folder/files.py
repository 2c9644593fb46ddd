"""What a fit leaves in its folder, and under which names."""

from pathlib import Path

from liquidtime.deploy.file import METRICS, RECORD, WEIGHTS
from liquidtime.errors import InputError
from liquidtime.runs.claim import check_free
from liquidtime.runs.folder import Folder, Kind

HISTORY = "history.csv"
EXAMPLE = "example.npz"
ATTRIBUTION = "attribution.npz"
SPLIT = "split.csv"
REPORT = "report.html"
CHECKPOINTS = "checkpoints"
REFIT = "refit"
BASELINES = "baselines.json"
BOOSTING = "boosting.npz"
RECALIBRATION = "recalibration.json"
TENSORBOARD = "tensorboard"
FIT = Kind(
    noun="run",
    record=RECORD,
    last=METRICS,
    scaffold=CHECKPOINTS,
    read_back=(
        RECORD,
        WEIGHTS,
        HISTORY,
        SPLIT,
        EXAMPLE,
        ATTRIBUTION,
        BOOSTING,
        RECALIBRATION,
        "predictions*.csv",
    ),
    may_differ=("accelerator", "devices", "backend"),
    in_words={
        "fingerprint": "data or split",
        "preprocessor": "preprocessing",
        "objective": "targets",
    },
)


def predictions_name(part: str) -> str:
    """File with the predictions of "test" or "validation"."""
    return "predictions.csv" if part == "test" else f"predictions-{part}.csv"


def finished_run(path: Path) -> Folder:
    """The folder of a run that came to its end.

    Raises:
        InputError: If there is no run, or it did not come to its end.
    """
    found = evaluated_run(path)
    if not found.finished:
        raise _unfinished(found)
    return found


def evaluated_run(path: Path) -> Folder:
    """The folder of a run that has all its results, and may lack its page.

    Raises:
        InputError: If there is no run, or it has no results yet.
    """
    found = Folder(path, FIT)
    if not found.begun:
        raise InputError(
            f"{path} holds no run: {RECORD} is missing. "
            "Give the folder that `liquidtime fit … --out` wrote."
        )
    if not (path / METRICS).is_file():
        raise _unfinished(found)
    return found


def undrawn(path: Path) -> bool:
    """Whether a finished run lacks its page: nothing but that could not be written."""
    return Folder(path, FIT).finished and not (path / REPORT).exists()


def _unfinished(folder: Folder) -> InputError:
    # Says by whom, if it is not stopped but under way.
    check_free(folder.path)
    return InputError(
        f"The run in {folder.path} was stopped before its end. "
        "Repeat its `liquidtime fit` command with --resume."
    )
