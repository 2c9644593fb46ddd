"""A small fit in a process of its own, for the tests that kill it or run it twice at once."""

import argparse
import os
import signal
from pathlib import Path

import torch
from made_series import make_series

from liquidtime.data.splits import split_by_series
from liquidtime.models import catalogue
from liquidtime.train import fit
from liquidtime.train.config import FitConfig, TrainConfig
from liquidtime.train.keeper import Keeper


def main(arguments=None):
    options = argparse.ArgumentParser()
    options.add_argument("out", type=Path)
    options.add_argument("--kind", default="cfc")
    options.add_argument("--wiring", default="none")
    options.add_argument("--dropout", type=float, default=0.3)
    options.add_argument("--epochs", type=int, default=6)
    options.add_argument("--series", type=int, default=61)
    options.add_argument("--target", default="classes")
    options.add_argument("--per-step", action="store_true")
    options.add_argument("--resume", action="store_true")
    options.add_argument("--die", help="EPOCH.WHERE at which the process sends itself a signal")
    options.add_argument("--signal", default="SIGKILL")
    chosen = options.parse_args(arguments)
    if chosen.die:
        epoch, where = chosen.die.split(".")
        _plant(int(epoch), where, getattr(signal, chosen.signal))
    data = make_series(chosen.series, kind=chosen.target, per_step=chosen.per_step)
    config = FitConfig(
        task="classify" if chosen.target == "classes" else "regress",
        model=catalogue.from_dict(
            {"kind": chosen.kind, "hidden_size": 10, "dropout": chosen.dropout}
            | ({} if chosen.wiring == "none" else {"wiring": chosen.wiring, "wiring_outputs": 4})
        ),
        train=TrainConfig(
            epochs=chosen.epochs,
            batch_size=7,
            learning_rate=1e-2,
            schedule="cosine",
            class_weights="balanced" if chosen.target == "classes" else "none",
            seed=3,
            accelerator="cpu",
        ),
    )
    split = split_by_series(chosen.series, fractions=(0.6, 0.2, 0.2), seed=1)
    fit(data, split, config, chosen.out, resume=chosen.resume, progress=False)


def _plant(epoch, where, number):
    """Send this process a signal in the middle of a batch, or around the checkpoint's writing."""
    from liquidtime.train import keeper
    from liquidtime.train.module import FitModule

    step, write, replace = FitModule.training_step, Keeper._write, Path.replace

    def training_step(self, batch, batch_idx):
        if where == "batch" and self.current_epoch == epoch and batch_idx == 2:
            os.kill(os.getpid(), number)
        return step(self, batch, batch_idx)

    def _write(self, folder, module):
        if len(self.progress.history) - 1 == epoch:
            if where == "before":
                os.kill(os.getpid(), number)

            def fatal(path, target):
                if Path(target).name == keeper.LAST:
                    os.kill(os.getpid(), number)
                return replace(path, target)

            if where == "writing":
                Path.replace = fatal
        write(self, folder, module)
        if len(self.progress.history) - 1 == epoch and where == "after":
            os.kill(os.getpid(), number)

    FitModule.training_step = training_step
    Keeper._write = _write


if __name__ == "__main__":
    torch.set_num_threads(1)
    main()
