"""The history of a training as a table: one row an epoch."""

import csv
import io
from pathlib import Path

from liquidtime.runs.write import write_text


def write_history(path: Path, history: list[dict[str, float]]) -> None:
    """Write `history.csv`: epochs are counted from 1, floats are exact.

    Args:
        path: The file; it is replaced as a whole.
        history: One record an epoch; `epoch` from 0.
    """
    text = io.StringIO()
    writer = csv.DictWriter(text, fieldnames=list(history[0]), lineterminator="\n")
    writer.writeheader()
    for record in history:
        row = {name: repr(value) for name, value in record.items()}
        writer.writerow(row | {"epoch": int(record["epoch"]) + 1})
    write_text(path, text.getvalue())


def read_history(path: Path) -> dict[str, list[float]]:
    """Read `history.csv` as columns; `epoch` from 1."""
    with path.open(encoding="utf-8", newline="") as handle:
        rows = list(csv.DictReader(handle))
    names = list(rows[0]) if rows else []
    return {name: [float(row[name]) for row in rows] for name in names}
