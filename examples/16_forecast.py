"""A forecast: the load of the next six hours, with an interval, from one long table.

A table of hours is made up: a daily wave and noise. One command fits it, another says what comes.
Expect errors well below those of “as it is now”, a third row of the report beside “as a day ago”,
and six rows that say what time they are for.

    python examples/16_forecast.py --out kept
"""

import argparse
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd

from liquidtime.cli.__main__ import main as liquidtime
from liquidtime.train import Run


def main(out: Path | None = None, epochs: int = 6) -> dict[str, float]:
    folder = out or Path(tempfile.mkdtemp())
    folder.mkdir(parents=True, exist_ok=True)
    hours = np.arange(1000)
    load = 20 + 8 * np.sin(2 * np.pi * hours / 24) + np.random.default_rng(0).normal(0, 1, 1000)
    when = pd.date_range("2024-03-01", periods=1000, freq="h")
    table, run, coming = (str(folder / name) for name in ("load.csv", "run", "coming.csv"))
    pd.DataFrame({"when": when, "load": load.round(2)}).to_csv(table, index=False)
    ahead = ["--horizon", "6h", "--quantiles", "0.1", "0.5", "0.9"]
    small = ["--train.epochs", str(epochs), "--model.hidden-size", "16"]
    commands = (
        ["fit", table, "--time", "when", "--target", "load", *ahead, "--out", run, *small],
        ["predict", run, table, "--last", "--to", coming],
    )
    for command in commands:
        print("$ liquidtime", *command)
        status = liquidtime(command)
        assert status == 0, f"liquidtime {command[0]} ended with status {status}"
    said = pd.read_csv(coming)
    print(said.to_string(index=False))
    (column,) = Run.load(run).metrics["test"]["forecast"]["columns"]
    return {
        "rmse": column["rmse"],
        "as it is now": column["naive"]["last value"]["rmse"],
        "rows": len(said),
    }


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path)
    main(parser.parse_args().out)
