r"""Simulate a connectome: stimulate, perturb, record, draw.

Networks by name: worm (C. elegans, Cook 2019), larva (Drosophila, Winding 2023), flywire and
malecns (with --files), random, fly-like, microcircuit. Or a file: an edge table (.csv, .tsv,
.parquet, .feather), a SONATA folder or configuration, a NeuroML network (.nml).

NEURONS are names with commas between, column:value such as group:sensory, or all.
WAVEFORMS (pA, ms):

  step 20 from 50 to 150        ramp 0 50 from 10 to 200      sine 10 period 100 mean 5
  noise 10 sd 5 tau 20          poisson 20 rate 10 tau 5      pulses 20 width 5 period 50
  clamp -20 from 50 to 150      (mV; also: clamp sine 10 period 100 mean -40)
  conductance 2 reversal -70    (nS; also: conductance poisson 1 rate 20 tau 5)

  liquidtime simulate worm --set unit_conductance=0.01 --start rest \
      --stimulate "PLML,PLMR=step 20 from 50 to 150" --ablate type:AVD --duration 300
  liquidtime simulate edges.csv --neurons neurons.csv --screen ablate --of group:inter
  liquidtime simulate random --neurons 1000000 --in-degree 20 --stimulate "0-99=step 50"

After Ctrl-C or a crash repeat the command with --resume.
"""

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from tyro.conf import Positional, UseAppendAction, arg

from liquidtime.errors import InputError

if TYPE_CHECKING:
    from liquidtime.brain.sources import Found

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
    set: Annotated[
        UseAppendAction[tuple[str, ...]], arg(metavar="CONSTANT=NUMBER", help_behavior_hint="")
    ] = ()
    """A constant of neurons or synapses: leak_potential=-55, unit_conductance.gaba=0.2. Repeat."""


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
    trials: int = 1
    """Repeats of each condition, with other noise."""
    seed: int = 0
    """Of noise, and of networks that are made by chance."""


@dataclass(frozen=True, kw_only=True)
class RunOptions:
    """How it is computed."""

    duration: float = 1000.0
    """ms."""
    dt: float = 0.1
    """ms, of a time step."""
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


@dataclass(frozen=True, kw_only=True)
class Options:
    """Options of `liquidtime simulate`."""

    network: Annotated[str, Positional, arg(metavar="NAME|FILE")]
    """A network by name, or a file."""
    source: Annotated[NetworkOptions, arg(name="")] = field(default_factory=NetworkOptions)
    experiment: Annotated[ExperimentOptions, arg(name="")] = field(
        default_factory=ExperimentOptions
    )
    run: Annotated[RunOptions, arg(name="")] = field(default_factory=RunOptions)
    kept: Annotated[RecordOptions, arg(name="")] = field(default_factory=RecordOptions)


def run(options: Options) -> int:
    """Read the network, simulate, compare, draw."""
    from liquidtime.brain.simulation.folder import folder_for
    from liquidtime.cli.common.brain_run import prepare, simulate_into
    from liquidtime.cli.common.brain_show import show_simulation
    from liquidtime.cli.common.console import messages, say_notes
    from liquidtime.cli.common.places import RUNS

    _check(options.run)
    try:
        with messages().status(f"Reading {options.network} …"):
            found = _found(options)
        prepared = prepare(found, options)
        out = folder_for(options.kept.out, RUNS / "brain", found.name, options.kept.resume)
    except KeyboardInterrupt:
        raise KeyboardInterrupt(
            "Stopped before the simulation began; nothing was written."
        ) from None
    say_notes([*found.notes, *prepared.notes])
    simulate_into(out, prepared, options)
    show_simulation(out)
    return 0


def _found(options: Options) -> "Found":
    from liquidtime.brain.sources import Wanted, find_connectome

    source = options.source
    try:
        return find_connectome(
            Wanted(
                options.network,
                source.neurons,
                source.in_degree,
                source.files,
                source.pre,
                source.post,
                source.count,
                source.transmitter,
                options.experiment.seed,
                any(text.startswith("unit_conductance") for text in source.set),
            )
        )
    except InputError:
        raise
    except ValueError as error:
        raise InputError(f"{options.network}: {error}") from error


def _check(options: RunOptions) -> None:
    if not 0 < options.dt < float("inf"):
        raise InputError(f"--dt is {options.dt:g} ms; expected more than 0.")
    if not options.dt <= options.duration < float("inf"):
        raise InputError(
            f"--duration is {options.duration:g} ms; expected at least one step of "
            f"{options.dt:g} ms."
        )
    if options.delta < 0:
        raise InputError(f"--delta is {options.delta:g}; expected 0 or more.")
    if options.threads is not None and options.threads < 1:
        raise InputError(f"--threads is {options.threads}; expected 1 or more.")
