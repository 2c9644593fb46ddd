"""A simulation in a folder, with a bar, checkpoints and a clean Ctrl-C."""

from __future__ import annotations

import contextlib
import shlex
import shutil
import signal
import sys
import threading
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType

from liquidtime.brain import Connectome, Experiment, Machine, Parameters, Store, simulate
from liquidtime.brain.simulation.progress import Progress, shown
from liquidtime.brain.simulation.store import CHECKPOINT
from liquidtime.cli.common.console import messages
from liquidtime.errors import InputError

SECONDS_A_CHECKPOINT = 20.0
_SECONDS_AN_EDGE, _SECONDS_A_NEURON = 2e-9, 2e-8


def simulate_into(
    folder: Path,
    connectome: Connectome,
    parameters: Parameters,
    experiment: Experiment,
    machine: Machine,
) -> None:
    """Simulate, and keep what `liquidtime show` needs.

    Raises:
        InputError: If the network cannot be simulated so, or the folder holds another simulation.
        KeyboardInterrupt: After Ctrl-C, with what to type to go on.
    """
    fresh, reached = not folder.exists(), 0.0
    store = Store(folder, _checkpoint_every(connectome, experiment), _command(folder))
    with contextlib.ExitStack() as shown_now:
        preparing = shown_now.enter_context(messages().status("Preparing …"))
        asked = shown_now.enter_context(_asked_to_stop(lambda: reached > 0))
        tell: Progress = _nothing

        def told(now: float) -> None:
            nonlocal reached, tell
            if not reached:
                preparing.stop()
                tell = shown_now.enter_context(shown(True, experiment.steps * experiment.dt))
            reached = now
            tell(now)
            if asked():
                raise KeyboardInterrupt

        # What it says of its end stands in the summary.
        shown_now.enter_context(warnings.catch_warnings(category=UserWarning, action="ignore"))
        try:
            simulate(connectome, parameters, experiment, where=machine, store=store, progress=told)
        except KeyboardInterrupt:
            shown_now.close()
            if not reached:
                _leave(folder, fresh)
                raise KeyboardInterrupt("Stopped before the first step.") from None
            raise KeyboardInterrupt(_goes_on(store, reached, experiment.duration)) from None
        except InputError:
            if not reached:
                _leave(folder, fresh)
            raise


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


def _leave(folder: Path, fresh: bool) -> None:
    """Remove a folder in which nothing has been simulated."""
    if fresh and not (folder / CHECKPOINT).exists():
        shutil.rmtree(folder, ignore_errors=True)


def _goes_on(store: Store, reached: float, duration: float) -> str:
    there = (store.folder / CHECKPOINT).exists()
    kept = "from its last checkpoint" if there else "from the start"
    return f"Stopped at {reached:,.6g} of {duration:,.6g} ms. To go on {kept}:\n  {store.command}"


def _checkpoint_every(connectome: Connectome, experiment: Experiment) -> float:
    """Ms of simulated time that take some 20 seconds, by a rough guess at this machine's speed."""
    trials = experiment.resolved(connectome).trials
    a_step = len(connectome.synapses) * _SECONDS_AN_EDGE + len(connectome) * _SECONDS_A_NEURON
    seconds = a_step * trials * experiment.steps
    share = min(1.0, SECONDS_A_CHECKPOINT / max(seconds, 1e-9))
    return max(experiment.dt, experiment.duration * share)


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
