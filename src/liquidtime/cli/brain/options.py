"""Options about networks and experiments, and what they ask for."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from tyro.conf import UseAppendAction, arg

from liquidtime.errors import InputError
from liquidtime.runs.options import Within

if TYPE_CHECKING:
    from liquidtime.brain import Events, Experiment, Machine, Trials
    from liquidtime.brain.sources.contract import Wanted

_FILES = arg(metavar="FILE ...", help_behavior_hint="")
_COLUMN = arg(metavar="COLUMN")
_NEURONS = arg(metavar="NEURONS", help_behavior_hint="")


@dataclass(frozen=True, kw_only=True)
class NetworkOptions:
    """The network."""

    neurons: Annotated[str | None, arg(metavar="NUMBER|FILE", help_behavior_hint="")] = None
    """random, fly-like, microcircuit: how many. Edge table: the table of neurons, names first."""
    in_degree: Annotated[int | None, arg(metavar="NUMBER", help_behavior_hint="")] = None
    """random, fly-like: sources of a neuron (default: 100, 109)."""
    files: Annotated[tuple[Path, ...], _FILES] = ()
    """flywire, malecns: your copies of the published files."""
    pre: Annotated[str, _COLUMN] = "pre"
    """Edge table: column of presynaptic neurons."""
    post: Annotated[str, _COLUMN] = "post"
    """Edge table: column of postsynaptic neurons."""
    count: Annotated[str | None, _COLUMN] = "count"
    """Edge table: column of numbers of synapses; without it each row is one."""
    transmitter: Annotated[str | None, arg(metavar="COLUMN", help_behavior_hint="")] = None
    """Edge table: column of transmitters (default: "transmitter", if there is one, else that of
    the neurons). larva: TYPE=TRANSMITTER,…"""
    signed: Annotated[bool, arg(help_behavior_hint="")] = False
    """Edge table: a negative count means an inhibitory edge."""
    set: Annotated[
        UseAppendAction[tuple[str, ...]], arg(metavar="CONSTANT=NUMBER", help_behavior_hint="")
    ] = ()
    """A constant of neurons or synapses: leak_potential=-55, unit_conductance.gaba=0.2. Repeat."""

    def wanted(self, network: str, seed: int) -> Wanted:
        """What is to be read or made."""
        from liquidtime.brain.sources.contract import Wanted

        return Wanted(
            network,
            self.neurons,
            self.in_degree,
            self.files,
            self.pre,
            self.post,
            self.count,
            self.transmitter,
            seed,
            any(text.startswith("unit_conductance") for text in self.set),
            self.signed,
        )


@dataclass(frozen=True, kw_only=True)
class ExperimentOptions:
    """The experiment."""

    stimulate: Annotated[
        UseAppendAction[tuple[str, ...]], arg(metavar="NEURONS=WAVEFORM", help_behavior_hint="")
    ] = ()
    """What comes from outside, in all trials; see below. Repeat."""
    ablate: Annotated[UseAppendAction[tuple[str, ...]], _NEURONS] = ()
    """Beside the control, a trial without these neurons. Repeat: each is a trial of its own."""
    silence: Annotated[UseAppendAction[tuple[str, ...]], _NEURONS] = ()
    """The same, but they only emit nothing."""
    scale: Annotated[
        UseAppendAction[tuple[str, ...]], arg(metavar="TRANSMITTER=FACTOR", help_behavior_hint="")
    ] = ()
    """A trial in which the synapses of a transmitter are so many times as strong: gaba=0."""
    screen: Annotated[
        Literal["ablate", "silence", "stimulate"] | None,
        arg(metavar="{ablate,silence,stimulate}", help_behavior_hint=""),
    ] = None
    """A trial for each single neuron: of --of, or, to stimulate, of --stimulate."""
    of: Annotated[str | None, _NEURONS] = None
    """Neurons of --screen ablate or silence (default: all)."""
    trials: Annotated[int, Within(1)] = 1
    """Repeats of each condition, with other noise."""
    seed: Annotated[int, Within(0)] = 0
    """Of noise, and of networks that are made by chance."""

    def asked(self) -> Trials:
        """What is done in which trial.

        Raises:
            InputError: If an option contradicts another, or cannot be understood.
        """
        from liquidtime.brain import Screen, Trials

        if self.of is not None and self.screen not in ("ablate", "silence"):
            raise InputError(
                "--of names the neurons of --screen ablate or --screen silence; add it."
            )
        conditions = [
            "control",
            *(f"ablate {who}" for who in self.ablate),
            *(f"silence {who}" for who in self.silence),
            *(f"scale {what}" for what in self.scale),
        ]
        screens = [] if self.screen is None else [Screen(self.screen, self.of)]
        return Trials([*conditions, *screens], self.trials, same_noise=True)


@dataclass(frozen=True, kw_only=True)
class RunOptions:
    """How it is computed."""

    duration: Annotated[float, Within(above=0, most=1e12)] = 1000.0
    """ms."""
    dt: float = 0.1
    """ms, of a time step."""
    # `kernels.network` lists these, but it needs PyTorch, which --help does without.
    scheme: Literal["ab2", "midpoint", "frozen", "rk4"] = "ab2"
    """How a step is made: ab2 one sweep, second order; midpoint two; frozen one, first order."""
    delta: float = 0.0
    """Pass on only what moved by more than this (activations run from 0 to 1); 0: always."""
    start: Literal["leak", "rest"] = "leak"
    """Begin at the leak potentials, or where the network rests without stimuli."""
    device: str = "cpu"
    """cpu, or an accelerator such as cuda."""
    threads: Annotated[int | None, arg(metavar="NUMBER", help_behavior_hint="")] = None
    """Threads on the CPU (default: as PyTorch uses)."""

    dtype: Literal["float32", "float64"] = "float32"
    """Numbers; float64 has no compiled kernels, and takes longer."""

    def machine(self) -> Machine:
        """What computes."""
        from liquidtime.brain import Machine

        return Machine(device=self.device, dtype=self.dtype, threads=self.threads)


@dataclass(frozen=True, kw_only=True)
class RecordOptions:
    """What is kept."""

    record: Annotated[
        UseAppendAction[tuple[str, ...]], arg(metavar="VARIABLE", help_behavior_hint="")
    ] = ()
    """potential, activation, conductance, current or calcium, of all neurons or of some: "calcium
    of group:motor" (default: potential). Repeat."""
    every: Annotated[float | None, arg(metavar="MS", help_behavior_hint="")] = None
    """ms between samples (default: a time step, or more where that is above 100 MB)."""
    threshold: Annotated[float | None, arg(metavar="MV", help_behavior_hint="")] = None
    """Note each upward crossing of this potential, mV."""
    out: Annotated[Path | None, arg(metavar="FOLDER", help_behavior_hint="")] = None
    """Where to write (default: runs/brain/NAME-DATE)."""
    resume: Annotated[bool, arg(help_behavior_hint="")] = False
    """Go on with a stopped simulation."""

    def records(self) -> list[str | Events]:
        """What is to be kept."""
        from liquidtime.brain import Events

        events = [] if self.threshold is None else [Events(self.threshold)]
        return [*(self.record or ("potential",)), *events]


def experiment_of(asked: ExperimentOptions, run: RunOptions, kept: RecordOptions) -> Experiment:
    """The experiment that the options ask for.

    Raises:
        InputError: If they cannot be understood.
    """
    from liquidtime.brain import Experiment

    with warnings.catch_warnings():
        # Here what is only said in Python is an error.
        warnings.simplefilter("ignore", UserWarning)
        experiment = Experiment(
            asked.stimulate,
            run.duration,
            run.dt,
            run.scheme,
            kept.records(),
            asked.asked(),
            "rest" if run.start == "rest" else None,
            run.delta,
            asked.seed,
        )
    if told := experiment.too_late():
        raise InputError(told)
    return experiment
