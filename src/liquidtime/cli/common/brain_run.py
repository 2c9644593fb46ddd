"""From options to a simulation in a folder, with a bar, checkpoints and a clean Ctrl-C."""

from __future__ import annotations

import contextlib
import datetime
import shlex
import shutil
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

import numpy as np

from liquidtime.brain import Events, Machine, Network, Parameters, Record, Store, simulate
from liquidtime.brain.experiment.stimuli import Stimulus
from liquidtime.brain.experiment.trials import Plan, plan_trials, stimuli_of
from liquidtime.brain.experiment.words_settings import records_of, with_settings
from liquidtime.brain.experiment.words_stimuli import Written, stimulus_of
from liquidtime.brain.simulation import folder as brain_folder
from liquidtime.brain.simulation.progress import Progress, shown
from liquidtime.brain.simulation.store import CHECKPOINT
from liquidtime.brain.sources import Found
from liquidtime.cli.common.console import messages
from liquidtime.errors import InputError

if TYPE_CHECKING:
    from liquidtime.brain import Connectome
    from liquidtime.cli.simulate import Options, RunOptions

SECONDS_A_CHECKPOINT = 20.0
_SECONDS_AN_EDGE, _SECONDS_A_NEURON = 2e-9, 2e-8


@dataclass(frozen=True, eq=False)
class Prepared:
    """All that a simulation needs, checked."""

    connectome: Connectome
    parameters: Parameters
    written: list[Written]
    plan: Plan
    stimuli: list[Stimulus]
    records: list[Record]
    notes: list[str]


def prepare(found: Found, options: Options) -> Prepared:
    """Make sense of the options.

    Raises:
        InputError: If one cannot be understood, or does not fit the network.
    """
    connectome, asked, run = found.connectome, options.experiment, options.run
    parameters = with_settings(found.parameters, options.source.set, connectome)
    written = [stimulus_of(text, connectome, "--stimulate", asked.seed) for text in asked.stimulate]
    plan = plan_trials(
        connectome,
        written,
        ablate=asked.ablate,
        silence=asked.silence,
        scale=asked.scale,
        screen=asked.screen,
        of=asked.of,
        repeats=asked.trials,
    )
    stimuli, notes = stimuli_of(plan, written, duration=run.duration, dt=run.dt)
    records, more = records_of(
        options.kept.record or ("potential",),
        options.kept.every,
        connectome,
        trials=len(plan.labels),
        steps=round(run.duration / run.dt),
        dt=run.dt,
    )
    return Prepared(connectome, parameters, written, plan, stimuli, records, notes + more)


def simulate_into(folder: Path, prepared: Prepared, options: Options) -> None:
    """Simulate, and keep what `liquidtime show` needs.

    Raises:
        InputError: If the network cannot be simulated so, or the folder holds another simulation.
        KeyboardInterrupt: After Ctrl-C, with what to type to go on.
    """
    run, threshold = options.run, options.kept.threshold
    _check_device(run.device)
    experiment = _experiment(folder, prepared)
    fresh, reached = not folder.exists(), 0.0
    events = [] if threshold is None else [Events(threshold)]
    with contextlib.ExitStack() as shown_now:
        preparing = shown_now.enter_context(messages().status("Preparing …"))
        asked = shown_now.enter_context(_asked_to_stop(lambda: reached > 0))
        tell: Progress = _nothing

        def told(now: float) -> None:
            nonlocal reached, tell
            if not reached:
                # The store refuses a folder that holds files before it has begun there.
                brain_folder.write_experiment(folder, experiment)
                brain_folder.write_connectome(folder, prepared.connectome, prepared.parameters)
                preparing.stop()
                tell = shown_now.enter_context(shown(True, round(run.duration / run.dt) * run.dt))
            reached = now
            tell(now)
            if asked():
                raise KeyboardInterrupt

        try:
            network = Network(
                prepared.connectome,
                prepared.parameters,
                trials=len(prepared.plan.labels),
                perturbations=prepared.plan.batch,
                machine=Machine(device=run.device, threads=run.threads),
            )
            simulate(
                network,
                None,
                prepared.stimuli,
                run.duration,
                run.dt,
                scheme=run.scheme,
                record=[*prepared.records, *events],
                initial="rest" if run.start == "rest" else None,
                delta=run.delta,
                store=Store(folder, _checkpoint_every(prepared, run)),
                progress=told,
            )
        except KeyboardInterrupt:
            shown_now.close()
            if not reached:
                _leave(folder, fresh)
                raise KeyboardInterrupt("Stopped before the first step.") from None
            raise KeyboardInterrupt(_goes_on(folder, experiment, reached, run.duration)) from None
        except ValueError as error:
            if not reached:
                _leave(folder, fresh)
            raise InputError(str(error)) from error


