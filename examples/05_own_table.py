"""Your own table: fit, evaluate, predict, show; here on a table made up on the spot.

120 devices report temperature and vibration at irregular moments, one row an observation. Vibration
rises in those that fail. The four commands below are what one types in a shell, with `liquidtime`
before them. Expect a test AUROC well above 0.5, and a run folder with a report.

    python examples/05_own_table.py --out kept
"""

import argparse
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd

from liquidtime.cli.__main__ import main as liquidtime
from liquidtime.train import Run


def make_tables(folder: Path, name: str, seed: int) -> tuple[str, str]:
    """Write a long table of observations and one of outcomes."""
    random = np.random.default_rng(seed)
    rows, fate = [], []
    for n in range(120):
        device, fails = f"{name}-{n}", bool(random.random() < 0.4)
        fate.append((device, "fails" if fails else "lasts"))
        for hour in np.sort(random.uniform(0, 48, random.integers(5, 25))).round(2):
            rows.append((device, hour, "temperature", random.normal(60, 5)))
            if random.random() < 0.7:
                level = random.normal(1 + fails * hour / 16, 0.5)
                rows.append((device, hour, "vibration", level))
    log, outcomes = folder / f"{name}.csv", folder / f"{name}-fate.csv"
    columns = ["device", "hour", "sensor", "reading"]
    pd.DataFrame(rows, columns=columns).to_csv(log, index=False)
    pd.DataFrame(fate, columns=["device", "fate"]).to_csv(outcomes, index=False)
    return str(log), str(outcomes)


def main(out: Path | None = None, epochs: int = 8) -> dict[str, float]:
    folder = out or Path(tempfile.mkdtemp())
    folder.mkdir(parents=True, exist_ok=True)
    log, fate = make_tables(folder, "machines", seed=0)
    fresh, fresh_fate = make_tables(folder, "fresh", seed=1)
    run, predicted = str(folder / "run"), str(folder / "predicted.csv")
    long = ["--variable", "sensor", "--value", "reading", "--targets", fate, "--target", "fate"]
    size = ["--model.hidden-size", "16", "--train.epochs", str(epochs), "--train.batch-size", "16"]
    size += ["--train.learning-rate", "5e-3"]
    commands = (
        ["fit", log, "--id", "device", "--time", "hour", *long, "--out", run, *size],
        ["evaluate", run, fresh, "--targets", fresh_fate],
        ["predict", run, fresh, "--to", predicted],
        ["show", run],
    )
    for command in commands:
        print("$ liquidtime", *command)
        status = liquidtime(command)
        assert status == 0, f"liquidtime {command[0]} ended with status {status}"
    test = Run.load(run).metrics["test"]["metrics"]
    return {"auroc": test["auroc"]["value"], "predicted": len(pd.read_csv(predicted))}


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path)
    main(parser.parse_args().out)
