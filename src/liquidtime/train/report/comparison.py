"""Several runs side by side, as rows of one table."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from liquidtime.train.folder.files import evaluated_run
from liquidtime.train.folder.record import read_metrics, read_record


@dataclass(frozen=True)
class ComparedRun:
    """One finished run among others.

    Attributes:
        name: The model's name; the folder's name too where an earlier run has the same model.
        path: Its folder.
        part: "test", or "validation" if the run has no test part.
        metrics: Each metric of that part: `value`, `low`, `high`.
        seconds_per_epoch: Median.
        parameters: Trained numbers in the network.
        best_epoch: The chosen epoch, from 1.
        fingerprint: Digest of its data and split; equal ones were measured on the same series.
    """

    name: str
    path: Path
    part: str
    metrics: dict[str, dict[str, Any]]
    seconds_per_epoch: float
    parameters: int
    best_epoch: int
    fingerprint: str


def compare(runs: Sequence[Path | str]) -> list[ComparedRun]:
    """Read what a comparison table needs from several run folders, in this order."""
    paths = [Path(run) for run in runs]
    rows: list[ComparedRun] = []
    for path in paths:
        folder = evaluated_run(path)
        record = read_record(folder)
        name = record.config.model.facts.name
        found = read_metrics(folder)
        part = shown_part(found)
        rows.append(
            ComparedRun(
                name=f"{name} ({path.name})" if name in {row.name for row in rows} else name,
                path=path,
                part=part,
                metrics=found[part]["metrics"],
                seconds_per_epoch=found["seconds_per_epoch"],
                parameters=found["parameters"],
                best_epoch=found["selection"]["best_epoch"],
                fingerprint=record.mapping["fingerprint"],
            )
        )
    return rows


_HEADLINES = ("auroc", "auprc", "brier", "pinball", "coverage", "r2", "mse", "mae")


def shown_part(metrics: dict[str, Any]) -> str:
    """The part that speaks for a run: "test" if there is one."""
    return "test" if metrics.get("test") else "validation"


def headline_metrics(metrics: dict[str, Any]) -> list[str]:
    """The metrics that come first, of those there are."""
    return [name for name in _HEADLINES if name in metrics][:3]
