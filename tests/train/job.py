"""A small fit in a process of its own, for the tests that kill it or run it twice at once."""

import argparse
import os
import signal
import sys
from pathlib import Path

import torch
from made_series import make_series

from liquidtime.data.splits import split_by_series
from liquidtime.models import catalogue
from liquidtime.train import fit, fitting
from liquidtime.train.config import FitConfig, TrainConfig


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
    options.add_argument("--undrawn", action="store_true", help="leave an empty page")
    options.add_argument("--die", help="EPOCH.WHERE at which the process sends itself a signal")
    options.add_argument("--signal", default="SIGKILL")
    chosen = options.parse_args(arguments)
    if chosen.die:
        epoch, where = chosen.die.split(".")
        _plant(int(epoch), where, getattr(signal, chosen.signal))
    if chosen.undrawn:
        fitting.report.write = lambda folder: (folder / "report.html").touch()
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
            # Several processes do not fit again, and are compared with one.
            refit="no",
            accelerator="cpu",
        ),
    )
    split = split_by_series(chosen.series, fractions=(0.6, 0.2, 0.2), seed=1)
    fit(data, split, config, chosen.out, resume=chosen.resume, progress=False, baselines="none")


def _plant(epoch, where, number):
    """Send this process a signal in the middle of a batch, or around the checkpoint's writing."""
    from liquidtime.train import loop
    from liquidtime.train.epochs import Epochs
    from liquidtime.train.folder import checkpoints
    from liquidtime.train.loss import Loss

    learn, forward, save, replace = Epochs._learn, Loss.forward, loop.save_progress, Path.replace
    done = []

    def _learn(self, number, line):
        done[:] = [number, 0]
        return learn(self, number, line)

    def counted(self, batch):
        if where == "batch" and done == [epoch, 2]:
            os.kill(os.getpid(), number)
        done[1] += 1
        return forward(self, batch)

    def save_progress(folder, progress, network, optimizer):
        now = len(progress.history) - 1 == epoch

        def fatal(path, target):
            if Path(target).name == checkpoints.LAST:
                os.kill(os.getpid(), number)
            return replace(path, target)

        if now and where == "before":
            os.kill(os.getpid(), number)
        if now and where == "writing":
            Path.replace = fatal
        save(folder, progress, network, optimizer)
        if now and where == "after":
            os.kill(os.getpid(), number)

    Epochs._learn = _learn
    Loss.forward = counted
    loop.save_progress = save_progress


if __name__ == "__main__":
    torch.set_num_threads(1)
    jobs = [[]]
    for word in sys.argv[1:]:
        if word == "--then":
            jobs.append([])
        else:
            jobs[-1].append(word)
    for job in jobs:
        main(job)