@contextlib.contextmanager
def _asked_to_stop(gently: Callable[[], bool]) -> Iterator[Callable[[], bool]]:
    """Whether Ctrl-C was pressed; a second one, or one while not `gently`, stops at once.

    Zarr writes in a thread of its own, which complains if it is left in the middle of a write.
    """
    if threading.current_thread() is not threading.main_thread():
        yield lambda: False
        return
    presses = 0

    def press(number: int, frame: FrameType | None) -> None:
        nonlocal presses
        del number, frame
        presses += 1
        if presses > 1 or not gently():
            raise KeyboardInterrupt

    before = signal.signal(signal.SIGINT, press)
    try:
        yield lambda: presses > 0
    finally:
        signal.signal(signal.SIGINT, before)


def _nothing(now: float) -> None:
    del now


def _check_device(device: str) -> None:
    import torch

    try:
        torch.empty(0, device=device)
    except (RuntimeError, AssertionError) as error:
        reason = str(error).strip().partition("\n")[0]
        raise InputError(
            f"--device {device} cannot be used here: {reason.rstrip('.')}. Expected cpu, or an "
            "accelerator that PyTorch finds, such as cuda."
        ) from error


def _leave(folder: Path, fresh: bool) -> None:
    """Remove a folder in which nothing has been simulated."""
    if fresh and not (folder / CHECKPOINT).exists():
        shutil.rmtree(folder, ignore_errors=True)


def _goes_on(
    folder: Path, experiment: brain_folder.Experiment, reached: float, duration: float
) -> str:
    kept = "from its last checkpoint" if (folder / CHECKPOINT).exists() else "from the start"
    return (
        f"Stopped at {reached:,.6g} of {duration:,.6g} ms. To go on {kept}:\n  {experiment.command}"
    )


def _checkpoint_every(prepared: Prepared, run: RunOptions) -> float:
    """Ms of simulated time that take some 20 seconds, by a rough guess at this machine's speed."""
    connectome, steps = prepared.connectome, run.duration / run.dt
    a_step = len(connectome.synapses) * _SECONDS_AN_EDGE + len(connectome) * _SECONDS_A_NEURON
    seconds = a_step * len(prepared.plan.labels) * steps
    return max(run.dt, run.duration * min(1.0, SECONDS_A_CHECKPOINT / max(seconds, 1e-9)))


def _experiment(folder: Path, prepared: Prepared) -> brain_folder.Experiment:
    connectome = prepared.connectome
    stimulated = np.zeros(len(connectome), dtype=bool)
    for each in prepared.written:
        stimulated |= each.neurons
    stimuli = [
        (each.who, each.text, start, stop if np.isfinite(stop) else None)
        for each in prepared.written
        for start, stop in [each.span]
    ]
    gaps = connectome.gap_junctions
    return brain_folder.Experiment(
        _command(folder),
        list(prepared.plan.labels),
        stimuli,
        np.flatnonzero(stimulated).tolist()[:1000],
        {each.label: each.removed for each in prepared.plan.conditions if each.removed},
        prepared.plan.screen,
        len(connectome.synapses),
        float(connectome.synapses.total),
        0 if gaps is None else len(gaps) // 2,
        datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
    )


def _command(folder: Path) -> str:
    """What goes on with this simulation."""
    if "simulate" not in sys.argv:
        return f"repeat it with --out {shlex.quote(str(folder))} --resume"
    words = ["liquidtime", *sys.argv[1:]]
    if "--out" not in words:
        words += ["--out", str(folder)]
    if "--resume" not in words:
        words.append("--resume")
    return shlex.join(words)
