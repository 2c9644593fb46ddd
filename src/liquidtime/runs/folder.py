"""The run folder: what lies where, and whether a fit may write there."""

import json
import shutil
from pathlib import Path
from typing import Any

from liquidtime.errors import InputError

RECORD = "config.json"
METRICS = "metrics.json"
WEIGHTS = "model.safetensors"
HISTORY = "history.csv"
EXAMPLE = "example.npz"
SPLIT = "split.csv"
REPORT = "report.html"
CHECKPOINTS = "checkpoints"

_IGNORED_WHEN_RESUMING = ("accelerator", "devices", "backend")


def predictions_name(part: str) -> str:
    """File with the predictions of "test" or "validation"."""
    return "predictions.csv" if part == "test" else f"predictions-{part}.csv"


def is_finished(folder: Path) -> bool:
    """Whether the folder holds a run that came to its end."""
    return (folder / METRICS).exists() and not (folder / CHECKPOINTS).exists()


def check_vacant(folder: Path, resume: bool) -> None:
    """Check that a fit may begin, or go on, in a folder.

    Raises:
        InputError: If it holds a finished run, an unfinished one and `resume` is off, or things
            that are no run.
    """
    if folder.exists() and not folder.is_dir():
        raise InputError(
            f"{folder} is a file; expected a folder for the run. Choose another --out."
        )
    if not folder.exists() or not any(folder.iterdir()):
        return
    if is_finished(folder):
        raise InputError(
            f"{folder} already holds a finished run, which is not overwritten. "
            "Choose another --out, or delete the folder first."
        )
    if not (folder / RECORD).exists():
        raise InputError(
            f"{folder} holds files, but no run of liquidtime; expected a new or an empty folder. "
            "Choose another --out."
        )
    if not resume:
        raise InputError(
            f"{folder} holds a run that was stopped before its end. Add --resume to go on from its "
            "last finished epoch, choose another --out, or delete the folder to start anew."
        )


def check_same(stored: dict[str, Any], wanted: dict[str, Any], folder: Path) -> None:
    """Check that a resumed run is told what it was told at first.

    Args:
        stored: What `config.json` holds.
        wanted: What this call would have written.
        folder: Named in the message.

    Raises:
        InputError: If the options, the data or the split are others.
    """
    options = [
        f"{name} was {before!r} and is now {after!r}"
        for name, before, after in _differences(stored["config"], wanted["config"])
        if name.rsplit(".", 1)[-1] not in _IGNORED_WHEN_RESUMING
    ]
    if options:
        raise InputError(
            f"The run in {folder} cannot be resumed with other options: {'; '.join(options)}. "
            "Repeat the first command with --resume, or choose another --out."
        )
    for name, what in (("fingerprint", "data or split"), ("preprocessor", "preprocessing")):
        if stored[name] != wanted[name]:
            raise InputError(
                f"The run in {folder} was begun with other {what}; resuming it would mix two "
                "experiments. Give it what it had at first, or choose another --out."
            )


def read_json(path: Path) -> dict[str, Any]:
    """Read a JSON file of a run.

    Raises:
        InputError: If it is no JSON.
    """
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (UnicodeDecodeError, json.JSONDecodeError) as error:
        raise InputError(
            f"{path} cannot be read as JSON ({error}); the run is damaged. Fit it anew."
        ) from error


def drop_checkpoints(folder: Path) -> None:
    """Remove the checkpoints of a finished run; the rename makes it finished at one stroke."""
    if (folder / CHECKPOINTS).exists():
        done = folder / f".{CHECKPOINTS}-done"
        shutil.rmtree(done, ignore_errors=True)
        (folder / CHECKPOINTS).rename(done)
    shutil.rmtree(folder / f".{CHECKPOINTS}-done", ignore_errors=True)


def _differences(
    before: dict[str, Any], after: dict[str, Any], prefix: str = ""
) -> list[tuple[str, Any, Any]]:
    found = []
    for name in sorted({*before, *after}):
        old, new = before.get(name), after.get(name)
        if isinstance(old, dict) and isinstance(new, dict):
            found += _differences(old, new, f"{prefix}{name}.")
        elif old != new:
            found.append((prefix + name, old, new))
    return found
