"""In-hospital death of 4,000 real ICU stays, with `liquidtime.train` from Python.

The data ship with the package (PhysioNet 2012, set A, ODC-By 1.0), so no network is needed. By
default a quarter of the stays and three epochs, to see that all is in place: expect a test AUROC
that is above 0.5, with a wide interval. `--full` takes all stays and twenty epochs. The run folder
holds the weights, the figures and `report.html`. Not for clinical use.

    python examples/07_physionet.py --full --out runs/physionet
"""

import argparse
import tempfile
from pathlib import Path

import numpy as np

from liquidtime.data import Split
from liquidtime.data.sets import physionet2012
from liquidtime.models import cfc
from liquidtime.train import FitConfig, TrainConfig, fit


def main(out: Path | None = None, full: bool = False) -> dict[str, float]:
    stays = physionet2012.load()
    split = physionet2012.published_split()
    if not full:
        parts = (split.train, split.validation, split.test)
        split = Split(*(np.sort(part)[::4] for part in parts))
    config = FitConfig(
        task="classify",
        model=cfc.Config(hidden_size=64 if full else 16),
        train=TrainConfig(epochs=20 if full else 3, learning_rate=1e-3 if full else 5e-3),
    )
    out = out or Path(tempfile.mkdtemp()) / "physionet"
    run = fit(stays, split, config, out)
    scores = run.metrics["test"]["metrics"]
    for name in ("auroc", "auprc"):
        score = scores[name]
        print(f"test {name.upper()} {score['value']:.3f} [{score['low']:.3f}, {score['high']:.3f}]")
    print(f"best epoch {run.metrics['selection']['best_epoch']}; report: {run.report}")
    return {name: scores[name]["value"] for name in ("auroc", "auprc")}


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--full", action="store_true")
    arguments = parser.parse_args()
    main(arguments.out, arguments.full)
