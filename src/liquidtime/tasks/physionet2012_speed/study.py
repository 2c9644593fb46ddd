"""How long an epoch and a pass of each model take on the ICU stays, all in one process.

CfC, LTC, LSTM, GRU-D, mTAND, ODE-RNN and Latent ODE have the same stays, batches and padding, and
take turns. Each rival is timed at its best (its own layout, fixed steps, compiled where that
helps), as published (union of the batch's times, adaptive solver), and with one of the two changed,
so that the factor comes apart. Then each trains until it has a validation AUROC of 0.80 and of
0.82, within its budget. Timings are kept as they are made, and trainings after every epoch: repeat
the command to go on.

  liquidtime study physionet2012-speed
  liquidtime study physionet2012-speed --models cfc latent-ode --batches 3 --budget 0
"""

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch

from liquidtime.runs.folder import Folder
from liquidtime.runs.stored import read_json
from liquidtime.runs.write import write_json
from liquidtime.tasks.contract import Progress, Shown
from liquidtime.tasks.physionet2012_speed import table
from liquidtime.tasks.physionet2012_speed.files import (
    MARKDOWN,
    REACH,
    STUDY,
    TIMINGS,
    write_files,
)
from liquidtime.tasks.physionet2012_speed.measure import Timed, timed
from liquidtime.tasks.physionet2012_speed.names import NAMES
from liquidtime.tasks.physionet2012_speed.options import Options
from liquidtime.tasks.physionet2012_speed.parts import Parts, parts
from liquidtime.tasks.physionet2012_speed.reach import reached


def study(out: Path, options: Options, progress: Progress) -> Shown:
    """Time, train, write the folder.

    Args:
        out: The study's folder.
        options: Which models, and for how long.
        progress: Is told what comes next.

    Raises:
        InputError: If `out` holds something else or is in use.
    """
    names = options.models or tuple(NAMES)
    threads = torch.get_num_threads()
    torch.set_num_threads(options.threads or threads)
    settings = {**asdict(options), "models": names, "threads": torch.get_num_threads()}
    try:
        with Folder(out, STUDY).claim(resume=True):
            data = parts(options.batch_size, options.seed)
            found = _timings(out, settings, options, data, progress)
            known = {}
            for one in found:
                contender = NAMES[one.name]
                if not (contender.recipe and options.budget) or one.failed:
                    continue
                known[one.name] = reached(
                    data,
                    contender,
                    out / REACH / f"{one.name}-{options.seed}",
                    minutes=options.budget,
                    seed=options.seed,
                    say=progress,
                )
            told = write_files(out, settings, found, known, table.claimed())
    finally:
        torch.set_num_threads(threads)
    return Shown(
        header=("model", "form", "epoch (s)", "× CfC", "pass (s)", "× CfC", "paper (min)"),
        rows=[[row[k] for k in (0, 1, 3, 4, 5, 6, 7)] for row in table.cells(found, known)],
        after=[*told, f"Table: {out / MARKDOWN}"],
    )


def _timings(
    out: Path, settings: Mapping[str, Any], options: Options, data: Parts, progress: Progress
) -> list[Timed]:
    """What was timed before with the same settings, or now."""
    told = {key: value for key, value in settings.items() if key != "budget"}
    told["models"] = list(told["models"])
    path = out / TIMINGS
    if path.exists():
        before = read_json(path)
        if before.get("settings") == told:
            return [Timed(**entry) for entry in before["models"]]
    found = timed(
        data,
        {name: NAMES[name] for name in settings["models"]},
        batches=options.batches,
        rounds=options.rounds,
        minutes=options.timing,
        seed=options.seed,
        compiled=options.compiled,
        say=progress,
    )
    write_json(path, {"settings": told, "models": [one.to_dict() for one in found]})
    return found
