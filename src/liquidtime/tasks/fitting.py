"""A fit that is done once: read where it is finished, gone on with where it was stopped."""

from pathlib import Path

from liquidtime.data.preprocess import Preprocessor
from liquidtime.data.series import IrregularSeries
from liquidtime.data.splits import Split
from liquidtime.errors import InputError
from liquidtime.runs.folder import Folder
from liquidtime.train import fit
from liquidtime.train.baseline.standing import Which
from liquidtime.train.config import About, FitConfig
from liquidtime.train.folder.files import FIT
from liquidtime.train.folder.fingerprint import fingerprint
from liquidtime.train.run import Run


def fit_once(
    data: IrregularSeries,
    split: Split,
    config: FitConfig,
    out: Path,
    *,
    preprocessor: Preprocessor,
    about: About,
    progress: bool = True,
    baselines: Which = "none",
) -> Run:
    """The run of a folder, fitted there where it is not finished.

    Args:
        data: All series, with targets.
        split: Which series are for training, validation and test.
        config: Task, model and training.
        out: The run folder.
        preprocessor: Already fitted.
        about: Title, source, split and time unit, for the report's reader.
        progress: Show the progress of the training.
        baselines: How many plain models to set beside the network.

    Raises:
        InputError: If the folder holds a run of other data or settings.
    """
    if not Folder(out, FIT).finished:
        return fit(
            data,
            split,
            config,
            out,
            preprocessor=preprocessor,
            resume=True,
            progress=progress,
            about=about,
            baselines=baselines,
        )
    run = Run.load(out)
    same = run.record["fingerprint"] == fingerprint(data, split)
    if not same or not config.resolves_to(run.config):
        what = "with other settings" if same else "on other data"
        raise InputError(
            f"{out} holds a network that was trained {what}; its results would not be those that "
            "were asked for. Repeat the first command, or choose another --out."
        )
    return run
